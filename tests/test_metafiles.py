"""model-index.yml and the metafiles say of every config what is true, and nothing of others."""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
CONFIGS = {
    path.relative_to(REPOSITORY).as_posix()
    for path in (REPOSITORY / "configs").rglob("*.py")
    if not any(part.startswith("_") for part in path.parts) and path.parent.name != "ablations"
}


def read(key: str) -> list[dict]:
    index = yaml.safe_load((REPOSITORY / "model-index.yml").read_text())
    files = [yaml.safe_load((REPOSITORY / name).read_text()) for name in index["Import"]]
    return [entry for file in files for entry in file.get(key, [])]


def test_index_imports_every_metafile():
    index = yaml.safe_load((REPOSITORY / "model-index.yml").read_text())
    written = (REPOSITORY / "configs").rglob("*.yml")
    assert set(index["Import"]) == {path.relative_to(REPOSITORY).as_posix() for path in written}


def test_every_config_has_one_entry():
    described = [model["Config"] for model in read("Models")]
    missing = sorted(CONFIGS - set(described))
    assert not missing, f"{missing} have no entry in the metafile.yml beside them"
    assert sorted(described) == sorted(CONFIGS)


def test_names_are_distinct_where_config_names_are_not():
    names = {model["Config"]: model["Name"] for model in read("Models")}
    assert len(set(names.values())) == len(names)
    assert all(name == name.lower() for name in names.values())  # mim asks in lower case
    assert names["configs/mini/seg.py"] == "mini_seg"
    assert names["configs/real/seg.py"] == "real_seg"
    for config, name in names.items():
        assert name.endswith(Path(config).stem)


@pytest.mark.parametrize("collection", read("Collections"), ids=lambda entry: entry["Name"])
def test_a_collection_names_files_that_are_there(collection: dict):
    assert (REPOSITORY / collection["README"]).is_file()
    assert (REPOSITORY / collection["Code"]["URL"]).is_file()
    assert any(model["In Collection"] == collection["Name"] for model in read("Models"))


@pytest.mark.parametrize("model", read("Models"), ids=lambda entry: entry["Name"])
def test_an_entry_is_of_a_collection_and_of_its_data(model: dict):
    assert model["In Collection"] in {entry["Name"] for entry in read("Collections")}
    (result,) = model["Results"]
    assert not result["Metrics"]  # measured numbers stand in docs, beside their command
    assert "Weights" not in model
    trained_on = model.get("Metadata", {}).get("Training Data", [result["Dataset"]])
    name = Path(model["Config"]).stem
    assert ("ms3" in name) <= ("MS3" in trained_on[0])
    assert ("avss" in name) == ("AVSS" in trained_on[0])


def test_the_model_zoo_has_every_config_but_those_of_small_data():
    zoo = (REPOSITORY / "docs" / "model_zoo.md").read_text()
    named = set(re.findall(r"^\| `([\w/]+\.py)` \|", zoo, re.M))
    small = ("configs/mini/", "configs/real/")
    described = {name for name in CONFIGS if not name.startswith(small)}
    assert {f"configs/{name}" for name in named} == described
