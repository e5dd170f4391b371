"""Mask2Former beside mmdet's on the same weights."""

from pathlib import Path

import mmdet
import pytest
import torch
from mmdet.registry import MODELS as MMDET_MODELS
from mmengine.config import Config, ConfigDict
from mmengine.registry import DefaultScope
from mmseg.structures import SegDataSample
from torch import nn

from avs_mm.checkpoint import load_strictly
from avs_mm.registry import MODELS
from avs_mm.weights import convert, convert_file

THEIR_CONFIGS = Path(mmdet.__file__).parent / ".mim" / "configs" / "mask2former"
CATEGORIES = 9
THINGS = {  # config -> things; the other categories are stuff
    "mask2former_r50_8xb2-lsj-50e_coco-panoptic": 5,
    "mask2former_swin-t-p4-w7-224_8xb2-lsj-50e_coco": CATEGORIES,
}
SHAPE = (96, 160)


@pytest.fixture(params=THINGS)
def theirs_config(request, narrow_config) -> ConfigDict:
    """A shipped config of mmdet with few channels, layers and queries."""
    config = Config.fromfile(THEIR_CONFIGS / f"{request.param}.py").model
    if config.backbone.type == "ResNet":  # as wide as the narrow Swin
        config.backbone.update(base_channels=4, stem_channels=4, init_cfg=None)
    else:
        config.backbone = ConfigDict({**narrow_config.backbone, "type": "SwinTransformer"})
    head = config.panoptic_head
    head.update(
        num_things_classes=THINGS[request.param],
        num_stuff_classes=CATEGORIES - THINGS[request.param],
        in_channels=narrow_config.decode_head.in_channels,
        feat_channels=32,
        out_channels=32,
        num_queries=7,
    )
    head.loss_cls.class_weight = [1.0] * CATEGORIES + [0.1]
    head.positional_encoding.num_feats = head.pixel_decoder.positional_encoding.num_feats = 16
    for stack in (head.pixel_decoder.encoder, head.transformer_decoder):
        stack.num_layers = 2
        for attention in ("self_attn_cfg", "cross_attn_cfg"):
            if attention in stack.layer_cfg:
                stack.layer_cfg[attention].embed_dims = 32
        stack.layer_cfg.ffn_cfg.update(embed_dims=32, feedforward_channels=64)
    return config


@pytest.fixture
def theirs(theirs_config, randomised) -> nn.Module:
    with DefaultScope.overwrite_default_scope("mmdet"):
        return randomised(MMDET_MODELS.build(theirs_config))


@pytest.fixture
def backbone(theirs_config) -> ConfigDict:
    """The same backbone of mmseg."""
    backbone = ConfigDict(theirs_config.backbone)
    backbone.type = f"mmseg.{backbone.type}"
    return backbone


@pytest.fixture
def ours(theirs_config, backbone) -> nn.Module:
    """Stage 1 of the same size."""
    head = ConfigDict(theirs_config.panoptic_head)
    for theirs_alone in ("num_things_classes", "num_stuff_classes"):
        head.pop(theirs_alone)
    for part in (head.pixel_decoder, head.loss_cls, head.loss_mask, head.loss_dice):
        part.type = f"mmdet.{part.type}"
    head.update(type="avs_mm.SilentAwareMask2FormerHead", num_classes=CATEGORIES)
    segmentor = dict(type="avs_mm.PotentialObjectSegmentor", backbone=backbone, decode_head=head)
    return MODELS.build(segmentor).eval()


@pytest.fixture
def source(theirs, tmp_path) -> Path:
    torch.save({"state_dict": theirs.state_dict(), "meta": {}}, tmp_path / "mmdet.pth")
    return tmp_path / "mmdet.pth"


@torch.no_grad()
def test_parity(theirs, ours, source, tmp_path):
    convert_file("mmdet-mask2former", source, tmp_path / "ours.pth")
    load_strictly(ours, tmp_path / "ours.pth")

    images = torch.randn(2, 3, *SHAPE)
    samples = [SegDataSample(metainfo={"img_shape": SHAPE})] * 2
    theirs_classes, theirs_masks = theirs.panoptic_head(theirs.extract_feat(images), samples)
    our_classes, our_masks = ours.decode_head(ours.extract_feat({"img": images}), samples)
    assert our_masks[-1].shape == (2, 7, SHAPE[0] // 4, SHAPE[1] // 4)
    # the queries before the first layer, and after each of the two
    assert len(our_classes) == len(our_masks) == 3
    torch.testing.assert_close(our_classes, theirs_classes, atol=1e-6, rtol=0)
    torch.testing.assert_close(our_masks, theirs_masks, atol=1e-6, rtol=0)


@torch.no_grad()
def test_backbone_alone(theirs, narrow_config, backbone, tmp_path):
    weights = convert("mmdet-mask2former", theirs.state_dict())
    weights = {key: value for key, value in weights.items() if key.startswith("backbone.")}
    torch.save(weights, tmp_path / "backbone.pth")
    narrow_config.backbone = backbone
    narrow_config.backbone_weights = str(tmp_path / "backbone.pth")
    segmentor = MODELS.build(narrow_config).eval()
    segmentor.init_weights()
    images = torch.randn(2, 3, *SHAPE)
    torch.testing.assert_close(
        segmentor.extract_feat({"img": images}), theirs.extract_feat(images), atol=1e-6, rtol=0
    )


def test_other_networks_are_refused(theirs):
    weights = theirs.state_dict()
    layer = "panoptic_head.pixel_decoder.encoder.layers.0."
    of_mmdet_2 = f"{layer}attentions.0.value_proj.bias"
    for key in (of_mmdet_2, "panoptic_head.decoder_input_proj.bias", "bbox_head.fc_cls.weight"):
        with pytest.raises(ValueError, match=f"Keys unknown: {key}\\."):
            convert("mmdet-mask2former", {**weights, key: torch.zeros(1)})
    with pytest.raises(ValueError, match=r"Keys unknown: .*panoptic_head\.query_feat\.weight"):
        convert("mmdet-maskformer", weights)


@pytest.mark.parametrize("missing", ["query_feat.weight", "level_embed.weight"])
def test_a_missing_key_is_named(theirs, missing):
    weights = theirs.state_dict()
    del weights[f"panoptic_head.{missing}"]
    with pytest.raises(ValueError, match=f"Keys missing: panoptic_head.{missing}\\."):
        convert("mmdet-mask2former", weights)
