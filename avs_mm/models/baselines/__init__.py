"""Models that the paper compares with, trained and tested in the same runner."""

from avs_mm.models.baselines.ez_vsl import EZVSL
from avs_mm.models.baselines.lvs import LVS
from avs_mm.models.baselines.slavc import SLAVC
from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.models.baselines.sspl import SSPL
from avs_mm.models.baselines.tpavi import TPAVI

__all__ = ["EZVSL", "LVS", "SLAVC", "SSPL", "TPAVI", "SoundLocaliser"]
