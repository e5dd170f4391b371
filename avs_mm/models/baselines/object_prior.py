"""The object-guided prior of EZ-VSL and SLAVC: where an ImageNet classifier reacts to anything."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from typing_extensions import Self

from avs_mm.checkpoint import load_backbone
from avs_mm.registry import MODELS

__all__ = ["ObjectPrior", "min_max_normalised"]

STRONGEST = 2.5  # to which SLAVC's test script scales the reactions


class ObjectPrior(nn.Module):
    """Average a localiser's heat map with the activations of a classifier, which hears nothing.

    The classifier is no part of a localiser's state: it is neither trained nor in a checkpoint, so
    that it can be switched on at test time.

    Args:
        backbone: Config of mmseg's image encoder, the authors' ResNet-18.
        weights: Checkpoint or work dir with ``backbone.*``: the classifier trained on ImageNet.
        sound_weight: Of the heat map; the prior has the rest. EZ-VSL's alpha is 0.4 (the prior
            weighs more than the sound), SLAVC's script takes 0.9.

    Source: EZ-VSL (Mo and Morgado, ECCV 2022), section 3.3 and test.py; SLAVC, test.py.

    Raises:
        ValueError: sound_weight is not in [0, 1], or the weights do not fit.
    """

    def __init__(self, *, backbone: dict, weights: str, sound_weight: float = 0.4) -> None:
        super().__init__()
        if not 0 <= sound_weight <= 1:
            raise ValueError(f"sound_weight is in [0, 1], not {sound_weight}")
        classifier = MODELS.build(backbone)
        classifier.requires_grad_(False)
        classifier.eval()
        load_backbone(classifier, weights)
        self.hidden = [classifier]  # a list, which torch does not look into
        self.sound_weight = sound_weight

    def _apply(self, fn: Callable[..., Any], recurse: bool = True) -> Self:
        self.hidden[0]._apply(fn)
        return super()._apply(fn, recurse)

    @torch.no_grad()
    def forward(self, images: Tensor) -> Tensor:
        """Return the mean strength of the last map's channels, (B, h, w), of (B, 3, H, W)."""
        return self.hidden[0](images)[-1].abs().mean(dim=1)

    def join(self, heat: Tensor, objects: Tensor, *, per_frame: bool) -> Tensor:
        """Average two maps (1, H, W).

        Args:
            heat: In [0, 1].
            objects: Of `forward`, at the heat map's size.
            per_frame: Whether each map and the average are stretched to [0, 1], as EZ-VSL has it;
                else the prior is scaled by 2.5, as SLAVC has it: what goes beyond 1 counts in
                the average, which is then cut at 1.
        """
        objects = min_max_normalised(objects) if per_frame else objects / STRONGEST
        joined = self.sound_weight * heat + (1 - self.sound_weight) * objects
        return min_max_normalised(joined) if per_frame else joined.clamp(0, 1)


def min_max_normalised(heat: Tensor) -> Tensor:
    """Bring the least value to 0 and the greatest to 1; a map of one value becomes 0."""
    low, high = torch.aminmax(heat)
    return ((heat - low) / (high - low).clamp(min=torch.finfo(heat.dtype).tiny)).clamp(0, 1)
