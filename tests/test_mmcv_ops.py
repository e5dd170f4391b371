"""The stand-in for mmcv's compiled ops, each case in a Python process of its own."""

import os
import subprocess
import sys
from importlib.machinery import PathFinder
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

MMCV_FOLDERS = find_spec("mmcv").submodule_search_locations
without_ops = pytest.mark.skipif(
    PathFinder.find_spec("mmcv._ext", list(MMCV_FOLDERS)) is not None,
    reason="the mmcv here has compiled ops",
)
installed = pytest.mark.skipif(
    not any(entry.name == "avs_mm" for entry in entry_points(group="torch.backends")),
    reason="avs_mm is not installed here (pip install -e .)",
)


def python(code: str | Path, *folders: Path, autoload: bool = False) -> str:
    """Run code or a script with the folders first on the path; return what it printed.

    autoload: whether torch calls its entry points, so that an installed avs_mm acts by itself.
    """
    path = [*map(str, folders), str(REPOSITORY), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "TORCH_DEVICE_BACKEND_AUTOLOAD": str(int(autoload)),
    }
    program = [str(code)] if isinstance(code, Path) else ["-c", code]
    command = [sys.executable, "-W", "ignore", *program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


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


def test_missing_op_raises_with_name_and_remedy(mmcv_lite: Path):
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
    message = python(code, mmcv_lite)
    assert "mmcv._ext.nms" in message
    assert "pip install --no-build-isolation mmcv==2.1.0" in message


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


def test_missing_mmcv_is_named_with_the_remedy():
    code = """
import sys
sys.path = [folder for folder in sys.path if "site-packages" not in folder]
import avs_mm
from avs_mm.mmcv_ops import require_mmcv
assert "mmcv._ext" not in sys.modules
try:
    require_mmcv()
except RuntimeError as error:
    print(error)
"""
    assert "pip install mmcv-lite==2.1.0" in python(code)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("libGL.so.1: cannot open shared object file", "apt-get install libgl1 libglib2.0-0"),
        ("libgthread-2.0.so.0: cannot open shared object file", "opencv-python-headless"),
        ("numpy.core.multiarray failed to import", "raised as it was"),
    ],
)
def test_opencv_that_cannot_be_loaded(mmcv_lite: Path, fault: str, expected: str):
    (mmcv_lite / "mmcv" / "__init__.py").write_text(f"raise ImportError({fault!r})")
    code = """
from avs_mm.mmcv_ops import require_mmcv
try:
    require_mmcv()
except RuntimeError as error:
    print(error)
except ImportError:
    print("raised as it was")
"""
    assert expected in python(code, mmcv_lite)


@pytest.mark.slow
@without_ops
def test_environment_reports_see_no_compiled_ops():
    code = """
import avs_mm
from mmengine.utils.dl_utils import mmcv_full_available
from mmcv.utils import collect_env
print(mmcv_full_available(), collect_env()["MMCV Compiler"])
"""
    assert python(code) == "False n/a"


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
def test_mmseg_heads_derive_from_mmdet():
    assert python("import avs_mm" + CHECK_HEADS) == "heads derive from mmdet's"


@pytest.mark.slow
@without_ops
@pytest.mark.parametrize("first", ["mmseg.models", "mmdet.models"])
def test_import_that_failed_before_avs_mm_can_be_repeated(first: str):
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
    assert python(code + CHECK_HEADS) == "heads derive from mmdet's"


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
