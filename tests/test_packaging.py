"""The wheel: metadata, the package, and the configs and tools inside it."""

import email.message
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from mmengine.config import Config
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import avs_mm
from avs_mm.stack import LEAST_TORCH

REPOSITORY = Path(__file__).resolve().parents[1]
SHIPPED = (".py", ".csv", ".yaml", ".md", ".html", ".css", ".js", ".svg", ".typed")
FOLDERS = ("avs_mm", "benchmarks", "configs", "docs", "tests", "tools")


def sources(folder: str) -> set[str]:
    return {
        path.relative_to(REPOSITORY).as_posix()
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file() and not {"__pycache__", "_build", ".mim"} & {*path.parts}
    }


def copy_checkout(copy: Path, folders: tuple[str, ...]) -> Path:
    for path in REPOSITORY.iterdir():
        if path.is_file():
            shutil.copy(path, copy)
    for name in folders:
        ignored = shutil.ignore_patterns(".mim", "_build", "__pycache__")
        shutil.copytree(REPOSITORY / name, copy / name, ignore=ignored)
    return copy


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Wheel built from a copy of the sources: nothing of the build stays in the checkout."""
    copy = copy_checkout(tmp_path_factory.mktemp("sources"), ("avs_mm", "configs", "tools"))
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "."]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = copy.glob("*.whl")
    return zipfile.ZipFile(path)


def test_wheel_carries_package_configs_and_tools(wheel: zipfile.ZipFile):
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    shipped = {f"avs_mm/.mim/{name}" for name in sources("configs") | sources("tools")}
    shipped.add("avs_mm/.mim/model-index.yml")
    package = {name for name in sources("avs_mm") if name.endswith(SHIPPED)}
    assert names == package | shipped


def test_types_are_for_others_too(wheel: zipfile.ZipFile, metadata: email.message.Message):
    assert "avs_mm/py.typed" in wheel.namelist()
    assert "Typing :: Typed" in metadata.get_all("Classifier")


@pytest.mark.parametrize("folder", FOLDERS)
def test_sdist_is_the_checkout(sdist: set[str], folder: str):
    assert {name for name in sdist if name.startswith(f"{folder}/")} == sources(folder)


def test_sdist_has_what_make_and_the_tests_read(sdist: set[str]):
    around = {path.name for path in REPOSITORY.iterdir() if path.is_file()}
    around &= {"CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile"} | {
        *("MANIFEST.in", "README.md", "THIRD_PARTY_NOTICES.md", "constraints.txt"),
        *(".pre-commit-config.yaml", "pyproject.toml", "setup.py"),
    }
    assert len(around) == 12
    assert around | {".github/workflows/test.yml"} <= sdist


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names in the sdist, which is built from a copy of the checkout."""
    copy = copy_checkout(tmp_path_factory.mktemp("checkout"), (*FOLDERS, ".github"))
    code = "from setuptools import build_meta; print(build_meta.build_sdist('built'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=copy, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with tarfile.open(copy / "built" / done.stdout.splitlines()[-1]) as archive:
        files = [member.name for member in archive.getmembers() if member.isfile()]
    return {name.partition("/")[2] for name in files}


def test_classifiers_are_the_pythons_that_are_allowed(metadata: email.message.Message):
    versions = [
        line.rpartition(" ")[2]
        for line in metadata.get_all("Classifier")
        if line.startswith("Programming Language :: Python :: 3.")
    ]
    assert versions == ["3.10", "3.11", "3.12", "3.13"]


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> email.message.Message:
    name = f"avs_mm-{avs_mm.__version__}.dist-info/METADATA"
    return email.message_from_bytes(wheel.read(name))


def required(metadata: email.message.Message, extra: str = "") -> dict[str, Requirement]:
    """Requirements by name: those of an extra alone, or those of the package without extras."""
    requirements = map(Requirement, metadata.get_all("Requires-Dist"))
    return {
        canonicalize_name(requirement.name): requirement
        for requirement in requirements
        if bool(requirement.marker) == bool(extra)
        and (not extra or requirement.marker.evaluate({"extra": extra}))
    }


