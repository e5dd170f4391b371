from .audio_conditions import AUDIO_CONDITIONS
from .audio_pairs import read_audio_pairs, write_audio_pairs
from .avsbench import AVSBenchDataset
from .categories import voc_palette
from .conditioned_frames import ConditionedFrames, conditioned_frames
from .transforms import LoadAudio, LoadSoundingMask, PackAVSInputs

__all__ = [
    "AUDIO_CONDITIONS",
    "AVSBenchDataset",
    "ConditionedFrames",
    "LoadAudio",
    "LoadSoundingMask",
    "PackAVSInputs",
    "conditioned_frames",
    "read_audio_pairs",
    "voc_palette",
    "write_audio_pairs",
]
