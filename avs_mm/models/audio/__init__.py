"""Audio encoders: they turn waveforms (B, N) into tokens (B, L, C); taggers, into probabilities."""

from .ast import AST
from .audio_tagger import AudioTagger
from .beats import BEATs
from .beats_tagger import BEATsTagger
from .kaldi_fbank import kaldi_fbank
from .log_mel import log_mel_examples
from .vggish import VGGish

__all__ = [
    "AST",
    "AudioTagger",
    "BEATs",
    "BEATsTagger",
    "VGGish",
    "kaldi_fbank",
    "log_mel_examples",
]
