import os
from pathlib import Path

import pytest
import torch
from mmengine.logging import MessageHub
from torch import nn

from avs_mm.checkpoint import check_fit, find_checkpoint, load_strictly, read_checkpoint


def network(outputs: int = 2) -> nn.Module:
    torch.manual_seed(outputs)
    return nn.Sequential(nn.Linear(3, 4), nn.Linear(4, outputs))


def save(module: nn.Module, path: Path) -> Path:
    torch.save({"state_dict": module.state_dict(), "meta": {"epoch": 3}}, path)
    return path


def test_finds_the_newest_best_then_the_last(tmp_path):
    last = save(network(), tmp_path / "epoch_2.pth")
    (tmp_path / "last_checkpoint").write_text(str(last))
    assert find_checkpoint(tmp_path) == last
    older, newer = (save(network(), tmp_path / f"best_J_epoch_{epoch}.pth") for epoch in (9, 10))
    os.utime(older, (1, 1))
    assert find_checkpoint(tmp_path) == newer
    assert find_checkpoint(older) == older


def test_says_how_to_get_a_checkpoint_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"work_dir.*tools/train\.py"):
        find_checkpoint(tmp_path / "work_dir")


@pytest.mark.parametrize("content", [b"", b"no checkpoint", None])
def test_names_a_file_that_is_no_checkpoint(tmp_path, content: bytes | None):
    path = tmp_path / "file.pth"
    if content is None:
        torch.save({"state_dict": {}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"file\.pth"):
        read_checkpoint(path)


class RunsCode:
    """Pickles as a call, which an unwary reader makes."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.mark.parametrize(
    "harm", [RunsCode(os.mkdir, "harm"), RunsCode(getattr, Path("harm"), "mkdir")]
)
def test_refuses_a_file_that_wants_to_run_code(tmp_path, monkeypatch, harm: RunsCode):
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": network().state_dict(), "meta": {"harm": harm}}, "file.pth")
    with pytest.raises(ValueError, match=r"file\.pth.*asks to run code"):
        read_checkpoint(Path("file.pth"))
    assert not Path("harm").exists()


def test_reads_the_log_that_mmengine_saves_beside_the_weights(tmp_path):
    log = MessageHub("run")
    log.update_scalar("train/loss", 0.5)
    path = tmp_path / "epoch_1.pth"
    state_dict = network().state_dict()
    torch.save({"state_dict": state_dict, "message_hub": log.state_dict(), "meta": {}}, path)
    torch.testing.assert_close(read_checkpoint(path)[0], state_dict)


def test_loads_what_fits_and_returns_its_meta(tmp_path):
    saved, module = network(), network()
    nn.init.zeros_(module[0].weight)
    assert load_strictly(module, save(saved, tmp_path / "a.pth")) == {"epoch": 3}
    torch.testing.assert_close(module[0].weight, saved[0].weight)


def test_keeps_only_the_reshaped_keys_that_may_differ(tmp_path):
    path, module = save(network(outputs=5), tmp_path / "a.pth"), network(outputs=2)
    own = module[1].weight.clone()
    with pytest.raises(ValueError, match=r"1\.bias, 1\.weight"):
        load_strictly(module, path, may_be_reshaped="0.")
    load_strictly(module, path, may_be_reshaped="1.")
    torch.testing.assert_close(module[1].weight, own)
    torch.testing.assert_close(module[0].weight, network(outputs=5)[0].weight)


def test_lists_missing_and_foreign_keys(tmp_path):
    state_dict = network().state_dict()
    state_dict["head.bias"] = state_dict.pop("1.bias")
    message = r"a\.pth does not fit Sequential.*of another shape: 1\.bias.*in the model: head\.bias"
    with pytest.raises(ValueError, match=message):
        check_fit(network(), state_dict, tmp_path / "a.pth")
