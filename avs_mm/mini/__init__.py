"""The mini data sets: synthetic clips in AVSBench's layout, silent objects known; in AVISeg's."""

from avs_mm.mini.avis import make_mini_avis
from avs_mm.mini.dataset import CLIPS, MiniDatasetError, make_mini_dataset
from avs_mm.mini.sprites import CATEGORIES

__all__ = ["CATEGORIES", "CLIPS", "MiniDatasetError", "make_mini_avis", "make_mini_dataset"]
