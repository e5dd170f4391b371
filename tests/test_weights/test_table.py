"""Tables of patterns account for every key."""

import pytest
import torch

from avs_mm.weights.table import Row, Table

TABLE = Table(
    file="a test",
    rows=(
        Row("block{s}.{b}.{part}.{wb}", "qkv.{s-1}.{b}.{wb}", parts=("q", "k")),
        Row("level.{l}.weight", "level.{2-l}.weight", torch.neg),
        Row("rest.{rest}", "kept.{rest}"),
    ),
    dropped={"head.{wb}": "the classifier"},
)


def weights(**more: torch.Tensor) -> dict[str, torch.Tensor]:
    return {
        "block3.10.k.bias": torch.tensor([2.0]),
        "block3.10.q.bias": torch.tensor([1.0]),
        "level.0.weight": torch.tensor([5.0]),
        "rest.a.b": torch.tensor([7.0]),
        "head.weight": torch.tensor([9.0]),
        **more,
    }


def test_renames_counts_joins_changes_and_drops():
    converted = TABLE.convert(weights())
    assert {key: value.tolist() for key, value in converted.items()} == {
        "qkv.2.10.bias": [1.0, 2.0],
        "level.2.weight": [-5.0],
        "kept.a.b": [7.0],
    }


def test_a_dot_is_a_dot():
    with pytest.raises(ValueError, match="unknown: level_1_weight"):
        TABLE.convert(weights(level_1_weight=torch.zeros(1)))


def test_what_is_dropped_may_be_missing():
    given = weights()
    del given["head.weight"]
    assert len(TABLE.convert(given)) == 3


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("block3.10.k.bias", r"missing: k of qkv\.2\.10\.bias\."),
        ("rest.a.b", r"missing: rest\.\{rest\}\."),
    ],
)
def test_missing_keys(key, fault):
    given = weights()
    del given[key]
    with pytest.raises(ValueError, match=f"not the weights of a test. Keys {fault}"):
        TABLE.convert(given)


def test_two_keys_of_one_name():
    table = Table(file="a test", rows=(Row("(a|b).weight", "c.weight"),))
    with pytest.raises(ValueError, match=r"given twice: b\.weight"):
        table.convert({"a.weight": torch.zeros(1), "b.weight": torch.zeros(1)})


def test_long_lists_are_cut_short():
    strangers = {f"strange.{index}": torch.zeros(1) for index in range(30)}
    with pytest.raises(ValueError, match=r"unknown: strange\.0, .* and 10 more"):
        TABLE.convert(weights(**strangers))
