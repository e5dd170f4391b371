"""The converter of files, by function and by tools/convert_weights.py."""

import hashlib
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import MessageHub

from avs_mm.checkpoint import read_checkpoint
from avs_mm.models import VGGish
from avs_mm.weights import convert, convert_file

TOOL = Path(__file__).resolve().parents[2] / "tools" / "convert_weights.py"


def resnet(*, classifier: str = "fc") -> dict[str, torch.Tensor]:
    """The least that the table of resnet needs: its own keys are those of test_resnet."""
    norm = ("weight", "bias", "running_mean", "running_var")
    names = ["conv1.weight", "layer1.0.conv1.weight", "layer1.0.downsample.0.weight"]
    names += [
        f"{prefix}.{name}"
        for prefix in ("bn1", "layer1.0.bn1", "layer1.0.downsample.1")
        for name in norm
    ]
    return {name: torch.zeros(1) for name in [*names, f"{classifier}.weight"]}


@pytest.fixture
def source(tmp_path) -> Path:
    torch.save(resnet(), tmp_path / "resnet.pth")
    return tmp_path / "resnet.pth"


def test_unknown_kind():
    with pytest.raises(
        ValueError,
        match=r"no kind 'swim'.* hf-maskformer, hf-mask2former, mmdet-maskformer, mmdet",
    ):
        convert("swim", {})


def test_meta_says_where_it_comes_from(source, tmp_path):
    convert_file("resnet", source, tmp_path / "out.pth")
    weights, meta = read_checkpoint(tmp_path / "out.pth")
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    assert meta == {"kind": "resnet", "source": "resnet.pth", "sha256": sha256}
    assert len(weights) == 18  # 15 without the classifier, and 3 counters


def test_a_training_checkpoint_with_its_log(tmp_path):
    log = MessageHub("theirs")
    log.update_scalar("train/loss", 0.5)
    log.update_info("best_score", np.float64(0.25))
    contents = {"meta": {"epoch": 12}, "state_dict": resnet(), "message_hub": log.state_dict()}
    torch.save(contents, tmp_path / "epoch_12.pth")
    convert_file("resnet", tmp_path / "epoch_12.pth", tmp_path / "out.pth")
    assert len(read_checkpoint(tmp_path / "out.pth")[0]) == 18


def test_the_source_is_never_written_over(source, tmp_path):
    before = source.read_bytes()
    (tmp_path / "link.pth").symlink_to(source)
    for out in (source, tmp_path / "link.pth", tmp_path / "." / "resnet.pth"):
        with pytest.raises(ValueError, match="would be written over what is read"):
            convert_file("resnet", source, out)
    assert source.read_bytes() == before


def test_a_refused_source_leaves_the_old_out(tmp_path):
    torch.save(resnet(classifier="extra"), tmp_path / "other.pth")
    (tmp_path / "out.pth").write_text("old")
    with pytest.raises(ValueError, match=r"other\.pth: .*ResNet.*unknown: extra\.weight"):
        convert_file("resnet", tmp_path / "other.pth", tmp_path / "out.pth")
    assert (tmp_path / "out.pth").read_text() == "old"


