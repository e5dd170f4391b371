"""python -m avs_mm.weights: every name, or what is wrong with it."""

import sys
from pathlib import Path

import pytest

from avs_mm.weights import __main__ as command


def test_what_is_there_and_what_is_not(tmp_path: Path, monkeypatch, capsys):
    folder = tmp_path / "beats-audioset"
    folder.mkdir()
    (folder / "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt").write_bytes(b"weights")
    (tmp_path / "ast-audioset").mkdir()
    monkeypatch.setenv("AVS_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["weights", "beats-audioset", "ast-audioset"])
    with pytest.raises(SystemExit, match="1 names could not be had"):
        command.main()
    printed = capsys.readouterr()
    assert printed.out.startswith(f"beats-audioset: {folder}")
    assert "ast-audioset: " in printed.err
    assert "lacks model.safetensors" in printed.err


def test_all_is_well(tmp_path: Path, monkeypatch):
    test = tmp_path / "beats-audioset"
    test.mkdir()
    (test / "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt1.pt").write_bytes(b"weights")
    monkeypatch.setenv("AVS_WEIGHTS", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["weights", "beats-audioset"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 0
