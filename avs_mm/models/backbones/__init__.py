"""Image encoders that neither mmseg nor mmdet has."""

from avs_mm.models.backbones.efficientnet_lite import EfficientNetLite0 as EfficientNetLite0
