"""Types of avs_mm resolve by their prefix from other projects, without ``custom_imports``."""

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
from importlib.metadata import entry_points

for entry in entry_points(group="torch.backends"):  # as torch does, but in a fork it is there
    if entry.name == "avs_mm":
        entry.load()()
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
def test_types_resolve_in_a_process_of_their_own(fork_server, first: str, scope: str | None):
    if scope is not None and not can_stand_in_first():
        pytest.skip("avs_mm is not installed (pip install -e .) and mmcv has no compiled ops")
    types = [first, *(name for name in TYPES if name != first)]
    names = [f"{TYPES[name]}.{name}" for name in types]

    done = fork_server.run("-c", RESOLVE, str(scope), *names, cwd=REPOSITORY)

    assert done.returncode == 0, done.stderr
    scope_then = scope or "mmengine"
    printed = done.stdout.splitlines()  # with OneDL's fork, among notices of its own
    resolved = [line for line in printed if line.startswith(f"{scope_then} ")]
    assert resolved == [f"{scope_then} {name}" for name in types]
