"""VGG-16 as far as its last convolution: SSPL's image encoder."""

from mmengine.model import BaseModule
from torch import Tensor, nn

from avs_mm.registry import MODELS

__all__ = ["VGG16"]

# Width of a convolution of 3×3, in 64ths of the whole, or "M" for a max pooling of 2×2
LAYERS = (1, 1, "M", 2, 2, "M", 4, 4, 4, "M", 8, 8, 8, "M", 8, 8, 8)


@MODELS.register_module()
class VGG16(BaseModule):
    """Encode images (B, 3, H, W) as one map of stride 16, (B, 8 * base_channels, H / 16, W / 16).

    The layers before the last ReLU of VGG-16 (arXiv 1409.1556), under torchvision's names; weights
    come with ``tools/convert_weights.py vgg16``.

    Args:
        base_channels: Width of the first layers, 64 in VGG-16.
    """

    def __init__(self, *, base_channels: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width in LAYERS:
            if isinstance(width, int):
                layers += [nn.Conv2d(channels, width * base_channels, 3, padding=1), nn.ReLU()]
                channels = width * base_channels
            else:
                layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers[:-1])

    def forward(self, images: Tensor) -> tuple[Tensor]:
        """Return the map, in a tuple as mmseg's backbones give theirs."""
        return (self.features(images),)
