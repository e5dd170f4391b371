"""Audio encoders, from waveforms (B, N) to tokens (B, L, C): a new one is one file and one line.

Taggers turn waveforms into the probabilities of AudioSet's classes.
"""

from avs_mm.models.audio.ast import AST as AST
from avs_mm.models.audio.audio_encoder import AudioEncoder as AudioEncoder
from avs_mm.models.audio.audio_tagger import AudioTagger as AudioTagger
from avs_mm.models.audio.beats import BEATs as BEATs
from avs_mm.models.audio.beats_tagger import BEATsTagger as BEATsTagger
from avs_mm.models.audio.filter_bank_cnn import FilterBankCNN as FilterBankCNN
from avs_mm.models.audio.kaldi_fbank import kaldi_fbank as kaldi_fbank
from avs_mm.models.audio.log_mel import log_mel_examples as log_mel_examples
from avs_mm.models.audio.log_spectrogram import log_spectrogram as log_spectrogram
from avs_mm.models.audio.sound_tagger import SoundTagger as SoundTagger
from avs_mm.models.audio.sound_tagger import SoundTaggerTraining as SoundTaggerTraining
from avs_mm.models.audio.spectrogram_efficientnet import (
    SpectrogramEfficientNet as SpectrogramEfficientNet,
)
from avs_mm.models.audio.spectrogram_resnet import SpectrogramResNet as SpectrogramResNet
from avs_mm.models.audio.vggish import VGGish as VGGish
