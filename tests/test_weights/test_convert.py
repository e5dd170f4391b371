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
        match=r"no kind 'swim'.* hf-maskformer, mmdet-maskformer, mmdet-mask2former, swin",
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
    ("arguments", "fault"), [(("swin", "a"), "swin needs OUT"), (("beats", "a", "b"), "leave out")]
)
def test_out_goes_with_conversion(run_tool, arguments, fault):
    status, output = run_tool(*arguments)
    assert status == 2
    assert fault in output
