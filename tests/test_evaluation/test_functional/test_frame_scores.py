"""Parity with the official definitions, written here once more as plain loops."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from avs_mm.evaluation.functional import (
    f_curve,
    f_measure,
    f_thresholds,
    false_positive_rate,
    foreground,
    global_score,
    jaccard,
    maximum_f,
    pairwise_iou,
    recognised_silence,
    silent_iou,
)

THRESHOLDS = torch.linspace(0, 1 - 1e-10, 255).numpy()


def official_jaccard(prob: np.ndarray, mask: np.ndarray) -> float:
    predicted = prob > 0.5
    if mask.sum() == 0:
        return (prob.size - predicted.sum()) / prob.size
    intersection = np.logical_and(predicted, mask == 1).sum()
    union = np.logical_or(predicted, mask == 1).sum()
    return intersection / (union + 1e-7)


def official_f_curve(prob: np.ndarray, mask: np.ndarray) -> np.ndarray:
    curve = np.zeros(255)
    for index, threshold in enumerate(THRESHOLDS):
        predicted = (prob >= threshold).astype(np.float64)
        true_positives = (predicted * mask).sum()
        precision = true_positives / (predicted.sum() + 1e-20)
        recall = true_positives / (mask.sum() + 1e-20)
        with np.errstate(invalid="ignore"):
            f = 1.3 * precision * recall / (0.3 * precision + recall)
        curve[index] = 0 if np.isnan(f) else f
    return curve


def official_f_of_one_batch(prob: np.ndarray, mask: np.ndarray) -> float:
    curves = [official_f_curve(p, m) for p, m in zip(prob, mask, strict=True) if m.sum() > 0]
    return max(np.mean(curves, axis=0)) if curves else 0.0


# probabilities: a threshold itself, its two neighbours in float32, the ends, or any other
threshold_values = np.concatenate(
    [THRESHOLDS, np.nextafter(THRESHOLDS, np.float32(0)), np.nextafter(THRESHOLDS, np.float32(1))]
)
probabilities = st.one_of(
    st.sampled_from([0.0, 1.0, 0.5]),
    st.sampled_from(threshold_values.tolist()),
    st.floats(0, 1, width=32),
)


@st.composite
def frames(draw) -> tuple[np.ndarray, np.ndarray]:
    """A few frames whose masks are random, empty, full or of one pixel, in any mixture."""
    shape = draw(st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)))
    fill = draw(st.sampled_from([st.nothing(), st.just(0.0), st.just(1.0)]))
    prob = draw(arrays(np.float32, shape, elements=probabilities, fill=fill))
    mask = draw(arrays(np.uint8, shape, elements=st.integers(0, 1)))
    for frame in mask:
        kind = draw(st.sampled_from(["random", "empty", "full", "one pixel"]))
        if kind != "random":
            frame[:] = kind == "full"
        if kind == "one pixel":
            frame.flat[draw(st.integers(0, frame.size - 1))] = 1
    return prob, mask


@settings(max_examples=150, deadline=None)
@given(frames())
def test_every_function_is_the_official_one(frames):
    prob, mask = frames
    pairs = list(zip(prob, mask, strict=True))
    prob_, mask_ = torch.from_numpy(prob), torch.from_numpy(mask)

    np.testing.assert_allclose(
        jaccard(prob_, mask_), [official_jaccard(*pair) for pair in pairs], rtol=0, atol=1e-6
    )
    np.testing.assert_allclose(
        f_curve(prob_, mask_), [official_f_curve(*pair) for pair in pairs], rtol=0, atol=1e-6
    )
    assert f_measure(prob_, mask_).item() == pytest.approx(
        official_f_of_one_batch(prob, mask), abs=1e-6
    )
    outside = [1 - (p > 0.5).mean() for p in prob]
    np.testing.assert_allclose(silent_iou(prob_), outside, rtol=0, atol=1e-6)
    inside = [(p > 0.5).mean() for p in prob]
    np.testing.assert_allclose(false_positive_rate(prob_), inside, rtol=0, atol=1e-6)
    assert recognised_silence(prob_).tolist() == [not (p > 0.5).any() for p in prob]


def test_whole_frames_of_a_smooth_prediction():
    generator = torch.Generator().manual_seed(0)
    prob = torch.sigmoid(3 * torch.randn(5, 224, 224, generator=generator))
    mask = (prob + 0.3 * torch.randn(5, 224, 224, generator=generator) > 0.7).to(torch.uint8)
    mask[3] = 0

    expected = [official_f_curve(p, m) for p, m in zip(prob.numpy(), mask.numpy(), strict=True)]
    np.testing.assert_allclose(f_curve(prob, mask), expected, rtol=0, atol=1e-6)


def test_the_last_threshold_is_exactly_one_in_float32():
    thresholds = f_thresholds()
    assert thresholds.dtype == torch.float32
    assert thresholds[0] == 0
    assert thresholds[-1] == 1

    just_below = torch.nextafter(torch.tensor(1.0), torch.tensor(0.0))
    prob = torch.stack([just_below, torch.tensor(1.0)]).view(2, 1, 1)
    curve = f_curve(prob, torch.ones(2, 1, 1))
    assert curve[:, -1].tolist() == [0, 1]
    assert curve[:, -2].tolist() == [1, 1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_each_threshold_and_its_neighbours_fall_on_the_right_side(dtype):
    # frame i holds threshold i, the number just below and the number just above
    at = f_thresholds().to(dtype)
    below = torch.nextafter(at, torch.zeros_like(at))
    above = torch.nextafter(at, torch.ones_like(at))

    def reached(prob: torch.Tensor) -> list[int]:
        """Number of thresholds that each one-pixel frame reaches."""
        return (f_curve(prob.view(-1, 1, 1), torch.ones(255, 1, 1)) == 1).sum(dim=1).tolist()

    assert reached(at) == list(range(1, 256))
    assert reached(above) == list(range(1, 256))
    assert reached(below) == [1, *range(1, 255)]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_compared_in_float32(dtype):
    prob = torch.rand(2, 9, 9, generator=torch.Generator().manual_seed(0)).to(dtype)
    mask = torch.rand(2, 9, 9, generator=torch.Generator().manual_seed(1)) > 0.5
    assert torch.equal(f_curve(prob, mask), f_curve(prob.float(), mask))


@pytest.mark.parametrize("dtype", [torch.bool, torch.uint8, torch.int64, torch.float32])
def test_the_masks_type_does_not_matter(dtype):
    prob = torch.tensor([[[0.9, 0.6], [0.4, 0.2]]])
    mask = torch.tensor([[[1, 0], [1, 0]]]).to(dtype)
    assert jaccard(prob, mask).item() == pytest.approx(1 / 3, abs=1e-6)
    # from t > 0.2 on three pixels are positive, from t > 0.6 on one, which lies on the mask
    assert f_curve(prob, mask)[0, 100].item() == pytest.approx(
        1.3 * (2 / 3) / (0.3 * (2 / 3) + 1), abs=1e-6
    )
    assert f_curve(prob, mask)[0, 200].item() == pytest.approx(1.3 * 0.5 / (0.3 + 0.5), abs=1e-6)


def test_an_empty_mask_scores_the_true_negative_share():
    prob = torch.zeros(1, 10, 10)
    prob[0, :2] = 1
    mask = torch.zeros(1, 10, 10)
    assert jaccard(prob, mask).item() == pytest.approx(0.8, abs=1e-6)
    assert f_curve(prob, mask).abs().max() == 0
    assert f_measure(prob, mask) == 0


def test_one_half_is_background():
    prob = torch.tensor([[[0.5]], [[0.50001]]])
    assert foreground(prob).flatten().tolist() == [False, True]
    assert recognised_silence(prob).tolist() == [True, False]
    assert silent_iou(prob).tolist() == [1, 0]
    assert jaccard(prob, torch.ones(2, 1, 1)).tolist() == pytest.approx([0, 1], abs=1e-6)


def test_frames_do_not_mix_whatever_the_chunk(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    prob = torch.rand(7, 12, 10, generator=generator)
    mask = torch.rand(7, 12, 10, generator=generator) > 0.6
    alone = torch.cat([f_curve(prob[n : n + 1], mask[n : n + 1]) for n in range(7)])
    for pixels in (1, 250, 2**18):
        monkeypatch.setattr("avs_mm.evaluation.functional.frame_scores.CPU_CHUNK", pixels)
        assert torch.equal(f_curve(prob, mask), alone)


def test_a_set_without_frames():
    prob = mask = torch.zeros(0, 4, 4)
    assert f_curve(prob, mask).shape == (0, 255)
    assert jaccard(prob, mask).shape == silent_iou(prob).shape == (0,)
    assert f_measure(prob, mask) == 0


def test_maximum_f_is_of_the_mean_curve_of_frames_with_an_object():
    curves = torch.zeros(3, 255)
    curves[0, 10], curves[1, 20], curves[1, 10], curves[2, 30] = 0.9, 0.8, 0.3, 1.0
    assert maximum_f(curves, torch.tensor([True, True, False])).item() == pytest.approx(0.6)
    assert maximum_f(curves, torch.tensor([False, False, False])) == 0


def test_the_false_positive_rate_is_the_share_of_foreground():
    prob = torch.full((2, 10, 10), 0.5)  # one half is background
    prob[1, :3] = 0.51
    assert false_positive_rate(prob).tolist() == pytest.approx([0, 0.3], abs=1e-6)


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    [
        (1, 0, 1),
        (0.8, 0.4, 2 * 0.8 * 0.6 / 1.4),
        (0.5, 0.5, 0.5),
        (0, 0, 0),
        (0.9, 1, 0),
        (0, 1, 0),
    ],
)
def test_the_global_score_is_a_harmonic_mean(positive, negative, expected):
    assert global_score(positive, negative) == pytest.approx(expected)


@pytest.mark.parametrize(("positive", "negative"), [(80.3, 0.1), (0.8, -0.1), (0.8, float("nan"))])
def test_the_global_score_of_percentages_is_refused(positive, negative):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        global_score(positive, negative)


def test_pairwise_iou():
    masks = torch.zeros(2, 2, 4, dtype=torch.bool)
    masks[0, :, :2] = True  # 4 pixels; the second is empty
    others = torch.zeros(3, 2, 4, dtype=torch.bool)
    others[0, :, :2] = True
    others[1, :, 1:3] = True  # shares 2 of 6
    assert pairwise_iou(masks, others).tolist() == [
        [1, pytest.approx(2 / 6), 0],
        [0, 0, 0],
    ]
    assert pairwise_iou(masks[:0], others).shape == (0, 3)
    assert pairwise_iou(masks, others[:0]).shape == (2, 0)


@pytest.mark.parametrize("function", [jaccard, f_curve, f_measure])
@pytest.mark.parametrize(
    ("prob", "mask", "message"),
    [
        (torch.zeros(2, 4, 4), torch.zeros(2, 4, 5), "same shape"),
        (torch.zeros(4, 4), torch.zeros(4, 4), r"\(N, H, W\)"),
        (torch.zeros(1, 0, 4), torch.zeros(1, 0, 4), r"\(N, H, W\)"),
        (torch.full((1, 2, 2), 3.0), torch.zeros(1, 2, 2), r"spans \[3, 3\].*sigmoid"),
        (torch.full((1, 2, 2), -0.1), torch.zeros(1, 2, 2), r"\[0, 1\]"),
        (torch.full((1, 2, 2), torch.nan), torch.zeros(1, 2, 2), r"\[0, 1\]"),
        (torch.zeros(1, 2, 2, dtype=torch.int64), torch.zeros(1, 2, 2), "floating-point"),
        (torch.zeros(1, 2, 2), torch.full((1, 2, 2), 255, dtype=torch.uint8), "0/255 image"),
        (torch.zeros(1, 2, 2), torch.full((1, 2, 2), 0.5), "only 0 and 1"),
        (torch.zeros(1, 2, 2), torch.full((1, 2, 2), torch.nan), "only 0 and 1"),
    ],
)
def test_bad_input_is_refused(function, prob, mask, message):
    with pytest.raises(ValueError, match=message):
        function(prob, mask)


@pytest.mark.parametrize(
    "function", [recognised_silence, silent_iou, false_positive_rate, foreground]
)
def test_logits_are_refused(function):
    with pytest.raises(ValueError, match="sigmoid"):
        function(torch.full((1, 2, 2), 3.0))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_gives_the_numbers_of_the_cpu():
    generator = torch.Generator().manual_seed(0)
    prob = torch.rand(6, 64, 64, generator=generator)
    prob[0].flatten()[:255] = f_thresholds()
    mask = torch.rand(6, 64, 64, generator=generator) > 0.6
    mask[2] = False
    torch.testing.assert_close(
        f_curve(prob.cuda(), mask.cuda()).cpu(), f_curve(prob, mask), rtol=0, atol=1e-6
    )
    torch.testing.assert_close(
        jaccard(prob.cuda(), mask.cuda()).cpu(), jaccard(prob, mask), rtol=0, atol=1e-6
    )
