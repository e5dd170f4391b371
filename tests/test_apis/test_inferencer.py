import wave
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.dataset import Compose, pseudo_collate
from tiny_network import CLASSES, PALETTE, save_checkpoint, tiny_config

from avs_mm.apis import AVSInferencer

SECOND = np.zeros(16_000, np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("checkpoints")


@pytest.fixture(scope="module")
def stage1_checkpoint(folder) -> Path:
    meta = {"classes": CLASSES, "palette": PALETTE}
    return save_checkpoint(tiny_config("seg.py"), folder / "seg.pth", dataset_meta=meta)


@pytest.fixture(scope="module")
def avsc_checkpoint(folder) -> Path:
    meta = {"classes": CLASSES, "palette": PALETTE}
    return save_checkpoint(tiny_config("avsc.py"), folder / "avsc.pth", dataset_meta=meta)


@pytest.fixture(scope="module")
def inferencer(avsc_checkpoint) -> AVSInferencer:
    return AVSInferencer(tiny_config("avsc.py"), avsc_checkpoint, device="cpu", batch_size=2)


def images_of(*sizes: tuple[int, int]) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]


def test_categories_come_from_the_checkpoint(inferencer):
    assert inferencer.classes == list(CLASSES)
    assert inferencer.palette == PALETTE
    assert inferencer.uses_sound


def test_predictions_have_the_images_sizes(inferencer):
    sizes = [(60, 80), (224, 224), (48, 30)]
    samples = inferencer(images_of(*sizes), [SECOND] * 3)
    assert [tuple(sample.pred_sem_seg.shape) for sample in samples] == sizes
    assert [tuple(sample.pred_sounding_map.shape) for sample in samples] == sizes
    assert [tuple(sample.pred_instances.masks.shape[1:]) for sample in samples] == sizes
    assert all("audio_scores" in sample.pred_instances for sample in samples)


def test_the_network_gets_what_the_test_pipeline_would_give(inferencer, monkeypatch):
    seen = []
    monkeypatch.setattr(inferencer.model, "test_step", lambda data: seen.append(data) or [])
    image = np.full((60, 80, 3), (250, 100, 10), np.uint8)
    sound = np.linspace(-1, 1, 16_000, dtype=np.float32)
    inferencer([image] * 5, [sound] * 5)

    assert [len(data["inputs"]["img"]) for data in seen] == [2, 2, 1]
    packed = seen[0]["inputs"]["img"][0]
    assert tuple(packed.shape) == (3, 96, 96)  # the mini config's scale
    assert packed[:, 50, 50].tolist() == [10, 100, 250]  # BGR, as LoadImageFromFile gives it
    assert (seen[0]["inputs"]["audio"][0].numpy() == sound).all()
    assert seen[0]["data_samples"][0].ori_shape == (60, 80)


def test_the_same_numbers_as_from_files(inferencer, tmp_path):
    """The config's own pipeline, which loads from files, gives the same prediction."""
    (image,) = images_of((60, 80))
    samples = np.random.default_rng(0).integers(-9000, 9000, 16_000, dtype=np.int16)
    cv2.imwrite(str(tmp_path / "frame.png"), image[..., ::-1])
    with wave.open(str(tmp_path / "sound.wav"), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())

    steps = [
        step
        for step in tiny_config("avsc.py").test_pipeline
        if step["type"] != "avs_mm.LoadSoundingMask"
    ]
    info = {
        "img_path": str(tmp_path / "frame.png"),
        "audio_path": str(tmp_path / "sound.wav"),
        "second": 0,
    }
    with torch.no_grad():
        (expected,) = inferencer.model.test_step(pseudo_collate([Compose(steps)(info)]))
    assert len(expected.pred_instances) > 0
    (predicted,) = inferencer([image], [samples.astype(np.float32) / 32768])
    assert torch.equal(predicted.pred_sounding_map.data, expected.pred_sounding_map.data)
    assert torch.equal(predicted.pred_instances.scores, expected.pred_instances.scores)
    assert torch.equal(predicted.pred_instances.audio_scores, expected.pred_instances.audio_scores)


