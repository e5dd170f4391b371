"""The mini data sets: drawn clips in AVSBench's layout, silent objects known; AVISeg's, VPO's."""

from avs_mm.mini.avis import make_mini_avis
from avs_mm.mini.dataset import CLIPS, MiniDatasetError, make_mini_dataset
from avs_mm.mini.sprites import CATEGORIES
from avs_mm.mini.vpo import make_mini_vpo

__all__ = [
    "CATEGORIES",
    "CLIPS",
    "MiniDatasetError",
    "make_mini_avis",
    "make_mini_dataset",
    "make_mini_vpo",
]
