"""Objects painted over a frame: the one overlay of this package."""

from collections.abc import Sequence

import cv2
import numpy as np
from mmseg.structures import SegDataSample

from avs_mm.datasets.category_maps import regions_of
from avs_mm.models.sounding_candidates import is_sounding

__all__ = ["UNKNOWN", "Colour", "draw_candidates", "draw_objects", "sounding_candidates"]

FONT = cv2.FONT_HERSHEY_DUPLEX
WHITE = (255, 255, 255)
BLACK = (20, 20, 20)
UNKNOWN = (255, 176, 0)  # of a mask that says nothing of categories
Colour = Sequence[int]
Box = tuple[int, int, int, int]  # left, top, right, bottom


def draw_candidates(
    image: np.ndarray,
    sample: SegDataSample,
    *,
    classes: Sequence[str],
    palette: Sequence[Colour],
    label_silent: bool = False,
) -> np.ndarray:
    """Paint sounding candidates as translucent, labelled masks and silent ones as thin outlines.

    The number in a label is the candidate's audio score, or its visual score where the model uses
    no sound (stage 1). Of a model without candidates the regions of its categories are
    painted, or its binary mask.

    Args:
        image: RGB uint8 (H, W, 3), of any size; left untouched.
        sample: Prediction of this image.
        classes: Names of the K categories.
        palette: K colours, RGB in [0, 255].
        label_silent: Whether silent candidates are labelled, too.

    Returns:
        RGB uint8 (H, W, 3).
    """
    if "pred_instances" not in sample and sample.get("predicts_categories", False):
        labels, regions = regions_of(sample.pred_sem_seg.data)
        chosen = labels.tolist()
        names, colours = [classes[k] for k in chosen], [palette[k] for k in chosen]
        filled = [True] * len(chosen)
        return draw_objects(image, regions.numpy(), names=names, colours=colours, filled=filled)
    if "pred_instances" not in sample:
        mask = sample.pred_sem_seg.data.numpy() == 1
        return draw_objects(image, mask, names=[""], colours=[UNKNOWN], filled=[True])
    candidates = sample.pred_instances
    labels = candidates.labels.tolist()
    scores = candidates.get("audio_scores", candidates.scores).tolist()
    sounding = sounding_candidates(sample)
    return draw_objects(
        image,
        candidates.masks.numpy(),
        names=[
            f"{classes[label]} {score:.2f}" if sounds or label_silent else ""
            for label, score, sounds in zip(labels, scores, sounding, strict=True)
        ],
        colours=[palette[label] for label in labels],
        filled=sounding,
    )


def sounding_candidates(sample: SegDataSample) -> list[bool]:
    """Tell which of the n candidates in ``sample.pred_instances`` sound.

    The answer is the model's own, ``pred_sem_seg``, as of ``is_sounding``. So no threshold is
    repeated here, and stage 1 alone is served as well.
    """
    return is_sounding(sample.pred_instances, sample.pred_sem_seg.data[0])


def draw_objects(
    image: np.ndarray,
    masks: np.ndarray | Sequence[np.ndarray],
    *,
    names: Sequence[str],
    colours: Sequence[Colour],
    filled: Sequence[bool],
    opacity: float = 0.45,
) -> np.ndarray:
    """Paint n objects, each filled with its colour or only outlined, and write their names.

    Args:
        image: RGB uint8 (H, W, 3); left untouched.
        masks: n of bool (h, w), brought to the image's size.
        names: Text of each label; no label where it is empty.
        colours: RGB in [0, 255] of each; dark ones, such as VOC's palette has, are brightened.
        filled: Whether each is painted, or has a thin outline only.
        opacity: Of the paint, in [0, 1].

    Returns:
        RGB uint8 (H, W, 3).
    """
    canvas = image.copy()
    masks = [_at_size_of(image, mask) for mask in masks]
    thickness = max(1, round(min(image.shape[:2]) / 240))
    # Paint comes over outlines, and a small object over the large one behind it.
    visible = [index for index, mask in enumerate(masks) if mask.any()]
    visible.sort(key=lambda index: (filled[index], -np.count_nonzero(masks[index])))

    for index in visible:
        mask, colour = masks[index], _bright(colours[index])
        outline, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        if filled[index]:
            _blend(canvas, mask, colour, opacity=opacity)
            cv2.drawContours(canvas, outline, -1, colour, thickness + 1, cv2.LINE_AA)
        else:
            # A half-transparent dark edge keeps the light line visible on a bright background.
            edged = cv2.drawContours(canvas.copy(), outline, -1, BLACK, thickness + 1)
            canvas = cv2.addWeighted(edged, 0.5, canvas, 0.5, 0)
            pale = tuple((channel + 255) // 2 for channel in colour)
            cv2.drawContours(canvas, outline, -1, pale, thickness, cv2.LINE_AA)

    taken: list[Box] = []
    for index in visible:
        if names[index]:
            background = _bright(colours[index]) if filled[index] else BLACK
            taken.append(_draw_label(canvas, names[index], masks[index], background, taken))
    return canvas


def _blend(
    canvas: np.ndarray, mask: np.ndarray, colour: tuple[int, int, int], *, opacity: float
) -> None:
    """Mix a colour into the pixels of ``mask``, in place, by a table of all 256 brightnesses."""
    levels = (1 - opacity) * np.arange(256)[:, None] + opacity * np.array(colour)
    painted = cv2.LUT(canvas, np.rint(levels).astype(np.uint8)[:, None])
    cv2.copyTo(painted, mask.view(np.uint8), canvas)


def _draw_label(
    canvas: np.ndarray,
    text: str,
    mask: np.ndarray,
    background: tuple[int, int, int],
    taken: list[Box],
) -> Box:
    """Write ``text`` at the top of ``mask``, below the labels that are there already."""
    height, width = mask.shape
    scale = font_scale(height)
    (text_width, text_height), below = cv2.getTextSize(text, FONT, scale, 1)
    box_width, box_height = text_width + 6, text_height + below + 3

    rows, columns = np.nonzero(mask)
    middle = (columns.min() + columns.max()) // 2
    left = int(np.clip(middle - box_width // 2, 0, max(0, width - box_width)))
    top = int(np.clip(rows.min() - box_height, 0, max(0, height - box_height)))
    for other in sorted(taken, key=lambda box: box[1]):
        beside = left >= other[2] or other[0] >= left + box_width
        if not beside and top < other[3] and other[1] < top + box_height:
            top = other[3] + 1
    box = (left, top, left + box_width, top + box_height)

    luminance = 0.299 * background[0] + 0.587 * background[1] + 0.114 * background[2]
    ink = BLACK if luminance > 140 else WHITE
    cv2.rectangle(canvas, (left, top), (box[2] - 1, box[3] - 1), background, cv2.FILLED)
    origin = (left + 3, top + text_height + 1)
    cv2.putText(canvas, text, origin, FONT, scale, ink, 1, cv2.LINE_AA)
    return box


def _at_size_of(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    if mask.shape == (height, width):
        return mask
    resized = cv2.resize(mask.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return resized > 0


def font_scale(height: int) -> float:
    """Return the size of the text on an image of some height, for OpenCV."""
    return float(np.clip(height / 600, 0.38, 1.0))


def _bright(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = (round((255 * channel) ** 0.5) for channel in colour)
    return red, green, blue
