"""The per-frame scores of AVSBench, AVSBench-Robust and the paper, as pure functions on tensors.

Every function takes probabilities ``prob`` ``(N, H, W)`` in [0, 1] and, where it needs the truth,
binary masks ``mask`` ``(N, H, W)``, on any one device. Frames never mix: row n of a result depends
on frame n alone.
"""

import torch
from torch import Tensor

from avs_mm.evaluation.functional.input_checks import check_pair, check_prob, check_shapes

__all__ = [
    "f_curve",
    "f_measure",
    "f_thresholds",
    "false_positive_rate",
    "foreground",
    "global_score",
    "jaccard",
    "maximum_f",
    "pairwise_iou",
    "recognised_silence",
    "silent_iou",
]

BETA_SQUARED = 0.3
NUM_THRESHOLDS = 255
# prob * BIN_SCALE falls short of 254 * prob by ten times more than float32 rounding can add
BIN_SCALE = (NUM_THRESHOLDS - 1) * (1 - 1e-6)
# pixels whose temporaries fit a CPU's cache, and keep a GPU busy
CPU_CHUNK, GPU_CHUNK = 2**19, 2**24


def foreground(prob: Tensor) -> Tensor:
    """Pixels predicted to sound, bool ``(N, H, W)``.

    prob > 0.5 strictly, so a logit of 0 is background.

    Raises:
        ValueError: if ``prob`` is not ``(N, H, W)`` or leaves [0, 1].
    """
    check_prob(prob)
    return prob > 0.5


def jaccard(prob: Tensor, mask: Tensor) -> Tensor:
    """J of every frame, float32 ``(N,)`` in [0, 1].

    ``|P ∩ G| / (|P ∪ G| + 1e-7)``; for a frame whose mask is empty, the fraction of pixels
    outside P (AVSBench's rule: 20 % false foreground gives 0.8, not 0).

    Source: AVSBench (Zhou et al., ECCV 2022), the official ``mask_iou``.

    Raises:
        ValueError: if the shapes differ, ``prob`` leaves [0, 1] or ``mask`` is not binary.
    """
    mask = check_pair(prob, mask)
    predicted = prob > 0.5
    intersection = (predicted & mask).sum(dim=(1, 2), dtype=torch.float32)
    union = (predicted | mask).sum(dim=(1, 2), dtype=torch.float32)
    return torch.where(
        mask.flatten(1).any(dim=1), intersection / (union + 1e-7), _fraction_outside(predicted)
    )


def f_thresholds(device: torch.device | str = "cpu") -> Tensor:
    """The 255 official thresholds, float32 ``(255,)``; the last is exactly 1, as float32 rounds."""
    # always made on the CPU, as the official code does: another device may round a step differently
    return torch.linspace(0, 1 - 1e-10, NUM_THRESHOLDS).to(device)


