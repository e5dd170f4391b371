"""VGGish beside its layers written out, its training and its files."""

import os
import pickle

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.func import functional_call

from avs_mm.models.audio import VGGish, log_mel_examples
from avs_mm.registry import MODELS

# The weights of torchvggish's file
SHAPES = {
    "features.0": (64, 1, 3, 3),
    "features.3": (128, 64, 3, 3),
    "features.6": (256, 128, 3, 3),
    "features.8": (256, 256, 3, 3),
    "features.11": (512, 256, 3, 3),
    "features.13": (512, 512, 3, 3),
    "embeddings.0": (4096, 12288),
    "embeddings.2": (4096, 4096),
    "embeddings.4": (128, 4096),
}
REMEDY = r"Expected is vggish-10086976\.pth \(sha256 10086976.*harritaylor/torchvggish"


def without_memory(**arguments) -> VGGish:
    """A VGGish that has shapes but no values: the real one takes 288 MB."""
    with torch.device("meta"):
        return VGGish(**arguments)


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    """Random weights under which the tokens stay about as large as the log-mel examples."""
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, shape in SHAPES.items():
        deviation = (2 / torch.Size(shape[1:]).numel()) ** 0.5
        state[f"{name}.weight"] = deviation * torch.randn(shape, generator=generator)
        state[f"{name}.bias"] = 0.1 * torch.randn(shape[0], generator=generator)
    return state


@pytest.fixture
def vggish(weights) -> VGGish:
    """A frozen VGGish with the random weights."""
    model = without_memory()
    model.load_state_dict(weights, assign=True)
    return model


@pytest.fixture
def write(tmp_path):
    """Writer of a file in torchvggish's layout: one value per key, so that it is small."""

    def write(changes: dict | None = None, *, new_zip: bool = False) -> str:
        state = {}
        for index, (name, shape) in enumerate(SHAPES.items(), start=1):
            fan_in = torch.Size(shape[1:]).numel()
            state[f"{name}.weight"] = torch.tensor(1 / fan_in).expand(shape)
            state[f"{name}.bias"] = torch.tensor(0.01 * index).expand(shape[0])
        state |= changes or {}
        state = {key: value for key, value in state.items() if value is not None}
        path = tmp_path / "vggish.pth"
        torch.save(state, path, _use_new_zipfile_serialization=new_zip)
        return str(path)

    return write


# The network


def test_has_the_published_parameters():
    model = without_memory()
    assert sum(parameter.numel() for parameter in model.parameters()) == 72_141_184
    expected = {f"{name}.weight": shape for name, shape in SHAPES.items()}
    expected |= {f"{name}.bias": shape[:1] for name, shape in SHAPES.items()}
    assert {key: tuple(value.shape) for key, value in model.state_dict().items()} == expected
    assert model.embed_dims == 128


def test_tokens_are_those_of_the_layers_one_by_one(vggish, weights, golden_waveforms):
    waveforms = golden_waveforms(2, 32_000)
    rows = []
    for example in log_mel_examples(waveforms).flatten(0, 1):
        x = example[None]
        for name, pooled in zip((0, 3, 6, 8, 11, 13), (1, 1, 0, 1, 0, 1), strict=True):
            weight, bias = (weights[f"features.{name}.{kind}"] for kind in ("weight", "bias"))
            x = F.conv2d(x, weight, bias, padding=1).relu()
            x = F.max_pool2d(x, 2) if pooled else x
        # Height, width, channel: the order of TensorFlow, from which the weights come
        x = torch.from_numpy(x[0].numpy().transpose(1, 2, 0).reshape(-1).copy())
        for name in (0, 2, 4):
            weight, bias = (weights[f"embeddings.{name}.{kind}"] for kind in ("weight", "bias"))
            x = (weight @ x + bias).clamp(min=0)
        rows.append(x)

    tokens = vggish(waveforms)
    assert tokens.shape == (2, 2, 128)
    torch.testing.assert_close(tokens.flatten(0, 1), torch.stack(rows), atol=1e-4, rtol=1e-4)
    # The ReLU at the end lets about half of the channels pass
    assert 0.2 < (tokens > 0).float().mean() < 0.8
    assert tokens.std() > 0.1


