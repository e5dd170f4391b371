"""TPAVI's official files: every key has its place, and the numbers are those of the equations."""

import re

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from torch import Tensor

from avs_mm.models import VGGish
from avs_mm.models.baselines import TPAVI
from avs_mm.registry import MODELS
from avs_mm.shipped import configs_dir
from avs_mm.trained_model import build_trained_model
from avs_mm.weights import convert, convert_file
from avs_mm.weights.table import Row, Table

# fmt: off
# From this package's names to the official ones; a linear layer was a 1x1x1 convolution.
DECODER = (
    Row("convolutions.{s}.branches.{d}.{wb}",    "conv{s}.conv2d_list.{d}.{wb}"),
    Row("attentions.{s}.align.{wb}",             "tpavi_b{s}.align_channel.{wb}"),
    Row("attentions.{s}.query.{wb}",             "tpavi_b{s}.theta.{wb}"),
    Row("attentions.{s}.key.{wb}",               "tpavi_b{s}.phi.{wb}"),
    Row("attentions.{s}.value.{wb}",             "tpavi_b{s}.g.{wb}"),
    Row("attentions.{s}.project.0.{wb}",         "tpavi_b{s}.W_z.0.{wb}"),
    Row("attentions.{s}.project.1.{bn}",         "tpavi_b{s}.W_z.1.{bn}"),
    Row("attentions.{s}.norm.{wb}",              "tpavi_b{s}.norm_layer.{wb}"),
    Row("decoder.blocks.{s}.skip.conv{n}.{wb}",  "path{s}.resConfUnit1.conv{n}.{wb}"),
    Row("decoder.blocks.{s}.out.conv{n}.{wb}",   "path{s}.resConfUnit2.conv{n}.{wb}"),
    Row("decoder.head.{n}.{wb}",                 "output_conv.{n}.{wb}"),
)
# fmt: on
OURS = ("convolutions", "attentions", "decoder")
RESNET = Table(
    file="ours",
    rows=(
        Row("unused_branch.layer{s}.{rest}", "resnet.layer{s}_2.{rest}"),
        Row("backbone.layer3.{rest}", "resnet.layer3_1.{rest}"),
        Row("backbone.layer4.{rest}", "resnet.layer4_1.{rest}"),
        Row("backbone.{rest}", "resnet.{rest}"),
        *DECODER,
    ),
    dropped={"audio_encoder.{rest}": "not in the official files"},
)


def official(model: TPAVI) -> dict[str, Tensor]:
    """The weights of a TPAVI with ResNet as the official code would save them."""
    weights = {}
    for key, value in RESNET.convert(model.state_dict()).items():
        # Its stages count from 1
        name = re.sub(r"^(conv|tpavi_b|path)(\d)", lambda m: f"{m[1]}{int(m[2]) + 1}", key)
        if re.search(r"(theta|phi|g|W_z\.0)\.weight$", name):
            value = value.reshape(*value.shape[:2], 1, 1, 1)
        weights[name] = value
    return weights


@pytest.fixture
def config() -> Config:
    """The shipped config with few channels and, against the test's time, a small BEATs."""
    shipped = Config.fromfile(configs_dir() / "tpavi_r50_ms3.py")
    config = shipped.model
    config.backbone.update(base_channels=4, stem_channels=4)
    config.update(in_channels=[16, 32, 64, 128], channels=16, backbone_weights=None)
    config.audio_encoder = dict(
        type="avs_mm.BEATs", frozen=False, embed_dims=16, num_layers=1, num_heads=2,
        feedforward_channels=16, patch_embed_dims=8,
    )  # fmt: skip
    return shipped


@pytest.fixture
def model(config, randomised) -> TPAVI:
    return randomised(MODELS.build(config.model))


def test_every_official_key_has_its_place(model):
    weights = official(model)
    assert {key.split(".")[0] for key in weights} == {
        "resnet", "output_conv", *(f"{part}{s}" for part in ("conv", "tpavi_b", "path")
                                   for s in range(1, 5))
    }  # fmt: skip
    converted = convert("tpavi", weights)
    own = {k: v for k, v in model.state_dict().items() if not k.startswith("audio_encoder.")}
    assert converted.keys() == own.keys()
    for key, value in own.items():
        assert torch.equal(converted[key], value), key


