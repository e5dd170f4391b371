from avs_mm.stack import require_openmmlab

require_openmmlab()

from .audio_conditions import AUDIO_CONDITIONS
from .audio_pairs import read_audio_pairs, write_audio_pairs
from .avsbench import AVSBenchDataset
from .avsbench_clips import AVSBenchClips
from .categories import voc_palette
from .clip_batch_sampler import ClipBatchSampler
from .conditioned_frames import ConditionedFrames, conditioned_frames
from .transforms import LoadAudio, LoadSoundingMask, PackAVSInputs

__all__ = [
    "AUDIO_CONDITIONS",
    "AVSBenchClips",
    "AVSBenchDataset",
    "ClipBatchSampler",
    "ConditionedFrames",
    "LoadAudio",
    "LoadSoundingMask",
    "PackAVSInputs",
    "conditioned_frames",
    "read_audio_pairs",
    "voc_palette",
    "write_audio_pairs",
]
