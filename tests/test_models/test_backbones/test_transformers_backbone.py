"""Backbones of transformers, small ones of random weights, as stage 1's image encoder."""

import json

import pytest
import torch

from avs_mm.registry import MODELS

transformers = pytest.importorskip("transformers")
load_file, save_file = (
    getattr(pytest.importorskip("safetensors.torch"), name) for name in ("load_file", "save_file")
)

CONVNEXT = dict(model_type="convnextv2", depths=[1, 1, 1, 1], hidden_sizes=[8, 16, 32, 64])
DINO = dict(
    model_type="dinov3_vit",
    hidden_size=16,
    intermediate_size=32,
    num_attention_heads=2,
    num_hidden_layers=4,
    num_register_tokens=2,
)


def build(architecture, *, out_indices=(1, 2, 3, 4), **options):
    torch.manual_seed(0)
    return MODELS.build(
        dict(
            type="avs_mm.TransformersBackbone",
            architecture=architecture,
            out_indices=out_indices,
            **options,
        )
    )


def test_maps_of_a_convnext_and_of_a_vit():
    images = torch.randn(2, 3, 64, 96)
    maps = build(CONVNEXT)(images)
    assert [tuple(m.shape[1:]) for m in maps] == [(8, 16, 24), (16, 8, 12), (32, 4, 6), (64, 2, 3)]
    assert [tuple(m.shape[1:]) for m in build(DINO)(images)] == [(16, 4, 6)] * 4


@pytest.mark.parametrize("architecture", [CONVNEXT, DINO], ids=["convnextv2", "dinov3_vit"])
def test_every_parameter_that_is_trained_has_a_gradient(architecture):
    backbone = build(architecture)
    sum(m.square().sum() for m in backbone(torch.randn(1, 3, 32, 32))).backward()
    without = [n for n, p in backbone.named_parameters() if p.requires_grad and p.grad is None]
    assert not without


def test_frozen():
    backbone = build(DINO, frozen=True).train()
    assert not backbone.training
    assert not any(parameter.requires_grad for parameter in backbone.parameters())


def test_a_vit_with_a_pyramid_is_stage_1(segmentor_config, labelled_samples):
    segmentor_config.backbone = dict(
        type="avs_mm.TransformersBackbone", architecture=DINO, out_indices=(1, 2, 3, 4)
    )
    segmentor_config.neck = dict(type="Feature2Pyramid", embed_dim=16, norm_cfg=dict(type="BN"))
    segmentor_config.decode_head.in_channels = [16] * 4
    segmentor = MODELS.build(segmentor_config)
    segmentor.init_weights()
    inputs = {"img": torch.randn(2, 3, 32, 32)}
    assert [tuple(m.shape[2:]) for m in segmentor.extract_feat(inputs)] == [
        (8, 8),
        (4, 4),
        (2, 2),
        (1, 1),
    ]
    losses = segmentor.loss(inputs, labelled_samples)
    assert all(torch.isfinite(value).all() for value in losses.values())
    assert len(segmentor.eval().find_candidates(inputs, sizes=[(32, 32)] * 2)) == 2