def test_the_network_of_avss_has_a_place_for_every_key_too(model):
    weights = {k: v for k, v in official(model).items() if not k.endswith("align_channel.bias")}
    with torch.device("meta"):
        own = MODELS.build(Config.fromfile(configs_dir() / "tpavi_r50_avss.py").model).state_dict()
    assert convert("tpavi", weights).keys() == {k for k in own if not k.startswith("audio_enc")}


def test_pvt_has_its_own_table(model):
    """Of PVT the names of the first block's norm and queries do: test_pvt_v2 has the others."""
    weights = {k: v for k, v in official(model).items() if not k.startswith("resnet.")}
    pvt = {
        f"encoder_backbone.{key}.{part}": torch.full((4,), 7.0)
        for key in (
            "patch_embed1.proj", "patch_embed1.norm", "block1.0.norm1", "block1.0.attn.q",
            "block1.0.attn.kv", "block1.0.attn.proj", "block1.0.attn.sr", "block1.0.attn.norm",
            "block1.0.mlp.fc1", "block1.0.mlp.fc2", "block1.0.mlp.dwconv.dwconv", "norm1",
        )
        for part in ("weight", "bias")
    }  # fmt: skip
    pvt["encoder_backbone.block1.0.mlp.fc1.weight"] = torch.zeros(4, 4)
    pvt["encoder_backbone.block1.0.mlp.fc2.weight"] = torch.zeros(4, 4)
    converted = convert("tpavi", {**weights, **pvt})
    own = {key for key in model.state_dict() if key.split(".")[0] in OURS}
    backbone = {key for key in converted if key.startswith("backbone.layers.0.")}
    assert converted.keys() == own | backbone
    assert "backbone.layers.0.1.0.attn.attn.in_proj_weight" in backbone
    assert converted["backbone.layers.0.2.weight"].tolist() == [7.0] * 4


def test_names_a_file_of_something_else(model):
    with pytest.raises(ValueError, match=r"resnet\. or encoder_backbone\.") as error:
        convert("tpavi", {"conv1.weight": torch.zeros(1)})
    assert "ResNet-50" in str(error.value)
    weights = official(model)
    del weights["tpavi_b2.phi.bias"]
    weights["tpavi_b2.psi.bias"] = torch.zeros(1)
    with pytest.raises(ValueError, match=r"unknown: tpavi_b2\.psi\.bias"):
        convert("tpavi", weights)


def by_official_names(w: dict[str, Tensor], features: list[Tensor], audio: Tensor) -> Tensor:
    """Mask logits of one clip by the equations, from the official weights: all N x N pairs."""

    def conv(x: Tensor, name: str, **arguments) -> Tensor:
        return F.conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], **arguments)

    def pointwise(x: Tensor, name: str) -> Tensor:  # (T, C, ...) to (C', T ...)
        flat = x.transpose(0, 1).flatten(1)
        return w[f"{name}.weight"].flatten(1) @ flat + w[f"{name}.bias"][:, None]

    def unit(x: Tensor, name: str) -> Tensor:
        x = F.relu(x)
        return x + conv(F.relu(conv(x, f"{name}.conv1", padding=1)), f"{name}.conv2", padding=1)

    def larger(x: Tensor, aligned: bool) -> Tensor:
        return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=aligned)

    maps = []
    for stage, feature in enumerate(features, start=1):
        x = sum(
            conv(feature, f"conv{stage}.conv2d_list.{i}", padding=d, dilation=d)
            for i, d in enumerate((3, 6, 12, 18))
        )
        name = f"tpavi_b{stage}"
        aligned = F.linear(
            audio, w[f"{name}.align_channel.weight"], w[f"{name}.align_channel.bias"]
        )
        aligned = aligned[:, :, None, None].expand_as(x)
        theta, g = pointwise(x, f"{name}.theta"), pointwise(x, f"{name}.g")
        phi = pointwise(aligned, f"{name}.phi")
        y = g @ (theta.T @ phi / phi.shape[1]).T
        y = w[f"{name}.W_z.0.weight"].flatten(1) @ y + w[f"{name}.W_z.0.bias"][:, None]
        y = F.batch_norm(
            y.T,
            *(w[f"{name}.W_z.1.{part}"] for part in ("running_mean", "running_var")),
            *(w[f"{name}.W_z.1.{part}"] for part in ("weight", "bias")),
        )
        z = y.view(len(x), *x.shape[2:], -1) + x.movedim(1, -1)
        norm = (w[f"{name}.norm_layer.{part}"] for part in ("weight", "bias"))
        maps.append(F.layer_norm(z, z.shape[-1:], *norm).movedim(-1, 1))

    fused = larger(unit(maps[3], "path4.resConfUnit2"), True)
    for stage in (3, 2, 1):
        fused = fused + unit(maps[stage - 1], f"path{stage}.resConfUnit1")
        fused = larger(unit(fused, f"path{stage}.resConfUnit2"), True)
    fused = larger(conv(fused, "output_conv.0", padding=1), False)
    return conv(F.relu(conv(fused, "output_conv.2", padding=1)), "output_conv.4")


