"""AVSBench for models that see a clip as a whole: also the frames that have no mask."""

from itertools import groupby
from pathlib import Path

from avs_mm.datasets.avsbench import AVSBenchDataset
from avs_mm.registry import DATASETS

__all__ = ["AVSBenchClips"]

CLIP_FRAMES = 5  # of the clips whose train split has the first mask alone: S4, and v1s of AVSS
IMAGES = {"s4": "{clip}_{number}.png", "avss": "{frame}.jpg"}


@DATASETS.register_module()
class AVSBenchClips(AVSBenchDataset):
    """``AVSBenchDataset`` with every frame of a clip, in the order of the clips.

    A sample is still one frame and its second of sound; ``ClipBatchSampler`` makes batches of whole
    clips. The frames without a mask, those behind the first in the train split of S4 and of AVSS's
    v1s, are samples whose ``seg_map_path`` is None. Elsewhere the two data sets are the same.

    Arguments are those of ``AVSBenchDataset``.

    Raises:
        FileNotFoundError: The image of such a frame is missing.
        ValueError: Such a frame is to have another sound than its own.
    """

    def load_data_list(self) -> list[dict]:
        """List the samples, clip by clip in the order of the csv."""
        samples = super().load_data_list()
        if self.split != "train" or self.subset == "ms3":
            return samples
        if self.audio not in ("original", None):
            raise ValueError(
                f"the train split of {self.subset} has frames without a mask, so nobody knows what "
                f"audio={self.audio!r} makes of them; use 'original', or AVSBenchDataset"
            )
        clips = groupby(samples, key=lambda sample: sample["clip"])
        return [sample for _, frames in clips for sample in self._complete(list(frames))]

    def _complete(self, annotated: list[dict]) -> list[dict]:
        frames = {sample["frame"]: sample for sample in annotated}
        missing = [index for index in range(CLIP_FRAMES) if index not in frames]
        for index in missing:
            frames[index] = self._unannotated(annotated[0], index)
        return [frames[index] for index in sorted(frames)]

    def _unannotated(self, sample: dict, index: int) -> dict:
        name = IMAGES[self.subset].format(clip=sample["clip"], number=index + 1, frame=index)
        image = Path(sample["img_path"]).with_name(name)
        if not image.exists():
            raise FileNotFoundError(
                f"{image}: clip {sample['clip']} lacks this frame; unpack the archive completely, "
                "or take the clip out of the csv"
            )
        masks = ("semantic_map_path", "silent_map_path")
        frame = {key: value for key, value in sample.items() if key not in masks}
        frame |= {"img_path": str(image), "seg_map_path": None, "frame": index, "seg_fields": []}
        return frame | ({"second": index} if "second" in sample else {})
