"""The plots of an evaluation, drawn without a screen and without pyplot's global state."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from avs_mm.evaluation.functional import f_thresholds
from avs_mm.evaluation.metrics.frame_log import NOTHING, FrameLog, LoggedFrame
from avs_mm.visualization.annotation import draw_category_map

__all__ = [
    "plot_f_curve",
    "plot_jaccard_per_category",
    "plot_recognition",
    "plot_worst_frames",
    "write_plots",
]

BLUE, GREY, INK = "#2f6fb3", "#b9c3ce", "#1d2733"
COLUMNS = 2  # of frames on a page, each of three images
DPI = 120


def write_plots(
    log: FrameLog,
    metrics: Mapping[str, Mapping[str, float]],
    folder: Path,
    *,
    metainfo: Mapping[str, Any],
) -> None:
    """Write the plots as PNG.

    Args:
        log: Of the original sound.
        metrics: condition -> name -> value, of which ``audio/RA_{condition}`` is shown.
        folder: Gets F_over_threshold.png, J_per_category.png and worst_frames.png, and where a
            condition has an RA, RA_per_condition.png.
        metainfo: ``classes`` and ``palette`` of the data set.
    """
    recognition = {
        condition: own[name]
        for condition, own in metrics.items()
        if (name := f"audio/RA_{condition}") in own
    }
    plots = {
        "F_over_threshold": plot_f_curve(log.f_curve),
        "J_per_category": plot_jaccard_per_category(log.jaccard_per_category),
        "worst_frames": plot_worst_frames(
            log.worst, classes=metainfo["classes"], palette=metainfo["palette"]
        ),
    }
    if recognition:
        plots["RA_per_condition"] = plot_recognition(recognition)
    for name, plot in plots.items():
        plot.savefig(folder / f"{name}.png", dpi=DPI)


def plot_f_curve(curve: np.ndarray) -> Figure:
    """Draw F over the threshold and mark its maximum, the batch-invariant F.

    Args:
        curve: (255,) in [0, 1], at the official thresholds.
    """
    thresholds = f_thresholds().numpy()
    best = int(curve.argmax())
    figure, axes = _figure(6.4, 4.2)
    axes.plot(thresholds, curve, color=BLUE, linewidth=2)
    axes.plot(thresholds[best], curve[best], "o", color=BLUE)
    right = thresholds[best] > 0.5
    axes.annotate(
        f"F = {curve[best]:.3f} at {thresholds[best]:.3f}",
        (thresholds[best], curve[best]),
        xytext=(-8 if right else 8, 8),
        textcoords="offset points",
        ha="right" if right else "left",
    )
    axes.set(
        title="F over threshold, original sound",
        xlabel="threshold on the probability that a pixel sounds",
        ylabel="F (beta² = 0.3), mean curve of all frames",
        xlim=(-0.01, 1.01),
        ylim=(0, 1.08),
    )
    return figure


def plot_jaccard_per_category(scores: Mapping[str, tuple[float, int]]) -> Figure:
    """Draw the mean J of each category's frames as a bar, the lowest at the bottom.

    Args:
        scores: Mean J in [0, 1] and number of frames of each category.
    """
    names = sorted(scores, key=lambda name: scores[name][0])
    values = [scores[name][0] for name in names]
    figure, axes = _figure(6.4, 1.4 + 0.26 * len(names))
    bars = axes.barh(range(len(names)), values, color=BLUE, height=0.7)
    axes.set_yticks(range(len(names)), [f"{name} ({scores[name][1]})" for name in names])
    axes.bar_label(bars, [f"{value:.3f}" for value in values], padding=3, fontsize=8)
    axes.set(
        title="J per category, original sound (in brackets: frames)",
        xlabel="mean J of the frames in which the category sounds",
        xlim=(0, 1.1),
        ylim=(-0.6, len(names) - 0.4),
    )
    axes.grid(axis="y", visible=False)
    return figure


def plot_recognition(fractions: Mapping[str, float]) -> Figure:
    """Draw RA of each audio condition as a bar.

    Args:
        fractions: Those of the frames without a foreground pixel, [0, 1], of each condition.
    """
    figure, axes = _figure(1.6 + 1.1 * max(3, len(fractions)), 3.8)
    bars = axes.bar(range(len(fractions)), list(fractions.values()), color=BLUE, width=0.6)
    axes.set_xticks(range(len(fractions)), list(fractions))
    axes.bar_label(bars, [f"{fraction:.1%}" for fraction in fractions.values()], padding=3)
    axes.set(
        title="RA: frames that stay empty, as they should",
        ylabel="fraction of the frames",
        xlim=(-0.6, max(3, len(fractions)) - 0.4),
        ylim=(0, 1.1),
    )
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(axis="x", visible=False)
    return figure


def plot_worst_frames(
    frames: Sequence[LoggedFrame], *, classes: Sequence[str], palette: Sequence[Sequence[int]]
) -> Figure:
    """Lay out frames on a page: the image, the truth and the prediction of each, J above.

    Args:
        frames: At least one; their images are read from disk.
        classes, palette: Names and colours (RGB in [0, 255]) of the K categories.

    Raises:
        FileNotFoundError: An image is gone.
    """
    rows = -(-len(frames) // COLUMNS)
    figure = Figure(figsize=(7.2 * COLUMNS, 0.5 + 2.75 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle("Frames of lowest J, original sound: image, truth, prediction")
    grid = figure.subfigures(rows, COLUMNS, squeeze=False, wspace=0.03, hspace=0.02)
    for place, frame in zip(grid.flat, frames, strict=False):
        category = ", ".join(frame.categories) or NOTHING
        place.suptitle(
            f"J {frame.jaccard:.3f}   {category}   {frame.clip}, second {frame.frame + 1}",
            fontsize=9,
        )
        image = _read_rgb(frame.img_path)
        paint = (
            draw_category_map(image, category_map, classes=classes, palette=palette, opacity=0.55)
            for category_map in (frame.truth, frame.prediction)
        )
        for axes, shown in zip(place.subplots(1, 3), (image, *paint), strict=True):
            axes.imshow(shown)
            axes.set_axis_off()
    return figure


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.grid(color=GREY, linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK)
    return figure, axes


def _read_rgb(path: str) -> np.ndarray:
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    if image is None:
        raise FileNotFoundError(f"{path}: cannot be read any more; it was there when it was scored")
    return np.ascontiguousarray(image[..., ::-1])
