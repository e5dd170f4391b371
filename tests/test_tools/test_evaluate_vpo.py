"""tools/evaluate.py end to end on VPO, with an untrained model on a few drawn images."""

import csv
import json
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.runner import Runner

from avs_mm import configs_dir
from avs_mm.evaluation.runners.sound_comparison import draw_changed_sounds
from avs_mm.mini import make_mini_vpo
from avs_mm.mini.vpo import VPO_NAMES

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "vpo"
    return make_mini_vpo(folder, images={"train": 1, "val": 6}, progress=False)


def config_of(root: Path, folder: Path, subset: str) -> Path:
    config = Config.fromfile(configs_dir() / "mini" / "avsc_vpo.py")
    config.test_dataloader.update(num_workers=0, persistent_workers=False, batch_size=5)
    config.test_dataloader.dataset.update(
        subset=subset, data_root=str(root), audio_root=str(root / "audios")
    )
    config.model.stage1 = None
    config.model.segmentor.update(score_threshold=0.0, quality_threshold=0.0)  # untrained
    config.work_dir = str(folder / "work_dir")
    config.dump(folder / "tiny.py")
    return folder / "tiny.py"


def sounds_of(path: Path) -> dict[str, str]:
    return {row["clip"]: row["audio"] for row in csv.DictReader(path.open())}


def categories_of(sources: str) -> set[str]:
    """Of "cell_phone_val_07.wav@0.25|car_val_01.wav@0.5": cell_phone and car."""
    return {source.split("_val_")[0] for source in sources.split("|")}


@pytest.mark.parametrize(("subset", "frames", "pictures"), [("ss", 12, 6), ("msmi", 9, 0)])
def test_the_figures_are_those_of_test_runs(
    evaluate, untrained, root, tmp_path, subset, frames, pictures
):
    checkpoint = untrained(VPO_NAMES)
    path = config_of(root, tmp_path, subset)
    evaluate(path, checkpoint)
    out = tmp_path / "work_dir" / "evaluate"
    results = json.loads((out / "results.json").read_text())
    conditions = ["original", "silence", "noise", "unmatched", "mute"]
    assert list(results["metrics"]) == conditions
    assert results["frames"] == frames
    assert results["data"]["subset"] == f"VPO-{subset.upper()}"
    original = results["metrics"]["original"]
    assert original["tracks/pictures"] == pictures
    assert not any(name.startswith("avs/") for name in original)
    table = (out / "table.md").read_text()
    assert "| vpo/mIoU |" in table
    assert "| vpo/F0.3 |" in table
    assert (out / "worst_frames.png").is_file()

    own, unmatched = (sounds_of(out / f"pairs_{name}.csv") for name in ("original", "unmatched"))
    assert len(own) == len(unmatched) == frames
    for clip, sources in unmatched.items():
        assert sources in own.values()  # those of another sample, as they are
        shown = {
            name
            for other, names in own.items()
            if other[:12] == clip[:12]
            for name in categories_of(names)
        }
        assert not shown & categories_of(sources)
    for condition, metric in (("original", "VPOMetric"), ("unmatched", "AudioSensitivityMetric")):
        config = Config.fromfile(path)
        config.test_dataloader.dataset.audio = condition
        config.test_evaluator = [dict(type=f"avs_mm.{metric}")]
        config.update(load_from=str(checkpoint), work_dir=str(tmp_path / condition))
        config.experiment_name = f"{subset}_{condition}"
        alone = Runner.from_cfg(config).test()
        assert alone.items() <= results["metrics"][condition].items()


def test_figures_of_other_sounds_are_avsbenchs(untrained, root, tmp_path):
    config = config_of(root, tmp_path, "ss")
    with pytest.raises(ValueError, match="know AVSBench's seconds, not VPODataset"):
        draw_changed_sounds(config, untrained(VPO_NAMES), out=tmp_path / "sounds.png", number=1)
