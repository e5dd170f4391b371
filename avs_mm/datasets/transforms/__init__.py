"""The steps from a sample's files to the network's inputs."""

from avs_mm.datasets.transforms.audio_negatives import AudioNegatives
from avs_mm.datasets.transforms.augment_audio import (
    RandomBandStop,
    RandomGain,
    RandomPitch,
    RandomSecond,
    RandomSilentSpan,
)
from avs_mm.datasets.transforms.copy_paste import CopyPaste
from avs_mm.datasets.transforms.load_audio import LoadAudio, crop_or_pad, crop_with_past
from avs_mm.datasets.transforms.load_instance_masks import LoadInstanceMasks
from avs_mm.datasets.transforms.load_masks import LoadSoundingMask
from avs_mm.datasets.transforms.load_sound import LoadSound
from avs_mm.datasets.transforms.load_vpo import LoadStereoSources, LoadVPOMask
from avs_mm.datasets.transforms.pack_avs_inputs import PackAVSInputs

__all__ = [
    "AudioNegatives",
    "CopyPaste",
    "LoadAudio",
    "LoadInstanceMasks",
    "LoadSound",
    "LoadSoundingMask",
    "LoadStereoSources",
    "LoadVPOMask",
    "PackAVSInputs",
    "RandomBandStop",
    "RandomGain",
    "RandomPitch",
    "RandomSecond",
    "RandomSilentSpan",
    "crop_or_pad",
    "crop_with_past",
]
