from .audio_negatives import AudioNegatives
from .augment_audio import (
    RandomBandStop,
    RandomGain,
    RandomPitch,
    RandomSecond,
    RandomSilentSpan,
)
from .load_audio import LoadAudio, crop_or_pad
from .load_masks import LoadSoundingMask
from .pack_avs_inputs import PackAVSInputs

__all__ = [
    "AudioNegatives",
    "LoadAudio",
    "LoadSoundingMask",
    "PackAVSInputs",
    "RandomBandStop",
    "RandomGain",
    "RandomPitch",
    "RandomSecond",
    "RandomSilentSpan",
    "crop_or_pad",
]
