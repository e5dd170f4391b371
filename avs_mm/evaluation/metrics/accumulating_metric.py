"""Metrics that keep a state, not a result a frame, and are exact on any number of processes."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from mmengine.dist import get_dist_info, get_world_size
from mmengine.evaluator import BaseMetric

from avs_mm.evaluation.metrics.sample_fields import naming

__all__ = ["AccumulatingMetric", "MetricState"]


class MetricState(Protocol):
    """What such a metric keeps of all frames so far."""

    @property
    def frames(self) -> int: ...

    def merge(self, other: Any) -> None: ...


class AccumulatingMetric(BaseMetric):
    """A metric of constant memory, whose ``results`` are one ``MetricState`` a process.

    mmengine's DefaultSampler gives process r of W the frames r, r + W, ... and fills up the last
    round with frames that others have. Those are told by their ``sample_idx`` and not counted, and
    at the end the frames counted must be as many as the data set has. Where samples have no
    ``sample_idx``, one process counts them in the order in which they come; several cannot.

    Raises:
        ValueError: in ``process``, naming the image, if several processes meet a sample without
            ``sample_idx``; in ``evaluate``, if frames are missing or were counted twice.
    """

    results: list[Any]

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        if not self.results:
            self.results.append(self.initial_state())
        (state,) = self.results
        rank, world_size = get_dist_info()
        for sample in data_samples:
            with naming(sample):
                index = _index(sample, state.frames, world_size)
                if index % world_size == rank:
                    self.add(state, sample, index)

    def evaluate(self, size: int) -> dict:
        # mmengine cuts what it collects to the length it is told: here a result is a process's
        self.results = [(size, state) for state in self.results]
        try:
            return super().evaluate(get_world_size())
        finally:
            self.results.clear()

    def compute_metrics(self, results: list[tuple[int, Any]]) -> dict[str, float]:
        if not results:
            raise ValueError("no frame was evaluated; is the test set empty?")
        size, state = results[0]
        for _, part in results[1:]:
            state.merge(part)
        if state.frames != size:
            raise ValueError(
                f"{state.frames} frames were counted, but the data set has {size}; several "
                "processes must share one data set by sampler=dict(type='DefaultSampler', "
                "shuffle=False)"
            )
        return self.compute(state)

    @abstractmethod
    def initial_state(self) -> Any:
        """Return the state before the first frame."""

    @abstractmethod
    def add(self, state: Any, sample: dict, index: int) -> None:
        """Take a frame, the ``index``-th of the data set, into the state."""

    @abstractmethod
    def compute(self, state: Any) -> dict[str, float]:
        """Return the metrics of all frames' state."""


def _index(sample: dict, arrived: int, world_size: int) -> int:
    """The sample's place in the data set."""
    if "sample_idx" in sample:
        return int(sample["sample_idx"])
    if world_size > 1:
        raise ValueError(
            "the sample has no 'sample_idx', by which several processes count every frame once; "
            "avs_mm.PackAVSInputs must pack it (meta_keys)"
        )
    return arrived
