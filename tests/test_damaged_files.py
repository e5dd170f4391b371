"""The fast part of ``make faults``: a few damaged files of each kind, one killed training."""

import pytest
from damaged_files import make_kinds, try_damages
from mmengine.registry import init_default_scope
from sudden_death import kill_at
from toy_training import assert_equal_runs, runner


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    init_default_scope("mmseg")
    return make_kinds(tmp_path_factory.mktemp("kinds"))


@pytest.mark.parametrize(
    "name", ["wav", "png", "png mask", "jpg", "mp4", "csv", "json", "checkpoint"]
)
def test_damaged_files_are_read_or_refused_by_name(kinds, name):
    outcome = try_damages(kinds[name], range(1000, 1008))
    assert (outcome.unnamed, outcome.silent) == ([], [])
    assert outcome.named + outcome.read == 8


@pytest.mark.slow
def test_a_killed_training_goes_on_bit_by_bit(tmp_path):
    runner(tmp_path / "whole").train()
    assert kill_at(lambda: runner(tmp_path / "run").train(), 400_000)
    runner(tmp_path / "run", resume=True).train()
    assert_equal_runs(tmp_path / "run", tmp_path / "whole")
