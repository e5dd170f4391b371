"""Pictures reach the backends of mmengine's visualizer when they are asked for."""

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmengine.visualization import Visualizer
from mmseg.structures import SegDataSample

from avs_mm.engine import SoundingVisualizationHook

SIZE = (40, 80)
METAINFO = {"classes": ["cat", "dog"], "palette": [[255, 0, 0], [0, 0, 255]]}


def half(side: int) -> torch.Tensor:
    mask = torch.zeros(SIZE, dtype=torch.bool)
    mask[:, 40 * side : 40 * side + 40] = True
    return mask


def prediction(clip: str) -> SegDataSample:
    """A cat on the left that is taken for what sounds; in truth it is the dog on the right."""
    sample = SegDataSample(metainfo={"clip": clip, "frame": 2, "ori_shape": SIZE})
    sample.pred_instances = InstanceData(
        masks=half(0)[None], labels=torch.tensor([0]), scores=torch.tensor([0.9])
    )
    sample.pred_sem_seg = PixelData(data=torch.where(half(0), 0, 255)[None])
    sample.gt_sem_seg = PixelData(data=torch.where(half(1), 1, 255)[None])
    sample.gt_sounding_mask = PixelData(data=half(1)[None].byte())
    return sample


def batch(*, sounds: bool) -> dict:
    inputs = {"img": [torch.full((3, *SIZE), 100, dtype=torch.uint8)] * 2}
    if sounds:
        inputs["audio"] = [torch.linspace(-1, 1, 16_000)] * 2
    return {"inputs": inputs}


@pytest.fixture
def runner(tmp_path: Path) -> SimpleNamespace:
    loop = SimpleNamespace(dataloader=SimpleNamespace(dataset=SimpleNamespace(metainfo=METAINFO)))
    backends = [dict(type="LocalVisBackend")]
    visualizer = Visualizer(vis_backends=backends, save_dir=str(tmp_path))
    return SimpleNamespace(val_loop=loop, test_loop=loop, visualizer=visualizer, iter=7)


def written(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.png"))


def test_nothing_is_drawn_unless_asked(runner, tmp_path: Path):
    SoundingVisualizationHook().after_val_iter(runner, 0, batch(sounds=True), [prediction("a")] * 2)
    assert written(tmp_path) == []


def test_every_interval_a_batch_is_drawn(runner, tmp_path: Path):
    hook = SoundingVisualizationHook(draw=True, interval=2)
    for index in range(4):
        outputs = [prediction(f"a{index}"), prediction(f"b{index}")]
        hook.after_val_iter(runner, index, batch(sounds=True), outputs)
    drawn = ["a0", "a2", "b0", "b2"]
    assert written(tmp_path) == [f"val_{clip}_2_7.png" for clip in drawn]


@pytest.mark.parametrize(("sounds", "height"), [(True, 58), (False, 40)])
def test_prediction_annotation_and_sound(runner, tmp_path: Path, sounds: bool, height: int):
    hook = SoundingVisualizationHook(draw=True, interval=1)
    hook.after_test_iter(runner, 0, batch(sounds=sounds), [prediction("a"), prediction("b")])
    assert written(tmp_path) == ["test_a_2_7.png", "test_b_2_7.png"]
    (path,) = tmp_path.rglob("test_a_2_7.png")
    picture = cv2.imread(str(path))[..., ::-1]
    assert picture.shape == (height, 160, 3)
    # 0.55 of the grey and 0.45 of red or blue, away from labels and outlines
    assert np.abs(picture[30, 20].astype(int) - [170, 55, 55]).max() <= 1
    assert (picture[30, 60] == 100).all()
    assert (picture[30, 100] == 100).all()
    assert np.abs(picture[30, 140].astype(int) - [55, 55, 170]).max() <= 1


def test_pictures_reach_tensorboard(runner, tmp_path: Path):
    events = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="pip install tensorboard",
    )
    backend = dict(type="TensorboardVisBackend")
    runner.visualizer = Visualizer(vis_backends=[backend], save_dir=str(tmp_path))
    SoundingVisualizationHook(draw=True).after_val_iter(
        runner, 0, batch(sounds=True), [prediction("a"), prediction("b")]
    )
    runner.visualizer.close()
    (file,) = tmp_path.rglob("events.out.tfevents.*")
    accumulated = events.EventAccumulator(str(file)).Reload()
    assert accumulated.Tags()["images"] == ["val_a_2", "val_b_2"]
    (picture,) = accumulated.Images("val_a_2")
    assert (picture.height, picture.width, picture.step) == (58, 160, 7)


def test_an_interval_of_no_batch_is_refused():
    with pytest.raises(ValueError, match="at least 1, not 0"):
        SoundingVisualizationHook(interval=0)
