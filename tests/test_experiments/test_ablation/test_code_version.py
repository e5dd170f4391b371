"""Results are of the code that made them: every line by which a network is trained or tested."""

from pathlib import Path

import pytest

from avs_mm.experiments.ablation.code_version import code_version, digest_of_sources


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Path]:
    """A package of three modules, and a tool."""
    names = ("avs_mm/launch.py", "avs_mm/models/avsc.py", "avs_mm/visualization/plots.py")
    files = {name: tmp_path / name for name in (*names, "tools/train.py")}
    for name, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return files


def digest(sources: dict[str, Path]) -> str:
    tool = sources["tools/train.py"]
    return digest_of_sources(tool.parents[1] / "avs_mm", [tool])


@pytest.mark.parametrize("name", ["avs_mm/launch.py", "avs_mm/models/avsc.py", "tools/train.py"])
def test_a_changed_line_is_another_version(sources, name):
    before = digest(sources)
    sources[name].write_text("changed = True\n")
    assert digest(sources) != before


def test_a_module_that_comes_or_goes_is_another_version(sources):
    before = digest(sources)
    sources["avs_mm/models/avsc.py"].rename(sources["avs_mm/models/avsc.py"].with_name("tpavi.py"))
    assert digest(sources) != before


def test_plots_and_other_files_have_no_influence(sources):
    before = digest(sources)
    sources["avs_mm/visualization/plots.py"].write_text("changed = True\n")
    (sources["avs_mm/launch.py"].parent / "notes.txt").write_text("changed")
    assert digest(sources) == before


def test_the_version_of_this_package_is_one():
    assert len(code_version()) == 64
    assert code_version() == code_version()
