"""Overlap of soft masks with the sounding objects, on masks computed by hand."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from avs_mm.models.mask_overlap import (
    mask_iou,
    overlap_fraction,
    overlap_iou,
    soft_overlap,
    sounding_union,
)

INSIDE, OUTSIDE = 40.0, -40.0  # logits of pixels that are surely in and out


def half_covering_mask() -> tuple[torch.Tensor, torch.Tensor]:
    """One query on the left half of 4x4, ground truth on the upper half."""
    logits = torch.full((1, 1, 4, 4), OUTSIDE)
    logits[..., :, :2] = INSIDE
    union = torch.zeros(1, 4, 4)
    union[:, :2] = 1
    return logits, union


def iou_and_share(logits: torch.Tensor, union: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    intersection, area = soft_overlap(logits.sigmoid(), union)
    return overlap_iou(intersection, area, union), overlap_fraction(intersection, area)


def test_iou_and_share_of_crossing_halves():
    logits, union = half_covering_mask()
    # 4 common pixels, 8 + 8 - 4 in either, 8 in the mask
    iou, share = iou_and_share(logits, union)
    torch.testing.assert_close(iou, torch.tensor([[4 / 12]]))
    torch.testing.assert_close(share, torch.tensor([[4 / 8]]))


def test_soft_pixels_count_by_their_probability():
    logits = torch.zeros(1, 1, 2, 2)  # probability 0.5 everywhere
    union = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])
    iou, share = iou_and_share(logits, union)
    torch.testing.assert_close(iou, torch.tensor([[0.5 / (2 + 1 - 0.5)]]))
    torch.testing.assert_close(share, torch.tensor([[0.25]]))


def test_nothing_overlaps_with_an_empty_union():
    logits, union = half_covering_mask()
    assert iou_and_share(logits, torch.zeros_like(union))[0].item() == 0.0
    assert iou_and_share(torch.full_like(logits, -200.0), union)[1].item() == 0.0


@given(seed=st.integers(0, 2**16), logit=st.floats(-50, 50))
def test_iou_never_exceeds_share(seed: int, logit: float):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, 3, 4, 4, generator=generator) + logit
    union = (torch.rand(2, 4, 4, generator=generator) > 0.5).float()
    iou, share = iou_and_share(logits, union)
    assert (iou >= 0).all()
    assert (share <= 1 + 1e-6).all()
    assert (iou <= share + 1e-6).all()


def test_union_joins_masks_and_shrinks_them_to_the_predictions():
    masks = torch.zeros(2, 4, 4, dtype=torch.long)
    masks[0, :2, :2] = 1
    masks[1, 2:, 2:] = 1
    union = sounding_union([masks, torch.zeros(0, 4, 4, dtype=torch.long)], size=(2, 2))
    assert union.tolist() == [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]


def test_iou_of_binary_masks():
    left, upper = torch.zeros(4, 4, dtype=torch.bool), torch.zeros(4, 4, dtype=torch.bool)
    left[:, :2] = True
    upper[:2] = True
    empty = torch.zeros_like(left)
    masks = torch.stack([left, upper, empty])
    assert mask_iou(masks, left).tolist() == [1.0, torch.tensor(4 / 12).item(), 0.0]
    assert mask_iou(masks, empty).tolist() == [0.0, 0.0, 0.0]
    assert mask_iou(masks[:0], left).shape == (0,)
