"""The paper's Figure 5: one frame a row, one sound a column, and what a model marks."""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from mmseg.structures import SegDataSample

from avs_mm.datasets.audio_conditions import GENERATED_SOUNDS
from avs_mm.datasets.category_maps import open_image
from avs_mm.evaluation.metrics.sample_fields import category_regions
from avs_mm.evaluation.runners.changed_sounds import (
    ChangedSound,
    FrameUnderSounds,
)
from avs_mm.visualization.annotation import draw_annotation
from avs_mm.visualization.drawing import draw_candidates
from avs_mm.visualization.waveform import envelope

__all__ = ["plot_changed_sounds"]

# Heading of each column, and what is right in it
COLUMNS = {
    "original": ("Its own sound", "right: what sounds"),
    "silence": ("Silence", "right: nothing"),
    "noise": ("Noise", "right: nothing"),
    "unmatched": ("Unmatched sound", "not in the frame; right: nothing"),
    "mixture": ("Mixture", "in brackets: not in the frame"),
}
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
    frames: Sequence[FrameUnderSounds],
    *,
    classes: Sequence[str],
    palette: Palette,
    title: str,
) -> Figure:
    """Lay out frames under their sounds, 1578 pixels wide at the figure's own dpi.

    The first column is the truth. Under each prediction stand the second of sound, as the
    square root of its amplitudes, what it is of, and J with the mask that is right under it.

    Args:
        frames: At least one; their images are read from disk.
        classes, palette: Names and colours (RGB in [0, 255]) of the K categories.
        title: Says whose predictions these are.

    Raises:
        FileNotFoundError, ValueError: An image is gone, or cannot be read.
    """
    images = [_fitted(frame.annotation.img_path) for frame in frames]
    heights = [len(image) + STRIP + CAPTION + GAP for image in images]
    page = _Page(width=2 * MARGIN + 6 * CELL + 5 * GAP, height=HEAD + sum(heights) + FOOT)

    page.write(MARGIN, 10, "What is marked when only the sound changes", size=14, weight="bold")
    page.write(MARGIN, 34, title, size=SMALL, colour=GREY)
    headings = [("Ground truth", "filled: sounds, outlined: silent"), *COLUMNS.values()]
    for column, (heading, right) in enumerate(headings):
        page.write(_left(column), HEAD - 50, heading, size=11, weight="bold")
        page.write(_left(column), HEAD - 50 + LINE + 3, right, size=SMALL, colour=GREY)

    top = HEAD
    for frame, image, height in zip(frames, images, heights, strict=True):
        _draw_row(page, top, frame, image, classes=classes, palette=palette)
        top += height
    page.write(
        *(MARGIN, top + 4),
        "Filled: what the model takes to sound. Outlined: candidates that it takes to be silent, "
        "with their audio scores. J: with the mask that is right under this sound, or the fraction "
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
    frame: FrameUnderSounds,
    image: np.ndarray,
    *,
    classes: Sequence[str],
    palette: Palette,
) -> None:
    sample, below = frame.annotation, top + len(image)
    page.show(_left(0), top, draw_annotation(image, sample, classes=classes, palette=palette))
    for line, text in enumerate(_description(sample, classes)):
        page.write(_left(0), below + 6 + line * LINE, _short(text), size=SMALL)
    for column, condition in enumerate(COLUMNS, start=1):
        sound, left = frame.sounds[condition], _left(column)
        drawn = draw_candidates(
            image, sound.prediction, classes=classes, palette=palette, label_silent=True
        )
        page.show(left, top, drawn)
        page.draw_waveform(left, below, sound.waveform.numpy())
        page.write(left, below + STRIP + 2, _short(_name(condition, frame.sounds)), size=SMALL)
        mark, colour = ("✓", GOOD) if sound.right else ("✗", BAD)
        verdict = f"{mark} J {sound.jaccard:.2f}"
        page.write(left, below + STRIP + 2 + LINE, verdict, size=SMALL, colour=colour)


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
        low, high = envelope(waveform, CELL)
        bottom = 1 - (top + STRIP) / self.height
        axes = self.figure.add_axes(
            (left / self.width, bottom, CELL / self.width, STRIP / self.height)
        )
        # an edge, so that silence is a line
        axes.fill_between(np.arange(CELL), low, high, color=WAVEFORM, linewidth=0.8)
        axes.set(xlim=(0, CELL - 1), ylim=(-1.15, 1.15))
        axes.set_axis_off()


def _left(column: int) -> int:
    return MARGIN + column * (CELL + GAP)


def _fitted(path: str) -> np.ndarray:
    """Read an image, RGB, and bring it to the size of a cell."""
    image = np.asarray(open_image(path).convert("RGB"))
    height, width = image.shape[:2]
    scale = CELL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _description(sample: SegDataSample, classes: Sequence[str]) -> list[str]:
    """Say which frame this is and what it shows, in up to three lines."""
    lines = [f"{sample.clip}, second {sample.frame + 1}"]
    for word, field in (("sounds", "gt_sem_seg"), ("silent", "gt_silent_map")):
        if field in sample:
            found = ", ".join(classes[category] for category in category_regions(sample, field)[0])
            lines.append(f"{word}: {found or 'nothing'}")
    return lines


def _name(condition: str, sounds: Mapping[str, ChangedSound]) -> str:
    """Say what sounds; of a mixture, what is not in the frame stands in brackets."""
    if condition in GENERATED_SOUNDS:
        return condition
    sources, own = sounds[condition].sources, sounds["original"].sources
    if condition != "mixture":
        return " + ".join(sources) or "of unknown category"
    added = " + ".join(sources[len(own) :]) or "another"
    joins = bool((sounds["mixture"].truth != sounds["original"].truth).any())
    return " + ".join([*(own or ["its own"]), added if joins else f"({added})"])


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
