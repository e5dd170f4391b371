"""A MaskFormer and an AVSC small enough for tests: 3 categories, 32x32 pixels, seeded weights."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.fixture(autouse=True)
def seed_and_scope():
    init_default_scope("mmseg")
    torch.manual_seed(0)


@pytest.fixture
def segmentor_config() -> ConfigDict:
    config = Config.fromfile(CONFIGS / "mini" / "seg.py").model
    config.initial_weights = config.teacher = None
    config.score_threshold = config.quality_threshold = 0.0  # random masks would not pass
    config.decode_head.loss_silent = dict(type="avs_mm.SilentObjectLoss")
    config.backbone.base_channels = config.backbone.stem_channels = 8
    config.decode_head.update(
        num_classes=3, in_channels=[8, 16, 32, 64], num_queries=5, feat_channels=32, out_channels=32
    )
    config.decode_head.pixel_decoder.norm_cfg.num_groups = 8
    config.decode_head.positional_encoding.num_feats = 16
    layer = config.decode_head.transformer_decoder.layer_cfg
    layer.self_attn_cfg.embed_dims = layer.cross_attn_cfg.embed_dims = 32
    layer.ffn_cfg.update(embed_dims=32, feedforward_channels=32)
    for dropout in ("attn_drop", "proj_drop"):
        layer.self_attn_cfg[dropout] = layer.cross_attn_cfg[dropout] = 0.0
    layer.ffn_cfg.ffn_drop = 0.0
    return config


@pytest.fixture
def mask2former_config() -> ConfigDict:
    """The same with a Mask2Former's head."""
    config = Config.fromfile(CONFIGS / "mini" / "seg_m2f.py").model
    config.initial_weights = config.teacher = None
    config.score_threshold = config.quality_threshold = 0.0
    config.backbone.base_channels = config.backbone.stem_channels = 8
    head = config.decode_head
    head.loss_silent = dict(type="avs_mm.SilentObjectLoss")
    head.update(
        num_classes=3, in_channels=[8, 16, 32, 64], num_queries=5, feat_channels=32, out_channels=32
    )
    head.pixel_decoder.norm_cfg.num_groups = 8
    head.positional_encoding.num_feats = head.pixel_decoder.positional_encoding.num_feats = 16
    for layer in (head.pixel_decoder.encoder.layer_cfg, head.transformer_decoder.layer_cfg):
        layer.ffn_cfg.update(embed_dims=32, feedforward_channels=32)
        for attention in ("self_attn_cfg", "cross_attn_cfg"):
            if attention in layer:
                layer[attention].embed_dims = 32
    return config


@pytest.fixture
def avsc_config(segmentor_config) -> ConfigDict:
    config = Config.fromfile(CONFIGS / "mini" / "avsc.py").model
    config.segmentor = segmentor_config
    config.stage1 = None
    config.audio_encoder.update(embed_dims=16, num_layers=1, num_heads=2, patch_embed_dims=8)
    return config


@pytest.fixture
def find_something() -> Callable[[torch.nn.Module], None]:
    """Let a stage 1 of random weights find candidates: it hardly ever says "no object"."""

    def change(segmentor: torch.nn.Module) -> None:
        with torch.no_grad():
            segmentor.decode_head.cls_embed.bias[-1] = -10.0
            segmentor.decode_head.mask_embed[-1].bias.normal_(std=10.0)
            segmentor.decode_head.pixel_decoder.mask_feature.weight.normal_()

    return change


def make_sample(category_map: torch.Tensor) -> SegDataSample:
    """Annotate a frame with a category map (H, W), 255 = background."""
    shape = tuple(category_map.shape)
    sample = SegDataSample(metainfo={"img_shape": shape, "ori_shape": shape, "img_path": "x.png"})
    sample.gt_sem_seg = PixelData(data=category_map[None].long())
    sample.gt_sounding_mask = PixelData(data=(category_map != 255)[None].to(torch.uint8))
    return sample


@pytest.fixture
def labelled_samples() -> list[SegDataSample]:
    """Two frames of 32x32: one with categories 0 and 2, one with category 1."""
    first = torch.full((32, 32), 255)
    first[4:16, 4:16] = 0
    first[20:30, 8:28] = 2
    second = torch.full((32, 32), 255)
    second[10:25, 2:20] = 1
    return [make_sample(first), make_sample(second)]


@pytest.fixture
def instance_samples() -> Callable[[list[SegDataSample]], list[SegDataSample]]:
    """Copies of samples in which each category is one object."""

    def label(samples: list[SegDataSample]) -> list[SegDataSample]:
        labelled = [sample.clone() for sample in samples]
        for sample in labelled:
            numbers = (sample.gt_sem_seg.data + 1) % 256
            sample.gt_instance_map = PixelData(data=numbers)
        return labelled

    return label


@pytest.fixture
def silent_sample() -> SegDataSample:
    """A frame of 32x32 in which nothing sounds."""
    return make_sample(torch.full((32, 32), 255))
