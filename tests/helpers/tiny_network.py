"""Shipped mini networks with every width cut down, and checkpoints of random weights of them."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope

from avs_mm import configs_dir

CLASSES = ("bell", "bird", "drum", "engine", "siren", "whistle")
PALETTE = [[40 * index, 90, 200 - 30 * index] for index in range(6)]


def tiny_config(name: str, *, dropout: float = 0.0) -> Config:
    """A shipped mini config with every width cut down."""
    config = Config.fromfile(configs_dir() / "mini" / name)
    model = config.model.segmentor if "segmentor" in config.model else config.model
    model.update(score_threshold=0.0, quality_threshold=0.0)  # random masks would not pass
    model.backbone.update(base_channels=8, stem_channels=8)
    head = model.decode_head
    head.update(in_channels=[8, 16, 32, 64], num_queries=4, feat_channels=16, out_channels=16)
    head.pixel_decoder.norm_cfg.num_groups = 4
    head.positional_encoding.num_feats = 8
    head.transformer_decoder.num_layers = 1
    attention = dict(embed_dims=16, num_heads=2, attn_drop=dropout, proj_drop=dropout)
    head.transformer_decoder.layer_cfg = dict(
        self_attn_cfg=attention,
        cross_attn_cfg=attention,
        ffn_cfg=dict(embed_dims=16, feedforward_channels=16, ffn_drop=dropout),
    )
    if "audio_encoder" in config.model:
        small = dict(embed_dims=16, num_layers=1, num_heads=2, feedforward_channels=16)
        config.model.audio_encoder.update(**small, patch_embed_dims=8, conv_pos_groups=2)
    return config


def save_checkpoint(config: Config, path: Path, **meta) -> Path:
    init_default_scope("mmseg")
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    torch.save({"state_dict": model.state_dict(), "meta": meta}, path)
    return path


def save_work_dir(folder: Path, **model: Any) -> Path:
    """Leave a tiny AVSC as tools/train.py does: the config and a checkpoint.

    Args:
        model: Further arguments of AVSC.
    """
    config = tiny_config("avsc.py")
    config.model.segmentor.candidates_per_category = 3
    config.model.update(model)
    meta = {"classes": CLASSES, "palette": PALETTE}
    save_checkpoint(config, folder / "epoch_1.pth", dataset_meta=meta)
    config.dump(str(folder / "avsc.py"))
    return folder
