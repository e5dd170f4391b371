"""Training loops of which a resumed run equals the uninterrupted one, bit for bit on CPU."""

from typing import Any

from mmengine.dist import get_rank
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop, Runner
from torch.utils.data import DataLoader

from avs_mm.engine.reproducible_loader import Draws, reproducible_loader, seed_generators
from avs_mm.registry import LOOPS

__all__ = ["ReproducibleEpochLoop", "ReproducibleIterLoop"]

EPOCH_BEGAN = "epoch_began"  # in every checkpoint: [epoch, iterations before it]


@LOOPS.register_module()
class ReproducibleEpochLoop(EpochBasedTrainLoop):
    """mmengine's ``EpochBasedTrainLoop`` with randomness that no interruption changes.

    What the transforms draw follows from (seed, epoch, sample), in any number of loader workers and
    processes; what the network draws, such as dropout, from (seed, process, iteration). So no
    generator has a state that a checkpoint would have to hold. A checkpoint that was saved within
    an epoch goes on with the batch that was next, where mmengine begins the epoch again.

    Args:
        loop: Arguments of ``EpochBasedTrainLoop``.
    """

    dataloader: DataLoader

    def __init__(self, runner: Runner, dataloader: DataLoader | dict, **loop: Any) -> None:
        super().__init__(runner, dataloader, **loop)
        self.dataloader, self.draws = reproducible_loader(self.dataloader, seed=runner.seed)

    def run(self) -> Any:
        """Train to the end."""
        _take_seed(self.draws, self.runner)
        return super().run()

    def run_epoch(self) -> None:
        """Train for one epoch, or for what is left of it."""
        hub = self.runner.message_hub
        if hub.runtime_info.get(EPOCH_BEGAN, [None])[0] != self._epoch:
            hub.update_info(EPOCH_BEGAN, [self._epoch, self._iter])
        self.draws.first_batch = self._batches_done()
        super().run_epoch()

    def run_iter(self, idx: int, data_batch: Any) -> None:
        """Train on one batch."""
        seed_generators(self.runner.seed, get_rank(), self._iter)
        super().run_iter(self._batches_done(), data_batch)

    def _batches_done(self) -> int:
        _, before = self.runner.message_hub.get_info(EPOCH_BEGAN)
        return self._iter - before


@LOOPS.register_module()
class ReproducibleIterLoop(IterBasedTrainLoop):
    """mmengine's ``IterBasedTrainLoop`` with the randomness of `ReproducibleEpochLoop`.

    A resumed run loads the batches that it was trained on once more, and leaves them out.

    Args:
        loop: Arguments of ``IterBasedTrainLoop``.
    """

    dataloader: DataLoader
    dataloader_iterator: Any

    def __init__(self, runner: Runner, dataloader: DataLoader | dict, **loop: Any) -> None:
        super().__init__(runner, dataloader, **loop)
        self.dataloader, self.draws = reproducible_loader(self.dataloader, seed=runner.seed)

    def run(self) -> Any:
        """Train to the end."""
        _take_seed(self.draws, self.runner)
        # The parent has begun to load without seeds.
        self.dataloader_iterator = type(self.dataloader_iterator)(self.dataloader)
        return super().run()

    def run_iter(self, data_batch: Any) -> None:
        """Train on one batch."""
        seed_generators(self.runner.seed, get_rank(), self._iter)
        super().run_iter(data_batch)


def _take_seed(draws: Draws, runner: Runner) -> None:
    """Draw by the seed of the checkpoint if one is resumed.

    The loader was built before the checkpoint was read, and a config without a seed has a new one
    at every start.
    """
    if getattr(draws.sampler, "seed", None) == draws.seed:
        draws.sampler.seed = runner.seed
    draws.seed = runner.seed
