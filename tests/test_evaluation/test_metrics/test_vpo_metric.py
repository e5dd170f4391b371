"""VPOMetric: against the numbers of CAVP's code, and by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from avs_mm.datasets.vpo_layout import VPO_CATEGORIES

OFFICIAL = json.loads(
    (Path(__file__).resolve().parents[2] / "data" / "official" / "vpo.json").read_text()
)


def evaluate(frame_sample, images, classes=VPO_CATEGORIES) -> dict:
    evaluator = Evaluator([{"type": "avs_mm.VPOMetric"}])
    evaluator.dataset_meta = {"classes": classes}
    for fields in images:
        fields = {name: torch.from_numpy(np.asarray(values)) for name, values in fields.items()}
        evaluator.process([frame_sample(**fields)])
    return evaluator.evaluate(len(images))


def test_the_numbers_are_those_of_the_public_code(frame_sample):
    """Maps of 22 classes and 255, as its confusion matrix takes them; class 21 is nowhere."""
    rng = np.random.default_rng(20)
    images = []
    for _ in range(6):
        label = rng.integers(0, 21, (24, 32))
        predicted = np.where(rng.random((24, 32)) < 0.6, label, rng.integers(0, 21, (24, 32)))
        ignored = rng.random((24, 32)) < 0.1
        images.append(
            {
                "pred_sem_seg": np.where(predicted == 0, 255, predicted - 1),
                "gt_sem_seg": np.where((label == 0) | ignored, 255, label - 1),
                "gt_ignore_mask": ignored.astype(np.int64),
            }
        )
    scores = evaluate(frame_sample, images)
    assert scores["vpo/mIoU"] == pytest.approx(OFFICIAL["mIoU"], abs=1e-6)
    for name in ("FDR", "F1", "F0.3"):
        assert scores[f"vpo/{name}"] == pytest.approx(OFFICIAL[name], abs=5e-5)  # rounded there


def test_by_hand(frame_sample):
    images = [
        {"pred_sem_seg": [[0, 0, 255, 1]], "gt_sem_seg": [[0, 255, 255, 0]]},
        {
            "pred_sem_seg": [[1, 1, 1, 1]],
            "gt_sem_seg": [[1, 255, 255, 255]],
            "gt_ignore_mask": [[0, 0, 1, 1]],
        },
    ]
    scores = evaluate(frame_sample, images, classes=("cat", "dog"))
    # background: shared 1, predicted 1, labelled 3; cat: 1, 2, 2; dog: 1, 3, 1
    assert scores["vpo/mIoU"] == pytest.approx((1 / 3 + 1 / 3 + 1 / 3) / 3)
    assert scores["vpo/FDR"] == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    assert scores["vpo/F1"] == pytest.approx((2 / 4 + 2 / 4 + 2 / 4) / 3)


def test_a_model_without_categories_is_refused(frame_sample):
    with pytest.raises(ValueError, match=r"no pred_sem_seg; VPOMetric is for models of categor"):
        evaluate(frame_sample, [{"gt_sem_seg": [[0]]}])