def f_curve(prob: Tensor, mask: Tensor) -> Tensor:
    """F of every frame at the 255 official thresholds, float32 ``(N, 255)`` in [0, 1].

    At each t of ``f_thresholds`` the prediction is prob >= t and F = 1.3·p·r / (0.3·p + r) with
    p = TP / (P + 1e-20) and r = TP / (G + 1e-20), 0 where that is NaN; so a frame whose mask is
    empty gets a curve of zeros. One pass over the pixels, whatever the number of thresholds: a
    histogram over the thresholds, of the pixels on the mask and off it, and its cumulative sum
    from above. Half-precision probabilities are compared in float32.

    Source: AVSBench (Zhou et al., ECCV 2022), the official ``Eval_Fmeasure``.

    Raises:
        ValueError: if the shapes differ, ``prob`` leaves [0, 1] or ``mask`` is not binary.
    """
    # a few frames at a time: faster, and the memory does not grow with their number
    check_shapes(prob, mask)
    chunk = CPU_CHUNK if prob.device.type == "cpu" else GPU_CHUNK
    num_frames = max(1, chunk // prob.shape[1:].numel())
    parts = zip(prob.split(num_frames), mask.split(num_frames), strict=True)
    return torch.cat([_f_curve(*part) for part in parts])


def f_measure(prob: Tensor, mask: Tensor) -> Tensor:
    """F of a set of frames, a float32 scalar in [0, 1] that no division into batches changes.

    The F curve is averaged over the frames whose mask is not empty, then its maximum over the
    thresholds is taken; 0 where every mask is empty. (The official code takes the maximum a batch
    and averages it over the batches.)

    Raises:
        ValueError: if the shapes differ, ``prob`` leaves [0, 1] or ``mask`` is not binary.
    """
    return maximum_f(f_curve(prob, mask), mask.bool().flatten(1).any(dim=1))


def maximum_f(curves: Tensor, has_object: Tensor) -> Tensor:
    """Maximum over the thresholds of the mean F curve, a scalar.

    Of the curves ``(N, 255)`` those count whose frame has an object, bool ``(N,)``; 0 if none has.
    """
    if not has_object.any():
        return curves.new_zeros(())
    return curves[has_object].mean(dim=0).max()


def recognised_silence(prob: Tensor) -> Tensor:
    """Whether a frame has no foreground pixel at all, bool ``(N,)``.

    Its mean is the paper's RA (Table 6).

    Raises:
        ValueError: if ``prob`` is not ``(N, H, W)`` or leaves [0, 1].
    """
    return ~foreground(prob).flatten(1).any(dim=1)


def silent_iou(prob: Tensor) -> Tensor:
    """IoU of the predicted background with the whole frame, float32 ``(N,)`` in [0, 1].

    That is the true-negative fraction where nothing sounds; its mean is the paper's mIoU (Table 6).

    Raises:
        ValueError: if ``prob`` is not ``(N, H, W)`` or leaves [0, 1].
    """
    return _fraction_outside(foreground(prob))


def false_positive_rate(prob: Tensor) -> Tensor:
    """Fraction of the frame predicted to sound where nothing should, float32 ``(N,)`` in [0, 1].

    1 - ``silent_iou``; its mean is the FPR of AVSBench-Robust (arXiv 2502.00358).

    Raises:
        ValueError: if ``prob`` is not ``(N, H, W)`` or leaves [0, 1].
    """
    return _fraction_outside(~foreground(prob))


def global_score(positive: float, negative: float) -> float:
    """Harmonic mean of a score under the right audio and of 1 - that score under a wrong one.

    Both are a J, or both an F, in [0, 1]; 0 where neither term is above 0.

    Source: inferred. The global scores of AVSBench-Robust (arXiv 2502.00358) are not in its code;
    this formula reproduces a figure that the paper prints.

    Raises:
        ValueError: if a score leaves [0, 1], as percentages do.
    """
    for name, score in (("positive", positive), ("negative", negative)):
        if not 0 <= score <= 1:
            raise ValueError(f"the {name} score must lie in [0, 1], got {score}; divide per cent")
    silent = 1 - negative
    return 2 * positive * silent / (positive + silent) if positive + silent > 0 else 0.0


def pairwise_iou(masks: Tensor, others: Tensor) -> Tensor:
    """IoU of each of n masks with each of m others, float32 ``(n, m)`` in [0, 1].

    Both are bool, ``(n, H, W)`` and ``(m, H, W)``; two empty masks have IoU 0.
    """
    masks, others = masks.flatten(1).float(), others.flatten(1).float()
    intersection = masks @ others.T  # (n, m), whole numbers
    union = masks.sum(dim=1)[:, None] + others.sum(dim=1) - intersection
    return intersection / union.clamp(min=1)


def _f_curve(prob: Tensor, mask: Tensor) -> Tensor:
    mask = check_pair(prob, mask)
    num_frames = len(prob)

    # one histogram key a pixel: (frame, on or off the mask, highest threshold reached)
    keys = _threshold_bins(prob)
    keys.add_(mask, alpha=NUM_THRESHOLDS)
    frames = torch.arange(num_frames, dtype=torch.int32, device=prob.device)
    keys.add_(frames.view(-1, 1, 1), alpha=2 * NUM_THRESHOLDS)
    histogram = torch.bincount(keys.flatten(), minlength=num_frames * 2 * NUM_THRESHOLDS)
    histogram = histogram.view(num_frames, 2, NUM_THRESHOLDS)

    # a pixel is positive at every threshold up to the highest that it reaches
    off_and_on = histogram.flip(-1).cumsum(-1).flip(-1)
    positives = off_and_on.sum(dim=1).float()  # (N, 255)
    true_positives = off_and_on[:, 1].float()  # (N, 255)
    objects = true_positives[:, :1]  # at threshold 0 every pixel is positive

    precision = true_positives / (positives + 1e-20)
    recall = true_positives / (objects + 1e-20)
    f = (1 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall)
    return f.nan_to_num(nan=0.0)


def _threshold_bins(prob: Tensor) -> Tensor:
    """Index of the highest threshold that each pixel reaches, int32 in 0..254, ties included.

    ``torch.bucketize`` gives the same, ten times slower.
    """
    if prob.dtype in (torch.float16, torch.bfloat16):
        prob = prob.float()
    # the guess is right or one too low (254 is never guessed), so one comparison settles it
    bins = (prob * BIN_SCALE).to(torch.int32)
    next_thresholds = f_thresholds(prob.device).to(prob.dtype)[1:]
    reached = prob >= next_thresholds.index_select(0, bins.flatten()).view_as(prob)
    return bins.add_(reached)


def _fraction_outside(predicted: Tensor) -> Tensor:
    """Fraction of the pixels outside a bool mask ``(N, H, W)``, float32 ``(N,)``."""
    return (~predicted).sum(dim=(1, 2), dtype=torch.float32) / predicted.shape[1:].numel()
