"""From a ``config.json`` of the Hugging Face hub to the parts of our own segmentor."""

import json
from pathlib import Path
from typing import Any

from mmengine.config import ConfigDict
from torch import Tensor

from avs_mm.weights.convert import convert
from avs_mm.weights.files import read_weights

__all__ = ["architecture", "categories_of", "read_architecture", "read_published_segmentor"]


def read_architecture(path: Path) -> dict[str, Any]:
    """Read a ``config.json``.

    Raises:
        FileNotFoundError: There is none.
        ValueError: It is no MaskFormer's and no Mask2Former's with Swin.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: no such file; it lies beside the weights on the hub: bring it too"
        )
    config = json.loads(path.read_text(encoding="utf-8"))
    kind, backbone = config.get("model_type"), config.get("backbone_config", {}).get("model_type")
    if kind not in ("maskformer", "mask2former") or backbone not in ("swin", "maskformer-swin"):
        raise ValueError(
            f"{path}: describes a {kind} with {backbone}; only maskformer and mask2former with "
            "swin can be converted: give such a one"
        )
    return config


def read_published_segmentor(path: Path) -> dict[str, Tensor]:
    """Read a file of weights with its ``config.json`` beside it, in mmseg's naming.

    Raises:
        FileNotFoundError, ImportError, ValueError: As `read_architecture`, ``read_weights`` and
            ``convert``.
    """
    kind = read_architecture(path.parent / "config.json")["model_type"]
    try:
        return convert(f"hf-{kind}", read_weights(path))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def categories_of(config: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of its categories in order."""
    names = config["id2label"]
    return tuple(names[str(index)] for index in range(len(names)))


def architecture(config: dict[str, Any]) -> ConfigDict:
    """Return ``backbone`` and ``decode_head`` of a ``PotentialObjectSegmentor``."""
    swin = SWIN | config["backbone_config"]
    channels = [swin["embed_dim"] * 2**stage for stage in range(4)]
    backbone = dict(
        type="avs_mm.SwinTransformer",
        embed_dims=swin["embed_dim"],
        depths=swin["depths"],
        num_heads=swin["num_heads"],
        window_size=swin["window_size"],
        drop_path_rate=swin["drop_path_rate"],
    )
    head = _maskformer(config) if config["model_type"] == "maskformer" else _mask2former(config)
    num_classes = len(config["id2label"])
    head.update(in_channels=channels, num_classes=num_classes)
    return ConfigDict(backbone=backbone, decode_head=head)  # mmdet's heads read attributes


def _maskformer(config: dict[str, Any]) -> dict[str, Any]:
    config = MASKFORMER | config
    decoder = DETR | config.get("decoder_config", {})
    width = decoder["d_model"]
    attention = dict(
        embed_dims=width, num_heads=decoder["decoder_attention_heads"], batch_first=True
    )
    return dict(
        type="avs_mm.SilentAwareMaskFormerHead",
        num_queries=decoder["num_queries"],
        feat_channels=config["fpn_feature_size"],
        out_channels=config["mask_feature_size"],
        pixel_decoder=dict(
            type="mmdet.PixelDecoder",
            norm_cfg=dict(type="GN", num_groups=32),
            act_cfg=dict(type="ReLU"),
        ),
        enforce_decoder_input_project=True,
        positional_encoding=dict(num_feats=width // 2, normalize=True),
        transformer_decoder=dict(
            return_intermediate=True,
            num_layers=decoder["decoder_layers"],
            layer_cfg=dict(
                self_attn_cfg=attention,
                cross_attn_cfg=attention,
                ffn_cfg=dict(embed_dims=width, feedforward_channels=decoder["decoder_ffn_dim"]),
            ),
            init_cfg=None,
        ),
        **LOSSES,
    )


def _mask2former(config: dict[str, Any]) -> dict[str, Any]:
    config = MASK2FORMER | config
    width, heads = config["hidden_dim"], config["num_attention_heads"]
    attention = dict(embed_dims=width, num_heads=heads, batch_first=True)
    feature_size = config["feature_size"]
    encoding = dict(num_feats=feature_size // 2, normalize=True)
    return dict(
        type="avs_mm.SilentAwareMask2FormerHead",
        num_queries=config["num_queries"],
        num_transformer_feat_level=3,
        strides=[4, 8, 16, 32],
        feat_channels=feature_size,
        out_channels=config["mask_feature_size"],
        pixel_decoder=dict(
            type="mmdet.MSDeformAttnPixelDecoder",
            num_outs=3,
            norm_cfg=dict(type="GN", num_groups=32),
            act_cfg=dict(type="ReLU"),
            encoder=dict(
                num_layers=config["encoder_layers"],
                layer_cfg=dict(
                    self_attn_cfg=dict(
                        embed_dims=feature_size,
                        num_heads=heads,
                        num_levels=3,
                        num_points=4,
                        batch_first=True,
                    ),
                    ffn_cfg=dict(
                        embed_dims=feature_size,
                        feedforward_channels=config["encoder_feedforward_dim"],
                    ),
                ),
            ),
            positional_encoding=encoding,
        ),
        enforce_decoder_input_project=False,
        positional_encoding=dict(num_feats=width // 2, normalize=True),
        transformer_decoder=dict(
            return_intermediate=True,
            num_layers=config["decoder_layers"] - 1,  # the first prediction counts as a layer
            layer_cfg=dict(
                self_attn_cfg=attention,
                cross_attn_cfg=attention,
                ffn_cfg=dict(embed_dims=width, feedforward_channels=config["dim_feedforward"]),
            ),
            init_cfg=None,
        ),
        **LOSSES,
    )


# What a file leaves out is transformers' default: facebook/maskformer-swin-base-coco says next to
# nothing of its decoder.
SWIN = dict(
    embed_dim=96, depths=[2, 2, 6, 2], num_heads=[3, 6, 12, 24], window_size=7, drop_path_rate=0.1
)
DETR = dict(
    num_queries=100, d_model=256, decoder_layers=6, decoder_ffn_dim=2048, decoder_attention_heads=8
)
MASKFORMER = dict(fpn_feature_size=256, mask_feature_size=256)
MASK2FORMER = dict(
    feature_size=256,
    mask_feature_size=256,
    hidden_dim=256,
    encoder_feedforward_dim=1024,
    encoder_layers=6,
    decoder_layers=10,
    num_attention_heads=8,
    dim_feedforward=2048,
    num_queries=100,
)
# Never computed: mmdet's heads cannot be built without.
LOSSES = dict(
    loss_silent=None,
    loss_cls=dict(type="mmdet.CrossEntropyLoss"),
    loss_mask=dict(type="mmdet.FocalLoss", use_sigmoid=True),
    loss_dice=dict(type="mmdet.DiceLoss", naive_dice=True),
)
