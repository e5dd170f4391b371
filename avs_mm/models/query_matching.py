"""The matching of queries with labelled objects: of all layers and frames at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from mmdet.models.task_modules.assigners import ClassificationCost, DiceCost, FocalLossCost
from mmengine.structures import InstanceData
from scipy.optimize import linear_sum_assignment
from torch import Tensor

__all__ = ["match_queries", "matching_costs"]


@torch.no_grad()
def match_queries(
    match_costs: Sequence[Any],
    class_logits: Sequence[Tensor],
    mask_logits: Sequence[Tensor],
    masks: Sequence[Tensor],
    objects: Sequence[InstanceData],
) -> Tensor:
    """Match as mmdet's ``HungarianAssigner``, which waits for the device once a layer and frame.

    Args:
        match_costs: Costs of mmdet; those of MaskFormer are computed for all frames at once.
        class_logits: Of each layer (B, Q, K + 1), no object last.
        mask_logits: Of each layer (B, Q, h, w).
        masks: Their probabilities.
        objects: Of each frame ``labels`` (n,) and ``masks`` (n, H, W) in {0, 1}.

    Returns:
        (layers, 3, M) of the M pairs, by rising frame and query: the frame, the query, and which of
        the objects it is, those of all frames counted together.
    """
    numbers = [len(frame.labels) for frame in objects]
    device = mask_logits[0].device
    if not any(numbers):
        return torch.zeros((len(class_logits), 3, 0), dtype=torch.long, device=device)
    size = mask_logits[0].shape[-2:]
    labels = class_logits[0].new_zeros((len(objects), max(numbers)), dtype=torch.long)
    targets = masks[0].new_zeros((len(objects), max(numbers), *size))
    for index, frame in enumerate(objects):
        if numbers[index]:
            labels[index, : numbers[index]] = frame.labels
            small = F.interpolate(frame.masks[None].float(), size, mode="nearest")[0]
            targets[index, : numbers[index]] = small
    with torch.autocast(device_type=device.type, enabled=False):
        layers = zip(class_logits, mask_logits, masks, strict=True)
        costs = [matching_costs(match_costs, *layer, labels, targets) for layer in layers]
    host = torch.stack(costs).float().cpu().numpy()  # the one wait for the device
    firsts = np.cumsum([0, *numbers[:-1]])
    return torch.as_tensor(np.stack([_pairs(layer, numbers, firsts) for layer in host])).to(device)


def _pairs(costs: np.ndarray, numbers: list[int], firsts: np.ndarray) -> np.ndarray:
    pairs = []
    for frame, (number, first) in enumerate(zip(numbers, firsts, strict=True)):
        queries, found = linear_sum_assignment(costs[frame, :, :number])  # queries ascend
        pairs.append(np.stack([np.full_like(queries, frame), queries, found + first]))
    return np.concatenate(pairs, axis=1)


@torch.no_grad()
def matching_costs(
    match_costs: Sequence[Any],
    class_logits: Tensor,
    mask_logits: Tensor,
    masks: Tensor,
    labels: Tensor,
    targets: Tensor,
) -> Tensor:
    """Sum up the costs of every query and object of a frame (B, Q, N).

    Args:
        match_costs: Costs of mmdet.
        class_logits: (B, Q, K + 1).
        mask_logits: (B, Q, h, w).
        masks: Their probabilities.
        labels: (B, N).
        targets: (B, N, h, w) in {0, 1}.
    """
    probabilities, flat_targets = masks.flatten(2), targets.flatten(2).transpose(1, 2)
    total: Any = 0
    for cost in match_costs:
        # A subclass of one of these may compute something else.
        if type(cost) is ClassificationCost:
            scores = class_logits.softmax(dim=-1)
            own = labels[:, None].expand(-1, scores.shape[1], -1)
            total = total - cost.weight * scores.gather(2, own)
        elif type(cost) is FocalLossCost and cost.binary_input:
            total = total + _focal_cost(cost, probabilities, flat_targets)
        elif type(cost) is DiceCost and cost.pred_act and cost.naive_dice:
            overlap = 2 * probabilities @ flat_targets
            areas = probabilities.sum(dim=2)[:, :, None] + flat_targets.sum(dim=1)[:, None]
            total = total + cost.weight * (1 - (overlap + cost.eps) / (areas + cost.eps))
        else:
            total = total + torch.stack(
                [
                    cost(
                        pred_instances=InstanceData(scores=scores, masks=logits),
                        gt_instances=InstanceData(labels=frame_labels, masks=frame_targets),
                    )
                    for scores, logits, frame_labels, frame_targets in zip(
                        class_logits, mask_logits, labels, targets.long(), strict=True
                    )
                ]
            )
    return total


def _focal_cost(cost: FocalLossCost, probabilities: Tensor, targets: Tensor) -> Tensor:
    # The pixels within an object cost `inside`, the others `outside`: the latter are summed over
    # all pixels, and what is within is put right. In place, since memory is what takes the time;
    # both stand without their factors, -alpha and alpha - 1.
    others = 1 - probabilities
    outside = (others + cost.eps).log_().mul_(probabilities.pow(cost.gamma))
    inside = (probabilities + cost.eps).log_().mul_(others.pow_(cost.gamma))
    torch.sub(outside, inside, alpha=cost.alpha / (1 - cost.alpha), out=inside)
    total = inside @ targets - outside.sum(dim=2, keepdim=True)
    return cost.weight * (1 - cost.alpha) / probabilities.shape[2] * total