def test_wheel_metadata(wheel: zipfile.ZipFile, metadata: email.message.Message):
    assert metadata["Name"] == "avs_mm"
    assert metadata["Requires-Python"] == ">=3.10"
    entry_points = f"avs_mm-{avs_mm.__version__}.dist-info/entry_points.txt"
    assert "supply_missing_ops" in wheel.read(entry_points).decode()
    assert "Apache-2.0" in (metadata["License-Expression"], metadata["License"])
    assert metadata.get_all("License-File") == ["LICENSE", "THIRD_PARTY_NOTICES.md"]
    assert metadata["Author"] == "The avs_mm authors"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().startswith("# avs_mm")
    assert not [line for line in metadata.get_all("Classifier") if line.startswith("License")]


def test_nothing_of_openmmlab_is_required(metadata: email.message.Message):
    names = required(metadata).keys()
    assert {"torch", "scipy"} <= names
    assert not [name for name in names if "mm" in name]
    assert str(required(metadata)["torch"].specifier) == f">={LEAST_TORCH}"


def test_extras_name_the_stacks(metadata: email.message.Message):
    assert required(metadata, "openmmlab").keys() == {"mmengine", "mmdet", "mmsegmentation"}
    assert str(required(metadata, "lite")["mmcv-lite"]) == 'mmcv-lite==2.1.0; extra == "lite"'
    assert required(metadata, "onedl").keys() == {
        "onedl-mmcv",
        "onedl-mmdetection",
        "onedl-mmengine",
        "onedl-mmsegmentation",
    }


def test_extra_all_names_every_package_but_a_stack(metadata: email.message.Message):
    stacks = {"openmmlab", "lite", "onedl"}
    others = set(metadata.get_all("Provides-Extra")) - stacks - {"all"}
    assert {"test", "torchaudio", "transformers"} <= others
    names = {name for extra in others for name in required(metadata, extra)}
    assert required(metadata, "all").keys() == names
    assert not [name for name in names if "mm" in name]


def test_configs_are_found_in_an_unpacked_wheel(wheel: zipfile.ZipFile, tmp_path: Path):
    wheel.extractall(tmp_path)
    code = "import avs_mm; print(avs_mm.configs_dir(), avs_mm.config_file('mini/seg'))"
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    printed = subprocess.check_output([sys.executable, "-c", code], env=environment, cwd=tmp_path)
    configs, config = map(Path, printed.decode().split())
    assert config == configs / "mini" / "seg.py"
    assert configs == tmp_path / "avs_mm" / ".mim" / "configs"
    assert (configs / "avs_avsc.py").is_file()


def test_configs_are_found_in_the_checkout():
    assert avs_mm.configs_dir() == REPOSITORY / "configs"
    assert (avs_mm.configs_dir() / "avs_swin_b_seg.py").is_file()


@pytest.mark.parametrize("name", ["mini/seg.py", "mini/seg", "avs_avsc.py"])
def test_a_config_of_another_project_can_inherit(name: str, tmp_path: Path):
    path = tmp_path / "other.py"
    base = f"""__import__("avs_mm").config_file("{name}")"""
    path.write_text(f"_base_ = {base}\nwork_dir = 'other'\n")
    config = Config.fromfile(path)
    assert config.work_dir == "other"
    assert config.model == Config.fromfile(avs_mm.config_file(name)).model


def test_a_config_that_is_not_shipped_is_named_with_those_alike():
    with pytest.raises(FileNotFoundError, match=r"no config seg.py; it has mini/seg.py, real/seg"):
        avs_mm.config_file("seg")


def test_missing_configs_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("avs_mm.shipped.PACKAGE", tmp_path / "avs_mm")
    with pytest.raises(FileNotFoundError, match=r"avs_mm/\.mim/configs and .*pip install \."):
        avs_mm.configs_dir()


def test_constraints_admit_what_setup_requires(metadata: email.message.Message):
    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    pinned = {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in pins}
    for line in metadata.get_all("Requires-Dist"):
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        if name == "torchaudio" or name.startswith(
            "onedl-"
        ):  # make installs them nowhere by itself
            continue
        assert requirement.specifier.contains(pinned[name], prereleases=True), line
