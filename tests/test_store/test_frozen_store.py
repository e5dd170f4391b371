"""A store belongs to a network as it is: other weights, settings or precisions have their own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from avs_mm.store import FrozenStore
from avs_mm.store.frozen_store import weights_digest

CPU = torch.device("cpu")
KEY = bytes(16)


def make_store(folder: Path, module: nn.Module, **settings: object) -> FrozenStore:
    return FrozenStore(folder, name="test", module=module, settings=settings)


def test_the_same_network_finds_its_entries_again(tmp_path: Path):
    module = nn.Linear(2, 2)
    make_store(tmp_path, module, width=2).entries(CPU).put(KEY, b"value")
    twin = nn.Linear(2, 2)
    twin.load_state_dict(module.state_dict())
    assert make_store(tmp_path, twin, width=2).entries(CPU).get(KEY) == b"value"
    (folder,) = tmp_path.iterdir()
    assert json.loads((folder / "key.json").read_text())["config"] == {"width": 2}


def test_changed_weights_attributes_and_settings_have_none(tmp_path: Path):
    module = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).eval()
    module.threshold = 0.5
    store = make_store(tmp_path, module, width=2)
    store.entries(CPU).put(KEY, b"value")
    assert make_store(tmp_path, module, width=3).entries(CPU).get(KEY) is None
    with torch.autocast("cpu", torch.bfloat16):
        assert store.entries(CPU).get(KEY) is None
    module.threshold = 0.6
    assert store.entries(CPU).get(KEY) is None
    module.threshold = 0.5
    assert store.entries(CPU).get(KEY) == b"value"
    with torch.no_grad():
        module[0].weight[0, 0] += 1e-6
    assert store.entries(CPU).get(KEY) is None
    with torch.no_grad():
        module[0].weight[0, 0] += 0
        module[1].running_mean += 1  # a buffer
    assert store.entries(CPU).get(KEY) is None


def replace_parameter(network: nn.Sequential) -> None:
    network[1][0].weight = nn.Parameter(network[1][0].weight.detach() + 1)


def replace_part(network: nn.Sequential) -> None:
    network[1][0] = nn.Linear(2, 2)


def append_part(network: nn.Sequential) -> None:
    network[1].append(nn.Linear(2, 2))


def replace_data(network: nn.Sequential) -> None:
    network[0].weight.data = network[0].weight.data + 1


@pytest.mark.parametrize("change", [replace_parameter, replace_part, append_part, replace_data])
def test_a_part_that_was_replaced_is_seen(tmp_path: Path, change: Callable):
    network = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2)))
    store = make_store(tmp_path, network)
    store.entries(CPU).put(KEY, b"value")
    assert store.entries(CPU).get(KEY) == b"value"
    change(network)
    assert store.entries(CPU).get(KEY) is None


def test_the_digest_depends_on_names_types_and_values():
    values = torch.arange(4.0)
    digests = set()
    for name, value in (("a", values), ("b", values), ("a", values.half()), ("a", values + 1)):
        module = nn.Module()
        module.register_buffer(name, value)
        digests.add(weights_digest(module))
    assert len(digests) == 4
