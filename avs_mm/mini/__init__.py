"""The mini data set: synthetic clips in AVSBench's layout, with the silent objects known."""

from avs_mm.mini.dataset import CLIPS, MiniDatasetError, make_mini_dataset
from avs_mm.mini.sprites import CATEGORIES

__all__ = ["CATEGORIES", "CLIPS", "MiniDatasetError", "make_mini_dataset"]
