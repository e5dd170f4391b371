"""Objects over time: the same one keeps its id, and what it is said to do does not flicker."""

from avs_mm.tracking.colour_histogram import colour_histogram
from avs_mm.tracking.colours import colour_of
from avs_mm.tracking.hysteresis import Hysteresis
from avs_mm.tracking.motion import MotionMeter
from avs_mm.tracking.tracker import Tracker

__all__ = ["Hysteresis", "MotionMeter", "Tracker", "colour_histogram", "colour_of"]
