"""AVSBench as a data set of mmseg: one sample is one frame and the second of sound before it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from avs_mm.datasets.audio_conditions import AUDIO_CONDITIONS
from avs_mm.datasets.audio_pairs import RecordedSounds
from avs_mm.datasets.avsbench_layout import (
    AVSS_PARTS,
    SUBSETS,
    TABLES,
    Clip,
    list_clips,
    read_label2idx,
    read_s4_categories,
)
from avs_mm.datasets.categories import category_positions, check_categories, checked_classes
from avs_mm.datasets.category_dataset import with_categories
from avs_mm.datasets.conditioned_dataset import ConditionedDataset, check_choice
from avs_mm.datasets.offscreen_sounds import OffscreenSounds
from avs_mm.datasets.robust_sounds import RobustSounds, clip_words
from avs_mm.datasets.sound_sources import OwnSounds, SoundSource
from avs_mm.datasets.tables import SPLITS
from avs_mm.datasets.unmatched_sounds import UnmatchedSounds
from avs_mm.registry import DATASETS

__all__ = ["AVSBenchDataset"]


@DATASETS.register_module()
class AVSBenchDataset(ConditionedDataset):
    """AVSBench's S4, MS3 and AVSS as they lie on disk (Zhou et al., ECCV 2022 and IJCV 2024).

    A sample holds ``img_path``, ``seg_map_path``, ``audio_path``, ``clip``, ``frame`` and
    ``second`` (0-based; the sound is that of [second, second + 1) s), ``audio_condition`` and
    ``subset``; S4 adds ``category``, its clip's index in ``metainfo["classes"]``, AVSS ``part``.

    The K categories, without the background, are the data's own: those of S4's csv in alphabetical
    order, or those of AVSBench-semantic's label2idx.json in its order. MS3 alone knows none: its
    ``classes`` are then empty, which is enough for everything that needs no category.

    In S4's train split the frames without a mask are no samples. Any other absent file is an error
    at construction.

    Args:
        subset: "s4", "ms3" or "avss".
        split: "train", "val" or "test".
        data_root: Folder that holds the content of Single-source, Multi-sources or
            AVSBench-semantic: the one with the csv.
        semantic_root: MS3 only: folder of AVSBench-semantic, for the categories of MS3's masks.
        labels: AVSS only: the parts to read, of "v1s", "v1m" and "v2"; default: all.
        audio: The sound: the image's "original" sound, "silence", "noise" (white, RMS 0.1),
            "unmatched" (a second of another clip that shares no category with the image),
            "offscreen" (a second of ``offscreen_root``), "mute" (dither of one 16-bit step),
            "silence_official", "noise_official" or "offscreen_official" (AVSBench-Robust's own), or
            None for samples without sound. docs/data.md defines each.
        audio_seed: Of everything that is drawn: noise, dither, unmatched and off-screen sounds.
        audio_pairs: File of ``write_audio_pairs``: its sounds are used again, by its own seeds.
        offscreen_root: Folder of wav files of which nothing is in any image.
        sound_groups: Of each category the group by which "offscreen_official" pairs it; default:
            AVSBench-Robust's (``RobustSounds``).
        unmatched_splits: Splits whose clips the unmatched sounds come from; default: ``split``.
        scene_pattern: Regular expression whose one group names the scene in a clip's name; see
            ``UnmatchedSounds``.
        silent_root: Folder with label maps of the objects that do not sound,
            ``{split}/{clip}/{clip}_{1..5}.png``: 0 nothing, k + 1 category k in alphabetical order.
        teacher_root: The same layout, of objects that a network sees and nobody has labelled
            (tools/label_silent_objects.py); stage 1 learns them beside the labelled ones.
        metainfo: ``classes`` here replaces the data's own categories, in this order.
        pipeline, test_mode, indices, serialize_data, lazy_init, max_refetch: As in mmengine's
            ``BaseDataset``.

    Raises:
        FileNotFoundError: Files are missing; the message counts the clips and names the first.
        ValueError: An unknown subset, split, audio condition or category; a csv without the
            columns it needs.
    """

    CONDITIONS = AUDIO_CONDITIONS

    def __init__(
        self,
        *,
        subset: str,
        split: str,
        data_root: str | Path,
        semantic_root: str | Path | None = None,
        labels: Sequence[str] | None = None,
        audio: str | None = "original",
        audio_seed: int = 0,
        audio_pairs: str | Path | None = None,
        offscreen_root: str | Path | None = None,
        sound_groups: Mapping[str, str] | None = None,
        unmatched_splits: Sequence[str] | None = None,
        scene_pattern: str | None = None,
        silent_root: str | Path | None = None,
        teacher_root: str | Path | None = None,
        metainfo: Mapping[str, Any] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        indices: int | Sequence[int] | None = None,
        serialize_data: bool = True,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        check_choice("subset", subset, SUBSETS)
        check_choice("split", split, SPLITS)
        if audio is not None:
            check_choice("audio", audio, AUDIO_CONDITIONS)
        if audio == "offscreen" and offscreen_root is None:
            raise ValueError("audio='offscreen' needs offscreen_root, a folder of wav files")
        if audio is None and audio_pairs is not None:
            raise ValueError("audio_pairs is a list of sounds, but audio is None; leave one out")
        for part in labels or ():
            check_choice("labels", part, AVSS_PARTS)
        for other in unmatched_splits or ():
            check_choice("unmatched_splits", other, SPLITS)
        if semantic_root is not None and subset != "ms3":
            raise ValueError(f"semantic_root goes with subset 'ms3', not {subset!r}; leave it out")
        if silent_root is not None and teacher_root is not None:
            raise ValueError(
                "silent_root is for evaluation, teacher_root for training: give a data set one"
            )
        if labels is not None and subset != "avss":
            raise ValueError(f"labels goes with subset 'avss', not {subset!r}; leave it out")

        self.subset = subset
        self.split = split
        self.root = Path(data_root)
        self.semantic_root = None if semantic_root is None else Path(semantic_root)
        self.learns_silent_objects = teacher_root is not None
        silent_root = teacher_root if silent_root is None else silent_root
        self.silent_root = None if silent_root is None else Path(silent_root)
        self.labels = labels
        self.audio = audio
        self.audio_seed = audio_seed
        self.audio_pairs = audio_pairs
        self.offscreen_root = None if offscreen_root is None else Path(offscreen_root)
        self.sound_groups = sound_groups
        self.unmatched_splits = unmatched_splits
        self.scene_pattern = scene_pattern

        # What the label maps mean: name of each label, then its index among the classes.
        labelled = {"avss": self.root, "ms3": self.semantic_root}.get(subset)
        label2idx = read_label2idx(labelled) if labelled else {}
        label_names = {label: name for name, label in label2idx.items()}
        own = read_s4_categories(self.root) if subset == "s4" else tuple(label_names.values())
        metainfo = with_categories(metainfo, own)
        classes = metainfo["classes"]
        self.label_names = label_names
        self.silent_names = dict(enumerate(sorted(own or classes), start=1))
        self._set_tables(classes)

        super().__init__(
            data_root=str(data_root),
            metainfo=metainfo,
            pipeline=list(pipeline),
            test_mode=test_mode,
            indices=indices,
            serialize_data=serialize_data,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def set_categories(self, classes: Sequence[str]) -> None:
        """Take other categories, such as a model's, which are found by their names.

        Raises:
            ValueError: A clip is of a category that is not among them.
        """
        self._set_tables(checked_classes(classes))
        super().set_categories(classes)

    def _set_tables(self, classes: Sequence[str]) -> None:
        self.label_table = category_positions(self.label_names, classes)
        self.silent_table = category_positions(self.silent_names, classes)

    @property
    def table(self) -> Path:
        """The csv that lists the clips."""
        return self.root / TABLES[self.subset]

    @property
    def sound_root(self) -> Path:
        """Folder below which the sound files of this data set's condition lie."""
        offscreen = self.offscreen_root if self.audio == "offscreen" else None
        return offscreen or self.root

    def load_data_list(self) -> list[dict]:
        """List the samples, clip by clip in the order of the csv."""
        clips = self._list_clips(self.split)
        check_categories(
            {clip.name: clip.categories or () for clip in clips},
            classes=self._metainfo["classes"],
            table=self.table,
        )
        sounds = None if self.audio is None else self._sound_source(clips)
        return [info for clip in clips for info in self._samples(clip, sounds)]

    def get_data_info(self, idx: int) -> dict:
        """Return the description of a sample, with the tables that all samples share."""
        info = super().get_data_info(idx)
        # Added here and not in ``load_data_list``, so that they are not stored once a sample.
        info["label_table"] = self.label_table
        info["silent_table"] = self.silent_table
        return info

    def _list_clips(self, split: str) -> list[Clip]:
        return list_clips(
            self.subset,
            self.root,
            split,
            semantic_root=self.semantic_root,
            labels=self.labels,
            silent_root=self.silent_root,
            with_audio=self.audio is not None,
        )

    def _sound_source(self, clips: Sequence[Clip]) -> SoundSource:
        if self.audio_pairs is not None:
            return RecordedSounds(self.audio_pairs, condition=str(self.audio), root=self.sound_root)
        if self.audio == "unmatched":
            splits = self.unmatched_splits or ()
            return UnmatchedSounds(
                clips,
                sounds=[clip for split in splits for clip in self._list_clips(split)] or clips,
                labels=self.label_names,
                silent_labels=self.silent_names,
                scene_pattern=self.scene_pattern,
                seed=self.audio_seed,
            )
        if self.audio == "offscreen_official":
            return RobustSounds(
                clips,
                words=clip_words(clips, subset=self.subset, semantic_root=self.semantic_root),
                subset=self.subset,
                groups=self.sound_groups,
                seed=self.audio_seed,
            )
        if self.audio == "offscreen":
            return OffscreenSounds(self.sound_root, seed=self.audio_seed)
        return OwnSounds(self.audio_seed)

    def _samples(self, clip: Clip, sounds: SoundSource | None) -> list[dict]:
        """Describe each annotated frame of a clip as mmseg's transforms expect it."""
        samples = []
        for frame in clip.frames:
            info: dict[str, Any] = {
                "img_path": str(frame.image),
                "seg_map_path": str(frame.mask),
                "clip": clip.name,
                "frame": frame.index,
                "subset": self.subset,
                "seg_fields": [],
            }
            if self.subset == "avss":
                info["part"] = frame.image.parts[-4]  # v1s, v1m or v2
            if self.subset == "s4" and clip.categories:
                info["category"] = self._metainfo["classes"].index(clip.categories[0])
            if frame.semantic is not None:
                info["semantic_map_path"] = str(frame.semantic)
            if frame.silent is not None:
                key = "teacher" if self.learns_silent_objects else "silent"
                info[f"{key}_map_path"] = str(frame.silent)
            if sounds is not None:
                sound = sounds.sound_of(clip, frame)
                info["audio_path"] = str(sound.path)
                info["second"] = sound.second
                info["audio_condition"] = self.audio
                info["audio_seed"] = sound.seed
                info["audio_fallback"] = sound.fallback
            samples.append(info)
        return samples
