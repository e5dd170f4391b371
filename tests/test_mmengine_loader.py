"""mmengine's own readers run no code either, whichever config key names the file."""

import functools
import os
import pickle
from pathlib import Path

import pytest
import torch
from mmengine.model import BaseModule
from mmengine.runner.checkpoint import CheckpointLoader, load_from_http
from torch import nn

from avs_mm.mmengine_loader import WEIGHTS_ONLY, refuse_code_in_checkpoints
from avs_mm.registry import MODELS  # as every config of ours imports it


class MakesFolder:
    def __reduce__(self):
        return os.mkdir, ("harm",)


def test_pretrained_weights_that_ask_to_run_code_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("weights.pth").write_bytes(pickle.dumps({"weight": MakesFolder()}, protocol=2))
    assert MODELS is not None
    module = BaseModule(init_cfg=dict(type="Pretrained", checkpoint="weights.pth"))
    fault = r"^weights\.pth asks to run posix\.mkdir while it is read.*was refused\. Give a file of"
    with pytest.raises(ValueError, match=fault):
        module.init_weights()
    assert not Path("harm").exists()


def test_good_pretrained_weights_are_loaded(tmp_path):
    class Line(BaseModule):
        def __init__(self, init_cfg: dict) -> None:
            super().__init__(init_cfg)
            self.line = nn.Linear(1, 1)

    torch.save({"line.weight": torch.full((1, 1), 3.0), "line.bias": torch.ones(1)}, tmp_path / "a")
    module = Line(dict(type="Pretrained", checkpoint=str(tmp_path / "a")))
    module.init_weights()
    assert (module.line.weight.item(), module.line.bias.item()) == (3, 1)


def test_what_is_downloaded_is_read_safely_too(tmp_path, monkeypatch):
    """No network: torch's downloader is replaced by the reading that it ends with."""
    monkeypatch.chdir(tmp_path)
    torch.save(MakesFolder(), tmp_path / "a.pth")
    read = functools.partial(torch.load, "a.pth", weights_only=False)
    monkeypatch.setitem(load_from_http.__globals__, "load_url", lambda *_, **__: read())
    with pytest.raises(pickle.UnpicklingError, match=r"posix\.mkdir"):
        CheckpointLoader.load_checkpoint("https://example.org/a.pth", map_location="cpu")
    assert not Path("harm").exists()
    assert WEIGHTS_ONLY not in os.environ


def test_a_second_call_changes_nothing():
    before = dict(CheckpointLoader._schemes)
    assert {"", "https://", "torchvision://", "openmmlab://"} <= before.keys()
    refuse_code_in_checkpoints()
    assert before == CheckpointLoader._schemes