def test_gives_the_numbers_of_the_equations(model):
    inputs = {"img": torch.randn(3, 3, 64, 96), "audio": 0.1 * torch.randn(3, 4000)}
    weights = official(model)
    with torch.no_grad():
        features = model.backbone(inputs["img"])
        audio = model.audio_encoder(inputs["audio"]).mean(dim=1)
        expected = by_official_names(weights, features, audio)
        logits = model(inputs, mode="tensor")
    assert logits.shape == (3, 1, 64, 96)
    scale = expected.abs().max()
    assert expected.std() > 0.01 * scale
    torch.testing.assert_close(logits / scale, expected / scale, atol=1e-5, rtol=0)


@pytest.mark.slow
def test_the_official_files_can_be_evaluated(config, randomised, tmp_path):
    config.model.audio_encoder.embed_dims = VGGish.embed_dims
    model = randomised(MODELS.build(config.model))
    with torch.device("meta"):  # shapes without values
        model.audio_encoder = VGGish()
    # One value a layer, of which a file is small; the tokens are about as large as their input
    encoder = {
        key: torch.tensor(0.01 * i if value.dim() == 1 else 1 / value[0].numel()).expand(
            value.shape
        )
        for i, (key, value) in enumerate(model.audio_encoder.state_dict().items())
    }
    whole = {key: value.contiguous() for key, value in encoder.items()}
    model.audio_encoder.load_state_dict(whole, assign=True)
    config.model.audio_encoder = dict(type="avs_mm.VGGish", checkpoint="not/there.pth")
    torch.save(official(model), tmp_path / "MS3_res50.pth")
    torch.save(encoder, tmp_path / "vggish.pth")

    out = tmp_path / "whole.pth"
    convert_file("tpavi", tmp_path / "MS3_res50.pth", out, vggish=tmp_path / "vggish.pth")
    evaluated = build_trained_model(config, out, classes=("cat", "dog"), device="cpu")
    inputs = {"img": torch.randn(3, 3, 64, 96), "audio": 0.1 * torch.randn(3, 16_000)}
    with torch.no_grad():
        expected = model(inputs, mode="tensor")
        assert torch.equal(evaluated(inputs, mode="tensor"), expected)
        silence = evaluated({**inputs, "audio": torch.zeros(3, 16_000)}, mode="tensor")
    assert (silence - expected).std() > 0.1 * expected.std()  # it uses the sound

    convert_file("tpavi", tmp_path / "MS3_res50.pth", tmp_path / "without.pth")
    fault = r"without\.pth does not fit TPAVI: missing: audio_enc.*IN OUT --vggish vggish-10086976"
    with pytest.raises(ValueError, match=fault):
        build_trained_model(config, tmp_path / "without.pth")
