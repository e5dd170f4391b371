"""tools/test.py and tools/evaluate.py without a checkpoint, on data of other categories."""

import importlib
import json
import sys
from pathlib import Path

import pytest
from mmengine.config import Config
from published_networks import write_hub

from avs_mm import configs_dir

pytest.importorskip("transformers")
pytestmark = pytest.mark.slow
TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def config(clips, tmp_path, monkeypatch) -> Path:
    """configs/zero_shot/coco_ast.py on the drawn clips, small, with tiny networks."""
    write_hub(tmp_path / "hub")
    monkeypatch.setenv("AVS_WEIGHTS", str(tmp_path / "hub"))
    config = Config.fromfile(configs_dir() / "zero_shot" / "coco_ast.py")
    config.test_dataloader.update(num_workers=0, persistent_workers=False)
    config.test_dataloader.dataset.data_root = str(clips / "AVSBench-object" / "Single-source")
    config.test_dataloader.dataset.pipeline[2].scale = (96, 96)
    config.work_dir = str(tmp_path / "work_dir")
    config.dump(tmp_path / "tiny.py")
    return tmp_path / "tiny.py"


def run(tool: str, *arguments: str | Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        patch.setattr(sys, "argv", [f"tools/{tool}.py", *map(str, arguments)])
        sys.modules.pop(tool, None)
        importlib.import_module(tool).main()


def test_evaluate_keeps_uncovered_categories_apart(config: Path):
    run("evaluate", config, "--device", "cpu")
    folder = config.parent / "work_dir" / "evaluate"
    results = json.loads((folder / "results.json").read_text())
    assert results["checkpoint_sha256"] == "-"
    assert {"original", "silence", "noise", "unmatched", "mute"} == set(results["metrics"])
    coverage = results["coverage"]
    assert coverage["covered"]["categories"] == ["bird"]  # of the six that COCO names
    assert coverage["covered"]["frames"] == 5
    assert coverage["uncovered"]["frames"] == 25
    mean = sum(part["J"] * part["frames"] for part in coverage.values()) / 30
    assert mean == pytest.approx(results["metrics"]["original"]["avs/J"], abs=1e-6)
    assert not any(key.startswith("candidates/") for key in results["metrics"]["original"])
    table = (folder / "table.md").read_text()
    assert "| covered | " in table
    assert "| 5 | bird |" in table


def test_a_test_run_writes_masks(config: Path, tmp_path: Path):
    run("test", config, "--out", tmp_path / "masks")
    assert len(list((tmp_path / "masks").rglob("*.png"))) == 30


def test_a_name_is_no_checkpoint_to_test(config: Path):
    with pytest.raises(ValueError, match="ast-audioset is a part of a model, not a checkpoint"):
        run("test", config, "--cfg-options", "load_from=ast-audioset")
