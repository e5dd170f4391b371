"""Models that the paper compares with, trained and tested in the same runner."""

from avs_mm.models.peers.ez_vsl import EZVSL
from avs_mm.models.peers.lvs import LVS
from avs_mm.models.peers.slavc import SLAVC
from avs_mm.models.peers.sound_localiser import SoundLocaliser
from avs_mm.models.peers.spectrogram_resnet import SpectrogramResNet
from avs_mm.models.peers.sspl import SSPL
from avs_mm.models.peers.tpavi import TPAVI

__all__ = ["EZVSL", "LVS", "SLAVC", "SSPL", "TPAVI", "SoundLocaliser", "SpectrogramResNet"]
