"""What ImageNet's own classifier says of a query's object."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from torch import Tensor, nn

from avs_mm.models.backbones.efficientnet_lite import imagenet_classifier
from avs_mm.registry import MODELS
from avs_mm.vocabularies.imagenet import NUM_IMAGENET_CLASSES, imagenet_classes

__all__ = ["ImageNetPrior", "check_prior"]


@MODELS.register_module()
class ImageNetPrior(BaseModule):
    """Multiply the queries' category probabilities with those of ImageNet's classifier.

    Few images teach a network to find objects sooner than to name them. The classifier of
    ``EfficientNetLite0`` names them without training: its last map is averaged within each query's
    mask and classified, and the probabilities of a category's classes (``imagenet.yaml``) are
    added. What falls to classes of no category says nothing, and is shared out evenly, so that a
    category which ImageNet lacks is left to stage 1. The probability of "no object" stays. Beyond
    the paper.

    Args:
        categories: The K names, in the order of stage 1's classes.
        weight: Exponent of ImageNet's probabilities; 0 leaves stage 1's as they are.
        pretrained: Whether ``init_weights`` loads ImageNet's weights; without, they are random.

    Raises:
        ValueError: ImageNet shows none of the categories, or the weight is negative.
    """

    shown: Tensor

    def __init__(
        self, *, categories: Sequence[str], weight: float = 1.0, pretrained: bool = True
    ) -> None:
        super().__init__()
        if weight < 0:
            raise ValueError(f"the weight of a prior is at least 0, not {weight}")
        self.weight = weight
        self.categories = tuple(categories)
        self.pretrained = pretrained
        self.classifier = nn.Linear(1280, NUM_IMAGENET_CLASSES).requires_grad_(False)
        shown = imagenet_classes(self.categories).float()
        self.register_buffer("shown", shown, persistent=False)

    def init_weights(self) -> None:
        """Load ImageNet's weights; errors as of ``EfficientNetLite0.init_weights``."""
        if self.pretrained and not self.is_init:
            self.classifier.load_state_dict(imagenet_classifier())
        super().init_weights()

    def forward(self, features: Tensor, class_logits: Tensor, mask_logits: Tensor) -> Tensor:
        """Return class logits (B, Q, K + 1) that know ImageNet's answer.

        Args:
            features: The classifier's map (B, 1280, H, W).
            class_logits: Of the queries (B, Q, K + 1), no object last.
            mask_logits: Of the queries (B, Q, h, w).
        """
        masks = F.interpolate((mask_logits > 0).float(), features.shape[-2:], mode="area")
        pooled = torch.einsum("bchw,bqhw->bqc", features.float(), masks)
        pooled = pooled / masks.sum(dim=(-2, -1)).clamp(min=1e-6)[..., None]
        known = self.classifier(pooled).softmax(dim=-1) @ self.shown.T
        unknown = (1 - known.sum(dim=-1, keepdim=True)).clamp(min=1e-6)
        prior = known + unknown / len(self.categories)

        own, no_object = class_logits.float().split([len(self.categories), 1], dim=-1)
        combined = own + self.weight * prior.log()
        # The probability that there is an object stays.
        combined += own.logsumexp(-1, keepdim=True) - combined.logsumexp(-1, keepdim=True)
        return torch.cat([combined, no_object], dim=-1)


def check_prior(prior: ImageNetPrior, *, num_classes: int, backbone: Any) -> None:
    """Refuse a prior that does not go with a decode head and a backbone.

    Raises:
        ValueError: Its categories are not the head's, or the last map is not what it classifies.
    """
    if len(prior.categories) != num_classes:
        raise ValueError(
            f"category_prior names {len(prior.categories)} categories, the decode head has "
            f"{num_classes}: name each of them, in their order"
        )
    channels = getattr(backbone, "out_channels", (None,))[-1]
    if channels != prior.classifier.in_features:
        raise ValueError(
            "category_prior classifies the last map of EfficientNetLite0(with_head=True), "
            f"{prior.classifier.in_features} channels; this backbone is {type(backbone).__name__} "
            f"with {channels}: set with_head=True, or leave out category_prior"
        )
