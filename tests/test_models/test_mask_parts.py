"""Two objects in one mask."""

import pytest
import torch
from mmengine.structures import InstanceData

from avs_mm.models.mask_parts import split_parts


def candidates() -> InstanceData:
    """Of category 1 a mask of two objects with a speck, of category 3 one of one object."""
    masks = torch.zeros(2, 20, 40, dtype=torch.bool)
    masks[0, 2:12, 2:12] = masks[0, 2:12, 25:33] = masks[0, 18, 20] = True
    masks[1, 14:18, 2:12] = True
    return InstanceData(
        masks=masks,
        labels=torch.tensor([1, 3]),
        scores=torch.tensor([0.9, 0.8]),
        queries=torch.tensor([4, 7]),
    )


def test_each_large_part_is_a_candidate():
    split = split_parts(candidates(), least_part=0.2, per_category=2)
    assert split.labels.tolist() == [1, 1, 3]
    assert split.queries.tolist() == [4, 4, 7]
    # the speck stays with the largest part
    assert split.masks.flatten(1).sum(dim=1).tolist() == [101, 80, 40]
    assert not (split.masks[0] & split.masks[1]).any()


@pytest.mark.parametrize(("least_part", "per_category"), [(0.5, 2), (0.2, 1)])
def test_nothing_is_split(least_part: float, per_category: int):
    """Where only one part is large enough, or a category has one candidate."""
    split = split_parts(candidates(), least_part=least_part, per_category=per_category)
    assert (split.masks == candidates().masks).all()


def test_no_candidates():
    none = candidates()[torch.zeros(2, dtype=torch.bool)]
    assert len(split_parts(none, least_part=0.2, per_category=2)) == 0


@pytest.mark.parametrize("least_part", [0.0, 0.6])
def test_the_fraction_is_checked(least_part: float):
    with pytest.raises(ValueError, match=r"split_parts is a fraction in \(0, 0\.5\]"):
        split_parts(candidates(), least_part=least_part, per_category=2)
