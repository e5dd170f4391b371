"""FSLA, HOTA and mAP of AVISeg, of the tracks into which our tracker joins a model's candidates."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric

from avs_mm.datasets.avis_layout import AVISVideo, read_avis
from avs_mm.evaluation.functional.avis_scores import MODES, avis_scores
from avs_mm.evaluation.functional.track_scores import require_trackeval
from avs_mm.evaluation.functional.video_tracks import PredictedTrack, empty_rle
from avs_mm.evaluation.metrics.sample_fields import metainfo, naming, pixel_data
from avs_mm.models.sounding_candidates import is_sounding
from avs_mm.output_file import write_json
from avs_mm.registry import METRICS
from avs_mm.rle import encode_rle, rle_as_text
from avs_mm.tracking import Tracker

__all__ = ["AVISMetric"]

TRACKER = {"memory": 2.0}  # seconds: an object may be missed in one frame, a second apart


@dataclass(frozen=True)
class FrameCandidates:
    """The n candidates of a frame, sounding or not."""

    video_id: int
    frame: int
    labels: np.ndarray  # (n,)
    scores: np.ndarray  # (n,)
    sounding: np.ndarray  # bool (n,)
    rles: list[dict[str, Any]]
    embeddings: np.ndarray | None  # (n, C)


@METRICS.register_module()
class AVISMetric(BaseMetric):
    """The scores of audio-visual instance segmentation, in [0, 1] (Guo et al., CVPR 2025).

    A ``Tracker`` joins the candidates of a video's frames, sounding or not, into tracks; in a frame
    where a candidate does not sound, its track has no mask. A track's score is the mean of its
    sounding candidates' visual scores. Which candidates sound is told by ``pred_sem_seg``, see
    ``is_sounding``.

    - ``avis/FSLA``, ``FSLAn``, ``FSLAs``, ``FSLAm``: see ``frame_accuracy``.
    - ``avis/HOTA``, ``DetA``, ``AssA``, ``LocA``, ``avis/mAP``, ``AP_s``, ``AP_m``, ``AP_l`` and
      ``AR``: see ``track_scores``.
    - The same with ``_official`` behind the name: with the defects of AVISeg's code, for comparison
      with published numbers.

    Reads ``pred_instances`` (masks (n, H, W), labels, scores and, where there are any, embeddings),
    ``pred_sem_seg`` (1, H, W), ``video_id`` and ``frame``.

    Args:
        ann_file: The JSON of the split that is tested.
        modes: Of "corrected" and "official".
        score_threshold: Tracks of a lower score are dropped, as AVISeg's own model does.
        tracker: Arguments of the ``Tracker``; a second is a frame.
        out_file: Where the tracks are written in the form that AVISeg's code reads.

    Raises:
        ImportError: TrackEval is not installed.
        ValueError: An unknown mode; in ``process``, naming the image, a missing field; in
            ``evaluate``, missing frames, or classes that the JSON does not name.
    """

    default_prefix = "avis"

    def __init__(
        self,
        *,
        ann_file: str | Path,
        modes: Sequence[str] = MODES,
        score_threshold: float = 0.3,
        tracker: Mapping[str, Any] | None = None,
        out_file: str | Path | None = None,
        collect_device: str = "cpu",
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        require_trackeval()
        unknown = sorted(set(modes) - set(MODES))
        if unknown or not modes:
            raise ValueError(f"modes are of {', '.join(MODES)}, not {list(modes)}")
        self.ann_file = ann_file
        self.modes = tuple(modes)
        self.score_threshold = score_threshold
        self.tracker = dict(TRACKER if tracker is None else tracker)
        self.out_file = out_file

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self.results.append(_candidates(sample))

    def compute_metrics(self, results: list[FrameCandidates]) -> dict[str, float]:
        annotations = read_avis(self.ann_file)
        ids = self._category_ids(annotations.categories)
        frames: dict[int, dict[int, FrameCandidates]] = defaultdict(dict)
        for result in results:
            frames[result.video_id][result.frame] = result
        predicted = {
            video.id: self._tracks(video, frames[video.id], ids) for video in annotations.videos
        }
        if self.out_file is not None:
            write_json(self.out_file, _as_written(annotations.videos, predicted))
        return avis_scores(annotations, predicted, modes=self.modes)

    def _tracks(
        self, video: AVISVideo, frames: Mapping[int, FrameCandidates], ids: Sequence[int]
    ) -> list[PredictedTrack]:
        tracker = Tracker(**self.tracker)
        masks: dict[int, dict[int, dict]] = defaultdict(dict)  # by track, by frame
        scores: dict[int, list[float]] = defaultdict(list)
        categories: dict[int, int] = {}
        for place in range(len(video.files)):
            if place not in frames:
                raise ValueError(
                    f"frame {place} of video {video.name} was not predicted, but {self.ann_file} "
                    "lists it; test the whole split, and give the metric the JSON of that split"
                )
            found = frames[place]
            tracks = tracker.update(place, found.labels.tolist(), found.rles, found.embeddings)
            for index in np.flatnonzero(found.sounding):
                track = tracks[index]
                masks[track][place] = found.rles[index]
                scores[track].append(float(found.scores[index]))
                categories[track] = ids[found.labels[index]]
        return [
            PredictedTrack(
                category_id=categories[track],
                score=float(np.mean(scores[track])),
                masks=tuple(own.get(place) for place in range(len(video.files))),
            )
            for track, own in masks.items()
            if np.mean(scores[track]) > self.score_threshold
        ]

    def _category_ids(self, categories: Mapping[int, str]) -> list[int]:
        """The id in the JSON of each of the model's classes."""
        known = {name: key for key, name in categories.items()}
        classes = (self.dataset_meta or {}).get("classes") or ()
        unknown = sorted(set(classes) - set(known))
        if unknown or not classes:
            raise ValueError(
                f"{self.ann_file}: names the categories {sorted(known)}, but the data set's are "
                f"{list(classes)}; give the metric the JSON of the data set"
            )
        return [known[name] for name in classes]


def _candidates(sample: dict) -> FrameCandidates:
    if "pred_instances" not in sample:
        raise ValueError(
            "the sample has no pred_instances; AVISMetric is for models that tell objects apart, "
            "as avs_mm.PotentialObjectSegmentor and avs_mm.AVSC do"
        )
    found = sample["pred_instances"]
    category_map = pixel_data(sample, "pred_sem_seg", "the model must predict it")[0]
    sounding = is_sounding(found, category_map)
    embeddings = found.get("embeddings")
    return FrameCandidates(
        video_id=metainfo(sample, "video_id"),
        frame=metainfo(sample, "frame"),
        labels=found["labels"].cpu().numpy(),
        scores=found["scores"].detach().float().cpu().numpy(),
        sounding=np.array(sounding, bool),
        rles=encode_rle(found["masks"].to(torch.uint8).cpu().numpy()),
        embeddings=None if embeddings is None else embeddings.detach().float().cpu().numpy(),
    )


def _as_written(
    videos: Sequence[AVISVideo], predicted: Mapping[int, Sequence[PredictedTrack]]
) -> list[dict[str, Any]]:
    """Tracks as AVISeg's predictor writes them: an empty mask where there is none."""
    return [
        {
            "video_id": video.id,
            "category_id": track.category_id,
            "score": track.score,
            "segmentations": [
                rle_as_text(empty_rle(video.size) if mask is None else mask) for mask in track.masks
            ],
        }
        for video in videos
        for track in predicted[video.id]
    ]
