"""Swin beside transformers' on the same weights."""

import pytest
import torch
from mmseg.models.backbones import SwinTransformer
from mmseg.models.backbones.swin import PatchMerging, WindowMSA
from torch import nn

from avs_mm.checkpoint import check_fit
from avs_mm.weights import convert
from avs_mm.weights.swin import add_position_index, merge_bias, merge_weight
from avs_mm.weights.table import Row, Table

THEIRS = "encoder.layers.{s}.blocks.{b}."
OFFICIAL = "layers.{s}.blocks.{b}."
# fmt: off
# How transformers names what Microsoft's repository has published
HUGGING_FACE = Table(
    file="a Swin of the Hugging Face hub",
    rows=(
        Row("embeddings.patch_embeddings.projection.{wb}",      "patch_embed.proj.{wb}"),
        Row("embeddings.norm.{wb}",                             "patch_embed.norm.{wb}"),
        Row(THEIRS + "layernorm_before.{wb}",                   OFFICIAL + "norm1.{wb}"),
        Row(THEIRS + "layernorm_after.{wb}",                    OFFICIAL + "norm2.{wb}"),
        Row(THEIRS + "attention.self.{part}.{wb}",              OFFICIAL + "attn.qkv.{wb}",
            parts=("query", "key", "value")),
        Row(THEIRS + "attention.self.relative_position_bias_table",
            OFFICIAL + "attn.relative_position_bias_table"),
        Row(THEIRS + "attention.output.dense.{wb}",             OFFICIAL + "attn.proj.{wb}"),
        Row(THEIRS + "intermediate.dense.{wb}",                 OFFICIAL + "mlp.fc1.{wb}"),
        Row(THEIRS + "output.dense.{wb}",                       OFFICIAL + "mlp.fc2.{wb}"),
        Row("encoder.layers.{s}.downsample.{rest}",             "layers.{s}.downsample.{rest}"),
        Row("layernorm.{wb}",                                   "norm.{wb}"),
    ),
    dropped={THEIRS + "attention.self.relative_position_index": "computed"},
)
# fmt: on


def test_parity_with_transformers(randomised, tmp_path):
    transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
    from safetensors.torch import load_file

    config = transformers.SwinConfig(
        embed_dim=16, depths=[2, 2, 2], num_heads=[1, 2, 4], window_size=4
    )
    theirs = randomised(transformers.SwinModel(config, add_pooling_layer=False))
    theirs.save_pretrained(tmp_path)
    official = HUGGING_FACE.convert(load_file(tmp_path / "model.safetensors"))
    official["head.weight"] = torch.zeros(1000, 64)
    official["layers.0.blocks.1.attn_mask"] = torch.zeros(64, 16, 16)
    official["layers.0.blocks.1.attn.relative_position_index"] = torch.zeros(16, 16)

    converted = convert("swin", official)
    ours = SwinTransformer(
        embed_dims=16,
        depths=[2, 2, 2],
        num_heads=[1, 2, 4],
        window_size=4,
        strides=(4, 2, 2),
        out_indices=(0, 1, 2),
    )
    ours.eval()
    # mmseg puts a norm after each stage, the classifier one after the last
    norms = {key: value for key, value in ours.state_dict().items() if key.startswith("norm")}
    norms["norm2.weight"], norms["norm2.bias"] = official["norm.weight"], official["norm.bias"]
    weights = {key.removeprefix("backbone."): value for key, value in converted.items()}
    check_fit(ours, {**weights, **norms}, "swin.pth")
    ours.load_state_dict({**weights, **norms})
    # Where a map is no larger than a window, classifiers do not shift it, mmseg does: 8x10 is
    images = torch.randn(1, 3, 128, 160, dtype=torch.float64)
    with torch.no_grad():
        tokens = theirs.double()(images).last_hidden_state  # (1, 8 * 10, 64)
        torch.testing.assert_close(
            ours.double()(images)[-1].flatten(2).transpose(1, 2), tokens, atol=1e-10, rtol=0
        )


def test_patch_merging():
    images = torch.randn(1, 4, 4, 3)  # (B, H, W, C)
    norm, reduction = nn.LayerNorm(12), nn.Linear(12, 6, bias=False)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    # Microsoft's order: down the left column, then down the right one
    corners = [images[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
    expected = reduction(norm(torch.cat(corners, dim=-1)))

    ours = PatchMerging(in_channels=3, out_channels=6)
    ours.norm.weight.data = merge_bias(norm.weight.data)
    ours.norm.bias.data = merge_bias(norm.bias.data)
    ours.reduction.weight.data = merge_weight(reduction.weight.data)
    merged, size = ours(images.flatten(1, 2), (4, 4))
    assert size == (2, 2)
    torch.testing.assert_close(merged, expected.flatten(1, 2), atol=1e-6, rtol=0)


@pytest.mark.parametrize("window", [2, 7, 12])
def test_position_index_is_mmsegs(window):
    attention = WindowMSA(embed_dims=4, num_heads=1, window_size=(window, window))
    table = {"attn.relative_position_bias_table": attention.relative_position_bias_table}
    index = add_position_index(table)["attn.relative_position_index"]
    assert index.dtype == torch.int64
    assert torch.equal(index, attention.relative_position_index)


@pytest.mark.parametrize("positions", [16, 48])
def test_a_table_of_no_window(positions):
    table = {"attn.relative_position_bias_table": torch.zeros(positions, 1)}
    with pytest.raises(ValueError, match=f"a table of {positions} relative positions"):
        add_position_index(table)
