"""Sounds that are not the picture's own: silence, noise, and what another clip sounds like.

Every choice follows from a seed, the sample's name and, for foreign sounds, the clips of the split:
it is the same in every run, in every worker and on every machine.
"""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from .avsbench_layout import Clip, Frame
from .category_maps import read_label_map, read_mask

__all__ = ["AUDIO_CONDITIONS", "NOISE_RMS", "UnmatchedSounds", "white_noise"]

AUDIO_CONDITIONS = ("original", "silence", "noise", "unmatched")
NOISE_RMS = 0.1  # -20 dB of full scale


def white_noise(num_samples: int, *, clip: str, second: int, seed: int = 0) -> np.ndarray:
    """Draw Gaussian noise of RMS 0.1 for one second of a clip.

    Returns:
        float32 (num_samples,) in [-1, 1].
    """
    noise = _generator("noise", clip, second, seed).standard_normal(num_samples)
    scaled = noise * NOISE_RMS / np.sqrt(np.mean(noise**2))
    return scaled.clip(-1, 1).astype(np.float32)


class UnmatchedSounds:
    """Pairs a picture with a second of another clip whose categories are not in the picture.

    A picture's categories are those that sound in its clip and, where the maps of silent objects
    are given, those that do not. Seconds in which nothing sounds are no unmatched sound and are
    left out.

    Args:
        clips: Both the pictures and the sounds.
        labels: Name of each label in the clips' label maps; needed where a clip does not say its
            categories.
        silent_labels: Name of each label in the maps of silent objects.
        seed: Another seed gives other pairs.

    Raises:
        ValueError: The categories of a clip are unknown.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        *,
        labels: Mapping[int, str],
        silent_labels: Mapping[int, str],
        seed: int = 0,
    ) -> None:
        self.clips = list(clips)
        self.seed = seed
        self.sounding = {clip.name: _sounding_categories(clip, labels) for clip in clips}
        self.pictured = {
            clip.name: self.sounding[clip.name]
            | _names([frame.silent for frame in clip.frames if frame.silent], silent_labels)
            for clip in clips
        }
        self._sounds: dict[Path, bool] = {}

    def pair(self, clip: str, second: int) -> tuple[Clip, int]:
        """Return the clip and the 0-based second whose sound this picture is shown under.

        Raises:
            ValueError: Every other clip shares a category with the picture.
        """
        generator = _generator("unmatched", clip, second, self.seed)
        for index in generator.permutation(len(self.clips)):
            other = self.clips[index]
            if other.name == clip or self.sounding[other.name] & self.pictured[clip]:
                continue
            for place in generator.permutation(len(other.frames)):
                frame = other.frames[place]
                if frame.mask not in self._sounds:
                    self._sounds[frame.mask] = bool(read_mask(frame.mask).any())
                if self._sounds[frame.mask]:
                    return other, frame.index
        raise ValueError(
            f"clip {clip} ({', '.join(sorted(self.pictured[clip]))}): no other clip of this split "
            "sounds of something else; use audio='silence' or 'noise', or a larger split"
        )


def _generator(purpose: str, clip: str, second: int, seed: int) -> np.random.Generator:
    # crc32 and not hash(): the latter differs from process to process.
    return np.random.default_rng([seed, second, zlib.crc32(f"{purpose}/{clip}".encode())])


def _sounding_categories(clip: Clip, labels: Mapping[int, str]) -> frozenset[str]:
    if clip.categories is not None:
        return frozenset(clip.categories)
    maps = [_label_map(frame, labels) for frame in clip.frames]
    if None in maps:
        raise ValueError(
            f"clip {clip.name}: its categories are unknown, so no sound is surely unmatched; "
            "MS3 needs semantic_root, the folder of AVSBench-semantic"
        )
    return _names([path for path in maps if path], labels)


def _label_map(frame: Frame, labels: Mapping[int, str]) -> Path | None:
    # In AVSS the mask is itself the label map.
    return frame.semantic or (frame.mask if labels else None)


def _names(paths: Sequence[Path], labels: Mapping[int, str]) -> frozenset[str]:
    present = {label for path in paths for label in np.unique(read_label_map(path)).tolist()}
    unknown = present - set(labels) - {0}
    if unknown:
        raise ValueError(
            f"{paths[0].parent}: labels {sorted(unknown)} belong to no category; known: {labels}"
        )
    return frozenset(labels[label] for label in present - {0})
