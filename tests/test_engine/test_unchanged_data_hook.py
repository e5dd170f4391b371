"""A data set that is replaced under a run is noticed."""

import os
from types import SimpleNamespace

import pytest

from avs_mm.engine import UnchangedDataHook


@pytest.fixture
def runner(tmp_path):
    """Two data sets with tables, one of them within wrappers."""
    tables = [tmp_path / name for name in ("a.csv", "b.csv")]
    for table in tables:
        table.write_text("name,split\nx,train\n")
    one, other = (SimpleNamespace(table=table) for table in tables)
    joined = SimpleNamespace(dataset=SimpleNamespace(datasets=[one, other]))
    loaders = [SimpleNamespace(dataset=dataset) for dataset in (joined, one, one)]
    names = ("train_dataloader", "val_dataloader", "test_dataloader")
    return SimpleNamespace(**dict(zip(names, loaders, strict=True)))


def test_data_that_stays_is_let_pass(runner):
    hook = UnchangedDataHook()
    hook.before_train(runner)
    for _ in range(2):
        hook.before_train_epoch(runner)
        hook.after_train_epoch(runner)
        hook.before_val_epoch(runner)
    assert len(hook.tables) == 2


@pytest.mark.parametrize("change", ["rewritten", "replaced", "removed"])
def test_another_data_set_in_its_place_ends_the_run(runner, tmp_path, change):
    hook, table = UnchangedDataHook(), tmp_path / "b.csv"
    hook.before_train(runner)
    if change == "rewritten":
        os.utime(table, (1, 1))
    elif change == "replaced":
        (tmp_path / "new.csv").write_text(table.read_text())
        (tmp_path / "new.csv").replace(table)
    else:
        table.unlink()
    hook.before_val_epoch(runner)  # of the other table
    with pytest.raises(
        RuntimeError, match=r"b\.csv was replaced since this run began, so that its"
    ):
        hook.after_train_epoch(runner)


def test_a_test_notices_it_at_its_end(runner, tmp_path):
    hook = UnchangedDataHook()
    hook.before_test_epoch(runner)
    os.utime(tmp_path / "a.csv", (1, 1))
    with pytest.raises(RuntimeError, match=r"a\.csv was replaced"):
        hook.after_test_epoch(runner, {})


def test_data_without_a_table_is_let_pass():
    loader = SimpleNamespace(dataset=SimpleNamespace(dataset=[1, 2]))
    UnchangedDataHook().before_train(SimpleNamespace(train_dataloader=loader))
