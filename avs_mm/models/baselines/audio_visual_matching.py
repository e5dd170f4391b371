"""The second term of TPAVI's loss: a masked image should resemble its sound."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["audio_visual_matching"]


def audio_visual_matching(
    mask_logits: Tensor,
    maps: Sequence[Tensor],
    audio_embeddings: Sequence[Tensor],
    *,
    classwise: bool = False,
) -> Tensor:
    """Divergence of the features inside the predicted masks from the sounds, L_AVM.

    A stage's map is weighted by the mask, averaged over all pixels and made a distribution over
    the channels by a softmax, as is its audio embedding: KL(audio || features), summed over the
    frames of the batch as the official code does, averaged over the stages. The mask of a stage is
    the sigmoid of the averaged logits.

    Source: AVSBench (Zhou et al., ECCV 2022), Eq. 3, with the switches of its MS3 training script.

    Args:
        mask_logits: (F, 1, H, W), or with ``classwise`` (F, K + 1, H, W), background first.
        classwise: Whether the mask is where another class than the background has the highest
            logit, as in AVSBench's code for AVSS; it then carries no gradient, and the divergence
            is averaged over the frames.
        maps: Each stage's map after the attention, (F, C, h, w).
        audio_embeddings: Each stage's aligned audio embedding, (F, C).

    Returns:
        A scalar, at least 0, in fp32.
    """
    divergences = []
    for stage_map, audio_embedding in zip(maps, audio_embeddings, strict=True):
        height, width = stage_map.shape[-2:]
        if classwise:
            foreground = mask_logits.argmax(dim=1, keepdim=True) != 0
            masks = F.adaptive_avg_pool2d(foreground.float(), (height, width))
        else:
            masks = F.adaptive_avg_pool2d(mask_logits.float(), (height, width)).sigmoid()
        # The official decoder's ReLU works in place on the maps, before this reads them.
        features = (stage_map.float().relu() * masks).mean(dim=(2, 3))
        divergences.append(
            F.kl_div(
                features.log_softmax(dim=-1),
                audio_embedding.float().log_softmax(dim=-1),
                reduction="batchmean" if classwise else "sum",
                log_target=True,
            )
        )
    return torch.stack(divergences).mean()
