"""The mini data set: drawn clips in AVSBench's layout, with the silent objects known."""

from .dataset import CLIPS, MiniDatasetError, make_mini_dataset
from .sprites import CATEGORIES

__all__ = ["CATEGORIES", "CLIPS", "MiniDatasetError", "make_mini_dataset"]
