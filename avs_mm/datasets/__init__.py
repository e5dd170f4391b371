"""AVSBench and other data sets: layouts, samples, and the sounds they are paired with."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.datasets.audio_conditions import AUDIO_CONDITIONS
from avs_mm.datasets.audio_pairs import read_audio_pairs, write_audio_pairs
from avs_mm.datasets.avis import AVISDataset
from avs_mm.datasets.avsbench import AVSBenchDataset
from avs_mm.datasets.avsbench_clips import AVSBenchClips
from avs_mm.datasets.categories import voc_palette
from avs_mm.datasets.clip_batch_sampler import ClipBatchSampler
from avs_mm.datasets.conditioned_frames import ConditionedFrames, conditioned_frames
from avs_mm.datasets.one_tensor_batch import one_tensor_collate
from avs_mm.datasets.transforms import (
    LoadAudio,
    LoadInstanceMasks,
    LoadSoundingMask,
    LoadStereoSources,
    LoadVPOMask,
    PackAVSInputs,
)
from avs_mm.datasets.vpo import VPODataset

__all__ = [
    "AUDIO_CONDITIONS",
    "AVISDataset",
    "AVSBenchClips",
    "AVSBenchDataset",
    "ClipBatchSampler",
    "ConditionedFrames",
    "LoadAudio",
    "LoadInstanceMasks",
    "LoadSoundingMask",
    "LoadStereoSources",
    "LoadVPOMask",
    "PackAVSInputs",
    "VPODataset",
    "conditioned_frames",
    "one_tensor_collate",
    "read_audio_pairs",
    "voc_palette",
    "write_audio_pairs",
]
