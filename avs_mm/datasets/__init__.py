from .audio_conditions import AUDIO_CONDITIONS
from .avsbench import AVSBenchDataset, voc_palette
from .transforms import LoadAudio, LoadSoundingMask, PackAVSInputs

__all__ = [
    "AUDIO_CONDITIONS",
    "AVSBenchDataset",
    "LoadAudio",
    "LoadSoundingMask",
    "PackAVSInputs",
    "voc_palette",
]
