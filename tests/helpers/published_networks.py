"""Tiny networks with random weights, in the folders and files that the hub has."""

from pathlib import Path
from typing import Any

import pytest
import torch

STAGES = ["stage1", "stage2", "stage3", "stage4"]


def swin(**settings: Any) -> Any:
    import transformers

    return transformers.SwinConfig(
        embed_dim=16,
        depths=[1, 1, 1, 1],
        num_heads=[1, 2, 4, 8],
        window_size=7,
        out_features=STAGES,
        **settings,
    )


def write_segmentor(kind: str, folder: Path, categories: tuple[str, ...]) -> Any:
    """Write a maskformer or a mask2former that finds something, and return it."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    names = dict(id2label=dict(enumerate(categories)))
    if kind == "maskformer":
        decoder = transformers.DetrConfig(
            d_model=32, decoder_layers=2, decoder_ffn_dim=64, num_queries=7, dropout=0.0
        )
        config = transformers.MaskFormerConfig(
            backbone_config=swin(),
            decoder_config=decoder,
            fpn_feature_size=32,
            mask_feature_size=32,
            **names,
        )
        model: Any = transformers.MaskFormerForInstanceSegmentation(config)
    else:
        config = transformers.Mask2FormerConfig(
            backbone_config=swin(),
            feature_size=32,
            mask_feature_size=32,
            hidden_dim=32,
            encoder_feedforward_dim=64,
            dim_feedforward=64,
            encoder_layers=2,
            decoder_layers=4,
            num_queries=7,
            **names,
        )
        model = transformers.Mask2FormerForUniversalSegmentation(config)
    randomise(model)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text("{}")
    return model.eval()


@torch.no_grad()
def randomise(model: torch.nn.Module) -> None:
    """Give every parameter a value so large that it matters."""
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1 and name.endswith("weight"):  # of a norm
            parameter.uniform_(0.5, 1.5)
        elif parameter.dim() == 1:
            parameter.normal_(std=0.2)
        elif "queries" in name or "position_bias" in name or "level_embed" in name:
            parameter.normal_()
        elif "q_proj" in name or "k_proj" in name or "in_proj" in name:
            parameter.normal_(std=2 * parameter[0].numel() ** -0.5)
        else:
            parameter.normal_(std=parameter[0].numel() ** -0.5)
