"""The figure of changed sounds: what is painted, what is written, and where."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.evaluation.runners.changed_sounds import ChangedSound, FrameUnderSounds
from avs_mm.visualization.sound_figure import plot_changed_sounds

CLASSES = ["cat", "dog"]
RED, BLUE = [255, 0, 0], [0, 0, 255]
NAMES = {"classes": CLASSES, "palette": [RED, BLUE]}
SIZE = (40, 80)
CONDITIONS = ("original", "silence", "noise", "unmatched", "mixture")
LEFT, RIGHT = (100, 45), (100, 205)  # inside the cat and the dog of a drawn image of 125 x 250


def regions() -> torch.Tensor:
    """The cat on the left and the dog on the right, bool (2, 40, 80)."""
    masks = torch.zeros(2, *SIZE, dtype=torch.bool)
    masks[0, 20:38, 6:26] = True
    masks[1, 20:38, 54:74] = True
    return masks


def category_map(*categories: int) -> PixelData:
    data = torch.full((1, *SIZE), 255)
    for category in categories:
        data[0, regions()[category]] = category
    return PixelData(data=data)


def prediction(*sounding: int, scores: tuple[float, float] = (0.9, 0.1)) -> SegDataSample:
    sample = SegDataSample()
    sample.pred_sem_seg = category_map(*sounding)
    sample.pred_instances = InstanceData(
        masks=regions(),
        labels=torch.tensor([0, 1]),
        scores=torch.ones(2),
        audio_scores=torch.tensor(scores),
    )
    return sample


@pytest.fixture
def frame(tmp_path) -> FrameUnderSounds:
    """A cat that sounds beside a dog that does not; under noise the prediction is wrong."""
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((*SIZE, 3), (90, 100, 110), np.uint8))  # BGR
    annotation = SegDataSample(
        metainfo={"img_path": str(path), "ori_shape": SIZE, "clip": "cat_a", "frame": 2}
    )
    annotation.gt_sounding_mask = PixelData(data=regions()[:1].to(torch.uint8))
    annotation.gt_sem_seg = category_map(0)
    annotation.gt_silent_map = category_map(1)
    sources = {"original": ("cat",), "unmatched": ("cow",), "mixture": ("cat", "dog")}
    predictions = {"original": (0,), "noise": (1,), "mixture": (0, 1)}
    truths = {"original": regions()[0], "mixture": regions().any(dim=0)}
    return FrameUnderSounds(
        annotation,
        {
            condition: ChangedSound(
                sources=sources.get(condition, ()),
                waveform=torch.full((1000,), 0.25 * (condition != "silence")),
                truth=truths.get(condition, torch.zeros(SIZE, dtype=torch.bool)),
                prediction=prediction(*predictions.get(condition, ())),
                jaccard=0.125 if condition == "noise" else 1.0,
                right=condition != "noise",
            )
            for condition in CONDITIONS
        },
    )


def test_a_row_a_frame_and_a_column_a_sound(frame):
    figure = plot_changed_sounds([frame] * 2, **NAMES, title="Whose")
    width, height = (round(inches * figure.dpi) for inches in figure.get_size_inches())
    assert width == 1578
    assert height == 112 + 2 * (125 + 34 + 44 + 10) + 46
    images = [image.get_array() for image in figure.images]
    assert [image.shape for image in images] == [(125, 250, 3)] * 12
    # the dog: silent in the truth and under all sounds but noise and the mixture
    filled = [bool((image[RIGHT][2] > image[RIGHT][0] + 50).all()) for image in images]
    assert filled == [False, False, False, True, False, True] * 2

    texts = [text.get_text() for text in figure.texts]
    assert texts[:2] == ["What is marked when only the sound changes", "Whose"]
    assert texts[2:14:2] == [
        *("Ground truth", "Its own sound", "Silence", "Noise", "Unmatched sound", "Mixture"),
    ]
    row = [
        *("cat_a, second 3", "sounds: cat", "silent: dog"),
        *("cat", "✓ J 1.00", "silence", "✓ J 1.00", "noise", "✗ J 0.12", "cow", "✓ J 1.00"),
        *("cat + dog", "✓ J 1.00"),
    ]
    assert texts[14:-1] == row * 2


def test_the_waveform_is_drawn_as_square_root(frame):
    figure = plot_changed_sounds([frame], **NAMES, title="")
    heights = [axes.collections[0].get_datalim(axes.transData).ymax for axes in figure.axes]
    assert heights == pytest.approx([0.5, 0.0, 0.5, 0.5, 0.5], abs=1e-6)


@pytest.fixture
def caption(frame) -> Callable[..., str]:
    """Gives what stands under the mixture, if it is of these sources and joins nothing."""

    def write(*sources: str, own: tuple[str, ...] = ("cat",)) -> str:
        sounds = dict(frame.sounds)
        sounds["original"] = replace(sounds["original"], sources=own)
        truth = sounds["original"].truth
        sounds["mixture"] = replace(sounds["mixture"], sources=sources, truth=truth)
        figure = plot_changed_sounds([replace(frame, sounds=sounds)], **NAMES, title="")
        return figure.texts[-3].get_text()

    return write


def test_what_is_not_in_the_frame_stands_in_brackets(caption):
    assert caption("cat", "cow") == "cat + (cow)"
    assert caption("cow", own=()) == "its own + (cow)"
    assert caption("cat") == "cat + (another)"
    long = caption("playing_acoustic_guitar", "playing_tabla", own=("playing_acoustic_guitar",))
    assert long == "playing_acoustic_guitar + (playing_tabla"[:39] + "…"


def test_an_image_that_is_gone_is_named(frame):
    Path(frame.annotation.img_path).unlink()
    with pytest.raises(FileNotFoundError, match=r"grey\.png: no such file"):
        plot_changed_sounds([frame], **NAMES, title="")
