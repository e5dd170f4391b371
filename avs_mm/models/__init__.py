"""Networks, losses and the data preprocessor; ``avs_mm.registry.MODELS`` imports this."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.models.audio import (
    AST,
    BEATs,
    BEATsTagger,
    FilterBankCNN,
    SoundTagger,
    SoundTaggerTraining,
    SpectrogramEfficientNet,
    SpectrogramResNet,
    VGGish,
    kaldi_fbank,
    log_mel_examples,
)
from avs_mm.models.audio_set_head import AudioSetHead
from avs_mm.models.avsc import AVSC
from avs_mm.models.backbones import EfficientNetLite0, SwinTransformer, TransformersBackbone
from avs_mm.models.baselines import EZVSL, LVS, SLAVC, SSPL, TPAVI, SoundLocaliser
from avs_mm.models.candidates import select_candidates
from avs_mm.models.data_preprocessor import AVSDataPreProcessor
from avs_mm.models.imagenet_prior import ImageNetPrior
from avs_mm.models.instance_head import InstanceHead
from avs_mm.models.potential_object_segmentor import PotentialObjectSegmentor
from avs_mm.models.published_segmentor import PublishedSegmentor
from avs_mm.models.silent_aware_head import SilentAwareMaskFormerHead
from avs_mm.models.silent_aware_mask2former_head import SilentAwareMask2FormerHead
from avs_mm.models.silent_object_loss import SilentObjectLoss
from avs_mm.models.text_prompted_objects import TextPromptedObjects

__all__ = [
    "AST",
    "AVSC",
    "EZVSL",
    "LVS",
    "SLAVC",
    "SSPL",
    "TPAVI",
    "AVSDataPreProcessor",
    "AudioSetHead",
    "BEATs",
    "BEATsTagger",
    "EfficientNetLite0",
    "FilterBankCNN",
    "ImageNetPrior",
    "InstanceHead",
    "PotentialObjectSegmentor",
    "PublishedSegmentor",
    "SilentAwareMask2FormerHead",
    "SilentAwareMaskFormerHead",
    "SilentObjectLoss",
    "SoundLocaliser",
    "SoundTagger",
    "SoundTaggerTraining",
    "SpectrogramEfficientNet",
    "SpectrogramResNet",
    "SwinTransformer",
    "TextPromptedObjects",
    "TransformersBackbone",
    "VGGish",
    "kaldi_fbank",
    "log_mel_examples",
    "select_candidates",
]
