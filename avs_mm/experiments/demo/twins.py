"""The demo's clips with two objects of one category, of which one sounds."""

from collections.abc import Mapping

import numpy as np

from avs_mm.apis.frame import Frame
from avs_mm.apis.inferencer import AVSInferencer
from avs_mm.experiments.demo.page import TWINS, Example, Section
from avs_mm.experiments.twin_clips import expect_two, judge_clips, judged_by_every_way
from avs_mm.mini import CATEGORIES
from avs_mm.mini.twins import SILENT, SOUNDING, TwinClip, draw_twin_clip
from avs_mm.visualization import draw_objects

__all__ = ["twins_told_apart"]

SEED = 100  # none that ``python -m avs_mm.experiments.instances`` reports
WAYS = ("category", "synchrony", "stage 2")


def twins_told_apart(inferencer: AVSInferencer) -> tuple[dict[str, float], Section]:
    """Judge a clip of every category, and draw the middle frame of each.

    Args:
        inferencer: Of stage 2; from now on it gives two candidates a category.

    Returns:
        The figures by their names, and what the page shows.
    """
    expect_two(inferencer, split=True)
    clips = [draw_twin_clip(SEED, index) for index in range(len(CATEGORIES))]
    judged = [judged_by_every_way(inferencer, clip) for clip in clips]
    pictures = judge_clips(clips, judged)
    (ap_category, both, right_category, _), (ap_synchrony, _, right_synchrony, _), stage2 = (
        pictures[way].row() for way in WAYS
    )
    figures = {
        "both_found": both,
        "right_by_category": right_category,
        "right_by_synchrony": right_synchrony,
        "right_by_stage2": stage2[2],
        "AP50_by_category": ap_category,
        "AP50_by_synchrony": ap_synchrony,
    }
    examples = [_example(inferencer, clip, ways) for clip, ways in zip(clips, judged, strict=True)]
    return figures, Section("Two objects of one category, one of which sounds", TWINS, examples)


def _example(inferencer: AVSInferencer, clip: TwinClip, ways: Mapping[str, list[Frame]]) -> Example:
    place = len(clip.frames) // 2
    image, labels = clip.frames[place], clip.labels[place]
    colour = inferencer.palette[clip.category]
    truth = draw_objects(
        image,
        [labels == SOUNDING, labels == SILENT],
        names=["", ""],
        colours=[colour, colour],
        filled=[True, False],
    )
    judged = [ways[way][place] for way in WAYS]
    return Example(
        images=[image, truth, *(_drawn(inferencer, image, frame) for frame in judged)],
        captions=[
            f"second {clip.times[place]:.1f}",
            f"sounding: {inferencer.classes[clip.category]}",
            *(_sounding(frame) for frame in judged),
        ],
    )


def _drawn(inferencer: AVSInferencer, image: np.ndarray, frame: Frame) -> np.ndarray:
    objects = frame.objects
    return draw_objects(
        image,
        [one.mask for one in objects],
        names=[f"{one.category} {one.audio_score:.2f}" for one in objects],
        colours=[inferencer.palette[one.label] for one in objects],
        filled=[one.sounding for one in objects],
    )


def _sounding(frame: Frame) -> str:
    """Name what is said to sound."""
    return ", ".join(one.category for one in frame.objects if one.sounding) or "nothing"
