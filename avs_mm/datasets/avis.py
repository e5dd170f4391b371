"""AVISeg as a data set of mmseg: one sample is one frame and its second of sound."""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from avs_mm.datasets.audio_conditions import GENERATED_SOUNDS
from avs_mm.datasets.avis_layout import AVISAnnotations, AVISVideo, read_avis
from avs_mm.datasets.category_dataset import CategoryDataset, with_categories
from avs_mm.datasets.required_files import require_paths
from avs_mm.datasets.tables import SPLITS
from avs_mm.registry import DATASETS

__all__ = ["AVISDataset"]

SOUNDS = ("original", *GENERATED_SOUNDS)


@DATASETS.register_module()
class AVISDataset(CategoryDataset):
    """AVISeg as it lies on disk: the objects that sound, frame by frame (Guo et al., CVPR 2025).

    ``{split}.json``, ``{split}/JPEGImages/{video}/*.jpg`` and ``{split}/WAVAudios/{video}.wav``.
    ``FEATAudios`` is not read: an audio encoder computes its features.

    A sample holds ``img_path``, ``audio_path``, ``clip`` (the video), ``video_id``, ``frame`` and
    ``second`` (both the frame's place: AVISeg has a frame a second), ``audio_condition``,
    ``subset`` ("avis"), ``size`` (H, W) and ``instances``: of every object that sounds there its
    ``id``, ``category`` (index in ``metainfo["classes"]``) and ``segmentation``, which
    ``LoadInstanceMasks`` draws. ``video_categories`` are those of all objects of the video.

    Args:
        split: "train", "val" or "test".
        data_root: Folder with the three JSON files.
        audio: "original", a generated sound ("silence", "noise", "mute"), or None for no sound.
        audio_seed: Of generated sounds.
        metainfo: ``classes`` here replaces the categories of the JSON, in this order.
        pipeline, test_mode, indices, serialize_data, lazy_init, max_refetch: As in mmengine's
            ``BaseDataset``.

    Raises:
        FileNotFoundError: Files are missing; the message counts the videos and names the first.
        ValueError: An unknown split or sound; a JSON of another form; a category that is not
            among the classes.
    """

    def __init__(
        self,
        *,
        split: str,
        data_root: str | Path,
        audio: str | None = "original",
        audio_seed: int = 0,
        metainfo: Mapping[str, Any] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        indices: int | Sequence[int] | None = None,
        serialize_data: bool = True,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        if split not in SPLITS:
            raise ValueError(f"unknown split {split!r}; choose one of {', '.join(SPLITS)}")
        if audio is not None and audio not in SOUNDS:
            raise ValueError(f"unknown audio {audio!r}; choose one of {', '.join(SOUNDS)}, or None")
        self.split = split
        self.root = Path(data_root)
        self.audio = audio
        self.audio_seed = audio_seed
        super().__init__(
            data_root=str(data_root),
            metainfo=with_categories(metainfo, tuple(self._read().categories.values())),
            pipeline=list(pipeline),
            test_mode=test_mode,
            indices=indices,
            serialize_data=serialize_data,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    @property
    def table(self) -> Path:
        """The JSON that lists the videos."""
        return self.root / f"{self.split}.json"

    def load_data_list(self) -> list[dict]:
        """List the frames, video by video in the order of the JSON."""
        annotations = self._read()
        if annotations.invalid_polygons:
            print_log(
                f"{self.table}: {annotations.invalid_polygons} polygons of an odd length or of "
                "fewer than three points are left out, as by AVISeg's loader",
                logger="current",
                level=logging.WARNING,
            )
        folder = self.root / self.split
        files = [
            (
                video.name,
                [folder / "JPEGImages" / file for file in video.files]
                + [folder / "WAVAudios" / f"{video.name}.wav"] * (self.audio is not None),
            )
            for video in annotations.videos
        ]
        require_paths(files, table=str(self.table))
        positions = self._positions(annotations)
        return [
            sample for video in annotations.videos for sample in self._samples(video, positions)
        ]

    def _read(self) -> AVISAnnotations:
        return read_avis(self.table)

    def _positions(self, annotations: AVISAnnotations) -> dict[int, int]:
        """Map the id of every category that occurs to its index among the classes."""
        classes = self._metainfo["classes"]
        occurring = {t.category_id for video in annotations.videos for t in video.tracks}
        names = {key: name for key, name in annotations.categories.items() if key in occurring}
        unknown = sorted(set(names.values()) - set(classes))
        if unknown:
            raise ValueError(
                f"{self.table}: has objects of category {', '.join(unknown)}, which is not in "
                f"metainfo classes {list(classes)}; add it there"
            )
        return {key: classes.index(name) for key, name in names.items()}

    def _samples(self, video: AVISVideo, positions: Mapping[int, int]) -> list[dict]:
        folder = self.root / self.split
        samples = []
        for place, file in enumerate(video.files):
            info: dict[str, Any] = {
                "img_path": str(folder / "JPEGImages" / file),
                "seg_map_path": str(self.table),  # where the annotation is
                "clip": video.name,
                "video_id": video.id,
                "frame": place,
                "subset": "avis",
                "size": video.size,
                "video_categories": [positions[track.category_id] for track in video.tracks],
                "instances": [
                    {
                        "id": track.id,
                        "category": positions[track.category_id],
                        "segmentation": track.segmentations[place],
                    }
                    for track in video.tracks
                    if track.segmentations[place] is not None
                ],
                "seg_fields": [],
            }
            if self.audio is not None:
                info["audio_path"] = str(folder / "WAVAudios" / f"{video.name}.wav")
                info["second"] = place
                info["audio_condition"] = self.audio
                info["audio_seed"] = self.audio_seed
            samples.append(info)
        return samples