def test_stage_1_needs_no_sound(stage1_checkpoint):
    inferencer = AVSInferencer(tiny_config("seg.py"), stage1_checkpoint, device="cpu")
    assert not inferencer.uses_sound
    image = images_of((60, 80))
    (deaf,), (with_sound,) = inferencer(image), inferencer(image, [SECOND])
    assert torch.equal(deaf.pred_sem_seg.data, with_sound.pred_sem_seg.data)
    assert "audio_scores" not in deaf.pred_instances


def test_a_binary_map_is_given_as_categories(avsc_checkpoint):
    config = tiny_config("avsc.py")
    config.model.output = "binary"
    inferencer = AVSInferencer(config, avsc_checkpoint, device="cpu")
    assert inferencer.model.output == "category"
    assert config.model.output == "binary"


def test_categories_come_from_the_data_where_the_checkpoint_has_none(folder, tmp_path):
    config = tiny_config("seg.py")
    (tmp_path / "s4_meta_data.csv").write_text(
        "name,start,category,split\na,0,cow,train\nb,0,ant,test\n"
    )
    config.test_dataloader.dataset.data_root = str(tmp_path)
    config.model.decode_head.num_classes = 2
    checkpoint = save_checkpoint(config, folder / "nameless.pth")
    inferencer = AVSInferencer(config, checkpoint, device="cpu")
    assert inferencer.classes == ["ant", "cow"]
    assert inferencer.palette == [[128, 0, 0], [0, 128, 0]]


def test_data_of_other_categories_names_no_masks(folder, tmp_path):
    config = tiny_config("seg.py")
    (tmp_path / "s4_meta_data.csv").write_text("name,start,category,split\na,0,cow,test\n")
    config.test_dataloader.dataset.data_root = str(tmp_path)
    checkpoint = save_checkpoint(config, folder / "nameless.pth")
    with pytest.raises(ValueError, match=r"its test data names 1 categories \(cow\), and the netw"):
        AVSInferencer(config, checkpoint, device="cpu")


def test_a_checkpoint_of_another_model_is_refused(stage1_checkpoint):
    with pytest.raises(ValueError, match=r"seg\.pth does not fit AVSC: missing: .*; unexpected: "):
        AVSInferencer(tiny_config("avsc.py"), stage1_checkpoint, device="cpu")


def test_a_checkpoint_of_another_width_is_refused(stage1_checkpoint):
    config = tiny_config("seg.py")
    config.model.decode_head.num_queries = 5
    with pytest.raises(ValueError, match=r"another shape: decode_head\.query_embed\.weight"):
        AVSInferencer(config, stage1_checkpoint, device="cpu")


def test_what_is_no_checkpoint_is_refused(tmp_path):
    text = tmp_path / "notes.pth"
    text.write_text("not a checkpoint")
    with pytest.raises(ValueError, match=r"notes\.pth cannot be read"):
        AVSInferencer(tiny_config("seg.py"), text, device="cpu")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pth"):
        AVSInferencer(tiny_config("seg.py"), tmp_path / "nowhere.pth", device="cpu")


def test_a_config_without_a_test_pipeline_is_refused(stage1_checkpoint):
    config = tiny_config("seg.py")
    config.test_dataloader.dataset.pop("pipeline")
    with pytest.raises(ValueError, match=r"seg\.py: has no test_dataloader\.dataset\.pipeline"):
        AVSInferencer(config, stage1_checkpoint, device="cpu")


@pytest.mark.parametrize(
    ("images", "waveforms", "message"),
    [
        (images_of((60, 80)), None, "give one second of sound"),
        (images_of((60, 80)), [SECOND, SECOND], "1 images, but 2 waveforms"),
        (images_of((60, 80)), [SECOND[:8000]], r"\(16000,\), not \(8000,\)"),
        ([np.zeros((60, 80), np.uint8)], [SECOND], r"not uint8 \(60, 80\)"),
        ([np.zeros((60, 80, 3))], [SECOND], "not float64"),
    ],
)
def test_bad_input_is_refused(inferencer, images, waveforms, message):
    with pytest.raises(ValueError, match=message):
        inferencer(images, waveforms)
