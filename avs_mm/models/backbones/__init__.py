"""Image encoders that neither mmseg nor mmdet has, and Swin without the work of its padding."""

from avs_mm.models.backbones.efficientnet_lite import EfficientNetLite0 as EfficientNetLite0
from avs_mm.models.backbones.swin_transformer import SwinTransformer as SwinTransformer
from avs_mm.models.backbones.transformers_backbone import (
    TransformersBackbone as TransformersBackbone,
)
from avs_mm.models.backbones.vgg16 import VGG16 as VGG16
