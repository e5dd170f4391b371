"""Audio encoders: they turn waveforms (B, N) into tokens (B, L, C)."""

from .beats import BEATs
from .kaldi_fbank import kaldi_fbank
from .log_mel import log_mel_examples
from .vggish import VGGish

__all__ = ["BEATs", "VGGish", "kaldi_fbank", "log_mel_examples"]
