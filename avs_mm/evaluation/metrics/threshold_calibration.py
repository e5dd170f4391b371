"""Which threshold serves best both the sounding objects and the frames that are to stay empty."""

from collections import defaultdict
from collections.abc import Mapping

import torch
from torch import Tensor

from avs_mm.evaluation.functional import global_score

__all__ = ["THRESHOLDS", "ThresholdCalibration"]

THRESHOLDS = tuple(round(0.02 * step, 2) for step in range(1, 48))  # 0.02 to 0.94


class ThresholdCalibration:
    """Scores sounding maps at every threshold of a grid.

    G_J is the harmonic mean of J under the own sound and of the mean, over the other conditions, of
    the fraction of frames that stay empty (RA). A network that marks every candidate has RA 0, one
    that marks none J 0, and both have G_J 0.

    Args:
        thresholds: Rising, in (0, 1).
        tolerance: In [0, 1].
    """

    def __init__(
        self, thresholds: tuple[float, ...] = THRESHOLDS, *, tolerance: float = 0.02
    ) -> None:
        self.tolerance = tolerance
        self.thresholds = torch.tensor(thresholds, dtype=torch.float64)
        self.jaccard: list[Tensor] = []
        self.empty: dict[str, list[Tensor]] = defaultdict(list)

    def add(self, sounding_map: Tensor, mask: Tensor) -> None:
        """Add a frame under its own sound: S_asl (H, W) in [0, 1] and what sounds, (H, W).

        J is ``functional.jaccard`` of each threshold.
        """
        heat, mask = sounding_map.flatten().double().cpu(), mask.flatten().bool().cpu()
        # A pixel is foreground at the thresholds below its value: count by the rank of the value.
        ranks = torch.bucketize(heat, self.thresholds)  # thresholds below the value
        size = len(self.thresholds) + 1
        above = torch.bincount(ranks, minlength=size).flip(0).cumsum(0).flip(0)[1:].double()
        hits = torch.bincount(ranks[mask], minlength=size).flip(0).cumsum(0).flip(0)[1:].double()
        if mask.any():
            self.jaccard.append(hits / (above + mask.sum() - hits + 1e-7))
        else:
            self.jaccard.append(1 - above / len(heat))

    def add_negative(self, condition: str, sounding_map: Tensor) -> None:
        """Add a frame under a sound of nothing in the image."""
        self.empty[condition].append(sounding_map.max().double().cpu() <= self.thresholds)

    def scores(self, index: int) -> dict[str, float]:
        """Return ``threshold``, ``J``, ``G_J``, ``harmonic`` and each RA at one of the grid."""
        curves = self._curves()
        return {"threshold": float(self.thresholds[index])} | {
            name: float(curve[index]) for name, curve in curves.items()
        }

    def best(self) -> int:
        """Return the index of the threshold to take, by ``harmonic``."""
        score = self._curves()["harmonic"]
        (highest,) = torch.nonzero(score >= score.max() - self.tolerance - 1e-9, as_tuple=True)
        return int(highest[len(highest) // 2])

    def nearest(self, threshold: float) -> int:
        """Return the index of the grid's threshold that is nearest to another."""
        return int((self.thresholds - threshold).abs().argmin())

    def _curves(self) -> Mapping[str, Tensor]:
        jaccard = torch.stack(self.jaccard).mean(dim=0)
        empty = {
            f"RA_{condition}": torch.stack(frames).double().mean(dim=0)
            for condition, frames in self.empty.items()
        }
        mean = torch.stack(list(empty.values())).mean(dim=0)
        pairs = zip(jaccard.tolist(), mean.tolist(), strict=True)
        both = [global_score(min(one, 1.0), 1 - other) for one, other in pairs]
        every = torch.stack([jaccard, *empty.values()])
        return {
            "J": jaccard,
            "G_J": torch.tensor(both, dtype=torch.float64),
            "harmonic": len(every) / (1 / every).sum(dim=0),  # 1 / 0 is infinite: then it is 0
            **empty,
        }
