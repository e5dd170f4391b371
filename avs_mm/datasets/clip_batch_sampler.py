"""Batches of whole clips, for models in which the frames of a clip see each other."""

from collections import defaultdict
from collections.abc import Iterator

from mmengine.dataset import DefaultSampler
from torch.utils.data import Sampler

from avs_mm.registry import DATA_SAMPLERS

__all__ = ["ClipBatchSampler"]


@DATA_SAMPLERS.register_module()
class ClipBatchSampler(Sampler[list[int]]):
    """Draw clips in the place of frames; a batch is their frames, clip after clip and in order.

    ``batch_sampler`` of a data loader around an ``AVSBenchDataset`` or ``AVSBenchClips``. Clips may
    differ in length. On several processes each takes whole clips; with ``round_up=False`` of the
    sampler none is taken twice. That is for training: this package's metrics know every frame once
    by mmengine's own order of the frames, so validate and test on one process.

    Args:
        sampler: mmengine's ``DefaultSampler`` of the frames; its ``shuffle``, ``seed`` and
            ``round_up`` become those of the clips.
        batch_size: Number of clips.
        drop_last: Leave out a last batch with fewer clips.
    """

    def __init__(self, sampler: DefaultSampler, batch_size: int, drop_last: bool = False) -> None:
        dataset = sampler.dataset
        while not hasattr(dataset, "get_data_info"):  # as in ConditionedFrames
            dataset = dataset.dataset
        clips: dict[str, list[int]] = defaultdict(list)
        for index in range(len(dataset)):
            clips[dataset.get_data_info(index)["clip"]].append(index)
        self.clips = list(clips.values())
        # mmengine's hook finds it under this name to set its epoch
        self.sampler = DefaultSampler(
            self.clips, shuffle=sampler.shuffle, seed=sampler.seed, round_up=sampler.round_up
        )
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self) -> Iterator[list[int]]:
        """Iterate over batches of the frames' indices."""
        drawn = list(self.sampler)
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            chosen = drawn[start : start + self.batch_size]
            yield [index for clip in chosen for index in self.clips[clip]]

    def __len__(self) -> int:
        """Number of batches of this process."""
        full, rest = divmod(len(self.sampler), self.batch_size)
        return full + (rest > 0 and not self.drop_last)
