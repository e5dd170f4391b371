"""Pixels counted class by class, and the two families of scores that follow from them.

The background is a class like any other: number 0 of C. Counts are ``(..., 3, C)``: the pixels of
each class that prediction and label share, that the prediction has, and that the label has. Summed
over the whole test set they give the dataset-level family; image by image, AVSS's own.
"""

import torch
from torch import Tensor

from avs_mm.evaluation.functional.frame_scores import BETA_SQUARED

__all__ = [
    "class_pixels",
    "dataset_f",
    "dataset_miou",
    "false_discovery_rate",
    "image_f",
    "image_iou",
    "in_image",
]


def class_pixels(prediction: Tensor, label: Tensor, num_classes: int) -> Tensor:
    """Pixels of each class in each of N images: shared, predicted and labelled, int64 (N, 3, C).

    Both maps are whole numbers ``(N, H, W)`` in 0..C-1; bool maps are those of two classes.

    Raises:
        ValueError: if the shapes differ or a number is out of range.
    """
    if prediction.shape != label.shape or prediction.ndim != 3:
        raise ValueError(
            "prediction and label must have the same shape (N, H, W), got "
            f"{tuple(prediction.shape)} and {tuple(label.shape)}"
        )
    prediction, label = prediction.long(), label.long()
    for name, classes in (("prediction", prediction), ("label", label)):
        if classes.numel() and not (classes.min() >= 0 and classes.max() < num_classes):
            raise ValueError(
                f"the {name} holds classes {classes.min()} to {classes.max()}, but there are "
                f"{num_classes}, 0 to {num_classes - 1}"
            )

    # one key a pixel: (image, class); what is not shared goes to a class of its own
    num_images = len(prediction)
    images = torch.arange(num_images, device=prediction.device).view(-1, 1, 1)

    def count(classes: Tensor) -> Tensor:
        keys = classes + images * (num_classes + 1)
        counts = torch.bincount(keys.flatten(), minlength=num_images * (num_classes + 1))
        return counts.view(num_images, num_classes + 1)[:, :num_classes]

    shared = torch.where(prediction == label, prediction, num_classes)
    return torch.stack([count(shared), count(prediction), count(label)], dim=1)


def dataset_miou(pixels: Tensor) -> float:
    """Mean over the classes of the IoU in the whole set, in [0, 1], from its counts ``(3, C)``.

    A class that is neither predicted nor labelled has IoU 0, as in CAVP's code; the background
    counts as a class, so binary masks have two.

    Source: CAVP (Chen et al., CVPR 2024); also CPM, DDESeg, AuralSAM2. Not comparable with J.
    """
    shared, predicted, labelled = pixels.double()
    return float((shared / (predicted + labelled - shared).clamp(min=1)).mean())


def dataset_f(pixels: Tensor, *, beta_squared: float = BETA_SQUARED) -> float:
    """Mean over the classes of F, by default with beta² = 0.3, in the whole set, in [0, 1].

    From its counts ``(3, C)``; classes that are neither predicted nor labelled are left out.

    Source: CAVP (Chen et al., CVPR 2024). Not comparable with AVSBench's F.
    """
    shared, predicted, labelled = pixels.double()
    # 1.3 TP / (1.3 TP + 0.3 FN + FP)
    f = (1 + beta_squared) * shared / (beta_squared * labelled + predicted)
    return float(f.nanmean())


def false_discovery_rate(pixels: Tensor) -> float:
    """Mean over the classes of FP / (FP + TP) in the whole set, in [0, 1], lower is better.

    From its counts ``(3, C)``; classes that are never predicted are left out.

    Source: CAVP (Chen et al., CVPR 2024).
    """
    shared, predicted, _ = pixels.double()
    return float(((predicted - shared) / predicted).nanmean())


def in_image(pixels: Tensor) -> Tensor:
    """Whether a class is in an image's prediction or label, bool (N, C), from counts (N, 3, C)."""
    return pixels[:, 1:].sum(dim=1) > 0


def image_iou(pixels: Tensor) -> Tensor:
    """IoU of each class in each image, float64 (N, C) in [0, 1], from counts (N, 3, C).

    0 where the class is in neither map. AVSS's mIoU is, for each class, the mean over the images
    that have it (``in_image``), 0 if none has, and then the mean over all classes.

    Source: AVSBench-semantic (Zhou et al., IJCV 2024).
    """
    shared, predicted, labelled = pixels.double().unbind(dim=1)
    return shared / (predicted + labelled - shared).clamp(min=1)


def image_f(pixels: Tensor) -> Tensor:
    """F with beta² = 0.3 of each class in each image, float64 (N, C) in [0, 1]; as ``image_iou``.

    Source: AVSBench-semantic (Zhou et al., IJCV 2024).
    """
    shared, predicted, labelled = pixels.double().unbind(dim=1)
    # precision and recall put in: 1.3 p r / (0.3 p + r); 0 where it is not a number
    return ((1 + BETA_SQUARED) * shared / (BETA_SQUARED * labelled + predicted)).nan_to_num(nan=0.0)
