"""The annotation and the sound of a VPO sample."""

from typing import Literal

import numpy as np
from mmcv.transforms import BaseTransform

from avs_mm.datasets.category_maps import check_size, read_label_map, to_category_map
from avs_mm.datasets.transforms.load_audio import Waveform, read_remembered
from avs_mm.datasets.transforms.load_sound import LoadSound
from avs_mm.media import SAMPLE_RATE
from avs_mm.registry import TRANSFORMS

__all__ = ["LoadStereoSources", "LoadVPOMask"]

IGNORED = 255  # in VPO's masks


@TRANSFORMS.register_module()
class LoadVPOMask(BaseTransform):
    """Load the mask of COCO's ids that a ``VPODataset`` sample names.

    Adds to ``results`` and to its ``seg_fields``:

    - ``gt_sounding_mask``: uint8 (H, W) in {0, 1}.
    - ``gt_seg_map``: uint8 (H, W), 0..K-1, and 255 for the background. All ids are mapped at once:
      CAVP's code maps one after another, so that where both are, a car (3) becomes 5 and then, as
      5 is COCO's airplane, an airplane.
    - ``gt_ignore_mask``: uint8 (H, W), 1 where the file says 255; there nothing sounds.

    Raises:
        FileNotFoundError: The mask is missing.
        ValueError: It is unreadable, of another size than the image, or holds an id of no category.
    """

    def transform(self, results: dict) -> dict:
        """Add the masks to ``results``."""
        path = results["seg_map_path"]
        labels = read_label_map(path)
        check_size(labels, path, results)
        ignored = labels == IGNORED
        category_map = to_category_map(
            np.where(ignored, 0, labels).astype(np.uint8), results["label_table"], path
        )
        fields = {
            "gt_sounding_mask": ((labels > 0) & ~ignored).astype(np.uint8),
            "gt_seg_map": category_map,
            "gt_ignore_mask": ignored.astype(np.uint8),
        }
        results.update(fields)
        results["seg_fields"] = [*results.get("seg_fields", ()), *fields]
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@TRANSFORMS.register_module()
class LoadStereoSources(LoadSound):
    """Mix the sources of a ``VPODataset`` sample, each at its place between left and right.

    Of each file the middle ``duration`` seconds w are taken, repeated where it is shorter. As in
    CAVP's code, left is the sum of (1 - position) w and right that of position w. Put behind
    RandomFlip: where the image is flipped, left and right change places. Adds ``audio``:

    - ``channels="sum"``: float32 (N,), left + right, which is the sum of the sources at their own
      level: what an encoder of one channel takes. It does not tell where a source is; nor do
      left and right averaged, which would halve the level.
    - ``channels="stereo"``: float32 (2, N), for an encoder of two channels. avs_mm's take one and
      refuse it.

    Neither is clipped, so that sources that add up may exceed 1. What is generated in the place of
    the sources comes from the middle.

    Args:
        sample_rate: Hz.
        duration: Seconds.
        channels: "sum" or "stereo".
        remembered_files: Sounds that a process keeps in memory.

    Raises:
        FileNotFoundError, ValueError: From ``avs_mm.media.read_audio``; unknown channels.
    """

    def __init__(
        self,
        *,
        sample_rate: int = SAMPLE_RATE,
        duration: float = 3.0,
        channels: Literal["sum", "stereo"] = "sum",
        remembered_files: int = 16,
    ) -> None:
        if channels not in ("sum", "stereo"):
            raise ValueError(f"channels is 'sum' or 'stereo', not {channels!r}")
        if duration <= 0:
            raise ValueError(f"duration is seconds above 0, not {duration}")
        self.sample_rate = sample_rate
        self.duration = duration
        self.channels = channels
        self.remembered_files = remembered_files

    @property
    def num_samples(self) -> int:
        return round(self.duration * self.sample_rate)

    def recorded(self, results: dict) -> np.ndarray:
        flipped = results.get("flip", False) and results.get("flip_direction") == "horizontal"
        stereo = np.zeros((2, self.num_samples), np.float32)
        for source in results["sources"]:
            waveform = read_remembered(
                source["audio_path"],
                sample_rate=self.sample_rate,
                remembered_files=self.remembered_files,
            )
            right = 1 - source["position"] if flipped else source["position"]
            part = middle(waveform, self.num_samples)
            stereo += np.outer((1 - right, right), part).astype(np.float32)
        return stereo if self.channels == "stereo" else stereo.sum(axis=0)

    def laid_out(self, waveform: np.ndarray) -> np.ndarray:
        return np.stack([waveform / 2] * 2) if self.channels == "stereo" else waveform

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(sample_rate={self.sample_rate}, duration={self.duration}, "
            f"channels={self.channels!r}, remembered_files={self.remembered_files})"
        )


def middle(waveform: Waveform, length: int) -> np.ndarray:
    """Take the middle ``length`` samples of (N,), which is repeated where it is shorter."""
    if len(waveform) < length:
        return np.tile(waveform[:], -(-length // len(waveform)))[:length]
    start = len(waveform) // 2 - length // 2
    return waveform[start : start + length]
