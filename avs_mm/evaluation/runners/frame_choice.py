"""Which frames of a data set a figure shows, chosen before any prediction."""

from collections.abc import Sequence

import numpy as np
from mmseg.structures import SegDataSample

from avs_mm.datasets.category_maps import categories_in
from avs_mm.datasets.conditioned_dataset import ConditionedDataset
from avs_mm.datasets.scenes import scenes_of

__all__ = ["choose_frames", "frames_by_clip", "frames_of_clips", "sounding_categories"]


def choose_frames(dataset: ConditionedDataset, number: int, *, seed: int = 0) -> list[int]:
    """Draw frames of as many clips, first such whose categories and scene are not yet among them.

    Of a clip it is the middle one of the frames in which something sounds. The model has no say.
    A scene is told by the first frame, and by the data set's ``scene_pattern``.

    Raises:
        ValueError: More frames than there are clips, or none.
    """
    clips = frames_by_clip(dataset)
    if not 1 <= number <= len(clips):
        raise ValueError(
            f"{dataset.root}: the {dataset.split} split has {len(clips)} clips, of which {number} "
            f"were asked for; give a number from 1 to {len(clips)}"
        )
    ranked: tuple[list[int], list[int], list[int]] = ([], [], [])
    shown: set[int] = set()
    scenes: set[str] = set()
    names = list(clips)
    for place in np.random.default_rng(seed).permutation(len(names)):
        frames = clips[names[place]]
        index = _frame_to_show(dataset, frames)
        # clips of one scene with several sound tracks
        first = dataset.get_data_info(frames[0])
        own = scenes_of(first["clip"], first["img_path"], dataset.scene_pattern)
        known = not scenes.isdisjoint(own)
        scenes |= own
        if known:
            ranked[2].append(index)
            continue
        new = sounding_categories(dataset[index]["data_samples"]) - shown
        ranked[0 if new else 1].append(index)
        shown |= new
        if len(ranked[0]) == number:
            break
    return [index for frames in ranked for index in frames][:number]


def frames_of_clips(dataset: ConditionedDataset, names: Sequence[str]) -> list[int]:
    """Return the frame of each named clip that `choose_frames` would show.

    Raises:
        ValueError: A clip that is not in the split.
    """
    clips = frames_by_clip(dataset)
    for name in names:
        if name not in clips:
            examples = ", ".join(list(clips)[:3])
            raise ValueError(
                f"{dataset.root}: clip {name} is not in the {dataset.split} split, whose "
                f"{len(clips)} clips begin with {examples}; give one of them, or another split"
            )
    return [_frame_to_show(dataset, clips[name]) for name in names]


def frames_by_clip(dataset: ConditionedDataset) -> dict[str, list[int]]:
    """Return the indices of each clip's frames, in the order of the data."""
    clips: dict[str, list[int]] = {}
    for index in range(len(dataset)):
        clips.setdefault(dataset.get_data_info(index)["clip"], []).append(index)
    return clips


def _frame_to_show(dataset: ConditionedDataset, frames: Sequence[int]) -> int:
    """Return the middle one of a clip's frames in which something sounds, else of all."""
    samples = [dataset[index]["data_samples"] for index in frames]
    sounding = [
        index
        for index, sample in zip(frames, samples, strict=True)
        if "gt_sounding_mask" in sample and sample.gt_sounding_mask.data.any()
    ] or frames
    return sounding[len(sounding) // 2]


def sounding_categories(sample: SegDataSample) -> frozenset[int]:
    """Return the categories that sound in an annotated sample; none where they are not known."""
    if "gt_sem_seg" not in sample:
        return frozenset()
    return frozenset(categories_in(sample.gt_sem_seg.data).tolist())
