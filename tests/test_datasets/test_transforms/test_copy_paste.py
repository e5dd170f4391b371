import numpy as np
import pytest

from avs_mm.registry import TRANSFORMS

CAT, DOG, NOTHING = 0, 1, 255


def sample(value: int, categories: list[list[int]]) -> dict:
    labels = np.array(categories, np.uint8)
    return dict(
        img=np.full((*labels.shape, 3), value, np.uint8),
        gt_seg_map=labels,
        gt_sounding_mask=(labels != NOTHING).astype(np.uint8),
        img_path=f"{value}.png",
    )


def test_objects_cover_what_is_below_them():
    results = sample(10, [[CAT, CAT, NOTHING], [NOTHING] * 3])
    results["mix_results"] = [sample(20, [[NOTHING, DOG], [NOTHING, DOG], [DOG, DOG]])]
    pasted = TRANSFORMS.build(dict(type="avs_mm.CopyPaste", prob=1))(results)
    assert pasted["gt_seg_map"].tolist() == [[CAT, DOG, NOTHING], [NOTHING, DOG, NOTHING]]
    assert pasted["gt_sounding_mask"].tolist() == [[1, 1, 0], [0, 1, 0]]
    assert pasted["img"][..., 0].tolist() == [[10, 20, 10], [10, 20, 10]]


@pytest.mark.parametrize(("prob", "share"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)])
def test_prob(prob: float, share: float):
    np.random.seed(0)
    transform = TRANSFORMS.build(dict(type="avs_mm.CopyPaste", prob=prob))
    drawn = [transform.get_indices(range(3)) for _ in range(400)]
    assert np.mean([len(indices) for indices in drawn]) == pytest.approx(share, abs=0.06)
    assert {index for indices in drawn for index in indices} <= {0, 1, 2}


def test_without_categories_it_says_what_to_do():
    results = sample(10, [[CAT]])
    results["mix_results"] = [dict(img=results["img"], img_path="b.png")]
    with pytest.raises(ValueError, match=r"b\.png has no categories.*semantic_root"):
        TRANSFORMS.build(dict(type="avs_mm.CopyPaste"))(results)


def test_numbered_instances_are_refused():
    results = sample(10, [[CAT]])
    results["mix_results"] = [{**sample(20, [[DOG]]), "gt_instance_map": np.ones((1, 1))}]
    with pytest.raises(ValueError, match=r"20\.png has a gt_instance_map.* leave out CopyPaste"):
        TRANSFORMS.build(dict(type="avs_mm.CopyPaste", prob=1))(results)


def test_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match="from 0 to 1, not 2"):
        TRANSFORMS.build(dict(type="avs_mm.CopyPaste", prob=2))
