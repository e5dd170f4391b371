"""PVT v2 beside transformers' on the same weights."""

import pytest
import torch
from mmdet.models.backbones import PyramidVisionTransformerV2

from avs_mm.checkpoint import check_fit
from avs_mm.weights import convert
from avs_mm.weights.table import Row, Table


def hugging_face() -> Table:
    """How transformers names what the authors of PVT v2 have published."""
    rows = []
    for stage in range(4):
        block, official = f"encoder.layers.{stage}.blocks.{{b}}.", f"block{stage + 1}.{{b}}."
        patches = f"encoder.layers.{stage}.patch_embedding."
        rows += [
            Row(patches + "proj.{wb}", f"patch_embed{stage + 1}.proj.{{wb}}"),
            Row(patches + "layer_norm.{wb}", f"patch_embed{stage + 1}.norm.{{wb}}"),
            Row(block + "layer_norm_{n}.{wb}", official + "norm{n}.{wb}"),
            Row(block + "attention.query.{wb}", official + "attn.q.{wb}"),
            Row(block + "attention.{part}.{wb}", official + "attn.kv.{wb}", parts=("key", "value")),
            Row(block + "attention.proj.{wb}", official + "attn.proj.{wb}"),
            Row(block + "mlp.dense1.{wb}", official + "mlp.fc1.{wb}"),
            Row(block + "mlp.dwconv.dwconv.{wb}", official + "mlp.dwconv.dwconv.{wb}"),
            Row(block + "mlp.dense2.{wb}", official + "mlp.fc2.{wb}"),
            Row(f"encoder.layers.{stage}.layer_norm.{{wb}}", f"norm{stage + 1}.{{wb}}"),
        ]
        if stage < 3:  # the last stage is not reduced
            rows += [
                Row(block + "attention.spatial_reduction.{wb}", official + "attn.sr.{wb}"),
                Row(block + "attention.layer_norm.{wb}", official + "attn.norm.{wb}"),
            ]
    return Table(file="a PVT v2 of the Hugging Face hub", rows=tuple(rows))


def test_parity_with_transformers(randomised):
    transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
    config = transformers.PvtV2Config(
        hidden_sizes=[8, 16, 40, 64], num_attention_heads=[1, 2, 5, 8], depths=[2, 1, 2, 1]
    )
    theirs = randomised(transformers.PvtV2Model(config))
    official = hugging_face().convert(theirs.state_dict())
    official["head.weight"] = torch.zeros(1000, 64)

    ours = PyramidVisionTransformerV2(
        embed_dims=8, num_layers=[2, 1, 2, 1], num_heads=[1, 2, 5, 8]
    ).eval()
    converted = convert("pvt_v2", official)
    weights = {key.removeprefix("backbone."): value for key, value in converted.items()}
    assert len(weights) == len(converted)
    check_fit(ours, weights, "pvt_v2.pth")
    ours.load_state_dict(weights)

    images = torch.randn(1, 3, 96, 160)
    with torch.no_grad():
        maps = ours(images)
        expected = theirs(images, output_hidden_states=True).hidden_states
    assert [tuple(feature.shape[1:]) for feature in maps] == [
        (8, 24, 40), (16, 12, 20), (40, 6, 10), (64, 3, 5)
    ]  # fmt: skip
    for feature, expected_feature in zip(maps, expected, strict=True):
        torch.testing.assert_close(feature, expected_feature, atol=1e-5, rtol=0)
