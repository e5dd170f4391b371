"""Training samples whose randomness follows from (seed, epoch, sample) and from nothing else."""

import random
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.dist import get_dist_info
from torch.utils.data import DataLoader, Dataset, Sampler

__all__ = ["Draw", "Draws", "SeededDataset", "reproducible_loader", "seed_generators"]

# What a loader is given beside its data set and its batches
LOADER_ARGUMENTS = (
    *("collate_fn", "generator", "multiprocessing_context", "num_workers", "persistent_workers"),
    *("pin_memory", "pin_memory_device", "prefetch_factor", "timeout", "worker_init_fn"),
)


class Draw(NamedTuple):
    """One drawing of a sample: all that its randomness follows from."""

    seed: int
    epoch: int
    sample: int


def seed_generators(*entropy: int) -> None:
    """Seed the global generators of random, NumPy and PyTorch from numbers of at least 0."""
    words = np.random.SeedSequence(entropy).generate_state(4)
    np.random.seed(words)
    seed = int.from_bytes(words[:2].tobytes(), "little")
    random.seed(seed)
    torch.manual_seed(seed)


class SeededDataset(Dataset):
    """A data set that is asked by `Draw`, and seeds the global generators for it.

    So whatever its transforms draw is the same in every loader worker, process and resumed run.
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    @property
    def metainfo(self) -> dict[str, Any]:
        """The data set's."""
        return self.dataset.metainfo

    def __getitem__(self, draw: Draw) -> Any:
        """Return the sample ``draw.sample``."""
        seed_generators(*draw)
        return self.dataset[draw.sample]

    def __len__(self) -> int:
        """Return the number of samples."""
        return len(self.dataset)


class Draws(Sampler[list[Draw]]):
    """A batch sampler's batches, of `Draw` in the place of indices.

    The epoch is the one that mmengine's ``DistSamplerSeedHook`` gives to the sampler; of a sampler
    without epochs, such as ``InfiniteSampler``, it is the number of the pass over the data.

    Args:
        batches: Batch sampler around ``batches.sampler``.
        seed: Of the run.
        length: Number of samples of the data set.

    Attributes:
        first_batch: Batch with which the next iteration begins; later ones begin at 0 again.
    """

    def __init__(self, batches: Any, *, seed: int, length: int) -> None:
        self.batches = batches
        self.sampler = batches.sampler  # where mmengine's hook looks for it
        self.seed = seed
        self.length = length
        self.first_batch = 0

    def __iter__(self) -> Iterator[list[Draw]]:
        """Iterate over the batches of this process."""
        first, self.first_batch = self.first_batch, 0
        rank, processes = get_dist_info()
        positions = count(rank, processes)  # in the order of all processes
        for number, batch in enumerate(self.batches):
            draws = [Draw(self.seed, self._epoch(next(positions)), index) for index in batch]
            if number >= first:
                yield draws

    def _epoch(self, position: int) -> int:
        epoch = getattr(self.sampler, "epoch", None)
        return position // self.length if epoch is None else epoch

    def __len__(self) -> int:
        """Return the number of batches of a whole iteration."""
        return len(self.batches)


def reproducible_loader(loader: DataLoader, *, seed: int) -> tuple[DataLoader, Draws]:
    """Return the same loader around a `SeededDataset`, and the `Draws` that it takes."""
    dataset = SeededDataset(loader.dataset)
    draws = Draws(loader.batch_sampler, seed=seed, length=len(dataset))
    arguments = {name: getattr(loader, name) for name in LOADER_ARGUMENTS}
    return DataLoader(dataset, batch_sampler=draws, **arguments), draws
