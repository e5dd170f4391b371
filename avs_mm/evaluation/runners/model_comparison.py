"""Several checkpoints on the same frames: masks, heat maps, queries, and other sounds."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.datasets.conditioned_frames import (
    ConditionedFrames,
    collate_conditioned,
    conditioned_test_frames,
)
from avs_mm.datasets.map_categories import map_categories
from avs_mm.evaluation.runners.changed_sounds import REPLACEMENTS, FrameUnderSounds
from avs_mm.evaluation.runners.changed_sounds import under_changed_sounds as frame_under_sounds
from avs_mm.evaluation.runners.frame_choice import choose_frames, frames_by_clip, frames_of_clips
from avs_mm.evaluation.runners.one_pass import predict_under_conditions
from avs_mm.evaluation.runners.sound_library import library_of
from avs_mm.launch import read_config
from avs_mm.models import PotentialObjectSegmentor
from avs_mm.trained_model import build_trained_model

__all__ = ["ComparedModel", "choose_places", "load_models", "predict", "queries_of", "under_sounds"]

Place = tuple[str, int]  # clip, 0-based frame


@dataclass(frozen=True)
class ComparedModel:
    """A trained model with the frames of its own config: pipelines differ between methods."""

    title: str
    settings: Config
    model: BaseModel
    frames: ConditionedFrames

    def index_of(self, place: Place) -> int:
        """Return where the data has a frame.

        Raises:
            ValueError: It has not.
        """
        for index in range(len(self.frames.dataset)):
            info = self.frames.dataset.get_data_info(index)
            if (info["clip"], info["frame"]) == place:
                return index
        raise ValueError(
            f"{self.title}: its data has no frame {place[1]} of clip {place[0]}; compare models on "
            "one data set"
        )


def load_models(
    texts: Sequence[str],
    *,
    conditions: Sequence[str] = ("original",),
    device: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> list[ComparedModel]:
    """Load [TITLE=]CONFIG:CHECKPOINT texts; the overrides are of every config.

    Raises:
        FileNotFoundError: A config, a checkpoint or data is missing.
        ValueError: A text is not of this form, or from the checkpoint.
    """
    models = []
    for text in texts:
        found = re.fullmatch(r"(?:(?P<title>[^=]+)=)?(?P<config>[^:=]+\.py):(?P<file>.+)", text)
        if found is None:
            raise ValueError(f"{text!r} is not [TITLE=]CONFIG.py:CHECKPOINT")
        settings = read_config(found["config"], overrides)
        frames = conditioned_test_frames(settings, conditions)
        model = build_trained_model(
            settings, found["file"], classes=frames.metainfo.get("classes") or (), device=device
        )
        map_categories(frames, model.dataset_meta.get("classes") or ())
        title = found["title"] or Path(found["config"]).stem
        models.append(ComparedModel(title, settings, model, frames))
    return models


def choose_places(
    compared: ComparedModel, *, number: int, clips: Sequence[str] = (), seed: int | None = None
) -> list[Place]:
    """Choose frames before any prediction, as ``choose_frames`` does, or those of some clips."""
    dataset = compared.frames.dataset
    if clips:
        chosen = frames_of_clips(dataset, list(dict.fromkeys(clips)))
    else:
        chosen = choose_frames(dataset, number, seed=dataset.audio_seed if seed is None else seed)
    infos = [dataset.get_data_info(index) for index in chosen]
    return [(info["clip"], info["frame"]) for info in infos]


@torch.no_grad()
def predict(compared: ComparedModel, place: Place) -> SegDataSample:
    """Predict a frame under its own sound, together with its clip, on the CPU."""
    index = compared.index_of(place)
    clip = frames_by_clip(compared.frames.dataset)[place[0]]
    batch = collate_conditioned([compared.frames[each] for each in clip])
    for condition, samples in predict_under_conditions(compared.model, batch):
        if condition == "original":
            return samples[clip.index(index)].cpu()
    raise ValueError(f"{compared.title}: was loaded without the original sound")


@torch.no_grad()
def queries_of(compared: ComparedModel, place: Place) -> tuple[SegDataSample, Tensor, Tensor]:
    """Return a stage 1's answer, and every query's mask logits (Q, h, w) and category (Q,).

    The category K is "no object".

    Raises:
        ValueError: The model is no stage 1, and has none in it.
    """
    model = compared.model
    segmentor = model if isinstance(model, PotentialObjectSegmentor) else None
    segmentor = segmentor or getattr(model, "segmentor", None)
    if not isinstance(segmentor, PotentialObjectSegmentor):
        raise ValueError(
            f"{compared.title}: {type(model).__name__} has no queries; give stage 1 or AVSC"
        )
    batch = collate_conditioned([compared.frames[compared.index_of(place)]])
    images = model.data_preprocessor({key: batch[key] for key in ("inputs", "data_samples")}, False)
    class_logits, mask_logits = segmentor(images["inputs"], mode="tensor")
    sample = segmentor(images["inputs"], images["data_samples"], mode="predict")[0].cpu()
    return sample, mask_logits[0].float().cpu(), class_logits[0].argmax(dim=-1).cpu()


def under_sounds(models: Sequence[ComparedModel]) -> Callable[[Place], list[FrameUnderSounds]]:
    """Give a function that predicts a frame under changed sounds by each model, loaded for it."""
    libraries = [
        library_of(compared.frames, compared.settings.test_dataloader.dataset)
        for compared in models
    ]

    def of(place: Place) -> list[FrameUnderSounds]:
        return [
            frame_under_sounds(compared.model, compared.frames, compared.index_of(place), library)
            for compared, library in zip(models, libraries, strict=True)
        ]

    return of


SOUND_CONDITIONS = ("original", *REPLACEMENTS)
