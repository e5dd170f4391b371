"""The caches of stage 2's frozen networks, and the sounds that are not worth keeping."""

from collections.abc import Mapping
from typing import Any

from mmseg.structures import SegDataSample

from avs_mm.models.audio import AudioEncoder
from avs_mm.models.candidate_cache import CandidateCache
from avs_mm.models.embedding_cache import EmbeddingCache
from avs_mm.models.potential_object_segmentor import PotentialObjectSegmentor
from avs_mm.store import FrozenStore

__all__ = ["build_caches", "is_random_sound"]

RANDOM_CONDITIONS = ("noise", "mute", "mixture")  # each time another sound


def build_caches(
    segmentor: PotentialObjectSegmentor,
    audio_encoder: AudioEncoder,
    *,
    segmentor_settings: Mapping[str, Any],
    audio_settings: Mapping[str, Any],
    remember_frames: int,
    store: str | None,
) -> tuple[CandidateCache, EmbeddingCache]:
    """Build the caches of candidates and of embeddings, which remember these with a store alone.

    Args:
        segmentor_settings, audio_settings: Configs of the two, which are part of a store's key.
        remember_frames: Images whose candidates are kept in memory, where there is no store.
        store: Folder of all stores, or None.
    """
    if store is None:
        return (
            CandidateCache(segmentor, most_frames=remember_frames),
            EmbeddingCache(audio_encoder, store=None),
        )
    candidates = FrozenStore(
        store, name="candidates", module=segmentor, settings=segmentor_settings
    )
    sounds = FrozenStore(store, name="sounds", module=audio_encoder, settings=audio_settings)
    return (
        CandidateCache(segmentor, store=candidates),
        EmbeddingCache(audio_encoder, store=sounds),
    )


def is_random_sound(sample: SegDataSample) -> bool:
    """Whether a sample's sound was drawn or augmented at random, so that it does not come again."""
    if sample.get("audio_augmented", False):
        return True
    return sample.get("audio_condition") in RANDOM_CONDITIONS
