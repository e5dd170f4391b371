"""AVSBench's own F, which depends on the batch size, whatever the batches of the loader."""

from collections import defaultdict
from dataclasses import dataclass, field

from torch import Tensor

from avs_mm.evaluation.functional import NUM_THRESHOLDS
from avs_mm.evaluation.metrics.exact_mean import ExactMean

__all__ = ["OfficialF"]


@dataclass
class OpenBatch:
    """A batch of which frames are missing so far, or lie with another process."""

    frames: int = 0
    curve: ExactMean = field(default_factory=lambda: ExactMean.of_shape(NUM_THRESHOLDS))


@dataclass
class OfficialF:
    """F as the official code takes it with batches of ``batch_size`` frames in dataset order.

    The F curve is averaged over a batch's frames with an object, its maximum over the thresholds is
    the batch's F, and these are averaged over all batches: one without any object adds 0 and
    counts, and so does the last, shorter one.

    A complete batch is kept as its maximum alone. Frames that come in order leave one batch open,
    whatever their number; where several processes share the frames, each keeps the open curves of
    its part, 4 kB a batch, until they are merged.

    Source: AVSBench (Zhou et al., ECCV 2022), the official ``Eval_Fmeasure`` and test loop.
    """

    batch_size: int
    closed: ExactMean = field(default_factory=ExactMean.of_shape)
    open: dict[int, OpenBatch] = field(default_factory=lambda: defaultdict(OpenBatch))

    def add(self, index: int, curve: Tensor, *, has_object: bool) -> None:
        """Take in the F curve ``(255,)`` of the frame at ``index`` of the data set."""
        number = index // self.batch_size
        batch = self.open[number]
        batch.frames += 1
        batch.curve.add(curve, where=has_object)
        self._close_if_complete(number)

    def merge(self, other: "OfficialF") -> None:
        """Take in the frames that another process has."""
        self.closed.merge(other.closed)
        for number, part in other.open.items():
            batch = self.open[number]
            batch.frames += part.frames
            batch.curve.merge(part.curve)
            self._close_if_complete(number)

    def value(self) -> float:
        """The official F, in [0, 1].

        Raises:
            ValueError: if another than the last batch is incomplete, so that the frames cannot have
                been those of one data set, each once.
        """
        if len(self.open) > 1:
            raise ValueError(
                f"{len(self.open)} batches of {self.batch_size} frames are incomplete, but only "
                "the last may be: sample_idx does not run from 0 to the number of frames; set "
                "official_batch_sizes=() for parts or concatenations of data sets"
            )
        batches = ExactMean(self.closed.total, self.closed.count)
        for batch in self.open.values():
            batches.add(batch.curve.value().max())
        return float(batches.value())

    def _close_if_complete(self, number: int) -> None:
        if self.open[number].frames == self.batch_size:
            self.closed.add(self.open.pop(number).curve.value().max())
