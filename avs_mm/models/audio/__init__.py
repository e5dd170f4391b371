"""Audio encoders: they turn waveforms (B, N) into tokens (B, L, C)."""

from avs_mm.models.audio.beats import BEATs
from avs_mm.models.audio.kaldi_fbank import kaldi_fbank
from avs_mm.models.audio.log_mel import log_mel_examples
from avs_mm.models.audio.log_spectrogram import log_spectrogram
from avs_mm.models.audio.spectrogram_resnet import SpectrogramResNet
from avs_mm.models.audio.vggish import VGGish

__all__ = [
    "BEATs",
    "SpectrogramResNet",
    "VGGish",
    "kaldi_fbank",
    "log_mel_examples",
    "log_spectrogram",
]
