"""Networks as the localisers' authors save them: converted, they give the authors' heat maps."""

import json
from pathlib import Path

import pytest
import torch
from authors_layouts import LAYOUTS, checksum, inputs, numbers
from mmengine.config import Config
from torch import Tensor

from avs_mm.models.baselines import SoundLocaliser
from avs_mm.registry import MODELS
from avs_mm.shipped import configs_dir
from avs_mm.weights import convert, convert_file

OFFICIAL = json.loads(
    (Path(__file__).parents[1] / "data" / "official" / "localiser_networks.json").read_text()
)
CONFIGS = {"ez_vsl": "ezvsl", "slavc": "slavc", "lvs": "lvs", "sspl": "sspl"}


def converted(kind: str, source: Path, config: str) -> SoundLocaliser:
    """Convert a file or folder, and load all of it into a config's model."""
    out = source.parent / f"{config}.pth"
    convert_file(kind, source, out)
    model = MODELS.build(Config.fromfile(configs_dir() / f"{config}.py").model)
    model.load_state_dict(torch.load(out)["state_dict"])
    return model.eval()


@torch.no_grad()
def heat_of(model: SoundLocaliser) -> list[float]:
    images, sounds = inputs()
    heat = model.encode_decode({"img": images, "audio": sounds}, [])
    step = heat.shape[-1] // 7
    return heat[:, ::step, ::step].flatten().tolist()


@pytest.mark.parametrize("kind", CONFIGS)
def test_layouts_are_the_authors(kind: str):
    assert len(LAYOUTS[kind]) == OFFICIAL[kind]["tensors"]
    assert checksum(LAYOUTS[kind]) == OFFICIAL[kind]["layout"]


@pytest.mark.parametrize(
    ("kind", "contents"),
    [
        ("ez_vsl", lambda weights: {"model": weights, "epoch": 20, "best_cIoU": 0.4}),
        ("slavc", lambda weights: {"model": weights, "optimizer": {"state": {}}, "epoch": 20}),
        ("lvs", lambda weights: {"model_state_dict": weights, "epoch": 20}),
    ],
)
def test_heat_maps_are_the_authors(kind: str, contents, tmp_path):
    weights = {f"module.{key}": numbers(key, shape) for key, shape in LAYOUTS[kind].items()}
    torch.save(contents(weights), tmp_path / "best.pth")
    model = converted(kind, tmp_path / "best.pth", CONFIGS[kind])
    assert heat_of(model) == pytest.approx(OFFICIAL[kind]["heat"], abs=2e-5)
    if kind == "slavc":  # and those of the targets, from which a training goes on
        assert model.target.steps == 1
        for name, part in model.target.module.items():
            setattr(model, name, part)
        assert heat_of(model) == pytest.approx(OFFICIAL[kind]["heat_of_targets"], abs=2e-5)


@pytest.mark.parametrize(("config", "pcm"), [("sspl", True), ("sspl_without_pcm", False)])
def test_every_weight_of_sspl_has_its_place(config: str, pcm: bool):
    with torch.device("meta"):
        model = MODELS.build(Config.fromfile(configs_dir() / f"{config}.py").model)
        weights = {
            key: torch.empty(shape)
            for key, shape in LAYOUTS["sspl"].items()
            if pcm or not key.startswith("pcm.")
        }
    found = {key: value.shape for key, value in convert("sspl", weights).items()}
    assert found == {key: value.shape for key, value in model.state_dict().items()}


@pytest.fixture(scope="module")
def parts() -> dict[str, dict[str, Tensor]]:
    """The files of SSPL's training; the frozen image encoder's keys have no ``module.``."""
    files: dict[str, dict[str, Tensor]] = {"frame": {}, "sound": {}, "pcm": {}, "ssl_head": {}}
    for key, shape in LAYOUTS["sspl"].items():
        part, _, name = key.partition(".")
        files[part][name if part == "frame" else f"module.{name}"] = numbers(key, shape)
    return files


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "heat", "without"),
    [("sspl", "heat", ()), ("sspl_without_pcm", "heat_without_pcm", ("pcm",))],
)
def test_heat_maps_of_sspl_are_the_authors(parts, config, heat, without, tmp_path):
    folder = tmp_path / "training"
    folder.mkdir()
    for part in parts.keys() - set(without):
        torch.save(parts[part], folder / f"{part}_best.pth")
    model = converted("sspl", folder, config)
    assert heat_of(model) == pytest.approx(OFFICIAL["sspl"][heat], abs=1e-4)


def test_a_missing_part_of_sspl_is_named(tmp_path):
    torch.save({"feat_extractor.0.bias": torch.zeros(64)}, tmp_path / "frame_best.pth")
    with pytest.raises(FileNotFoundError, match=r"lacks sound_best\.pth, ssl_head_best\.pth"):
        convert_file("sspl", tmp_path, tmp_path / "sspl.pth")
