"""The same frame under several sounds: what is played, what is right, what a model predicts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.datasets.audio_conditions import seeded_generator
from avs_mm.datasets.conditioned_frames import ConditionedFrames, collate_conditioned
from avs_mm.evaluation.functional import foreground, jaccard, recognised_silence
from avs_mm.evaluation.metrics.sample_fields import (
    category_regions,
    naming,
    sounding_map,
    sounding_mask,
)
from avs_mm.evaluation.runners.frame_choice import frames_by_clip, sounding_categories
from avs_mm.evaluation.runners.one_pass import predict_under_conditions
from avs_mm.evaluation.runners.sound_library import SoundLibrary
from avs_mm.models import PotentialObjectSegmentor
from avs_mm.models.two_step_prediction import check_two_steps

__all__ = [
    "REPLACEMENTS",
    "ChangedSound",
    "FrameUnderSounds",
    "mixed",
    "under_changed_sounds",
]


# The conditions that the data set gives beside the frame's own sound.
REPLACEMENTS = ("silence", "noise", "unmatched")


@dataclass(frozen=True)
class ChangedSound:
    """One sound of a frame and a model's prediction under it.

    ``waveform`` is the second that is played, float32 (N,); ``truth`` what is to be marked, bool
    (H, W); ``prediction`` the sample with what the model has added, on the CPU.
    """

    sources: tuple[str, ...]  # names of what sounds, as far as they are known
    waveform: Tensor
    truth: Tensor
    prediction: SegDataSample
    jaccard: (
        float  # as in tools/evaluate.py: the fraction left empty, where nothing is to be marked
    )
    right: bool  # see `under_changed_sounds`


@dataclass(frozen=True)
class FrameUnderSounds:
    """A frame of the data, and of each condition its sound with the prediction, "mixture" last."""

    annotation: SegDataSample
    sounds: dict[str, ChangedSound]


@torch.no_grad()
def under_changed_sounds(
    model: Any, frames: ConditionedFrames, index: int, library: SoundLibrary, *, fp16: bool = False
) -> FrameUnderSounds:
    """Encode the images of a frame's clip once, and predict under one sound after another.

    The mixture is the frame's own sound and that of its largest silent object of which the library
    has a sound: then that object is to be marked, too. Where no such object is known, it is the own
    and the unmatched sound. The clip's other frames, which some models attend to, are under
    the same condition; their mixtures have the same second in them.

    A prediction is right if J is above 0.5, more than half of every object that is to be marked is
    marked, and at most half of any other that the data knows to be there; where nothing is to be
    marked, if not one pixel is.

    Args:
        model: As in ``one_pass.evaluate_conditions``; in evaluation mode afterwards.
        frames: With the conditions "original", "silence", "noise" and "unmatched".
        index: Of the frame.
        library: Names the unmatched sounds, and has those of the silent objects.

    Raises:
        ValueError: The model is stage 1, which uses no sound, or cannot predict in two steps; the
            annotation is missing, or of another size than the image.
    """
    if isinstance(model, PotentialObjectSegmentor):
        raise ValueError(
            f"{type(model).__name__} is stage 1, which uses no sound; give a config and a "
            "checkpoint of stage 2, such as configs/mini/avsc.py"
        )
    check_two_steps(model)
    model.eval()
    info = frames.dataset.get_data_info(index)
    clip = frames_by_clip(frames.dataset)[info["clip"]]
    items = [frames[place] for place in clip]
    shown = clip.index(index)
    sample, audios = items[shown]["data_samples"], items[shown]["audios"]

    # What is played, and what is to be marked under it
    metainfo = audios["unmatched"]["metainfo"]
    own = sounding_categories(sample)
    unmatched = library.categories_of(metainfo["audio_path"], metainfo["second"])
    objects, (_, silent) = _objects(sample), category_regions(sample, "gt_silent_map")
    generator = seeded_generator("mixture", info["clip"], info["frame"], frames.dataset.audio_seed)
    joining = _silent_object_with_sound(sample, library, generator)
    added, other, region = joining or (unmatched, audios["unmatched"]["audio"], objects[:0])
    sources = {"original": [own], "unmatched": [unmatched], "mixture": [own, added]}
    to_mark = {"original": objects, "mixture": torch.cat([objects, region])}
    for item in items:
        original = item["audios"]["original"]
        item["audios"]["mixture"] = {
            "audio": mixed(original["audio"], other),
            "metainfo": {**original["metainfo"], "audio_condition": "mixture"},
        }

    classes = frames.metainfo["classes"]
    sounds = {}
    for condition, predictions in predict_under_conditions(
        model, collate_conditioned(items), fp16=fp16
    ):
        prediction = predictions[shown].cpu()
        expected = to_mark.get(condition, objects[:0])
        score, right = _judge(sounding_map(prediction.to_dict()), expected, silent)
        sounds[condition] = ChangedSound(
            sources=tuple(
                classes[category]
                for categories in sources.get(condition, ())
                for category in sorted(categories)
            ),
            waveform=audios[condition]["audio"],
            truth=expected.any(dim=0),
            prediction=prediction,
            jaccard=score,
            right=right,
        )
    return FrameUnderSounds(annotation=sample, sounds=sounds)


def mixed(waveform: Tensor, other: Tensor) -> Tensor:
    """Add two sounds (N,) as they are, clipped to [-1, 1]."""
    return (waveform + other).clamp(-1, 1)


def _objects(sample: SegDataSample) -> Tensor:
    """Return the region of each category that sounds, bool (n, H, W); of all, if none is known."""
    fields = sample.to_dict()
    with naming(fields):
        mask = sounding_mask(fields, size=torch.Size(sample.ori_shape[:2])).bool()
    if "gt_sem_seg" in sample:
        return category_regions(sample, "gt_sem_seg")[1]
    return mask[mask.flatten(1).any(dim=1)]


def _silent_object_with_sound(
    sample: SegDataSample, library: SoundLibrary, generator: np.random.Generator
) -> tuple[frozenset[int], Tensor, Tensor] | None:
    """Find the largest silent object that has a sound: category, sound (N,), region (1, H, W)."""
    categories, regions = category_regions(sample, "gt_silent_map")
    areas = regions.flatten(1).sum(dim=1)
    for place in areas.argsort(descending=True).tolist():
        category = categories[place]
        if category in sounding_categories(sample):
            continue
        sound = library.sound_alone(category, generator)
        if sound is not None:
            return frozenset({category}), sound, regions[place : place + 1]
    return None


def _judge(prob: Tensor, objects: Tensor, silent: Tensor) -> tuple[float, bool]:
    """Compute J of a sounding map (1, H, W), and whether it marks the objects and no silent one.

    Args:
        objects: bool (n, H, W), what is to be marked.
        silent: bool (m, H, W); one that is also among the objects counts as one of them.
    """
    truth = objects.any(dim=0, keepdim=True)
    score = float(jaccard(prob, truth))
    if not len(objects):
        return score, bool(recognised_silence(prob))
    others = silent[~(silent & truth).flatten(1).any(dim=1)]
    found, added = (_marked_fraction(prob, regions) > 0.5 for regions in (objects, others))
    return score, score > 0.5 and bool(found.all()) and not bool(added.any())


def _marked_fraction(prob: Tensor, regions: Tensor) -> Tensor:
    """Fraction of each region's pixels that is marked, (n,)."""
    marked = foreground(prob) & regions
    return marked.flatten(1).sum(dim=1) / regions.flatten(1).sum(dim=1)
