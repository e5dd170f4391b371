"""An image encoder with ImageNet's weights, on filter banks taken for an image."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from avs_mm.models.audio.audio_encoder import AudioEncoder
from avs_mm.models.audio.filter_bank_cnn import FBANK_MEAN, FBANK_STD
from avs_mm.models.audio.kaldi_fbank import kaldi_fbank
from avs_mm.models.audio.spectrogram_augmentation import SpectrogramAugmentation
from avs_mm.models.backbones import EfficientNetLite0
from avs_mm.registry import MODELS

__all__ = ["SpectrogramEfficientNet"]

STRIDE = 16  # of the map that is used, the third
FRAMES = 98  # of filter banks in a second


@MODELS.register_module()
class SpectrogramEfficientNet(AudioEncoder):
    """Encode a sound with EfficientNet-Lite0 on its log-mel filter banks, as if they were a photo.

    A second is an image of 128×128. The map of stride 16 is averaged within bands of frequency; the
    bands of a column, side by side, are a token of 125 ms, with the LayerNorm that makes its scale
    one. Edges and textures of ImageNet describe a spectrogram far better than what 60 sounds can
    teach (docs/real.md).

    The augmentations act in training only, each drawn a sample from numpy's global generator.

    Args:
        bands: Into which the 8 rows of the map are averaged, 1, 2, 4 or 8.
        frozen_blocks: The stem and this many of the network's first 11 blocks are not trained.
        pretrained: Whether ``init_weights`` loads ImageNet's weights; without, they are random.
        dropout: Of the tokens' channels.
        frequency_shift: Most mel bins, of 128, that a filter bank is moved up or down.
        frequency_mask, time_mask: As of ``FilterBankCNN``, in bins of 128 and frames of 10 ms.

    Raises:
        ImportError: efficientnet-lite-pytorch is missing.
        ValueError: ``bands`` does not divide 8, or ``frozen_blocks`` is not from 0 to 16.

    Source: ImageNet's weights on spectrograms, Palanisamy et al., arXiv 2007.11154.
    """

    def __init__(
        self,
        *,
        bands: int = 4,
        frozen_blocks: int = 11,
        pretrained: bool = True,
        dropout: float = 0.2,
        frequency_shift: int = 0,
        frequency_mask: int = 0,
        time_mask: int = 0,
    ) -> None:
        super().__init__()
        if bands not in (1, 2, 4, 8):
            raise ValueError(f"bands is 1, 2, 4 or 8, not {bands}")
        self.backbone = EfficientNetLite0(
            pretrained=pretrained, frozen_blocks=frozen_blocks, num_maps=3
        )
        self.bands = bands
        self.embed_dims = bands * self.backbone.out_channels[-1]
        self.norm = nn.LayerNorm(self.embed_dims, elementwise_affine=False)
        self.dropout = nn.Dropout(dropout)
        self.augmentation = SpectrogramAugmentation(
            frequency_shift=frequency_shift, frequency_mask=frequency_mask, time_mask=time_mask
        )

    def forward(self, waveforms: Tensor) -> Tensor:
        """Encode sound of 16 kHz, (B, N) in [-1, 1], into tokens (B, L, C): 8 for a second.

        Raises:
            ValueError: The waveforms are not (B, N) in floating point, or shorter than 25 ms.
        """
        spectrograms = kaldi_fbank(waveforms, num_mel_bins=128)  # (B, T, 128)
        spectrograms = self.augmentation((spectrograms - FBANK_MEAN) / FBANK_STD)
        width = STRIDE * math.ceil(spectrograms.shape[1] / FRAMES * 128 / STRIDE)
        images = F.interpolate(
            spectrograms.transpose(1, 2)[:, None], (128, width), mode="bilinear"
        ).expand(-1, 3, -1, -1)
        maps = self.backbone(images.to(next(self.backbone.parameters()).dtype))[-1]  # (B, C, 8, L)
        rows = maps.unflatten(2, (self.bands, -1)).mean(dim=3)
        return self.dropout(self.norm(rows.flatten(1, 2).transpose(1, 2)))
