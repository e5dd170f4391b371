"""Sounds of other clips that share no category with the image.

Every choice follows from a seed, the sample's name and the clips there are to choose from.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from avs_mm.datasets.audio_conditions import seeded_generator
from avs_mm.datasets.avsbench_layout import Clip, Frame
from avs_mm.datasets.category_maps import read_label_map, read_mask
from avs_mm.datasets.scenes import scene_in_name, scenes_of
from avs_mm.datasets.sound_sources import Sound

__all__ = ["UnmatchedSounds"]


class UnmatchedSounds:
    """Pairs an image with a second of another clip whose categories are not in the image.

    An image's categories are those that sound in its clip, those that do not, where their maps are
    given, and those of all clips of the same scene: under another track of it other objects sound.
    Clips are of one scene if their first images are the same file byte for byte, or by
    ``scene_pattern``. Seconds in which nothing sounds are no unmatched sound and are left out.

    Args:
        clips: The images.
        sounds: The clips whose sound is used; default: ``clips``.
        labels: Name of each label in the clips' label maps; needed where a clip does not say its
            categories.
        silent_labels: Name of each label in the maps of silent objects.
        scene_pattern: Regular expression with one group; clips from whose names it takes the same
            text are of one scene. "(.*)_" joins all names that differ behind the last underscore.
        seed: Another seed gives other pairs.

    Raises:
        ValueError: The categories of a clip are unknown; a pattern that fits no clip.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        *,
        sounds: Sequence[Clip] | None = None,
        labels: Mapping[int, str],
        silent_labels: Mapping[int, str],
        scene_pattern: str | None = None,
        seed: int = 0,
    ) -> None:
        self.sounds = list(sounds or clips)
        self.seed = seed
        known = {clip.name: clip for clip in [*clips, *self.sounds]}
        self.sounding = {name: _sounding_categories(clip, labels) for name, clip in known.items()}

        # What the clips of a scene show is shown_in in each of them.
        scenes = _scenes(list(known.values()), scene_pattern)
        shown: dict[str, frozenset[str]] = defaultdict(frozenset)
        for name, clip in known.items():
            silent = [frame.silent for frame in clip.frames if frame.silent]
            for scene in scenes[name]:
                shown[scene] |= self.sounding[name] | _names(silent, silent_labels)
        self.shown_in = {
            clip.name: frozenset[str]().union(*(shown[scene] for scene in scenes[clip.name]))
            for clip in clips
        }
        self._audible: dict[Path, bool] = {}

    def sound_of(self, clip: Clip, frame: Frame) -> Sound:
        """Return a second of another clip.

        Raises:
            ValueError: Every other clip shares a category with the image.
        """
        other, second = self.choose(clip, frame)
        return Sound(other.audio, second.index, self.seed)

    def choose(self, clip: Clip, frame: Frame) -> tuple[Clip, Frame]:
        """Return another clip and one of its seconds; raises as `sound_of`."""
        generator = seeded_generator("unmatched", clip.name, frame.index, self.seed)
        for index in generator.permutation(len(self.sounds)):
            other = self.sounds[index]
            if other.name == clip.name or self.sounding[other.name] & self.shown_in[clip.name]:
                continue
            for place in generator.permutation(len(other.frames)):
                if self._sounds(other.frames[place]):
                    return other, other.frames[place]
        raise ValueError(
            f"clip {clip.name} ({', '.join(sorted(self.shown_in[clip.name]))}): no other clip of "
            f"the {len(self.sounds)} sounds of something else; use audio='noise', or, of AVSBench, "
            "audio='offscreen' or the other splits, too (unmatched_splits=['train', 'val', 'test'])"
        )

    def _sounds(self, frame: Frame) -> bool:
        if frame.mask not in self._audible:
            self._audible[frame.mask] = bool(read_mask(frame.mask).any())
        return self._audible[frame.mask]


def _scenes(clips: Sequence[Clip], pattern: str | None) -> dict[str, set[str]]:
    """Name the scenes of each clip, by a pattern that fits some of them."""
    if pattern is not None and all(scene_in_name(clip.name, pattern) is None for clip in clips):
        raise ValueError(f"scene_pattern {pattern!r} fits no clip; the first is {clips[0].name}")
    return {clip.name: scenes_of(clip.name, clip.frames[0].image, pattern) for clip in clips}


def _sounding_categories(clip: Clip, labels: Mapping[int, str]) -> frozenset[str]:
    if clip.categories is not None:
        return frozenset(clip.categories)
    maps = [_label_map(frame, labels) for frame in clip.frames]
    if None in maps:
        raise ValueError(
            f"clip {clip.name}: its categories are unknown, so no sound is known to be unmatched; "
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
