"""A mask that shows two objects of one category, cut into its connected parts."""

import cv2
import numpy as np
import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.models.candidates import different_objects

__all__ = ["check_least_part", "split_parts"]


def split_parts(candidates: InstanceData, *, least_part: float, per_category: int) -> InstanceData:
    """Make the large connected parts of each mask candidates of their own.

    A network that was trained with one mask a category gives two objects of it one mask; where
    they do not touch, its parts are the objects. What is too small to be one stays with the
    largest part.

    Args:
        candidates: ``masks`` bool (n, H, W) and ``labels`` (n,), as of ``select_candidates``; what
            else they have is the same for every part.
        least_part: Fraction of a mask that a part covers at least, (0, 0.5].
        per_category: Candidates of a category at most, the first that are different objects; 1
            leaves masks whole.

    Returns:
        Candidates in the same order, the parts of one beside each other, the largest first.

    Raises:
        ValueError: least_part is out of range.
    """
    check_least_part(least_part)
    if per_category == 1:
        return candidates
    masks: list[Tensor] = []
    sources: list[int] = []
    for index, mask in enumerate(candidates.masks):
        parts = _parts(mask.cpu().numpy(), least_part)
        masks += [torch.from_numpy(part) for part in parts]
        sources += [index] * len(parts)
    if len(sources) == len(candidates):
        return candidates
    split = candidates[torch.tensor(sources, device=candidates.masks.device)]
    split.masks = torch.stack(masks).to(candidates.masks.device)
    return split[different_objects(split.masks, split.labels, per_category=per_category)]


def check_least_part(least_part: float) -> None:
    """Refuse a fraction that `split_parts` cannot take.

    Raises:
        ValueError: It is not in (0, 0.5].
    """
    if not 0 < least_part <= 0.5:
        raise ValueError(f"split_parts is a fraction in (0, 0.5], not {least_part}")


def _parts(mask: np.ndarray, least_part: float) -> list[np.ndarray]:
    number, numbers, statistics, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = statistics[1:, cv2.CC_STAT_AREA]  # without the background
    order = [place for place in areas.argsort()[::-1] if areas[place] >= least_part * areas.sum()]
    if number <= 2 or len(order) < 2:
        return [mask]
    others = [numbers == place + 1 for place in order[1:]]
    return [mask & ~np.any(others, axis=0), *others]