def test_linear_layers_see_the_channels_last():
    model = without_memory()
    model.embeddings = nn.Identity()
    row, column, channel = torch.meshgrid(
        torch.arange(6), torch.arange(4), torch.arange(512), indexing="ij"
    )
    marked = 10_000 * row + 1_000 * column + channel  # (6, 4, 512)
    model.features = nn.Sequential(nn.Conv2d(1, 1, 1))
    model.features.forward = lambda examples: marked.permute(2, 0, 1).expand(3, 512, 6, 4)
    seen = model(torch.zeros(3, 16000))
    assert seen.shape == (3, 1, 12288)
    assert seen[2, 0, :2].tolist() == [0, 1]
    assert seen[2, 0, 512] == 1_000
    assert seen[2, 0, 4 * 512] == 10_000
    assert torch.equal(seen[0, 0], marked.flatten())


@pytest.mark.parametrize(
    ("samples", "tokens"), [(1, 1), (15_360, 1), (15_600, 1), (16_000, 1), (30_960, 2)]
)
def test_number_of_tokens(vggish, samples, tokens):
    assert vggish(torch.zeros(1, samples)).shape == (1, tokens, 128)


def test_a_short_sound_is_filled_with_zeros(vggish, golden_waveforms):
    waveforms = golden_waveforms(1, 10_000)
    torch.testing.assert_close(vggish(waveforms), vggish(F.pad(waveforms, (0, 6_000))))


def test_refused_input():
    with pytest.raises(ValueError, match=r"int16.*divide 16-bit samples by 32768"):
        without_memory()(torch.zeros(1, 16000, dtype=torch.int16))


def test_autocast_keeps_the_examples_in_float32(vggish, golden_waveforms, monkeypatch):
    seen = []
    forward = vggish.features.forward
    monkeypatch.setattr(
        vggish.features, "forward", lambda examples: seen.append(examples) or forward(examples)
    )
    waveforms = golden_waveforms(2, 16000)
    exact = vggish(waveforms)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        tokens = vggish(waveforms)
    assert torch.equal(seen[0], seen[1])
    assert (tokens - exact).abs().mean() < 0.02 * exact.abs().mean()


# Training


def test_frozen_stays_in_eval_and_trainable_does_not():
    parent = nn.ModuleDict(dict(frozen=without_memory(), trained=without_memory(frozen=False)))
    parent.train()
    assert not any(module.training for module in parent["frozen"].modules())
    assert all(module.training for module in parent["trained"].modules())
    assert not any(parameter.requires_grad for parameter in parent["frozen"].parameters())
    assert all(parameter.requires_grad for parameter in parent["trained"].parameters())


def test_gradient_is_the_difference_quotient(weights, golden_waveforms):
    model = without_memory(frozen=False)
    model.load_state_dict(weights, assign=True)
    waveforms = golden_waveforms(2, 16000)
    model(waveforms).mean().backward()
    gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
    assert all(gradient.isfinite().all() for gradient in gradients.values())
    assert all(gradient.abs().max() > 0 for gradient in gradients.values())

    # The last layer's bias reaches the mean through the channels that the ReLU lets pass
    open_share = (model(waveforms) > 0).float().mean(dim=(0, 1)) / 128
    torch.testing.assert_close(gradients["embeddings.4.bias"], open_share)

    def mean_after_step(step: float) -> float:
        stepped = {"features.0.bias": weights["features.0.bias"] + step}
        with torch.no_grad():
            return functional_call(model, stepped, (waveforms,)).mean().item()

    quotient = (mean_after_step(1e-3) - mean_after_step(-1e-3)) / 2e-3
    assert gradients["features.0.bias"].sum().item() == pytest.approx(quotient, rel=0.02)


# Files


