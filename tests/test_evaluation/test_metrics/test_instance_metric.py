"""Two objects of a category, of which one sounds: figures by hand."""

import pytest
import torch

from avs_mm.registry import METRICS


def row(*spans: tuple[int, int]) -> torch.Tensor:
    masks = torch.zeros(len(spans), 1, 16, dtype=torch.bool)
    for mask, (start, end) in zip(masks, spans, strict=True):
        mask[0, start:end] = True
    return masks


def sample(
    *, scores: list[float], spans: tuple[tuple[int, int], ...] = ((0, 4), (8, 12)), objects: int = 1
) -> dict:
    """Candidates of category 3, and one or two objects of it, at 0 to 4 and at 8 to 12."""
    masks = row(*spans)
    numbers = torch.zeros(1, 1, 16, dtype=torch.long)
    for number in range(objects):
        numbers[..., 8 * number : 8 * number + 4] = number + 1
    sounding = (masks & (torch.tensor(scores) > 0.5)[:, None, None]).any(dim=0)
    return {
        "img_path": "a.jpg",
        "pred_instances": {
            "masks": masks,
            "labels": torch.full((len(masks),), 3),
            "scores": torch.linspace(0.9, 0.8, len(masks)),
            "audio_scores": torch.tensor(scores),
        },
        "pred_sem_seg": {"data": torch.where(sounding, 3, 255)[None]},
        "gt_sem_seg": {"data": torch.where(numbers > 0, 3, 255)},
        "gt_instance_map": {"data": numbers},
    }


def measure(*samples: dict) -> dict[str, float]:
    metric = METRICS.build(dict(type="avs_mm.InstanceMetric"))
    metric.process({}, list(samples))
    return metric.evaluate(len(samples))


@pytest.mark.parametrize(
    ("scores", "ranked", "marked", "precision"),
    [
        ([0.9, 0.1], 1, 1, 1),
        ([0.9, 0.8], 1, 0, 1),  # the right one first, but both sound
        ([0.8, 0.8], 0.5, 0, 1),  # a guess; the visual score decides
        ([0.1, 0.9], 0, 0, 0.5),
        ([0.4, 0.1], 1, 0, 1),  # nothing sounds
    ],
)
def test_the_right_one_of_two(scores, ranked, marked, precision):
    found = measure(sample(scores=scores))
    assert found["instances/choices"] == 1
    assert found["instances/ranked_right"] == ranked
    assert found["instances/marked_right"] == marked
    assert found["instances/AP50"] == pytest.approx(precision)


@pytest.mark.parametrize(
    "given",
    [
        sample(scores=[0.9, 0.1], objects=2),  # both sound
        sample(scores=[0.9], spans=((0, 4),)),
        sample(scores=[0.9, 0.1], spans=((4, 8), (8, 12))),  # none finds it
        sample(scores=[0.9, 0.1], objects=0),
    ],
)
def test_where_there_is_no_choice_none_is_counted(given):
    found = measure(given)
    assert found["instances/choices"] == 0
    assert "instances/ranked_right" not in found


TWINS = [3, 5, 3]  # categories of the video's objects


@pytest.mark.parametrize(
    ("given", "covered", "ranked", "marked"),
    [
        (dict(scores=[0.9, 0.1]), 1, 1, 1),
        (dict(scores=[0.9, 0.8]), 1, 1, 0),
        (dict(scores=[0.8, 0.8]), 1, 0.5, 0),
        (dict(scores=[0.1, 0.9]), 1, 0, 0),
        (dict(scores=[0.9], spans=((0, 4),)), 0, 1, 1),  # the only candidate, and right
        (dict(scores=[0.4], spans=((0, 4),)), 0, 1, 0),  # nothing is marked
        (dict(scores=[0.9], spans=((8, 12),)), 0, 0, 0),  # the other one alone is found
        (dict(scores=[], spans=()), 0, 0, 0),
        (dict(scores=[0.9, 0.8], spans=((0, 4), (0, 4))), 0, 1, 1),  # twice: the louder one sounds
        (dict(scores=[0.9, 0.8], spans=((0, 4), (1, 5))), 0, 1, 0),  # both sound
        (dict(scores=[0.9, 0.1], spans=((4, 8), (8, 12))), 0, 0, 0),  # none finds it
    ],
)
def test_one_of_several_whatever_is_found(given, covered, ranked, marked):
    found = measure({**sample(**given), "video_categories": TWINS})
    assert found["instances/one_of_several"] == 1
    assert found["instances/coverage"] == covered
    assert found["instances/choices"] == covered
    assert found["instances/ranked_right_of_all"] == ranked
    assert found["instances/marked_right_of_all"] == marked


def test_what_is_of_a_category_alone_is_not_one_of_several():
    twins = {**sample(scores=[0.1, 0.9]), "video_categories": TWINS}
    missed = {**sample(scores=[0.9], spans=((8, 12),)), "video_categories": TWINS}
    alone = {**sample(scores=[0.9, 0.1]), "video_categories": [3, 5]}
    both = {**sample(scores=[0.9, 0.8], objects=2), "video_categories": TWINS}
    found = measure(twins, missed, alone, both)
    assert found["instances/choices"] == 2
    assert found["instances/ranked_right"] == 0.5
    assert found["instances/one_of_several"] == 2
    assert found["instances/coverage"] == 0.5
    assert found["instances/ranked_right_of_all"] == 0
    unknown = measure(sample(scores=[0.9, 0.1]))
    assert "instances/one_of_several" not in unknown
    assert "instances/coverage" not in unknown


def test_every_object_counts_in_the_precision():
    both, one = sample(scores=[0.9, 0.8], objects=2), sample(scores=[0.7], spans=((0, 4),))
    assert measure(both, one)["instances/AP50"] == pytest.approx(1)
    missed = sample(scores=[0.9], spans=((0, 4),), objects=2)
    assert measure(missed)["instances/AP50"] == pytest.approx(0.5)
    twice = sample(scores=[0.9, 0.8], spans=((0, 4), (0, 4)), objects=2)
    assert measure(twice)["instances/AP50"] == pytest.approx(0.5)


def test_what_is_missing_is_named():
    without = sample(scores=[0.9, 0.1])
    del without["gt_instance_map"]
    with pytest.raises(ValueError, match=r"a\.jpg: .*instances=True"):
        measure(without)
    silent = sample(scores=[0.9, 0.1])
    del silent["pred_instances"]["audio_scores"]
    with pytest.raises(ValueError, match="no pred_instances with audio_scores"):
        measure(silent)
