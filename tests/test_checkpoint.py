"""Checkpoints fit as a whole, or are an error that lists the keys."""

import os
from pathlib import Path

import pytest
import torch
from torch import nn

from avs_mm import checkpoint
from avs_mm.checkpoint import (
    check_fit,
    find_checkpoint,
    load_backbone,
    load_strictly,
    read_checkpoint,
    warn_of_random_weights,
)


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


def test_loads_what_fits_and_returns_its_meta(tmp_path):
    saved, module = network(), network()
    nn.init.zeros_(module[0].weight)
    assert load_strictly(module, save(saved, tmp_path / "a.pth")) == {"epoch": 3}
    torch.testing.assert_close(module[0].weight, saved[0].weight)


def test_keeps_only_the_reshaped_keys_that_may_differ(tmp_path):
    path, module = save(network(outputs=5), tmp_path / "a.pth"), network(outputs=2)
    own = module[1].weight.clone()
    with pytest.raises(ValueError, match=r"shape: 1\.bias \(5,\), not \(2,\), 1\.weight"):
        load_strictly(module, path, may_be_reshaped="0.")
    load_strictly(module, path, may_be_reshaped="1.")
    torch.testing.assert_close(module[1].weight, own)
    torch.testing.assert_close(module[0].weight, network(outputs=5)[0].weight)


def test_counts_what_it_does_not_list(tmp_path):
    state_dict = {**network().state_dict(), **{f"extra.{i}": torch.zeros(1) for i in range(9)}}
    with pytest.raises(ValueError, match=r"extra\.3, extra\.4 and 4 more\. Give another\."):
        check_fit(network(), state_dict, tmp_path / "a.pth", remedy="Give another.")


def test_lists_missing_and_foreign_keys(tmp_path):
    state_dict = network().state_dict()
    state_dict["head.bias"] = state_dict.pop("1.bias")
    state_dict["0.bias"] = torch.zeros(3)
    message = (
        r"a\.pth does not fit Sequential: missing: 1\.bias; unexpected: head\.bias; "
        r"of another shape: 0\.bias \(3,\), not \(4,\)\. Give a checkpoint of the same config\."
    )
    with pytest.raises(ValueError, match=message):
        check_fit(network(), state_dict, tmp_path / "a.pth")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_of_a_diverged_training_are_refused(tmp_path, value):
    state_dict = network().state_dict()
    state_dict["1.bias"][1] = value
    state_dict["0.count"] = torch.tensor(3)
    module = network()
    module[0].register_buffer("count", torch.tensor(0))
    message = r"a\.pth holds NaN or infinity in 1\.bias: its training diverged, so give an earlier"
    with pytest.raises(ValueError, match=message):
        check_fit(module, state_dict, tmp_path / "a.pth")


@pytest.mark.parametrize(
    "contents", [[1, 2], {"state_dict": [1]}, {"state_dict": {"0.bias": 1.0}}, {"a": None}, 3]
)
def test_what_holds_no_tensors_is_no_checkpoint(tmp_path, contents):
    torch.save(contents, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth: has no state dict\. Give a \.pth file of tools"):
        read_checkpoint(tmp_path / "a.pth")


@pytest.fixture
def logged(monkeypatch) -> list[str]:
    messages: list[str] = []
    monkeypatch.setattr(checkpoint, "print_log", lambda message, **_: messages.append(message))
    return messages


@pytest.mark.parametrize(
    ("prefix", "others", "unused"),
    [
        ("", {}, ""),
        ("backbone.", {}, ""),
        ("backbone.", {"head.bias": torch.zeros(1)}, "; not used: head.bias"),
    ],
)
def test_loads_a_backbone_and_says_what_it_leaves(tmp_path, logged, prefix, others, unused):
    saved, backbone = network(), network()
    nn.init.zeros_(backbone[0].weight)
    path = tmp_path / "theirs.pth"
    weights = {prefix + key: value for key, value in saved.state_dict().items()}
    torch.save({"state_dict": {**weights, **others}}, path)
    load_backbone(backbone, path)
    torch.testing.assert_close(backbone[0].weight, saved[0].weight)
    assert logged == [f"the backbone has its weights from {path}{unused}"]


def test_a_backbone_keeps_the_norms_that_no_classifier_has(tmp_path):
    """mmseg's Swin has one a stage, norm0 ... norm3."""
    classifier = nn.ModuleDict({"stages": nn.Linear(2, 2)})
    torch.save(classifier.state_dict(), tmp_path / "swin.pth")
    backbone = nn.ModuleDict({"stages": nn.Linear(2, 2), "norm3": nn.LayerNorm(2)})
    nn.init.constant_(backbone["norm3"].weight, 0.5)
    load_backbone(backbone, tmp_path / "swin.pth")
    torch.testing.assert_close(backbone["stages"].weight, classifier["stages"].weight)
    assert backbone["norm3"].weight.tolist() == [0.5, 0.5]


def test_a_backbone_that_does_not_fit_is_refused(tmp_path):
    torch.save({f"backbone.{k}": v for k, v in network(3).state_dict().items()}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth does not fit Sequential: of another shape: 1\."):
        load_backbone(network(2), tmp_path / "a.pth")


def test_random_weights_are_warned_of(logged):
    warn_of_random_weights(network(), "Give it some.")
    assert logged == ["Sequential has random weights. Give it some."]
