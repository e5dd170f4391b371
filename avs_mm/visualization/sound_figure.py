"""The paper's Figure 5: one picture a row, one sound a column, and what a model marks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from mmseg.structures import SegDataSample

from avs_mm.datasets.audio_conditions import MADE_SOUNDS
from avs_mm.datasets.category_maps import open_picture
from avs_mm.evaluation.runners.changed_sounds import (
    ChangedSound,
    PictureUnderSounds,
    category_regions,
)
from avs_mm.visualization import draw_objects, sounding_candidates

__all__ = ["draw_answer", "draw_truth", "plot_changed_sounds"]

# Heading of each column, and what is right in it
COLUMNS = {
    "original": ("Its own sound", "right: what sounds"),
    "silence": ("Silence", "right: nothing"),
    "noise": ("Noise", "right: nothing"),
    "unmatched": ("Unmatched sound", "not in the picture; right: nothing"),
    "mixture": ("Mixture", "in brackets: not in the picture"),
}
UNKNOWN = (255, 176, 0)  # of a mask that says nothing of categories
INK, GREY, GOOD, BAD, WAVEFORM = "#1d2733", "#5a6675", "#1a7f37", "#c62828", "#2f6fb3"
Palette = Sequence[Sequence[int]]

# Pixels
DPI = 100
CELL, GAP, MARGIN = 250, 10, 14
HEAD, FOOT = 112, 46
STRIP, CAPTION = 34, 44
LINE = 17

SMALL = 8  # points
MOST_LETTERS = 40  # under a cell


def plot_changed_sounds(
    pictures: Sequence[PictureUnderSounds],
    *,
    classes: Sequence[str],
    palette: Palette,
    title: str,
) -> Figure:
    """Lay out pictures under their sounds, 1578 pixels wide at the figure's own dpi.

    The first column is the truth. Under each answer stand the second of sound, as the square root
    of its amplitudes, what it is of, and J with the mask that is right under it.

    Args:
        pictures: At least one; read from disk.
        classes, palette: Names and colours (RGB in [0, 255]) of the K categories.
        title: Says whose answers these are.

    Raises:
        FileNotFoundError, ValueError: A picture is gone, or cannot be read.
    """
    images = [_fitted(picture.annotation.img_path) for picture in pictures]
    heights = [len(image) + STRIP + CAPTION + GAP for image in images]
    page = _Page(width=2 * MARGIN + 6 * CELL + 5 * GAP, height=HEAD + sum(heights) + FOOT)

    page.write(MARGIN, 10, "What is marked when only the sound changes", size=14, weight="bold")
    page.write(MARGIN, 34, title, size=SMALL, colour=GREY)
    headings = [("Ground truth", "filled: sounds, outlined: silent"), *COLUMNS.values()]
    for column, (heading, right) in enumerate(headings):
        page.write(_left(column), HEAD - 50, heading, size=11, weight="bold")
        page.write(_left(column), HEAD - 50 + LINE + 3, right, size=SMALL, colour=GREY)

    top = HEAD
    for picture, image, height in zip(pictures, images, heights, strict=True):
        _draw_row(page, top, picture, image, classes=classes, palette=palette)
        top += height
    page.write(
        *(MARGIN, top + 4),
        "Filled: what the model takes to sound. Outlined: candidates that it takes to be silent, "
        "with their audio scores. J: with the mask that is right under this sound, or the share "
        "left empty where nothing is to be marked.\n"
        "✓: more than half of every object that is to be marked is, at most half of any silent "
        "one, and J is above 0.5; or not one pixel, where nothing is to be marked.",
        size=SMALL,
        colour=GREY,
    )
    return page.figure


def _draw_row(
    page: "_Page",
    top: int,
    picture: PictureUnderSounds,
    image: np.ndarray,
    *,
    classes: Sequence[str],
    palette: Palette,
) -> None:
    sample, below = picture.annotation, top + len(image)
    page.show(_left(0), top, draw_truth(image, sample, classes=classes, palette=palette))
    for line, text in enumerate(_description(sample, classes)):
        page.write(_left(0), below + 6 + line * LINE, _short(text), size=SMALL)
    for column, condition in enumerate(COLUMNS, start=1):
        sound, left = picture.sounds[condition], _left(column)
        drawn = draw_answer(image, sound.prediction, classes=classes, palette=palette)
        page.show(left, top, drawn)
        page.draw_waveform(left, below, sound.waveform.numpy())
        page.write(left, below + STRIP + 2, _short(_name(condition, picture.sounds)), size=SMALL)
        mark, colour = ("✓", GOOD) if sound.right else ("✗", BAD)
        answer = f"{mark} J {sound.jaccard:.2f}"
        page.write(left, below + STRIP + 2 + LINE, answer, size=SMALL, colour=colour)


def draw_truth(
    image: np.ndarray, sample: SegDataSample, *, classes: Sequence[str], palette: Palette
) -> np.ndarray:
    """Paint what sounds by the annotation, and outline the silent objects that it knows.

    Args:
        image: RGB uint8 (H, W, 3), of any size; left untouched.
    """
    sounding, sounding_regions = category_regions(sample, "gt_sem_seg")
    silent, silent_regions = category_regions(sample, "gt_silent_map")
    names = [classes[category] for category in (*sounding, *silent)]
    colours = [palette[category] for category in (*sounding, *silent)]
    masks = [*sounding_regions.numpy(), *silent_regions.numpy()]
    filled = [True] * len(sounding) + [False] * len(silent)
    if "gt_sem_seg" not in sample:
        masks, names = [*masks, sample.gt_sounding_mask.data[0].numpy() > 0], [*names, ""]
        colours, filled = [*colours, UNKNOWN], [*filled, True]
    return _paint(image, masks, names, colours, filled)


def draw_answer(
    image: np.ndarray, sample: SegDataSample, *, classes: Sequence[str], palette: Palette
) -> np.ndarray:
    """Paint a prediction: candidates that sound filled, others outlined, each with its audio score.

    A model without candidates has its binary mask painted.

    Args:
        image: RGB uint8 (H, W, 3), of any size; left untouched.
    """
    if "pred_instances" not in sample:
        marked = sample.pred_sem_seg.data[0].numpy() == 1
        return _paint(image, [marked], [""], [UNKNOWN], [True])
    candidates = sample.pred_instances
    labels = candidates.labels.tolist()
    scores = candidates.audio_scores.tolist()
    names = [f"{classes[label]} {score:.2f}" for label, score in zip(labels, scores, strict=True)]
    colours = [palette[label] for label in labels]
    return _paint(image, candidates.masks.numpy(), names, colours, sounding_candidates(sample))


class _Page:
    """A figure on which things stand where they are put, in pixels from the upper left."""

    def __init__(self, *, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
        FigureCanvasAgg(self.figure)

    def show(self, left: int, top: int, image: np.ndarray) -> None:
        inset = (CELL - image.shape[1]) // 2
        bottom = self.height - top - len(image)
        self.figure.figimage(image, left + inset, bottom, origin="upper")

    def write(self, left: int, top: int, text: str, *, colour: str = INK, **font: Any) -> None:
        place = left / self.width, 1 - top / self.height
        self.figure.text(*place, text, color=colour, va="top", **font)

    def draw_waveform(self, left: int, top: int, waveform: np.ndarray) -> None:
        """Draw the lowest and the highest amplitude of each column, as square roots."""
        parts = np.array_split(waveform, CELL)
        ends = np.array([(part.min(), part.max()) for part in parts])
        low, high = (np.sign(ends) * np.abs(ends) ** 0.5).T
        bottom = 1 - (top + STRIP) / self.height
        axes = self.figure.add_axes(
            (left / self.width, bottom, CELL / self.width, STRIP / self.height)
        )
        # an edge, so that silence is seen as a line
        axes.fill_between(np.arange(CELL), low, high, color=WAVEFORM, linewidth=0.8)
        axes.set(xlim=(0, CELL - 1), ylim=(-1.15, 1.15))
        axes.set_axis_off()


def _left(column: int) -> int:
    return MARGIN + column * (CELL + GAP)


def _fitted(path: str) -> np.ndarray:
    """Read a picture, RGB, and bring it to the size of a cell."""
    image = np.asarray(open_picture(path).convert("RGB"))
    height, width = image.shape[:2]
    scale = CELL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _paint(
    image: np.ndarray,
    masks: Iterable[np.ndarray],
    names: Sequence[str],
    colours: Palette,
    filled: Sequence[bool],
) -> np.ndarray:
    """Draw objects whose masks (h, w) are of another size than the picture."""
    height, width = image.shape[:2]
    resized = [
        cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
        for mask in masks
    ]
    regions = np.array(resized, bool).reshape(-1, height, width)
    return draw_objects(image, regions, names=names, colours=colours, filled=filled)


def _description(sample: SegDataSample, classes: Sequence[str]) -> list[str]:
    """Say which frame this is and what it shows, in up to three lines."""
    lines = [f"{sample.clip}, second {sample.frame + 1}"]
    for word, field in (("sounds", "gt_sem_seg"), ("silent", "gt_silent_map")):
        if field in sample:
            found = ", ".join(classes[category] for category in category_regions(sample, field)[0])
            lines.append(f"{word}: {found or 'nothing'}")
    return lines


def _name(condition: str, sounds: Mapping[str, ChangedSound]) -> str:
    """Say what is heard; of a mixture, what is not in the picture stands in brackets."""
    if condition in MADE_SOUNDS:
        return condition
    sources, own = sounds[condition].sources, sounds["original"].sources
    if condition != "mixture":
        return " + ".join(sources) or "of unknown category"
    added = " + ".join(sources[len(own) :]) or "another"
    joins = bool((sounds["mixture"].truth != sounds["original"].truth).any())
    return " + ".join([*(own or ["its own"]), added if joins else f"({added})"])


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
