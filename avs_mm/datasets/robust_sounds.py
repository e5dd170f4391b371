"""AVSBench-Robust's off-screen sounds: those of a clip of another group of the same split."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from mmengine.logging import print_log

from avs_mm.datasets.audio_conditions import seeded_generator
from avs_mm.datasets.avsbench_layout import AVSS_COLUMNS, TABLES, Clip, Frame
from avs_mm.datasets.sound_sources import Sound
from avs_mm.datasets.tables import read_table

__all__ = ["SOUND_GROUPS", "RobustSounds", "clip_words"]

# What AVSBench-Robust groups; a word of MS3's a_obj that is not here belongs to no group.
# fmt: off
S4_GROUPS = {
    "music": ("playing_acoustic_guitar", "playing_glockenspiel", "playing_piano", "playing_tabla",
              "playing_ukulele", "playing_violin"),
    "human": ("baby_laughter", "female_singing", "male_speech"),
    "animal": ("cat_meowing", "coyote_howling", "dog_barking", "horse_clip-clop", "lions_roaring",
               "mynah_bird_singing"),
    "device": ("driving_buses", "helicopter", "race_car", "ambulance_siren", "cap_gun_shooting",
               "chainsawing_trees", "lawn_mowing", "typing_on_computer_keyboard"),
}
MS3_GROUPS = {
    "music": ("guitar", "tabla", "violin", "ukulele", "piano", "marimba"),
    "human": ("man", "woman", "baby"),
    "animal": ("dog", "cat", "lion", "bird", "wolf"),
    "device": ("mower", "background", "bus", "car", "gun", "saw", "emergency-car", "keyboard"),
}
# fmt: on
SOUND_GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        subset: {name: group for group, names in groups.items() for name in names}
        for subset, groups in (("s4", S4_GROUPS), ("ms3", MS3_GROUPS))
    }
)
# The group that is never drawn for another. S4's code excludes "vehicle" for devices: no group.
UNSUITABLE = {
    "s4": {"music": "human", "human": "music", "animal": "human"},
    "ms3": {"music": "human", "human": "music", "animal": "human", "device": "music"},
}


class RobustSounds:
    """Pairs a clip with another clip of its split, by the groups of AVSBench-Robust.

    Drawn is a clip of neither the own group nor the one that is unsuitable for it. In S4 first a
    category, then one of its clips; in MS3 one of all clips that share no group with this one and
    have none that is unsuitable. Where that leaves nothing, as for an animal beside a device in
    MS3, any other clip is drawn, in S4 of any other category; their number is logged. All seconds
    of a clip come from the one drawn, in their order. The published pairs depend on the order in
    which a folder is listed: these follow from the seed and the names.

    Args:
        clips: Of the split.
        words: Of each clip, by its name, what sounds in it (`clip_words`).
        subset: "s4" or "ms3".
        groups: Category -> "music", "human", "animal" or "device"; default: ``SOUND_GROUPS``.
        seed: Another seed gives other pairs; the paper's is 42.

    Source: AVSBench-Robust (arXiv 2502.00358), its audio_processing.py. A clip of MS3 of no group
    gets no file there.

    Raises:
        ValueError: A subset without groups, an unknown group, no clip of any group, or a clip for
            which the split has no other one.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        *,
        words: Mapping[str, frozenset[str]],
        subset: str,
        groups: Mapping[str, str] | None = None,
        seed: int = 0,
    ) -> None:
        if subset not in UNSUITABLE:
            raise ValueError("AVSBench-Robust groups S4 and MS3; 'offscreen_official' has no other")
        known = {"music", "human", "animal", "device"}
        self.groups = dict(SOUND_GROUPS[subset] if groups is None else groups)
        if strangers := sorted(set(self.groups.values()) - known):
            raise ValueError(f"sound_groups are of {sorted(known)}, not {strangers}")
        self.clips = list(clips)
        self.words = words
        self.subset = subset
        self.seed = seed
        if not any(map(self._groups_of, self.clips)):
            found = sorted({word for clip in self.clips for word in self.words[clip.name]})
            raise ValueError(
                f"no clip of the split is of a group of AVSBench-Robust, but of {found}; name the "
                "groups of these categories with sound_groups"
            )
        self.partners = {clip.name: self._draw(clip) for clip in self.clips}
        self._log_fallbacks()

    def sound_of(self, clip: Clip, frame: Frame) -> Sound:
        """Return the frame's second of the clip that is drawn for its own."""
        partner, fallback = self.partners[clip.name]
        return Sound(partner.audio, frame.index, self.seed, fallback)

    def suitable(self, clip: Clip) -> list[list[Clip]]:
        """List the clips that the groups allow: in S4 a list a category, in MS3 one of all."""
        own = self._groups_of(clip)
        if not own:
            return []
        excluded = own | {UNSUITABLE[self.subset].get(group) for group in own}
        return self._by_category(
            other
            for other in self.clips
            if other.name != clip.name
            and not self._groups_of(other) & excluded
            and (self.subset == "ms3" or self._groups_of(other))
        )

    def others(self, clip: Clip) -> list[list[Clip]]:
        """List what is drawn from where the groups allow nothing, in the same form."""
        same = self.words[clip.name] if self.subset == "s4" else frozenset()
        return self._by_category(
            other
            for other in self.clips
            if other.name != clip.name and not self.words[other.name] & same
        )

    def _draw(self, clip: Clip) -> tuple[Clip, bool]:
        """Return the clip that is drawn, and whether the groups allowed none."""
        categories = self.suitable(clip)
        fallback = not categories
        if fallback and not (categories := self.others(clip)):
            raise ValueError(
                f"clip {clip.name}: the split has no other clip"
                f"{' of another category' if self.subset == 's4' else ''} to pair it with; use "
                "audio='offscreen', with sounds of your own"
            )
        generator = seeded_generator("offscreen_official", clip.name, 0, self.seed)
        clips = categories[generator.integers(len(categories))]
        return clips[generator.integers(len(clips))], fallback

    def _by_category(self, clips: Iterable[Clip]) -> list[list[Clip]]:
        parts: dict[str, list[Clip]] = {}
        for clip in clips:
            category = min(self.words[clip.name]) if self.subset == "s4" else ""
            parts.setdefault(category, []).append(clip)
        return list(parts.values())

    def _groups_of(self, clip: Clip) -> set[str]:
        return {self.groups[word] for word in self.words[clip.name] if word in self.groups}

    def _log_fallbacks(self) -> None:
        names = [name for name, (_, fallback) in self.partners.items() if fallback]
        if names:
            first = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
            print_log(
                f"offscreen_official: the groups leave nothing for {len(names)} of "
                f"{len(self.clips)} clips, so that any other was drawn: {first}",
                logger="current",
            )


def clip_words(
    clips: Sequence[Clip], *, subset: str, semantic_root: Path | None
) -> dict[str, frozenset[str]]:
    """Return what sounds in each clip, in the words of the csv.

    Raises:
        ValueError: MS3 without AVSBench-semantic.
    """
    if subset != "ms3":
        return {clip.name: frozenset(clip.categories or ()) for clip in clips}
    if semantic_root is None:
        raise ValueError(
            "'offscreen_official' needs to know what sounds in MS3: give semantic_root, the folder "
            "of AVSBench-semantic"
        )
    rows = read_table(semantic_root / TABLES["avss"], AVSS_COLUMNS, by_name=True)
    words = {row["uid"]: row["a_obj"].split("_") for row in rows if row["label"] == "v1m"}
    return {clip.name: frozenset(words.get(clip.name, ())) for clip in clips}