@pytest.mark.slow
def test_avsc_loads_it_and_predicts(avsc_config, labelled_samples, find_something, write):
    """From torchvggish's layout to categories that sound; the file is read in init_weights."""
    path = write()
    avsc_config.audio_encoder = dict(type="avs_mm.VGGish", checkpoint="not/there/yet.pth")
    model = MODELS.build(avsc_config)
    model.audio_encoder.checkpoint = path
    model.init_weights()
    find_something(model.segmentor)
    for index, (name, shape) in enumerate(SHAPES.items(), start=1):
        layer = model.audio_encoder.get_submodule(name)
        fan_in = torch.Size(shape[1:]).numel()
        assert layer.weight.unique().tolist() == pytest.approx([1 / fan_in])
        assert layer.bias.unique().tolist() == pytest.approx([0.01 * index])

    model.train()
    assert not model.audio_encoder.training
    batch = {"img": torch.randn(2, 3, 32, 32), "audio": 0.1 * torch.randn(2, 16000)}
    model(batch, labelled_samples, mode="loss")["loss_avc"].backward()
    assert all(parameter.grad is None for parameter in model.audio_encoder.parameters())
    assert model.audio_head[0].weight.shape == (64, 128)
    assert model.audio_head[0].bias.grad.abs().sum() > 0

    model.eval()
    with torch.no_grad():
        samples = model(batch, labelled_samples, mode="predict")
        scores = model.audio_head(model.audio_encoder(batch["audio"])[:, 0]).sigmoid()
    assert sum(len(sample.pred_instances) for sample in samples) > 0
    for sample, expected in zip(samples, scores, strict=True):
        instances = sample.pred_instances
        torch.testing.assert_close(instances.audio_scores, expected[instances.labels])
        assert sample.pred_sem_seg.data.shape == (1, 32, 32)


@pytest.mark.parametrize("new_zip", [False, True], ids=["legacy", "zip"])
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"embeddings.4.bias": None}, r"missing: embeddings\.4\.bias\."),
        (
            {"pproc.pca_means": torch.zeros(128, 1), "pproc.pca_matrix": torch.zeros(128, 128)},
            r"unexpected: pproc\.pca_matrix, pproc\.pca_means\.",
        ),
        (
            {"features.0.weight": torch.zeros(64, 3, 3, 3)},
            r"of another shape: features\.0\.weight \(64, 3, 3, 3\), not \(64, 1, 3, 3\)\.",
        ),
    ],
    ids=["missing", "unexpected", "shape"],
)
def test_weights_that_do_not_fit(write, changes, fault, new_zip):
    model = without_memory(checkpoint=write(changes, new_zip=new_zip))
    for _ in range(2):
        with pytest.raises(ValueError, match=rf"vggish\.pth does not fit VGGish: {fault} {REMEDY}"):
            model.init_weights()


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        ({"state_dict": {}, "meta": {}}, "not state_dict, meta"),
        ({}, "not dict"),
        (torch.zeros(3), "not Tensor"),
    ],
    ids=["checkpoint", "empty", "tensor"],
)
def test_files_of_something_else(tmp_path, contents, found):
    path = tmp_path / "other.pth"
    torch.save(contents, path)
    with pytest.raises(ValueError, match=rf"other\.pth is no VGGish file.*{found}\. {REMEDY}"):
        without_memory(checkpoint=str(path)).init_weights()


@pytest.mark.parametrize("contents", [b"", b"0", b"<html>404</html>", b"PK\x03\x04 cut short"])
def test_damaged_files(tmp_path, contents):
    path = tmp_path / "damaged.pth"
    path.write_bytes(contents)
    with pytest.raises(ValueError, match=rf"damaged\.pth cannot be read.*{REMEDY}"):
        without_memory(checkpoint=str(path)).init_weights()


def test_missing_file(tmp_path):
    model = without_memory(checkpoint=str(tmp_path / "none.pth"))
    with pytest.raises(FileNotFoundError, match=rf"none\.pth does not exist\. {REMEDY}"):
        model.init_weights()


class RunsCode:
    """A pickle that creates a folder when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("layout", ["zip", "legacy", "pickle"])
def test_a_file_that_runs_code_is_refused(tmp_path, layout):
    path, trace = tmp_path / "evil.pth", tmp_path / "it_ran"
    contents = {"features.0.weight": RunsCode(trace)}
    if layout == "pickle":
        path.write_bytes(pickle.dumps(contents, protocol=2))
    else:
        torch.save(contents, path, _use_new_zipfile_serialization=layout == "zip")
    with pytest.raises(ValueError, match=rf"evil\.pth asks to run posix\.mkdir .*{REMEDY}"):
        without_memory(checkpoint=str(path)).init_weights()
    assert not trace.exists()
