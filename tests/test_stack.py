"""Which stack is found and completed, each case in a site of its own, with no package but these."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from avs_mm.stack import check_torch, extras_to_install

REPOSITORY = Path(__file__).resolve().parents[1]

STOCK = {
    "mmengine": ["mmengine"],
    "mmcv": ["mmcv-lite"],
    "mmdet": ["mmdet"],
    "mmseg": ["mmsegmentation"],
}
FORK = {
    "mmengine": ["onedl-mmengine"],
    "mmcv": ["onedl-mmcv"],
    "mmdet": ["onedl-mmdetection"],
    "mmseg": ["onedl-mmsegmentation"],
}
NOTHING = dict.fromkeys(STOCK, ())


@pytest.mark.parametrize(
    ("found", "extras"),
    [
        (NOTHING, ["openmmlab", "lite"]),
        (STOCK, []),
        (STOCK | {"mmcv": ["mmcv"]}, []),
        (STOCK | {"mmdet": ()}, ["openmmlab"]),
        (STOCK | {"mmcv": ()}, ["lite"]),
        (NOTHING | {"mmcv": ["mmcv"], "mmengine": ["mmengine"]}, ["openmmlab"]),
        (NOTHING | {"mmcv": ["mmcv-lite"]}, ["openmmlab"]),
        (NOTHING | {"mmengine": ["mmengine"]}, ["openmmlab", "lite"]),
        (FORK, []),
        (FORK | {"mmseg": ()}, ["onedl"]),
        (NOTHING | {"mmcv": ["onedl-mmcv"]}, ["onedl"]),
        (STOCK | {"mmcv": ["onedl-mmcv"]}, []),  # mixed, but whole: nothing is to be chosen
    ],
)
def test_extras_complete_what_is_there(found, extras):
    assert extras_to_install(found) == extras


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (FORK | {"mmdet": ["mmdet"], "mmseg": ()}, "onedl-mmengine and OpenMMLab's mmdet are both"),
        (FORK | {"mmdet": ["mmdet", "onedl-mmdetection"]}, "mmdet and onedl-mmdetection have"),
        (STOCK | {"mmcv": ["mmcv", "mmcv-lite"]}, "mmcv and mmcv-lite have written over each"),
    ],
)
def test_mixed_stacks_are_refused(found, message):
    with pytest.raises(RuntimeError, match=message):
        extras_to_install(found)


@pytest.mark.parametrize("version", ["2.6.0", "2.10.0a0+git1", "2.13.0+cpu", "3.0"])
def test_torch_that_is_new_enough(version: str):
    check_torch(version)


@pytest.mark.parametrize("version", ["2.5.1", "2.4.1+cu121", "1.13.1"])
def test_torch_that_is_too_old(version: str):
    with pytest.raises(RuntimeError, match=r"needs torch 2\.6 or newer, and torch [12]\.\d+\.1"):
        check_torch(version)


def run(code: str, site: Path) -> str:
    """Run code with the packages of one folder alone; return what it printed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(REPOSITORY)])}
    command = [sys.executable, "-S", "-c", code]  # -S: without site-packages
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def install(site: Path, found: dict[str, list[str]]) -> Path:
    for package, distributions in found.items():
        if distributions:
            (site / package).mkdir()
            (site / package / "__init__.py").touch()
        for name in distributions:
            folder = site / f"{name.replace('-', '_')}-1.2.dist-info"
            folder.mkdir()
            metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n"
            (folder / "METADATA").write_text(metadata)
    return site


def test_find_stack(tmp_path: Path):
    both = {"mmdet": ["mmdet", "onedl-mmdetection"], "mmseg": ()}
    site = install(tmp_path, FORK | both)
    (site / "mmseg").mkdir()  # what an uninstall leaves behind
    (site / "mmcv" / "ops").mkdir()
    (site / "onedl_mmcv-1.2.dist-info" / "METADATA").unlink()
    (site / "onedl_mmcv-1.2.dist-info").rmdir()  # now a folder on the path
    assert run("from avs_mm.stack import find_stack; print(find_stack())", site) == str(
        {
            "mmengine": {"onedl-mmengine": "1.2"},
            "mmcv": {"mmcv": ""},
            "mmdet": {"mmdet": "1.2", "onedl-mmdetection": "1.2"},
            "mmseg": {},
        }
    )


SAY_WHAT_TO_INSTALL = """
import avs_mm  # works alone
try:
    import {module}
except RuntimeError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("found", "missing", "extras"),
    [
        (NOTHING, "mmengine, mmcv, mmdet, mmseg", "openmmlab,lite"),
        (STOCK | {"mmdet": ()}, "mmdet", "openmmlab"),
        (STOCK | {"mmcv": ()}, "mmcv", "lite"),
        (FORK | {"mmdet": (), "mmseg": ()}, "mmdet, mmseg", "onedl"),
    ],
)
def test_first_import_says_what_to_install(tmp_path: Path, found, missing: str, extras: str):
    code = SAY_WHAT_TO_INSTALL.format(module="avs_mm.models")
    assert run(code, install(tmp_path, found)) == (
        f"avs_mm needs OpenMMLab's packages, and {missing} cannot be found: "
        f"pip install 'avs_mm[{extras}]' (the other choices: docs/installation.md)."
    )


@pytest.mark.parametrize(
    "part",
    [
        "apis",
        "datasets",
        "datasets.transforms",
        "engine",
        "evaluation",
        "registry",
        "visualization",
        "weights",
    ],
)
def test_every_part_that_needs_openmmlab_says_so(tmp_path: Path, part: str):
    code = SAY_WHAT_TO_INSTALL.format(module=f"avs_mm.{part}")
    assert "pip install 'avs_mm[openmmlab,lite]'" in run(code, tmp_path)


@pytest.mark.parametrize("tool", ["train", "test"])
def test_tools_say_so(tmp_path: Path, tool: str):
    code = f"""
import runpy
try:
    runpy.run_path({str(REPOSITORY / "tools" / f"{tool}.py")!r})
except RuntimeError as error:
    print(error)
"""
    assert "pip install 'avs_mm[openmmlab,lite]'" in run(code, tmp_path)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("libGL.so.1: cannot open shared object file", "apt-get install libgl1 libglib2.0-0"),
        ("libgthread-2.0.so.0: cannot open shared object file", "opencv-python-headless"),
        ("numpy.core.multiarray failed to import", "raised as it was"),
    ],
)
def test_opencv_that_cannot_be_loaded(tmp_path: Path, fault: str, expected: str):
    site = install(tmp_path, STOCK)
    (site / "mmcv" / "__init__.py").write_text(f"raise ImportError({fault!r})")
    code = """
from avs_mm.stack import require_openmmlab
try:
    require_openmmlab()
except RuntimeError as error:
    print(error)
except ImportError:
    print("raised as it was")
"""
    assert expected in run(code, site)
