"""Eq. 4 by hand, in all its readings."""

import pytest
import torch

from avs_mm.models.silent_object_loss import SilentObjectLoss

NO_OBJECT = 2  # of K = 2 categories


def scene() -> dict[str, torch.Tensor]:
    """Two frames of 4x4 with 3 queries; the second frame has no ground truth.

    Query 0 is matched and covers the truth; query 1 (predicted no object) covers half of it and as
    much again; query 2 (predicted category 0) covers it exactly.
    """
    truth = torch.zeros(4, 4)
    truth[:2] = 1
    masks = torch.zeros(3, 4, 4)
    masks[0] = truth
    masks[1, :, :2] = 1
    masks[2] = truth
    class_logits = torch.zeros(2, 3, 3)
    class_logits[:, 0, NO_OBJECT] = class_logits[:, 1, NO_OBJECT] = 5.0
    class_logits[:, 2, 0] = 5.0
    return {
        "class_logits": class_logits,
        "mask_logits": (masks * 2 - 1).mul(40.0).expand(2, 3, 4, 4),
        "matched": torch.tensor([[True, False, False], [False, False, False]]),
        "union": torch.stack([truth, torch.zeros(4, 4)]),
    }


@pytest.mark.parametrize(
    ("non_object", "reduction", "expected"),
    [
        ("predicted", "sum", 4 / 12),
        ("predicted", "mean", 4 / 12),
        ("unmatched", "sum", 4 / 12 + 1),
        ("unmatched", "mean", (4 / 12 + 1) / 2),
    ],
)
def test_equals_eq4_by_hand(non_object: str, reduction: str, expected: float):
    loss = SilentObjectLoss(non_object=non_object, reduction=reduction, loss_weight=2.0)
    torch.testing.assert_close(loss(**scene()), torch.tensor(2 * expected))


def test_frames_without_ground_truth_contribute_nothing():
    batch = {name: tensor[1:] for name, tensor in scene().items()}
    assert SilentObjectLoss(non_object="unmatched")(**batch).item() == 0.0


def test_pushes_masks_off_the_sounding_object():
    batch = scene()
    logits = torch.zeros(2, 3, 4, 4, requires_grad=True)
    SilentObjectLoss()(**{**batch, "mask_logits": logits}).backward()
    on_truth, off_truth = logits.grad[0, 1, :2], logits.grad[0, 1, 2:]
    assert (on_truth > 0).all()  # descending lowers the mask where the object sounds,
    assert (off_truth < 0).all()  # and a larger union elsewhere lowers the ratio too
    assert logits.grad[0, 0].abs().sum() == 0  # the matched query is left to Eq. 3


@pytest.mark.parametrize("argument", [{"non_object": "silent"}, {"reduction": "none"}])
def test_refuses_unknown_readings(argument: dict):
    with pytest.raises(ValueError, match=next(iter(argument))):
        SilentObjectLoss(**argument)
