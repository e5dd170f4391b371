"""The paper's Figures 1 and 3 to 7: frames down, models or sounds across, one image a cell."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor

__all__ = ["draw_heat_map", "draw_queries", "plot_grid"]

DPI, CELL, GAP = 100, 224, 8  # pixels
HEAD, SIDE, CAPTION = 60, 96, 20
INK, GREY = "#1d2733", "#5a6675"
Palette = Sequence[Sequence[int]]


def plot_grid(
    cells: Sequence[Sequence[np.ndarray]],
    *,
    columns: Sequence[str],
    rows: Sequence[str],
    captions: Sequence[Sequence[str]],
    title: str,
) -> Figure:
    """Lay out images, RGB uint8 of any size, in a grid with headings.

    Args:
        cells: Rows of images, as many in each as there are ``columns``.
        captions: Text below each image, "" for none.

    Raises:
        ValueError: The numbers of images and headings differ.
    """
    if len(cells) != len(rows) or any(len(row) != len(columns) for row in cells):
        raise ValueError(f"{len(rows)} x {len(columns)} headings do not fit the images")
    width = SIDE + len(columns) * (CELL + GAP) + GAP
    height = HEAD + len(rows) * (CELL + CAPTION + GAP)
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    FigureCanvasAgg(figure)

    def write(left: float, top: float, text: str, **font: Any) -> None:
        figure.text(left / width, 1 - top / height, text, va="top", **font)

    write(GAP, 8, title, color=INK, fontsize=10, weight="bold")
    for number, heading in enumerate(columns):
        write(SIDE + number * (CELL + GAP), HEAD - 24, heading, color=INK, fontsize=10)
    for line, (images, heading) in enumerate(zip(cells, rows, strict=True)):
        top = HEAD + line * (CELL + CAPTION + GAP)
        write(GAP, top, _wrapped(heading), color=GREY, fontsize=7)
        for number, image in enumerate(images):
            left, fitted = SIDE + number * (CELL + GAP), _fitted(image)
            figure.figimage(fitted, left, height - top - len(fitted), origin="upper")
            write(left, top + CELL + 3, captions[line][number], color=GREY, fontsize=7)
    return figure


def draw_heat_map(image: np.ndarray, heat: Tensor, *, opacity: float = 0.5) -> np.ndarray:
    """Lay a heat map (1, H, W) in [0, 1] over an image, blue to red as the paper's Figure 6."""
    levels = np.rint(heat[0].numpy() * 255).astype(np.uint8)
    levels = cv2.resize(levels, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    colours = cv2.applyColorMap(levels, cv2.COLORMAP_JET)[..., ::-1]
    return cv2.addWeighted(image, 1 - opacity, np.ascontiguousarray(colours), opacity, 0)


def draw_queries(
    image: np.ndarray, mask_logits: Tensor, categories: Tensor, *, palette: Palette
) -> np.ndarray:
    """Outline the mask of every query, "no object" in grey, as the paper's Figure 3.

    Args:
        mask_logits: (Q, h, w); a mask is where they are above 0 at the image's size.
        categories: (Q,), K for "no object".
    """
    canvas = image.copy()
    order = categories.argsort(descending=True)  # categories come over "no object"
    for query in order.tolist():
        full = cv2.resize(
            mask_logits[query].numpy(), image.shape[1::-1], interpolation=cv2.INTER_LINEAR
        )
        outline, _ = cv2.findContours(
            (full > 0).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE
        )
        category = int(categories[query])
        named = category < len(palette)
        colour = _light(palette[category]) if named else (150, 150, 150)
        width = max(1, round(min(image.shape[:2]) / 112)) if named else 1
        cv2.drawContours(canvas, outline, -1, colour, width, cv2.LINE_AA)
    return canvas


def _light(colour: Sequence[int]) -> tuple[int, int, int]:
    red, green, blue = ((255 + channel) // 2 for channel in colour)
    return red, green, blue


def _fitted(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    scale = CELL / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def _wrapped(text: str, width: int = 18) -> str:
    lines = [part[k : k + width] for part in text.split("\n") for k in range(0, len(part), width)]
    return "\n".join(lines)
