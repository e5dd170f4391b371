"""Networks with random weights in every parameter, so that no mistaken name goes unseen."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from torch import nn

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
CHANNELS = [16, 32, 64, 128]
HEADS = [1, 2, 4, 8]
WINDOW = 7


@pytest.fixture(autouse=True)
def seed_and_scope():
    init_default_scope("mmseg")
    torch.manual_seed(0)


@pytest.fixture
def randomised() -> Callable[[nn.Module], nn.Module]:
    """Give every parameter and statistic a random value, so large that it matters."""

    def randomise(model: nn.Module) -> nn.Module:
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.dim() == 1 and name.endswith("weight"):  # of a norm
                    parameter.uniform_(0.5, 1.5)
                elif parameter.dim() == 1:
                    parameter.normal_(std=0.2)
                elif "queries" in name or "query_embed" in name or "position_bias" in name:
                    parameter.normal_()
                elif "q_proj" in name or "k_proj" in name:  # else all queries see the same
                    parameter.normal_(std=2 * parameter[0].numel() ** -0.5)
                else:
                    parameter.normal_(std=parameter[0].numel() ** -0.5)
            for name, buffer in model.named_buffers():
                if name.endswith(("running_mean", "running_var")):
                    buffer.uniform_(0.5, 1.5)
        return model.eval()

    return randomise


@pytest.fixture
def narrow_config() -> ConfigDict:
    """The shipped Swin-B config with few channels, layers and queries: 9 categories, no weights."""
    config = Config.fromfile(CONFIGS / "avs_swin_b_seg.py").model
    config.backbone.update(
        embed_dims=CHANNELS[0], depths=[2, 2, 2, 2], num_heads=HEADS, window_size=WINDOW
    )
    head = config.decode_head
    head.update(
        num_classes=9, in_channels=CHANNELS, num_queries=7, feat_channels=32, out_channels=32
    )
    head.positional_encoding.num_feats = 16
    head.transformer_decoder.num_layers = 3
    layer = head.transformer_decoder.layer_cfg
    layer.self_attn_cfg.embed_dims = layer.cross_attn_cfg.embed_dims = 32
    layer.ffn_cfg.update(embed_dims=32, feedforward_channels=64)
    return config
