"""Scores of masks that any code base has saved, each under the name of its protocol."""

from avs_mm.scoring.score import score_folders

__all__ = ["score_folders"]
