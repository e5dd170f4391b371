"""What make installs into an environment, and which versions it keeps there."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TOOL = REPOSITORY / "tools" / "plan_install.py"

PINS = [
    "# the set that was run",
    "torch==2.13.0",
    "mmcv-lite==2.1.0",
    "Jinja2==3.1.6",
    'typing_extensions==4.16.0; python_version >= "3.11"',
]


@pytest.fixture(scope="module")
def constraints():
    return runpy.run_path(str(TOOL))["constraints"]


def test_kept_versions_stand_in_the_place_of_pins(constraints):
    kept = {"torch": "2.9.1+cu130", "mmcv": "2.1.0"}
    assert constraints(PINS, kept=kept) == [
        "# the set that was run",
        "mmcv-lite==2.1.0",
        "Jinja2==3.1.6",
        'typing_extensions==4.16.0; python_version >= "3.11"',
        "torch==2.9.1+cu130",
        "mmcv==2.1.0",
    ]


def test_free_packages_lose_their_pins(constraints):
    free = {"jinja2", "typing-extensions", "numpy"}
    assert constraints(PINS, kept={}, free=free) == PINS[:3]


def plan(site: Path, *options: str) -> tuple[str, list[str]]:
    """Run the tool where a folder's packages alone are installed: what it says, and writes."""
    file = site / "constraints.txt"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(REPOSITORY)])}
    command = [sys.executable, "-S", str(TOOL), "--constraints", str(file), *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip(), []
    return done.stdout.strip(), file.read_text().splitlines()


def install(site: Path, **distributions: str) -> None:
    for name, version in distributions.items():
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
        (folder / "METADATA").write_text(metadata)


def provide(site: Path, *packages: str) -> None:
    for package in packages:
        (site / package).mkdir()
        (site / package / "__init__.py").touch()


def test_nothing_is_there(tmp_path: Path):
    extras, lines = plan(tmp_path)
    assert extras == "test,openmmlab,lite"
    assert lines == (REPOSITORY / "constraints.txt").read_text().splitlines()


def test_a_full_mmcv_and_an_own_torch_are_kept(tmp_path: Path):
    provide(tmp_path, "mmcv", "mmengine")
    install(tmp_path, mmcv="2.1.0", mmengine="0.10.7", torch="2.9.1+cu130", numpy="1.26.4")
    extras, lines = plan(tmp_path)
    assert extras == "test,openmmlab"
    assert {"mmcv==2.1.0", "mmengine==0.10.7", "torch==2.9.1+cu130"} <= set(lines)
    assert 'numpy==2.4.6; python_version >= "3.11"' in lines
    _, lines = plan(tmp_path, "--yours")
    assert not [line for line in lines if line.startswith("numpy")]


def test_the_fork_is_kept_and_the_pins_of_stock_with_it_are_not_forced(tmp_path: Path):
    provide(tmp_path, "mmcv", "mmengine", "mmdet", "mmseg")
    fork = {"onedl_mmcv": "2.3.6", "onedl_mmengine": "0.10.12", "onedl_mmdetection": "3.5.1"}
    install(tmp_path, **fork, onedl_mmsegmentation="1.4.2", numpy="2.2.6")
    extras, lines = plan(tmp_path)
    assert extras == "test"
    assert {"onedl-mmcv==2.3.6", "onedl-mmdetection==3.5.1"} <= set(lines)
    assert not [line for line in lines if line.startswith("numpy")]


def test_mixed_stacks_end_make_with_a_sentence(tmp_path: Path):
    provide(tmp_path, "mmdet")
    install(tmp_path, mmdet="3.3.0", onedl_mmdetection="3.5.1")
    said, _ = plan(tmp_path)
    assert said.startswith("make: mmdet and onedl-mmdetection have written over each other's files")
    assert "\n" not in said


def test_an_old_torch_ends_make_with_a_sentence(tmp_path: Path):
    install(tmp_path, torch="2.4.1")
    said, _ = plan(tmp_path)
    assert said == (
        "make: avs_mm needs torch 2.6 or newer, and torch 2.4.1 is installed: "
        "pip install 'torch>=2.6'."
    )


@pytest.mark.parametrize(("options", "is_yours"), [((), False), (("VENV=.venv",), True)])
def test_make_frees_what_is_installed_where_venv_is_given(options: tuple[str, ...], is_yours: bool):
    # An outer make hands its own variables on.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "VENV"}
    command = ["make", "--dry-run", "--always-make", *options, ".venv/.avs_mm-installed"]
    printed = subprocess.check_output(command, cwd=REPOSITORY, env=environment, text=True)
    assert ("--yours)" in printed) == is_yours
