"""configs/zero_shot from names alone, with tiny networks in a local hub."""

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from published_networks import write_hub

from avs_mm import configs_dir
from avs_mm.apis import AVSInferencer, segment_video
from avs_mm.media import SAMPLE_RATE, probe_video, write_video
from avs_mm.registry import METRICS, TRANSFORMS
from avs_mm.trained_model import build_trained_model

pytest.importorskip("transformers")
FOLDER = configs_dir() / "zero_shot"
# mini.py is of networks that were trained here: test_sound_tagger.py
CONFIGS = sorted(path for path in FOLDER.glob("*.py") if path.stem != "mini")
every_config = pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hub")
    write_hub(folder)
    write_hub(folder, segmentor="mask2former-swin-base-coco-panoptic")
    return folder


@pytest.fixture(autouse=True)
def local_hub(hub: Path, monkeypatch) -> None:
    monkeypatch.setenv("AVS_WEIGHTS", str(hub))


def small(path: Path) -> Config:
    """The config with small frames."""
    config = Config.fromfile(path)
    for step in config.test_dataloader.dataset.pipeline:
        if step.type == "Resize":
            step.scale = (160, 96)
    if config.model.segmentor.type == "avs_mm.TextPromptedObjects":
        config.model.segmentor.box_threshold = 0.0  # random networks are sure of nothing
    return config


def test_there_are_these():
    names = ["coco_ast", "coco_beats", "prompted_ast", "prompted_ast_ms3", "prompted_beats"]
    assert [path.stem for path in CONFIGS] == names


@every_config
def test_builds_from_names(path: Path):
    config = Config.fromfile(path)
    model = build_trained_model(config, None, device="cpu")
    assert model.needs_no_training
    assert not any(parameter.requires_grad for parameter in model.segmentor.parameters())
    categories = {"coco": 133, "prompted": 70}[path.stem.split("_")[0]]
    assert model.num_classes == len(model.dataset_meta["classes"]) == categories
    assert config.train_dataloader is None
    for step in config.test_dataloader.dataset.pipeline:
        TRANSFORMS.build(step)
    for metric in config.test_evaluator:
        METRICS.build(metric)


@every_config
def test_a_dog_that_barks(path: Path):
    """The sound's tag lights up the dog's candidate, and silence of all tags nothing."""
    inferencer = AVSInferencer(small(path), device="cpu")
    assert inferencer.num_samples == 5 * SAMPLE_RATE
    image = np.random.default_rng(0).integers(0, 256, (90, 150, 3)).astype(np.uint8)
    (sample,) = inferencer([image], [np.zeros(5 * SAMPLE_RATE, np.float32)])
    objects = sample.pred_instances
    dog = inferencer.classes.index("dog")
    assert len(objects) > 0
    expected = torch.where(objects.labels == dog, 0.952574, 1 / (1 + np.exp(9)))
    if path.stem.startswith("coco"):
        assert objects.labels.tolist() == [dog]
        assert (sample.pred_sem_seg.data[0] == dog).equal(objects.masks[0])
        torch.testing.assert_close(objects.audio_scores, expected, atol=1e-5, rtol=0)
    else:
        heard = objects.audio_scores > 0.2
        assert heard.tolist() == (objects.labels == dog).tolist()


def test_mask2former_by_name():
    config = small(configs_dir() / "zero_shot" / "coco_ast.py")
    config.model.segmentor.weights = "mask2former-swin-base-coco-panoptic"
    inferencer = AVSInferencer(config, device="cpu")
    assert type(inferencer.model.segmentor.decode_head).__name__ == "SilentAwareMask2FormerHead"
    image = np.zeros((64, 64, 3), np.uint8)
    (sample,) = inferencer([image], [np.zeros(5 * SAMPLE_RATE, np.float32)])
    assert set(sample.pred_instances.labels.tolist()) <= {inferencer.classes.index("dog")}


def test_a_video_from_start_to_end(tmp_path: Path):
    frames = np.random.default_rng(0).integers(0, 256, (6, 48, 64, 3)).astype(np.uint8)
    sound = 0.1 * np.random.default_rng(0).standard_normal(2 * SAMPLE_RATE).astype(np.float32)
    write_video(tmp_path / "in.mp4", iter(frames), fps=3, audio=sound, sample_rate=SAMPLE_RATE)
    inferencer = AVSInferencer(small(configs_dir() / "zero_shot" / "coco_ast.py"), device="cpu")
    seconds = segment_video(inferencer, tmp_path / "in.mp4", tmp_path / "out.mp4", progress=False)
    assert [set(second) for second in seconds] == [{"dog"}, {"dog"}]
    assert seconds[0]["dog"] == pytest.approx(0.9526, abs=1e-4)
    assert probe_video(tmp_path / "out.mp4").num_frames == 6


def test_another_config_needs_a_checkpoint():
    config = Config.fromfile(configs_dir() / "mini" / "avsc.py")
    with pytest.raises(ValueError, match=r"its avs_mm\.AVSC is trained, so give a checkpoint"):
        build_trained_model(config, None)
