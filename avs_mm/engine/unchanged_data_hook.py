"""End a training or test whose data set was replaced while it ran."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner

from avs_mm.registry import HOOKS

__all__ = ["UnchangedDataHook"]


@HOOKS.register_module()
class UnchangedDataHook(Hook):
    """Compare each data set's table with the one that its samples were listed from.

    A data set that is drawn or unpacked anew has the same names and other content, so that nothing
    else would say it.

    Raises:
        RuntimeError: Before an epoch, or after the last one; the message names the table.
    """

    def __init__(self) -> None:
        self.tables: dict[Path, tuple[int, ...]] = {}

    def before_train(self, runner: Runner) -> None:
        self._check(runner.train_dataloader.dataset)

    def before_train_epoch(self, runner: Runner) -> None:
        self._check(runner.train_dataloader.dataset)

    def after_train_epoch(self, runner: Runner) -> None:
        self._check(runner.train_dataloader.dataset)

    def before_val_epoch(self, runner: Runner) -> None:
        self._check(runner.val_dataloader.dataset)

    def before_test_epoch(self, runner: Runner) -> None:
        self._check(runner.test_dataloader.dataset)

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        self._check(runner.test_dataloader.dataset)

    def _check(self, dataset: Any) -> None:
        for path in set(_tables(dataset)):
            found = _state(path)
            if self.tables.setdefault(path, found) != found:
                raise RuntimeError(
                    f"{path} was replaced since this run began, so that its samples are of two "
                    "data sets: begin anew, and leave the data as it is until the end"
                )


def _tables(dataset: Any) -> Iterator[Path]:
    """Find the tables of the AVSBenchDatasets within mmengine's, mmseg's and our wrappers."""
    if (table := getattr(dataset, "table", None)) is not None:
        yield table
    for inner in [*getattr(dataset, "datasets", ()), getattr(dataset, "dataset", None)]:
        if inner is not None:
            yield from _tables(inner)


def _state(path: Path) -> tuple[int, ...]:
    if not path.is_file():
        return ()
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
