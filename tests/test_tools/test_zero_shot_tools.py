"""tools/test.py and tools/evaluate.py without a checkpoint, on data of other categories."""

import importlib
import json
import sys
from pathlib import Path

import pytest
from mmcv.transforms import LoadImageFromFile
from mmengine.config import Config
from published_networks import write_hub
from safetensors.torch import load_file, save_file

from avs_mm import configs_dir
from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.transforms import LoadSoundingMask, PackAVSInputs
from avs_mm.vocabularies import load

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
    with pytest.raises(SystemExit, match=r"^test: ast-audioset is a part of a model, not a che"):
        run("test", config, "--cfg-options", "load_from=ast-audioset")


def test_silent_objects_become_labels_that_stage_1_can_read(config: Path, tmp_path: Path, clips):
    """Birds are found everywhere: a bird is labelled where none is labelled yet."""
    out = tmp_path / "silent"
    words = load_file(tmp_path / "hub" / "maskformer-swin-base-coco" / "model.safetensors")
    birds = load("coco_panoptic").categories.index("bird")
    words["class_predictor.bias"].fill_(-5.0)[birds] = 9.0
    save_file(
        words,
        tmp_path / "hub" / "maskformer-swin-base-coco" / "model.safetensors",
        metadata={"format": "pt"},
    )
    run("label_silent_objects", config, "--out", out, "--split", "test", "--device", "cpu")
    maps = sorted(out.rglob("*.png"))
    assert len(maps) == 30
    data = AVSBenchDataset(
        subset="s4",
        split="test",
        data_root=clips / "AVSBench-object" / "Single-source",
        teacher_root=out,
        pipeline=[LoadImageFromFile(), LoadSoundingMask(), PackAVSInputs()],
    )
    bird = data.metainfo["classes"].index("bird")
    labelled = 0
    for index in range(30):
        sample = data[index]["data_samples"]
        taught = sample.gt_teacher_map.data
        assert set(taught.unique().tolist()) <= {bird, 255}
        assert not ((taught != 255) & (sample.gt_sem_seg.data != 255)).any()
        if (sample.gt_sem_seg.data == bird).any():
            assert (taught == 255).all()
        labelled += bool((taught == bird).any())
    assert labelled > 0
    assert "gt_silent_map" not in sample


def test_one_folder_of_silent_objects_alone(clips, tmp_path):
    with pytest.raises(ValueError, match="silent_root is for evaluation, teacher_root for traini"):
        AVSBenchDataset(
            subset="s4",
            split="test",
            data_root=clips / "AVSBench-object" / "Single-source",
            silent_root=tmp_path,
            teacher_root=tmp_path,
        )