@pytest.mark.parametrize(
    ("architecture", "save"),
    [(CONVNEXT, "ConvNextV2ForImageClassification"), (DINO, "DINOv3ViTModel")],
    ids=["convnextv2", "dinov3_vit"],
)
def test_weights_of_a_whole_network(architecture, save, tmp_path):
    """As the hub has them: a classifier, or a ViT that is no backbone."""
    config = transformers.AutoConfig.for_model(**architecture)
    torch.manual_seed(1)
    theirs = getattr(transformers, save)(config).eval()
    theirs.save_pretrained(tmp_path)
    backbone = build(architecture, weights=tmp_path).eval()
    backbone.init_weights()
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        expected = theirs(images, output_hidden_states=True)
        found = backbone(images)[-1]
    if save == "DINOv3ViTModel":
        tokens = expected.last_hidden_state[:, 3:]  # behind the class and register tokens
        torch.testing.assert_close(found.flatten(2).transpose(1, 2), tokens)
    else:  # the backbone has a norm of its own behind it
        mean = expected.hidden_states[-1].mean(dim=1, keepdim=True)
        std = expected.hidden_states[-1].std(dim=1, keepdim=True, correction=0)
        normed = (expected.hidden_states[-1] - mean) / (std**2 + 1e-6).sqrt()
        torch.testing.assert_close(found, normed, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("architecture", "there"),
    [
        (DINO, dict(num_attention_heads=1)),
        (DINO, dict(rope_theta=10_000.0)),
        (DINO, dict(hidden_act="relu")),
        (DINO, dict(layer_norm_eps=0.1, apply_layernorm=False)),
        (CONVNEXT, dict(hidden_act="relu")),
    ],
)
def test_weights_of_the_same_shapes_that_compute_something_else(architecture, there, tmp_path):
    config = transformers.AutoConfig.for_model(**{**architecture, **there})
    transformers.AutoModel.from_config(config).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="does not fit the architecture of the config") as error:
        build(architecture, weights=tmp_path).init_weights()
    for name, value in there.items():
        here = getattr(transformers.AutoConfig.for_model(**architecture), name)
        assert f"{name} is {value!r} in the folder and {here!r} in the config" in str(error.value)
        assert f"{name}={value!r}" in str(error.value).split("set architecture=")[1]
    build({**architecture, **there}, weights=tmp_path).init_weights()


@pytest.mark.parametrize(
    ("architecture", "save"),
    [
        (CONVNEXT, "ConvNextV2ForImageClassification"),
        (CONVNEXT, "ConvNextV2Backbone"),
        (DINO, "DINOv3ViTModel"),
        (DINO, "DINOv3ViTBackbone"),
    ],
)
def test_what_changes_nothing_is_no_difference(architecture, save, tmp_path):
    changed = dict(image_size=384, drop_path_rate=0.2, initializer_range=0.01, num_labels=7)
    config = transformers.AutoConfig.for_model(**architecture, **changed)
    getattr(transformers, save)(config).to(torch.bfloat16).save_pretrained(tmp_path)
    path = tmp_path / "config.json"
    content = json.loads(path.read_text())
    defaults = transformers.AutoConfig.for_model(architecture["model_type"]).to_dict()
    fewer = {  # as another version writes it: no defaults, and settings that this one lacks
        key: value
        for key, value in content.items()
        if key == "model_type" or key not in defaults or value != defaults[key]
    }
    others = dict(transformers_version="4.0.0", torch_dtype="bfloat16", use_something_new=True)
    for written in (content, {**fewer, **others}):
        path.write_text(json.dumps(written))
        build(architecture, weights=tmp_path).init_weights()
    assert len(fewer) < len(content) - 5


def test_faults_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"model_type.*bert.* is no backbone"):
        build(dict(model_type="bert"), out_indices=(1,))
    with pytest.raises(FileNotFoundError, match=r"has no config\.json"):
        build(DINO, weights=tmp_path).init_weights()
    transformers.AutoModel.from_config(
        transformers.AutoConfig.for_model(**{**DINO, "hidden_size": 32})
    ).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="hidden_size is 32 in the folder and 16 in the config"):
        build(DINO, weights=tmp_path).init_weights()
    transformers.AutoModel.from_config(
        transformers.AutoConfig.for_model(**{**CONVNEXT, "model_type": "convnext"})
    ).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="model_type is 'convnext' in the folder and 'convnextv2'"):
        build(CONVNEXT, weights=tmp_path).init_weights()
    transformers.AutoModel.from_config(transformers.AutoConfig.for_model(**DINO)).save_pretrained(
        tmp_path
    )
    weights = load_file(tmp_path / "model.safetensors")
    del weights["norm.weight"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"missing \['norm\.weight'\], of another shape \[\]"):
        build(DINO, weights=tmp_path).init_weights()
