"""A small convolutional network on filter banks, to be trained from scratch on few sounds."""

from torch import Tensor, nn

from avs_mm.models.audio.audio_encoder import AudioEncoder
from avs_mm.models.audio.kaldi_fbank import kaldi_fbank
from avs_mm.models.audio.spectrogram_augmentation import SpectrogramAugmentation
from avs_mm.registry import MODELS

__all__ = ["FilterBankCNN"]

FBANK_MEAN, FBANK_STD = 13.67, 7.18  # of the sounds of ESC-50's animals and machines, 64 bins


@MODELS.register_module()
class FilterBankCNN(AudioEncoder):
    """Encode a sound with four convolutions of 3×3 on its log-mel filter banks.

    The first convolution has stride 2, and each of the others is followed by max pooling of 2×2.
    The tokens are what is left of the time axis, 160 ms each, averaged over the frequencies. There
    are no published weights.

    The augmentations act in training only, each drawn a sample from numpy's global generator.

    Args:
        channels: Of the four convolutions; the last is the width of the tokens.
        num_mel_bins: Of the filter banks, a multiple of 16.
        dropout: Of the tokens' channels.
        frequency_shift: Most mel bins that a filter bank is moved up or down.
        frequency_mask, time_mask: Most bins and frames of a mask (SpecAugment, arXiv 1904.08779);
            two masks of each. What they hide becomes the filter bank's mean.

    Raises:
        ValueError: Other than four channels, or a number of bins that 16 does not divide.
    """

    def __init__(
        self,
        *,
        channels: tuple[int, ...] = (16, 32, 64, 128),
        num_mel_bins: int = 64,
        dropout: float = 0.2,
        frequency_shift: int = 0,
        frequency_mask: int = 0,
        time_mask: int = 0,
    ) -> None:
        super().__init__()
        if len(channels) != 4 or num_mel_bins % 16:
            raise ValueError(
                "FilterBankCNN has four channels, and a multiple of 16 bins; given are "
                f"channels={tuple(channels)} and num_mel_bins={num_mel_bins}"
            )
        self.embed_dims = channels[-1]
        self.num_mel_bins = num_mel_bins
        self.augmentation = SpectrogramAugmentation(
            frequency_shift=frequency_shift, frequency_mask=frequency_mask, time_mask=time_mask
        )
        layers: list[nn.Module] = []
        for index, (width_in, width_out) in enumerate(zip((1, *channels), channels, strict=False)):
            stride = 2 if index == 0 else 1
            layers += [
                nn.Conv2d(width_in, width_out, 3, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(width_out),
                nn.ReLU(inplace=True),
            ]
            if index > 0:
                layers.append(nn.MaxPool2d(2, ceil_mode=True))
        self.layers = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Encode sound of 16 kHz, (B, N) in [-1, 1], into tokens (B, L, C): 7 for a second.

        Raises:
            ValueError: The waveforms are not (B, N) in floating point, or shorter than 25 ms.
        """
        spectrograms = kaldi_fbank(waveforms, num_mel_bins=self.num_mel_bins)  # (B, T, bins)
        spectrograms = self.augmentation((spectrograms - FBANK_MEAN) / (2 * FBANK_STD))
        maps = self.layers(spectrograms[:, None].to(next(self.layers.parameters()).dtype))
        return self.dropout(maps.mean(dim=3)).transpose(1, 2)
