"""Models that the paper compares with, trained and tested in the same runner."""

from avs_mm.models.peers.tpavi import TPAVI

__all__ = ["TPAVI"]
