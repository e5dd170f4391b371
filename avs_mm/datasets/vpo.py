"""VPO: COCO's images under the sounds of VGGSound, from the left or the right (CAVP)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from avs_mm.datasets.audio_conditions import GENERATED_SOUNDS
from avs_mm.datasets.avsbench_layout import Clip, Frame
from avs_mm.datasets.categories import category_positions
from avs_mm.datasets.category_dataset import with_categories
from avs_mm.datasets.conditioned_dataset import ConditionedDataset, check_choice
from avs_mm.datasets.required_files import require_paths
from avs_mm.datasets.unmatched_sounds import UnmatchedSounds
from avs_mm.datasets.vpo_layout import (
    VPO_CATEGORIES,
    VPO_FOLDERS,
    VPO_LABELS,
    VPO_SPLITS,
    VPOSample,
    VPOSource,
    read_vpo,
    vpo_table,
)
from avs_mm.registry import DATASETS

__all__ = ["VPODataset"]


@DATASETS.register_module()
class VPODataset(ConditionedDataset):
    """VPO-SS, VPO-MS or VPO-MSMI as they lie on disk (Chen et al., CVPR 2024).

    ``{VPO-SS,VPO-MS,VPO-MSMI}/vpo_{ss,ms,msmi}_data_stereo.csv`` with ``data`` and ``mask`` beside
    it, and ``{audio_root}/{vgg_file}.wav``. In VPO-SS a row is a sample, its files lie in folders
    of their category; elsewhere the rows of an image are its sources. Images of VPO-MSMI without
    two objects of a category lie in VPO-MS.

    A sample holds ``img_path``, ``seg_map_path`` (a mask of COCO's ids), ``label_table``,
    ``sources`` (of each source its ``audio_path`` and ``position``, 0 left to 1 right),
    ``audio_path`` (the first source's), ``audio_condition``, ``audio_seed``, ``clip``, ``frame``
    and ``second`` (0) and ``subset`` ("vpo"). ``LoadVPOMask`` and ``LoadStereoSources`` load them.

    Args:
        subset: "ss", "ms" or "msmi".
        split: "train" or "test"; the csv's "val" is part of "test", as in CAVP's code.
        data_root: Folder of the three.
        audio_root: Folder of VGGSound's wav files; None for samples without sound.
        audio: The image's "original" sound, a generated one ("silence", "noise", "mute",
            "silence_official", "noise_official"), or "unmatched": the sources of another sample of
            the split, of which none is of a category that the image has in any of its samples.
        audio_seed: Of everything that is drawn: noise, dither and unmatched sounds.
        metainfo: ``classes`` here replaces ``VPO_CATEGORIES``, in this order.
        pipeline, test_mode, indices, serialize_data, lazy_init, max_refetch: As in mmengine's
            ``BaseDataset``.

    Raises:
        FileNotFoundError: Files are missing; the message counts the samples and names the first.
        ValueError: An unknown subset, split or sound; a csv of another form; no sample is unmatched
            to an image.
    """

    CONDITIONS = ("original", *GENERATED_SOUNDS, "unmatched")
    scene_pattern = r"(\d{12})"  # an image's number begins the names of all of its samples

    def __init__(
        self,
        *,
        subset: str,
        split: str,
        data_root: str | Path,
        audio_root: str | Path | None,
        audio: str = "original",
        audio_seed: int = 0,
        metainfo: Mapping[str, Any] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        indices: int | Sequence[int] | None = None,
        serialize_data: bool = True,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        check_choice("subset", subset, tuple(VPO_FOLDERS))
        check_choice("audio", audio, self.CONDITIONS)
        if audio_root is None and audio != "original":
            raise ValueError(
                f"audio={audio!r} needs audio_root, the folder of VGGSound's wav files"
            )
        if split not in VPO_SPLITS:
            raise ValueError(
                f"unknown split {split!r}; VPO has 'train' and 'test': its code tests on 'val', too"
            )
        self.subset = subset
        self.split = split
        self.root = Path(data_root)
        self.audio_root = None if audio_root is None else Path(audio_root)
        self.audio = None if audio_root is None else audio
        self.audio_seed = audio_seed
        super().__init__(
            data_root=str(data_root),
            metainfo=with_categories(metainfo, VPO_CATEGORIES),
            pipeline=list(pipeline),
            test_mode=test_mode,
            indices=indices,
            serialize_data=serialize_data,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    @property
    def table(self) -> Path:
        """The csv that lists the images and their sources."""
        return vpo_table(self.root, self.subset)

    @property
    def sound_root(self) -> Path:
        """Folder of the sound files."""
        if self.audio_root is None:
            raise ValueError("the data set has no sound; give it its audio_root")
        return self.audio_root

    @property
    def title(self) -> str:
        """What a table calls the subset."""
        return VPO_FOLDERS[self.subset]

    def load_data_list(self) -> list[dict]:
        """List the samples in the order of the csv."""
        samples = read_vpo(self.root, self.subset, self.split)
        self._check_files(samples)
        heard = [sample.sources for sample in samples]
        if self.audio == "unmatched":
            heard = unmatched_sources(samples, seed=self.audio_seed)
        return [self._info(*each) for each in zip(samples, heard, strict=True)]

    def _check_files(self, samples: Sequence[VPOSample]) -> None:
        files = [
            (
                sample.name,
                [sample.image, sample.mask]
                + [self._wav(source) for source in sample.sources if self.audio is not None],
            )
            for sample in samples
        ]
        require_paths(files, table=str(self.table))

    def _wav(self, source: VPOSource) -> Path:
        return self.sound_root / f"{source.file}.wav"

    def get_data_info(self, idx: int) -> dict:
        """Return the description of a sample, with the table that all samples share."""
        info = super().get_data_info(idx)
        info["label_table"] = category_positions(VPO_LABELS, self._metainfo["classes"])
        return info

    def _info(self, sample: VPOSample, heard: Sequence[VPOSource]) -> dict:
        """Describe a sample as mmseg's transforms expect it."""
        info: dict[str, Any] = {
            "img_path": str(sample.image),
            "seg_map_path": str(sample.mask),
            "clip": sample.name,
            "frame": 0,
            "subset": "vpo",
            "seg_fields": [],
        }
        if self.audio is not None:
            info["sources"] = [
                {"audio_path": str(self._wav(source)), "position": source.position}
                for source in heard
            ]
            # of the sample as a whole: the first source's
            info["audio_path"] = info["sources"][0]["audio_path"]
            info["second"] = 0
            info["audio_condition"] = self.audio
            info["audio_seed"] = self.audio_seed
            info["audio_fallback"] = False
        return info


def unmatched_sources(samples: Sequence[VPOSample], *, seed: int) -> list[list[VPOSource]]:
    """Draw for each sample the sources of another that shares no category with its image.

    Raises:
        ValueError: From ``UnmatchedSounds``.
    """
    clips = [
        Clip(
            name=sample.name,
            audio=Path(sample.sources[0].file),
            frames=(Frame(0, image=sample.image, mask=sample.mask),),
            categories=tuple(source.category for source in sample.sources),
        )
        for sample in samples
    ]
    sounds = UnmatchedSounds(
        clips, labels={}, silent_labels={}, scene_pattern=VPODataset.scene_pattern, seed=seed
    )
    sources = {sample.name: sample.sources for sample in samples}
    return [sources[sounds.choose(clip, clip.frames[0])[0].name] for clip in clips]
