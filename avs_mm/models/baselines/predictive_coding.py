"""SSPL's predictive coding module: errors in predicting the sound correct the image's map."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["PredictiveCoding"]


class PredictiveCoding(nn.Module):
    """Turn an image's map into one that is aligned with a sound, of the same size.

    Three levels of representation: of a quarter, half and the whole of the map's resolution; the
    last begins as the map itself. Down (feedback), each level predicts the one below, and the
    lowest the sound. Up (feedforward), the error of each prediction corrects the level above. The
    levels are gone through once to begin with, and then ``cycles`` times.

    Args:
        visual_dims, audio_dims: Of the image's map and of the sound.
        cycles: See above.

    Source: Song et al., Self-Supervised Predictive Learning, CVPR 2022, section 3.3, and the
    authors' code, whose outputs it gives (tests/data/official).

    Raises:
        ValueError: A map whose sides are not 4 k + 2, such as 14: the levels would not fit.
    """

    def __init__(self, *, visual_dims: int, audio_dims: int, cycles: int = 4) -> None:
        super().__init__()
        dims = visual_dims
        self.cycles = cycles
        # Down: the lowest level to the sound, the middle one to the lowest, the top to the middle
        self.predict_sound = nn.Conv2d(dims, audio_dims, 1)
        self.predict = nn.ModuleList(
            nn.Sequential(nn.Conv2d(dims, dims, 3, padding=1, bias=False), nn.MaxPool2d(2))
            for _ in range(2)
        )
        # Up: errors of the sound to the lowest level, of that to the middle one, of that to the top
        self.correct = nn.ModuleList(
            [
                nn.ConvTranspose2d(audio_dims, dims, 1, bias=False),
                nn.ConvTranspose2d(dims, dims, 3, stride=2, bias=False),
                nn.Sequential(
                    nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
                    nn.ConvTranspose2d(dims, dims, 3, padding=1, bias=False),
                ),
            ]
        )
        self.output = nn.ConvTranspose2d(dims, dims, 1)
        # Fraction of the prediction in each level, and of the error in its correction
        self.feedback_rates = nn.Parameter(torch.full((3, dims, 1, 1), 0.5))
        self.error_rates = nn.Parameter(torch.ones(3, dims, 1, 1))
        # Each passage has batch norms of its own; the first is the beginning.
        self.down_norms = _norms((cycles + 1) * 2, dims)
        self.up_norms = _norms((cycles + 1) * 3, dims)

    def forward(self, features: Tensor, sound: Tensor) -> Tensor:
        """Return the aligned map (B, C, h, w) of (B, C, h, w) and sounds (B, audio_dims)."""
        if any(length % 4 != 2 for length in features.shape[-2:]):
            raise ValueError(
                f"the image's map is {features.shape[-2]}x{features.shape[-1]}, but SSPL's levels "
                "fit sides of 6, 10, 14, ...: change the image's size, 224 gives 14"
            )
        # Predictions from the top down: the lowest level first in the lists
        predicted = [features]
        for level in (1, 0):
            below = self.down_norms[level](self.predict[level](predicted[0]))
            predicted.insert(0, F.gelu(below))
        levels = self._corrected(predicted, predicted, sound, passage=0)

        feedback = self.feedback_rates.relu()
        for passage in range(1, self.cycles + 1):
            levels[2] = F.gelu((1 - feedback[2]) * levels[2] + feedback[2] * features)
            for level in (1, 0):
                predicted[level] = self.predict[level](levels[level + 1])
                mixed = (1 - feedback[level]) * levels[level] + feedback[level] * predicted[level]
                levels[level] = F.gelu(self.down_norms[2 * passage + level](mixed))
            levels = self._corrected(levels, predicted, sound, passage=passage)
        return self.output(levels[2])

    def _corrected(
        self, levels: list[Tensor], predicted: list[Tensor], sound: Tensor, *, passage: int
    ) -> list[Tensor]:
        """Correct each level by the error of its prediction, from the sound up."""
        heard = F.gelu(self.predict_sound(levels[0])).mean(dim=(-2, -1))
        error = (sound - heard)[..., None, None].expand(-1, -1, *levels[0].shape[-2:])
        corrected: list[Tensor] = []
        for level in range(3):
            change = self.error_rates[level].relu() * self.correct[level](error)
            norm = self.up_norms[3 * passage + level]
            corrected.append(F.gelu(norm(levels[level] + change)))
            error = corrected[level] - predicted[level]
        return corrected


def _norms(number: int, dims: int) -> nn.ModuleList:
    return nn.ModuleList(nn.BatchNorm2d(dims) for _ in range(number))
