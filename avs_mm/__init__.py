"""Audio-visual segmentation for OpenMMLab: find the objects in a frame that make its sound.

Importing any part of the package also makes mmseg and mmdet importable on mmcv-lite.
"""

from avs_mm.mmcv_ops import supply_missing_ops
from avs_mm.shipped import config_file, configs_dir
from avs_mm.version import __version__

__all__ = ["__version__", "config_file", "configs_dir"]

supply_missing_ops()
