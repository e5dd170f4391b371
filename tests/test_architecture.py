"""docs/architecture.md names every folder of the package, and none that is not there."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
TOP = ("avs_mm", "configs", "tools", "tests", "benchmarks", "docs")


def named() -> set[str]:
    text = (REPOSITORY / "docs" / "architecture.md").read_text()
    return set(re.findall(rf"(?<![\w./])(?:{'|'.join(TOP)})(?:/\w+)*\b(?![./(])", text))


def rows() -> list[str]:
    text = (REPOSITORY / "docs" / "architecture.md").read_text()
    return re.findall(r"^\| `([\w/]+)` \| .+ \|$", text, re.M)


def test_every_folder_has_its_sentence():
    files = (REPOSITORY / "avs_mm").rglob("*.py")
    folders = {path.parent.relative_to(REPOSITORY).as_posix() for path in files}
    folders = {folder for folder in folders if ".mim" not in folder}
    missing = sorted((folders | set(TOP)) - set(rows()))
    assert not missing, f"docs/architecture.md has no row for {missing}"
    assert len(rows()) == len(set(rows()))


def test_every_name_exists():
    gone = sorted(name for name in named() if not (REPOSITORY / name).is_dir())
    assert not gone, f"docs/architecture.md names {gone}, which are no folders"
    assert set(rows()) <= named()
    empty = [name for name in rows() if not any((REPOSITORY / name).iterdir())]
    assert not empty, f"docs/architecture.md names {empty}, which are empty"


ABOVE = {"apis", "cli", "experiments", "exports", "page"}  # what stands on avs_mm.apis


def test_nothing_below_the_apis_needs_them():
    """They import the rest, so whatever they import would come before itself."""
    package = REPOSITORY / "avs_mm"
    wrong = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if path.relative_to(package).parts[0] not in ABOVE
        and re.search(r"^from avs_mm\.apis", path.read_text(), re.M)
    ]
    assert not wrong, f"{wrong} import avs_mm.apis, which imports them: a circle"


SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawing() -> ElementTree.Element:
    return ElementTree.parse(REPOSITORY / "docs" / "data_flow.svg").getroot()


def test_the_drawing_goes_from_data_to_metrics(drawing: ElementTree.Element):
    edges = {path.get("id") for path in drawing.iter(f"{SVG}path")} - {None}
    images = ["data-stage1", "stage1-candidates", "candidates-avsc", "avsc-metrics"]
    assert edges == {*images, "data-audio", "audio-avsc"}
    folders = [text.text for text in drawing.iter(f"{SVG}text") if text.get("class") == "folder"]
    for folder in ", ".join(folders).split(", "):
        assert (REPOSITORY / folder).is_dir()


def test_the_arrows_go_from_box_to_box(drawing: ElementTree.Element):
    boxes = {group.get("id"): group.find(f"{SVG}rect") for group in drawing.iter(f"{SVG}g")}
    for path in drawing.iter(f"{SVG}path"):
        if path.get("class") != "arrow":
            continue
        above, below = (boxes[name] for name in path.get("id").split("-"))
        numbers = [int(number) for number in re.findall(r"\d+", path.get("d"))]
        assert numbers[1] == int(above.get("y")) + int(above.get("height"))
        assert numbers[-1] == int(below.get("y"))
