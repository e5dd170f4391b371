"""docs/architecture.md names every folder of the package, and none that is not there."""

import re
from pathlib import Path

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


def test_the_diagram_goes_from_data_to_metrics():
    text = (REPOSITORY / "docs" / "architecture.md").read_text()
    (diagram,) = re.findall(r"```mermaid\n(.*?)```", text, re.S)
    assert "image --> stage1 --> candidates --> avsc --> metrics" in diagram
    assert "waveform --> audio -- category scores --> avsc" in diagram
