"""Parity with CAVP's and AVSBench-semantic's definitions, written here once more as plain loops."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from avs_mm.evaluation.functional.class_scores import (
    class_pixels,
    dataset_f,
    dataset_miou,
    false_discovery_rate,
    image_f,
    image_iou,
    in_image,
)


def confusion_matrix(prediction: np.ndarray, label: np.ndarray, num_classes: int) -> np.ndarray:
    matrix = np.zeros((num_classes, num_classes))
    for p, g in zip(prediction.flat, label.flat, strict=True):
        matrix[g, p] += 1
    return matrix


def cavp_scores(matrix: np.ndarray) -> tuple[float, float, float]:
    """mIoU, F0.3 and FDR of one confusion matrix (label, prediction)."""
    tp = np.diag(matrix)
    fp, fn = matrix.sum(axis=0) - tp, matrix.sum(axis=1) - tp
    with np.errstate(invalid="ignore"):
        return (
            np.nan_to_num(tp / (tp + fp + fn)).mean(),
            np.nanmean(1.3 * tp / (1.3 * tp + 0.3 * fn + fp)),
            np.nanmean(fp / (fp + tp)),
        )


def avss_scores(prediction: np.ndarray, label: np.ndarray, num_classes: int) -> tuple[float, float]:
    """mIoU and F: sum and count a class over the images that have it, then mean over classes."""
    iou_sum, f_sum, count = np.zeros(num_classes), np.zeros(num_classes), np.zeros(num_classes)
    for p, g in zip(prediction, label, strict=True):
        for c in range(num_classes):
            intersection, union = ((p == c) & (g == c)).sum(), ((p == c) | (g == c)).sum()
            if union == 0:
                continue
            count[c] += 1
            iou_sum[c] += intersection / union
            with np.errstate(invalid="ignore", divide="ignore"):
                precision = intersection / np.float64((p == c).sum())
                recall = intersection / np.float64((g == c).sum())
                f_sum[c] += np.nan_to_num(1.3 * precision * recall / (0.3 * precision + recall))
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(iou_sum / count).mean(), np.nan_to_num(f_sum / count).mean()


@st.composite
def maps(draw) -> tuple[np.ndarray, np.ndarray, int]:
    """Class maps of a few images; often a class is in one image, in one map or in none."""
    num_classes = draw(st.integers(2, 6))
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)))
    highest = draw(st.integers(0, num_classes - 1))
    prediction = draw(arrays(np.int64, shape, elements=st.integers(0, highest)))
    label = draw(arrays(np.int64, shape, elements=st.integers(0, num_classes - 1)))
    return prediction, label, num_classes


@settings(max_examples=150, deadline=None)
@given(maps())
def test_both_families_are_the_published_ones(maps):
    prediction, label, num_classes = maps
    pixels = class_pixels(torch.from_numpy(prediction), torch.from_numpy(label), num_classes)
    assert pixels.shape == (len(prediction), 3, num_classes)
    total = pixels.sum(dim=0)

    scores = (dataset_miou(total), dataset_f(total), false_discovery_rate(total))
    matrix = confusion_matrix(prediction, label, num_classes)
    assert scores == pytest.approx(cavp_scores(matrix), abs=1e-9)

    count = in_image(pixels).sum(dim=0).clamp(min=1)
    means = [(f(pixels).sum(dim=0) / count).mean().item() for f in (image_iou, image_f)]
    assert means == pytest.approx(avss_scores(prediction, label, num_classes), abs=1e-9)


def test_by_hand_with_71_classes():
    prediction, label = torch.zeros(2, 2, 4).long(), torch.zeros(2, 2, 4).long()
    prediction[0, 0], label[0, 0, :2] = 70, 70  # 2 of 4 pixels, background 4 of 6
    label[1, 1, 0] = 5  # missed; background 7 of 8
    pixels = class_pixels(prediction, label, 71)
    assert pixels[0, :, 70].tolist() == [2, 4, 2]
    assert pixels[1, :, 5].tolist() == [0, 0, 1]
    assert in_image(pixels).sum(dim=1).tolist() == [2, 2]
    assert image_iou(pixels)[:, 0].tolist() == pytest.approx([4 / 6, 7 / 8])
    assert dataset_miou(pixels.sum(dim=0)) == pytest.approx((11 / 14 + 2 / 4 + 0) / 71)
    assert false_discovery_rate(pixels.sum(dim=0)) == pytest.approx((1 / 12 + 2 / 4) / 2)


def test_binary_maps_have_a_background():
    prediction, label = torch.zeros(1, 2, 2) > 0, torch.zeros(1, 2, 2) > 0
    prediction[0, 0, 0] = True
    pixels = class_pixels(prediction, label, 2)[0]
    assert dataset_miou(pixels) == (3 / 4 + 0) / 2
    assert false_discovery_rate(pixels) == (0 + 1) / 2
    assert dataset_f(pixels) == pytest.approx((1.3 * 3 / (0.3 * 4 + 3) + 0) / 2)


@pytest.mark.parametrize(
    ("prediction", "label", "message"),
    [
        (torch.zeros(1, 2, 2), torch.zeros(1, 2, 3), "same shape"),
        (torch.full((1, 2, 2), 3), torch.zeros(1, 2, 2), "prediction holds classes 3 to 3.*0 to 2"),
        (torch.zeros(1, 2, 2), torch.full((1, 2, 2), -1), "label holds classes -1"),
    ],
)
def test_bad_maps_are_refused(prediction, label, message):
    with pytest.raises(ValueError, match=message):
        class_pixels(prediction, label, 3)
