import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.registry import DefaultScope

from avs_mm.evaluation import AVSMetric
from avs_mm.evaluation.functional import f_measure, jaccard


def evaluate(samples: list, batch_size: int) -> dict:
    evaluator = Evaluator(AVSMetric())
    for start in range(0, len(samples), batch_size):
        evaluator.process(samples[start : start + batch_size])
    return evaluator.evaluate(len(samples))


@pytest.fixture(scope="module")
def random_frames() -> tuple[torch.Tensor, torch.Tensor]:
    """Ten frames (10, 24, 20); the masks of the third and the last are empty."""
    generator = torch.Generator().manual_seed(0)
    mask = torch.rand(10, 24, 20, generator=generator) > 0.6
    prob = (0.4 * mask + 0.6 * torch.rand(10, 24, 20, generator=generator)).clamp(0, 1)
    mask[2] = mask[9] = False
    return prob, mask.to(torch.uint8)


def test_by_hand(frame_sample):
    # J: 1/3 and, for the empty mask with one of four pixels predicted, 3/4.
    # F: only the first frame counts; best where one pixel is left, on the mask: p = 1, r = 1/2.
    samples = [
        frame_sample(
            pred_sounding_map=[[0.9, 0.6], [0.4, 0.2]],
            gt_sounding_mask=np.array([[1, 0], [1, 0]], np.uint8),
        ),
        frame_sample(
            pred_sounding_map=[[0.9, 0.1], [0.4, 0.2]], gt_sounding_mask=np.zeros((2, 2), np.uint8)
        ),
    ]
    metrics = evaluate(samples, batch_size=2)
    assert metrics == {
        "avs/J": pytest.approx((1 / 3 + 3 / 4) / 2, abs=1e-6),
        # threshold in (0.2, 0.4]: p = 2/3, r = 1 gives 0.722; in (0.6, 0.9]: 0.8125
        "avs/F": pytest.approx(1.3 * 0.5 / (0.3 + 0.5), abs=1e-6),
    }


@pytest.mark.parametrize("batch_size", [1, 3, 7])
def test_the_batch_size_changes_nothing(frame_sample, random_frames, batch_size):
    prob, mask = random_frames
    samples = [
        frame_sample(pred_sounding_map=p, gt_sounding_mask=m)
        for p, m in zip(prob, mask, strict=True)
    ]
    metrics = evaluate(samples, batch_size)
    assert metrics == evaluate(samples, len(samples))
    assert metrics["avs/J"] == pytest.approx(jaccard(prob, mask).mean().item(), abs=1e-6)
    assert metrics["avs/F"] == pytest.approx(f_measure(prob, mask).item(), abs=1e-6)


def test_frames_of_several_sizes(frame_sample):
    samples = [
        frame_sample(
            pred_sounding_map=torch.ones(size), gt_sounding_mask=torch.ones(size, dtype=torch.uint8)
        )
        for size in [(2, 3), (5, 4)]
    ]
    assert evaluate(samples, 2) == pytest.approx({"avs/J": 1.0, "avs/F": 1.0}, abs=1e-6)


def test_a_set_of_empty_masks_has_no_f(frame_sample):
    sample = frame_sample(
        pred_sounding_map=torch.zeros(4, 4), gt_sounding_mask=torch.zeros(4, 4, dtype=torch.uint8)
    )
    assert evaluate([sample, sample], 1) == {"avs/J": 1.0, "avs/F": 0.0}


@pytest.mark.parametrize("scope", ["mmseg", "mmdet"])
def test_builds_from_a_config_in_another_scope(scope):
    with DefaultScope.overwrite_default_scope(scope):
        assert isinstance(Evaluator({"type": "avs_mm.AVSMetric"}).metrics[0], AVSMetric)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"gt_sounding_mask": torch.zeros(2, 2)}, "no pred_sounding_map"),
        ({"pred_sounding_map": torch.zeros(2, 2)}, "no gt_sounding_mask; load it with"),
        (
            {"pred_sounding_map": torch.zeros(4, 2), "gt_sounding_mask": torch.zeros(2, 3)},
            "gt_sounding_mask is 2x3 .* prediction 4x2",
        ),
        (
            {"pred_sounding_map": torch.full((2, 2), 3.0), "gt_sounding_mask": torch.zeros(2, 2)},
            "sigmoid",
        ),
        (
            {"pred_sounding_map": torch.zeros(2, 2), "gt_sounding_mask": torch.full((2, 2), 255)},
            "only 0 and 1",
        ),
    ],
)
def test_an_error_names_the_picture(frame_sample, fields, message):
    sample = frame_sample(metainfo={"img_path": "frames/dog_3.png"}, **fields)
    with pytest.raises(ValueError, match=f"frames/dog_3.png: .*{message}"):
        evaluate([sample], 1)


def test_an_empty_set_is_an_error():
    with pytest.raises(ValueError, match="no frame was evaluated"):
        evaluate([], 1)
