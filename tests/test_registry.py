"""Types of avs_mm resolve by their prefix from other projects, without ``custom_imports``."""

import os
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
TYPES = {
    "AVSBenchDataset": "DATASETS",
    "LoadAudio": "TRANSFORMS",
    "SilentAwareMaskFormerHead": "MODELS",
    "BEATs": "MODELS",
    "AVSC": "MODELS",
    "AVSMetric": "METRICS",
}
# The scope of the surrounding project; None: mmengine alone.
SCOPES = ["mmseg", "mmdet", None]

RESOLVE = """
import sys
import mmengine.registry as registries

scope, *names = sys.argv[1:]
if scope != "None":
    registries.init_default_scope(scope)
for name in names:
    registry, _, type_name = name.partition(".")
    # What Registry.build does before it calls the class.
    with getattr(registries, registry).switch_scope_and_registry(None) as current:
        print(current.scope, current.get(f"avs_mm.{type_name}").__name__)
"""


def can_stand_in_first() -> bool:
    """Whether mmseg and mmdet can be imported in a process that knows nothing of avs_mm yet."""
    installed = any(entry.name == "avs_mm" for entry in entry_points(group="torch.backends"))
    folders = find_spec("mmcv").submodule_search_locations
    return installed or PathFinder.find_spec("mmcv._ext", list(folders)) is not None


# Every type is the first of one process; every scope sees every type.
@pytest.mark.slow
@pytest.mark.parametrize(("first", "scope"), list(zip(TYPES, cycle(SCOPES), strict=False)))
def test_types_resolve_in_a_fresh_process(first: str, scope: str | None):
    if scope is not None and not can_stand_in_first():
        pytest.skip("avs_mm is not installed (pip install -e .) and mmcv has no compiled ops")
    types = [first, *(name for name in TYPES if name != first)]
    names = [f"{TYPES[name]}.{name}" for name in types]

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RESOLVE, str(scope), *names],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:-1] == [f"{scope or 'mmengine'} {name}" for name in types]
