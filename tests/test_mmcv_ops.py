"""The stand-in for mmcv's compiled ops, each case in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest

from avs_mm.stack import find_stack

REPOSITORY = Path(__file__).resolve().parents[1]

STACK = find_stack()
MMCV_FOLDERS = find_spec("mmcv").submodule_search_locations
without_ops = pytest.mark.skipif(
    PathFinder.find_spec("mmcv._ext", list(MMCV_FOLDERS)) is not None,
    reason="the mmcv here has compiled ops",
)
installed = pytest.mark.skipif(
    not any(entry.name == "avs_mm" for entry in entry_points(group="torch.backends")),
    reason="avs_mm is not installed here (pip install -e .)",
)


def python(code: str | Path, *folders: Path, autoload: bool = False, alone: bool = False) -> str:
    """Run code or a script with the folders first on the path; return the last line it printed.

    autoload: whether torch calls its entry points, so that an installed avs_mm acts by itself.
    alone: without the packages that are installed here.
    """
    path = [*map(str, folders), str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "TORCH_DEVICE_BACKEND_AUTOLOAD": str(int(autoload)),
    }
    program = [str(code)] if isinstance(code, Path) else ["-c", code]
    command = [sys.executable, "-W", "ignore", *(["-S"] if alone else []), *program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]  # OneDL's fork prints notices of its own before it


@pytest.fixture
def fork(fork_server) -> Callable[[str], str]:
    """Runs code as ``python`` does, where the true packages are to be imported, but not torch."""

    def run(code: str) -> str:
        done = fork_server.run("-c", code, cwd=REPOSITORY)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    return run


@pytest.fixture
def mmcv_lite(tmp_path: Path) -> Path:
    """Folder with a package mmcv that has no compiled ops."""
    (tmp_path / "mmcv").mkdir()
    (tmp_path / "mmcv" / "__init__.py").write_text("")
    return tmp_path


@pytest.fixture
def mmcv_full(mmcv_lite: Path) -> Path:
    """Folder with a package mmcv that has one compiled op."""
    (mmcv_lite / "mmcv" / "_ext.py").write_text("def nms(): return 'compiled'")
    return mmcv_lite


@pytest.mark.parametrize(
    ("distribution", "remedy"),
    [
        ("mmcv-lite", "pip uninstall mmcv-lite && pip install --no-build-isolation mmcv==2.1.0"),
        ("onedl-mmcv", "pip install --no-build-isolation --force-reinstall --no-deps onedl-mmcv"),
    ],
)
def test_missing_op_raises_with_name_and_remedy(mmcv_lite: Path, distribution: str, remedy: str):
    folder = mmcv_lite / f"{distribution.replace('-', '_')}-2.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 2\n")
    code = """
import avs_mm, sys
assert "mmcv" not in sys.modules  # mmcv is found, not imported
import mmcv._ext as ops
assert hasattr(ops, "nms") and not hasattr(ops, "__path__")
try:
    ops.nms(1, threshold=2)
except NotImplementedError as error:
    print(error)
"""
    message = python(code, mmcv_lite, alone=True)
    assert "mmcv._ext.nms" in message
    assert message.endswith(remedy)


@pytest.mark.parametrize("module", ["avs_mm", "avs_mm.version", "avs_mm.mmcv_ops"])
def test_any_import_supplies_the_ops(mmcv_lite: Path, module: str):
    code = f"import {module}, sys; print(type(sys.modules['mmcv._ext']).__name__)"
    assert python(code, mmcv_lite) == "MissingOps"


def test_full_mmcv_on_the_path_is_left_alone(mmcv_full: Path):
    assert python("import avs_mm, mmcv._ext; print(mmcv._ext.nms())", mmcv_full) == "compiled"


def test_full_mmcv_already_imported_is_left_alone(mmcv_lite: Path):
    code = """
import sys, types
sys.modules["mmcv._ext"] = fake = types.ModuleType("mmcv._ext")
import avs_mm
print(sys.modules["mmcv._ext"] is fake)
"""
    assert python(code, mmcv_lite) == "True"


@pytest.mark.slow
@without_ops
def test_environment_report_sees_no_compiled_ops(fork):
    code = (
        "import avs_mm; from mmcv.utils import collect_env; print(collect_env()['MMCV Compiler'])"
    )
    assert fork(code) == "n/a"


@pytest.mark.slow
@without_ops
@pytest.mark.skipif(
    "onedl-mmengine" in STACK["mmengine"],
    reason="the fork's mmengine takes whatever can be imported as mmcv._ext for the ops",
)
def test_mmengine_sees_no_compiled_ops(fork):
    code = """
import avs_mm
from mmengine.utils.dl_utils import mmcv_full_available
print(mmcv_full_available())
"""
    assert fork(code) == "False"


@pytest.mark.slow
@without_ops
def test_what_mmengine_does_with_compiled_ops_works_without(fork):
    code = """
import avs_mm
from mmengine.model import revert_sync_batchnorm
from mmengine.optim import build_optim_wrapper
from torch import nn
network = revert_sync_batchnorm(nn.Sequential(nn.Conv2d(1, 1, 1), nn.SyncBatchNorm(1)))
options = dict(optimizer=dict(type="SGD", lr=1), paramwise_cfg=dict(bias_lr_mult=2))
build_optim_wrapper(network, options)
print(type(network[1]).__name__)
"""
    assert fork(code) == "_BatchNormXd"


CHECK_HEADS = """
import mmdet.models.dense_heads as mmdet_heads
import mmseg.models.decode_heads as mmseg_heads
for head in ("MaskFormerHead", "Mask2FormerHead"):
    assert issubclass(getattr(mmseg_heads, head), getattr(mmdet_heads, head)), head
from mmseg.registry import MODELS
assert MODELS.get("MaskFormerHead") is mmseg_heads.MaskFormerHead
print("heads derive from mmdet's")
"""


@pytest.mark.slow
def test_mmseg_heads_derive_from_mmdet(fork):
    assert fork("import avs_mm" + CHECK_HEADS) == "heads derive from mmdet's"


@pytest.mark.slow
@without_ops
@pytest.mark.parametrize(
    "first",
    [
        pytest.param(
            "mmseg.models",
            marks=pytest.mark.skipif(
                "onedl-mmsegmentation" in STACK["mmseg"],
                reason="the fork's mmseg does not fail, but gives its heads other base classes",
            ),
        ),
        "mmdet.models",
    ],
)
def test_import_that_failed_before_avs_mm_can_be_repeated(fork, first: str):
    code = f"""
try:
    import {first}
except ModuleNotFoundError as error:
    assert error.name == "mmcv._ext"
else:
    raise SystemExit("{first} can be imported without the stand-in")
import avs_mm
import {first}
"""
    assert fork(code + CHECK_HEADS) == "heads derive from mmdet's"


@pytest.mark.slow
@installed
def test_mmseg_before_avs_mm_where_it_is_installed():
    assert python(CHECK_HEADS, autoload=True) == "heads derive from mmdet's"


@pytest.mark.slow
def test_spawned_worker_imports_and_builds(tmp_path: Path):
    script = tmp_path / "train.py"
    script.write_text(
        """
from torch.utils.data import DataLoader, Dataset

class Losses(Dataset):
    def __len__(self):
        return 1

    def __getitem__(self, index):
        from avs_mm.registry import MODELS
        return type(MODELS.build(dict(type="avs_mm.SilentObjectLoss"))).__name__

if __name__ == "__main__":
    loader = DataLoader(Losses(), num_workers=1, multiprocessing_context="spawn", batch_size=None)
    print(*loader)
"""
    )
    assert python(script) == "SilentObjectLoss"