def test_missing_files_and_folders(source, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth does not exist"):
        convert_file("resnet", tmp_path / "none.pth", tmp_path / "out.pth")
    with pytest.raises(FileNotFoundError, match=r"there is no folder .*none to write out\.pth"):
        convert_file("resnet", source, tmp_path / "none" / "out.pth")


def tpavi() -> dict[str, torch.Tensor]:
    """The least that the table of TPAVI with ResNet-50 needs, and a second branch with it."""
    layers = ["conv1.conv2d_list.0", "output_conv.0"]
    layers += [f"path1.resConfUnit{unit}.conv1" for unit in (1, 2)]
    attention = ("align_channel", "theta", "phi", "g", "W_z.0", "W_z.1", "norm_layer")
    layers += [f"tpavi_b1.{layer}" for layer in attention]
    weights = {f"{layer}.{part}": torch.zeros(1) for layer in layers for part in ("weight", "bias")}
    for name in ("theta", "phi", "g", "W_z.0"):
        weights[f"tpavi_b1.{name}.weight"] = torch.zeros(1, 1, 1, 1, 1)
    backbone = {key: value for key, value in resnet().items() if not key.startswith("fc.")}
    for branch in ("layer1", "layer3_1", "layer4_1", "layer3_2", "layer4_2"):
        weights |= {f"resnet.{k.replace('layer1', branch)}": v for k, v in backbone.items()}
    return weights


@pytest.fixture
def official(tmp_path) -> Path:
    torch.save(tpavi(), tmp_path / "S4_res50.pth")
    return tmp_path / "S4_res50.pth"


@pytest.fixture
def vggish(tmp_path) -> Path:
    with torch.device("meta"):
        shapes = {key: value.shape for key, value in VGGish().state_dict().items()}
    weights = {key: torch.tensor(0.5).expand(shape) for key, shape in shapes.items()}
    torch.save(weights, tmp_path / "vggish.pth")
    return tmp_path / "vggish.pth"


def test_vggish_becomes_the_audio_encoder(official, vggish, tmp_path):
    convert_file("tpavi", official, tmp_path / "without.pth")
    convert_file("tpavi", official, tmp_path / "whole.pth", vggish=vggish)
    without, meta = read_checkpoint(tmp_path / "without.pth")
    whole, meta_of_whole = read_checkpoint(tmp_path / "whole.pth")
    encoder = {key: value for key, value in whole.items() if key not in without}
    assert encoder.keys() == {f"audio_encoder.{key}" for key in torch.load(vggish)}
    assert encoder["audio_encoder.embeddings.4.weight"].shape == (128, 4096)
    assert all((value == 0.5).all() for value in encoder.values())
    sha256 = hashlib.sha256(vggish.read_bytes()).hexdigest()
    assert meta_of_whole == {**meta, "vggish": "vggish.pth", "vggish_sha256": sha256}


def test_refused_vggish_leaves_the_old_out(official, vggish, source, tmp_path):
    out = tmp_path / "out.pth"
    out.write_text("old")
    with pytest.raises(ValueError, match=r"resnet\.pth is no VGGish .* Expected is vggish-100869"):
        convert_file("tpavi", official, out, vggish=source)
    with pytest.raises(ValueError, match=r"vggish\.pth: VGGish is a part of tpavi alone.*resnet"):
        convert_file("resnet", source, out, vggish=vggish)
    with pytest.raises(FileNotFoundError, match=r"none\.pth does not exist"):
        convert_file("tpavi", official, out, vggish=tmp_path / "none.pth")
    assert out.read_text() == "old"
    before = vggish.read_bytes()
    with pytest.raises(ValueError, match=r"vggish\.pth would be written over what is read"):
        convert_file("tpavi", official, vggish, vggish=vggish)
    assert vggish.read_bytes() == before


@pytest.fixture
def run_tool(monkeypatch, capsys):
    """Run the tool; return its exit status (a text is what it says when it fails) and output."""

    def run(*arguments: str | Path) -> tuple[int | str | None, str]:
        monkeypatch.setattr(sys, "argv", [str(TOOL), *map(str, arguments)])
        try:
            runpy.run_path(str(TOOL), run_name="__main__")
        except SystemExit as end:
            return end.code, capsys.readouterr().err
        return 0, capsys.readouterr().out

    return run


def test_tool_converts(run_tool, source, tmp_path):
    out = tmp_path / "out.pth"
    assert run_tool("resnet", source, out) == (0, f"{out}: converted from {source}\n")
    assert len(read_checkpoint(out)[0]) == 18


def test_tool_says_whether_a_tpavi_is_whole(run_tool, official, vggish, tmp_path):
    out = tmp_path / "out.pth"
    status, output = run_tool("tpavi", official, out)
    assert status == 0
    assert output.startswith(f"{out}: converted from {official}\nIt has no audio encoder: model.in")
    said = f"{out}: converted from {official} and {vggish}\n"
    assert run_tool("tpavi", official, out, "--vggish", vggish) == (0, said)
    assert "audio_encoder.features.0.bias" in read_checkpoint(out)[0]


def test_tool_describes(run_tool, tmp_path):
    shapes = {"pca_eigen_vectors": (128, 128), "pca_means": (128, 1)}
    torch.save({key: torch.zeros(shape) for key, shape in shapes.items()}, tmp_path / "pca.pth")
    status, output = run_tool("vggish", tmp_path / "pca.pth")
    assert status == 0
    assert output.startswith("the PCA of VGGish")


def test_tool_fails_in_a_sentence(run_tool, source, tmp_path):
    fault, _ = run_tool("swin", source, tmp_path / "out.pth")
    assert fault.startswith(f"convert_weights: {source}: these are not the weights of an official")
    assert not (tmp_path / "out.pth").exists()


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("swin", "a"), "swin needs OUT"),
        (("beats", "a", "b"), "leave out"),
        (
            ("swin", "a", "b", "--vggish", "c"),
            "--vggish goes with tpavi alone, whose files lack it;",
        ),
        (("vggish", "a", "--vggish", "c"), "--vggish goes with tpavi alone"),
    ],
)
def test_out_goes_with_conversion(run_tool, arguments, fault):
    status, output = run_tool(*arguments)
    assert status == 2
    assert fault in output
