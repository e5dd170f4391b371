"""Means that come out the same, to the last bit, in whatever order and parts they are taken."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

__all__ = ["ExactMean"]

STEPS = 2**36  # so many to 1: an error of 7e-12, and room for 2^27 numbers in an int64


@dataclass
class ExactMean:
    """Mean of numbers in [0, 1], or of arrays of them element by element, in constant memory.

    Every number is rounded once, to a multiple of 2^-36. From there on all is whole numbers, whose
    sum depends neither on the order nor on the parts in which several processes take it.
    """

    total: np.ndarray  # int64, in steps
    count: np.ndarray  # int64, of the same shape

    @classmethod
    def of_shape(cls, *shape: int) -> "ExactMean":
        """A mean of nothing yet."""
        return cls(total=np.zeros(shape, np.int64), count=np.zeros(shape, np.int64))

    def add(self, values: Tensor | float, *, where: Tensor | bool = True) -> None:
        """Take in one array; of its elements, those that count."""
        steps = np.rint(torch.as_tensor(values).double().cpu().numpy() * STEPS).astype(np.int64)
        counted = torch.as_tensor(where).cpu().numpy()
        self.total = self.total + np.where(counted, steps, 0)
        self.count = self.count + counted

    def merge(self, other: "ExactMean") -> None:
        """Take in what another mean has."""
        self.total = self.total + other.total
        self.count = self.count + other.count

    def value(self) -> np.ndarray:
        """The mean, float64; 0 where nothing counted."""
        return self.total / (np.maximum(self.count, 1) * float(STEPS))
