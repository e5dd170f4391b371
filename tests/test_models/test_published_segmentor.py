"""Networks of the hub as stage 1, beside transformers."""

import functools
import json

import pytest
import torch
from published_networks import write_segmentor

from avs_mm.models import PublishedSegmentor
from avs_mm.registry import MODELS
from avs_mm.weights import convert
from avs_mm.weights.hf_architecture import architecture

CATEGORIES = ("person", "dog", "cat", "bench", "wall-other-merged")


@pytest.fixture(params=["maskformer", "mask2former"])
def kind(request) -> str:
    return request.param


@pytest.fixture
def build():
    def build(folder, **options) -> PublishedSegmentor:
        weights = str(folder / "model.safetensors")
        model = MODELS.build(dict(type="avs_mm.PublishedSegmentor", weights=weights, **options))
        model.init_weights()
        return model.eval()

    return build


@pytest.mark.parametrize(("height", "width"), [(96, 160), (224, 224)])
def test_parity_with_transformers(kind, build, tmp_path, height, width):
    theirs = write_segmentor(kind, tmp_path, CATEGORIES)
    ours = build(tmp_path)
    images = torch.randn(2, 3, height, width)
    with torch.no_grad():
        expected = theirs(images)
        class_logits, mask_logits = ours({"img": images})
    assert ours.categories == CATEGORIES
    assert ours.num_classes == 5
    assert expected.class_queries_logits.std(dim=1).mean() > 0.02  # the queries differ
    torch.testing.assert_close(class_logits, expected.class_queries_logits, atol=5e-5, rtol=0)
    torch.testing.assert_close(mask_logits, expected.masks_queries_logits, atol=1e-4, rtol=0)


@pytest.mark.parametrize("selection", ["panoptic", "instance"])
def test_its_candidates(kind, build, tmp_path, selection):
    write_segmentor(kind, tmp_path, CATEGORIES)
    ours = build(tmp_path, selection=selection, score_threshold=0.0, candidates_per_category=2)
    images = torch.randn(1, 3, 64, 64)
    (found,) = ours.find_candidates({"img": images}, sizes=[(50, 70)])
    assert found.masks.shape[1:] == (50, 70)
    assert len(found) > 0 or selection == "panoptic"  # random masks overlap too much
    assert found.labels.tolist() == sorted(found.labels.tolist())


SWIN_B = dict(embed_dim=128, depths=[2, 2, 18, 2], num_heads=[4, 8, 16, 32], window_size=12)
SWINS = {"tiny": {}, "base": SWIN_B}


@pytest.mark.slow
@pytest.mark.parametrize("swin", SWINS)
def test_the_published_sizes_fit(kind, swin, monkeypatch):
    """Published files leave out of config.json what is transformers' default."""
    transformers = pytest.importorskip("transformers")
    classes = {"maskformer": transformers.MaskFormerConfig}
    classes["mask2former"] = transformers.Mask2FormerConfig
    models = {"maskformer": transformers.MaskFormerForInstanceSegmentation}
    models["mask2former"] = transformers.Mask2FormerForUniversalSegmentation
    stages = ["stage1", "stage2", "stage3", "stage4"]
    names = {index: str(index) for index in range(133)}
    full = classes[kind](
        backbone_config=transformers.SwinConfig(out_features=stages, **SWINS[swin]), id2label=names
    )
    sparse = {
        "model_type": kind,
        "backbone_config": {"model_type": "swin", **SWINS[swin]},
        "decoder_config": {"model_type": "detr", "scale_embedding": False},
        "id2label": {str(index): name for index, name in names.items()},
    }
    # Swin reads the rates of its stochastic depth from tensors, of which meta has none.
    monkeypatch.setattr(torch, "linspace", functools.partial(torch.linspace, device="cpu"))
    with torch.device("meta"):
        theirs = models[kind](full).state_dict()
        ours = MODELS.build(dict(type="avs_mm.PotentialObjectSegmentor", **architecture(sparse)))
    number = sum(value.numel() for key, value in theirs.items() if not _computed(key))
    assert sum(value.numel() for value in ours.parameters()) == number


def _computed(key: str) -> bool:
    """Whether a key is not one of a used parameter; Swin's last norm is not."""
    unused = ("encoder.model.layernorm", "encoder.layernorm", "swin.layernorm")
    computed = key.endswith(("relative_position_index", "empty_weight"))
    return computed or any(part in key for part in unused)


def test_another_network_is_named(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "detr"}))
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(ValueError, match="describes a detr with None; only maskformer and mask2fo"):
        PublishedSegmentor(weights=tmp_path / "model.safetensors")
    with pytest.raises(FileNotFoundError, match=r"neither a file nor a name of docs/weights\.md"):
        PublishedSegmentor(weights="maskformer-swin-gigantic")


def test_unknown_and_missing_keys_are_listed(tmp_path):
    from safetensors.torch import load_file

    write_segmentor("mask2former", tmp_path, CATEGORIES)
    weights = load_file(tmp_path / "model.safetensors")
    weights["model.extra.weight"] = torch.zeros(1)
    del weights["model.transformer_module.queries_features.weight"]
    fault = r"unknown: model\.extra\.weight; missing: model\.transformer_module\.queries_features"
    with pytest.raises(ValueError, match=fault):
        convert("hf-mask2former", weights)
