"""Parity of a converted MaskFormer with transformers, which others run."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from torch import nn

from avs_mm.checkpoint import check_fit
from avs_mm.registry import MODELS
from avs_mm.weights import convert, convert_file, swin

transformers = pytest.importorskip(
    "transformers", reason="parity needs the extra transformers: pip install -e .[transformers]"
)
CONFIGS = Path(__file__).resolve().parents[2] / "configs"
STAGES = ["stage1", "stage2", "stage3", "stage4"]


def build_theirs(*, channels: int, heads: list[int], window: int, queries: int) -> nn.Module:
    backbone = transformers.SwinConfig(
        embed_dim=channels,
        depths=[2, 2, 2, 2],
        num_heads=heads,
        window_size=window,
        out_features=STAGES,
    )
    decoder = transformers.DetrConfig(
        d_model=32, decoder_layers=3, decoder_ffn_dim=64, num_queries=queries, dropout=0.0
    )
    config = transformers.MaskFormerConfig(
        backbone_config=backbone,
        decoder_config=decoder,
        fpn_feature_size=32,
        mask_feature_size=32,
        num_labels=9,
    )
    return transformers.MaskFormerForInstanceSegmentation(config)


@pytest.fixture
def theirs(randomised) -> nn.Module:
    return randomised(build_theirs(channels=16, heads=[1, 2, 4, 8], window=7, queries=7))


@pytest.fixture
def published(theirs, tmp_path) -> Path:
    """The model as it stands on the hub: model.safetensors."""
    theirs.save_pretrained(tmp_path)
    return tmp_path / "model.safetensors"


def load(config: dict, path: Path) -> nn.Module:
    model = MODELS.build({**config, "initial_weights": str(path)})
    model.init_weights()
    return model.eval()


def differences(ours: nn.Module, theirs: nn.Module, images: torch.Tensor) -> tuple[float, ...]:
    """Return the largest differences of the backbone's maps, class logits and mask logits."""
    with torch.no_grad():
        expected = theirs(images)
        expected_maps = theirs.model.pixel_level_module.encoder(images).feature_maps
        maps = ours.extract_feat({"img": images})
        class_logits, mask_logits = ours({"img": images})
    assert class_logits.std(dim=1).mean() > 0.02  # the queries differ
    pairs = zip(maps, expected_maps, strict=True)
    return (
        max(float((ours_at - theirs_at).abs().max()) for ours_at, theirs_at in pairs),
        float((class_logits - expected.class_queries_logits).abs().max()),
        float((mask_logits - expected.masks_queries_logits).abs().max()),
    )


@pytest.mark.parametrize(("height", "width"), [(224, 224), (96, 160)])
def test_parity(theirs, published, narrow_config, tmp_path, height, width):
    convert_file("hf-maskformer", published, tmp_path / "ours.pth")
    ours = load(narrow_config, tmp_path / "ours.pth")
    backbone, classes, masks = differences(ours, theirs, torch.randn(2, 3, height, width))
    assert backbone < 1e-5
    assert classes < 1e-5
    assert masks < 1e-4


def test_without_the_order_of_patch_merging_there_is_no_parity(
    theirs, narrow_config, tmp_path, monkeypatch
):
    monkeypatch.setattr(swin, "COLUMNS_TO_ROWS", [0, 1, 2, 3])
    weights = convert("hf-maskformer", theirs.state_dict())
    torch.save({"state_dict": weights}, tmp_path / "ours.pth")
    ours = load(narrow_config, tmp_path / "ours.pth")
    assert differences(ours, theirs, torch.randn(1, 3, 96, 160))[0] > 0.1


def test_bin_and_safetensors_and_memory_are_alike(theirs, published, tmp_path):
    # transformers 5 names some keys otherwise in memory than in files
    torch.save(theirs.state_dict(), tmp_path / "pytorch_model.bin")
    convert_file("hf-maskformer", published, tmp_path / "a.pth")
    convert_file("hf-maskformer", tmp_path / "pytorch_model.bin", tmp_path / "b.pth")
    first, second = (torch.load(tmp_path / name)["state_dict"] for name in ("a.pth", "b.pth"))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[key], second[key]) for key in first)


def test_only_the_layer_of_the_categories_may_differ(theirs, published, narrow_config, tmp_path):
    convert_file("hf-maskformer", published, tmp_path / "ours.pth")
    narrow_config.decode_head.num_classes = 3
    ours = load(narrow_config, tmp_path / "ours.pth").state_dict()
    converted = torch.load(tmp_path / "ours.pth")["state_dict"]
    unequal = {key for key in ours if not torch.equal(ours[key], converted[key])}
    assert unequal == {"decode_head.cls_embed.weight", "decode_head.cls_embed.bias"}


@pytest.mark.slow
def test_the_published_size_fits_the_shipped_config():
    backbone = transformers.SwinConfig(
        embed_dim=128,
        depths=[2, 2, 18, 2],
        num_heads=[4, 8, 16, 32],
        window_size=12,
        image_size=384,
        out_features=STAGES,
    )
    config = transformers.MaskFormerConfig(backbone_config=backbone, num_labels=133)
    with torch.device("meta"):
        theirs = transformers.MaskFormerForInstanceSegmentation(config)
    ours = Config.fromfile(CONFIGS / "avs_swin_b_seg.py").model
    ours.decode_head.num_classes = 133
    check_fit(MODELS.build(ours), convert("hf-maskformer", theirs.state_dict()), "COCO.pth")


def test_unknown_and_missing_keys_are_listed(theirs):
    weights = theirs.state_dict()
    weights["model.transformer_module.extra.weight"] = torch.zeros(1)
    del weights["class_predictor.weight"], weights["class_predictor.bias"]
    name = "model.transformer_module.decoder.layers.1.self_attn.k_proj.bias"
    del weights[name]
    fault = (
        r"MaskFormer with Swin.* Keys unknown: model\.transformer_module\.extra\.weight; missing: "
        r"class_predictor\.\{wb\}, k_proj of decode_head\..*\.1\.self_attn\.attn\.in_proj_bias"
    )
    with pytest.raises(ValueError, match=fault):
        convert("hf-maskformer", weights)
