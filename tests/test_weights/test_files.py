"""State dicts are read without running code."""

import argparse
import pickle
import sys

import pytest
import torch

from avs_mm.weights.files import read_weights, write_checkpoint

WEIGHTS = {"a.weight": torch.arange(3.0)}


@pytest.mark.parametrize(
    "contents", [WEIGHTS, {"model": WEIGHTS}, {"state_dict": WEIGHTS, "meta": {"epoch": 3}}]
)
def test_state_dicts(tmp_path, contents):
    torch.save(contents, tmp_path / "file.pth")
    assert read_weights(tmp_path / "file.pth")["a.weight"].tolist() == [0, 1, 2]


def test_safetensors(tmp_path):
    safetensors = pytest.importorskip(
        "safetensors.torch", reason="needs the extra transformers, which brings safetensors"
    )
    safetensors.save_file(WEIGHTS, tmp_path / "model.safetensors")
    assert read_weights(tmp_path / "model.safetensors")["a.weight"].tolist() == [0, 1, 2]
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "model.safetensors").read_bytes()[:20])
    with pytest.raises(ValueError, match=r"cut\.safetensors cannot be read as safetensors"):
        read_weights(tmp_path / "cut.safetensors")


def test_safetensors_is_asked_for_only_when_needed(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(ImportError, match=r"pip install 'avs_mm\[transformers\]'"):
        read_weights(tmp_path / "model.safetensors")


def test_code_is_refused_with_a_remedy(tmp_path):
    contents = {"state_dict": WEIGHTS, "more": argparse.Namespace()}
    torch.save(contents, tmp_path / "theirs.pth")
    with pytest.raises(
        ValueError,
        match=r"asks to run argparse\.Namespace .*torch\.save\(torch\.load\('theirs\.pth'",
    ):
        read_weights(tmp_path / "theirs.pth")


def test_what_is_no_state_dict(tmp_path):
    (tmp_path / "text.pth").write_text("<html>404</html>")
    with pytest.raises(ValueError, match=r"text\.pth (cannot be read|asks to run)"):
        read_weights(tmp_path / "text.pth")
    for contents, fault in [([1], "but list"), ({}, "but dict"), ({"epoch": 3}, "epoch are no")]:
        torch.save(contents, tmp_path / "other.pth")
        with pytest.raises(ValueError, match=rf"other\.pth holds no state dict.*{fault}"):
            read_weights(tmp_path / "other.pth")
    with pytest.raises(FileNotFoundError, match=r"none\.pth does not exist"):
        read_weights(tmp_path / "none.pth")


def test_a_failed_write_leaves_the_old_file(tmp_path):
    write_checkpoint(tmp_path / "out.pth", WEIGHTS, {"kind": "swin"})
    before = (tmp_path / "out.pth").read_bytes()
    with pytest.raises((AttributeError, pickle.PicklingError)):
        write_checkpoint(tmp_path / "out.pth", {"a": lambda: None}, {})  # cannot be pickled
    assert (tmp_path / "out.pth").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.pth"]
