"""Whether a model is right under every sound track of a frame."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mmengine.evaluator import BaseMetric

from avs_mm.datasets.scenes import image_digest, scene_in_name
from avs_mm.evaluation.functional import jaccard, recognised_silence
from avs_mm.evaluation.metrics.sample_fields import metainfo, naming, sounding_map, sounding_mask
from avs_mm.registry import METRICS

__all__ = ["TrackMetric"]


@dataclass(frozen=True)
class FrameAnswer:
    """What TrackMetric keeps of a frame."""

    image: str | tuple[str, int]  # digest of its file, or its scene and second
    track: str
    right: bool


@METRICS.register_module()
class TrackMetric(BaseMetric):
    """On how many frames a model is right whichever of their sound tracks is played.

    Of the frames that exist under more than one sound track, the same file content (or the same
    second of one scene) with another ``audio_path``, as in the mini set's MS3:

    - ``tracks/pictures``: their number.
    - ``tracks/all_right``: fraction of them, in [0, 1], on which the answer is right under every
      track: J above 0.5 where the mask is not empty, no foreground pixel where it is. Left out
      where there are no such frames.

    A model that ignores the sound gives a frame one answer, which is hardly right under all of its
    tracks. Of each frame a digest, the track and a bit are kept.

    Reads the file ``img_path``, ``pred_sounding_map`` (1, H, W) in [0, 1], ``gt_sounding_mask``
    (1, H, W) in {0, 1}, ``audio_path`` and ``audio_condition``.

    Args:
        scene_pattern: Regular expression whose one group names the scene in a clip's name, where
            the tracks of a frame show files of their own; see ``AVSBenchDataset``.

    Raises:
        ValueError: in ``process``, naming the image, if a field is missing, the sizes differ, a
            value is out of range, or the audio is not the original one.
    """

    default_prefix = "tracks"

    def __init__(
        self,
        *,
        scene_pattern: str | None = None,
        collect_device: str = "cpu",
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        self.scene_pattern = scene_pattern

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self.results.append(_answer(sample, self.scene_pattern))

    def compute_metrics(self, results: list[FrameAnswer]) -> dict[str, float]:
        if not results:
            raise ValueError("no frame was evaluated; is the test set empty?")
        answers: dict[Any, list[FrameAnswer]] = defaultdict(list)
        for answer in results:
            answers[answer.image].append(answer)
        several = [group for group in answers.values() if len({a.track for a in group}) > 1]

        metrics: dict[str, float] = {"pictures": len(several)}
        if several:
            all_right = [all(answer.right for answer in group) for group in several]
            metrics["all_right"] = sum(all_right) / len(all_right)
        return metrics


def _answer(sample: dict, scene_pattern: str | None) -> FrameAnswer:
    condition = metainfo(sample, "audio_condition")
    if condition != "original":
        raise ValueError(
            f"TrackMetric compares a frame's own sound tracks, but this is '{condition}' audio; "
            "set test_dataloader.dataset.audio=original"
        )
    prob = sounding_map(sample)
    mask = sounding_mask(sample, size=prob.shape[1:]).to(prob.device)
    right = jaccard(prob, mask) > 0.5 if mask.any() else recognised_silence(prob)
    return FrameAnswer(
        image=_image(sample, scene_pattern),
        track=metainfo(sample, "audio_path"),
        right=bool(right),
    )


def _image(sample: dict, scene_pattern: str | None) -> str | tuple[str, int]:
    scene = scene_in_name(metainfo(sample, "clip"), scene_pattern) if scene_pattern else None
    if scene is not None:
        return scene, metainfo(sample, "frame")
    return image_digest(metainfo(sample, "img_path"))
