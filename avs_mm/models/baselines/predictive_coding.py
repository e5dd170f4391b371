"""SSPL's predictive coding module: the image explains the sound, and its errors correct it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["PredictiveCoding"]


class PredictiveCoding(nn.Module):
    """Turn a sound into a map of the image's size by letting the image predict it.

    Three levels of representation: the sound at the bottom, which is given; a map of half the
    image's resolution; one of its full resolution, which begins as the image's own map. Each
    cycle goes down and up once. Down (feedback), a level predicts the one below and draws it
    towards the prediction. Up (feedforward), what the prediction of a level missed corrects the
    level above. The topmost level in the end is what the image knows of its sound.

    The rates, a number a channel and level, are learnt.

    Args:
        visual_dims, audio_dims: Of the image's map and of the sound.
        cycles: How often the levels are gone through.

    Source: Song et al., Self-Supervised Predictive Learning, CVPR 2022, section 3.3. The levels
    here are two above the sound, whatever the map's size.
    """

    def __init__(self, *, visual_dims: int, audio_dims: int, cycles: int = 4) -> None:
        super().__init__()
        self.cycles = cycles
        self.predict_middle = nn.Conv2d(visual_dims, visual_dims, 3, padding=1, bias=False)
        self.predict_sound = nn.Linear(visual_dims, audio_dims)
        self.correct_middle = nn.Linear(audio_dims, visual_dims, bias=False)
        self.correct_top = nn.Conv2d(visual_dims, visual_dims, 3, padding=1, bias=False)
        self.to_reference = nn.Conv2d(visual_dims, visual_dims, 1)
        # Fraction of the prediction in a level, and of the error below in its correction
        self.feedback_rate = nn.Parameter(torch.full((visual_dims, 1, 1), 0.5))
        self.middle_rate = nn.Parameter(torch.ones(visual_dims, 1, 1))
        self.top_rate = nn.Parameter(torch.ones(visual_dims, 1, 1))
        # Each cycle is at another stage of its way, and has statistics of its own.
        self.start_norm = nn.BatchNorm2d(visual_dims)
        self.middle_norms = nn.ModuleList(nn.BatchNorm2d(visual_dims) for _ in range(cycles))
        self.top_norms = nn.ModuleList(nn.BatchNorm2d(visual_dims) for _ in range(cycles))

    def forward(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the map (B, visual_dims, h, w) for (B, visual_dims, h, w) and (B, audio_dims)."""
        size = features.shape[-2:]
        half = ((size[0] + 1) // 2, (size[1] + 1) // 2)
        top = features
        middle = F.gelu(self.start_norm(self._down(top, half)))

        for middle_norm, top_norm in zip(self.middle_norms, self.top_norms, strict=True):
            # Down: the top predicts the middle, the middle predicts the sound
            predicted_middle = self._down(top, half)
            rate = self.feedback_rate.clamp(0, 1)
            middle = (1 - rate) * middle + rate * predicted_middle
            predicted_sound = self.predict_sound(F.gelu(middle).mean(dim=(-2, -1)))

            # Up: the errors correct the middle, then the top
            correction = self.correct_middle(audio_embedding - predicted_sound)[..., None, None]
            middle = F.gelu(middle_norm(middle + self.middle_rate.relu() * correction))
            error = F.interpolate(middle - predicted_middle, size, mode="bilinear")
            top = F.gelu(top_norm(top + self.top_rate.relu() * self.correct_top(error)))
        return self.to_reference(top)

    def _down(self, top: Tensor, half: tuple[int, int]) -> Tensor:
        return F.adaptive_avg_pool2d(self.predict_middle(top), half)
