"""Audio encoders: they turn waveforms (B, N) into tokens (B, L, C)."""

from .beats import BEATs
from .kaldi_fbank import kaldi_fbank

__all__ = ["BEATs", "kaldi_fbank"]
