"""Save checkpoints so that at every moment a whole one is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.runner import Runner

from avs_mm.engine.atomic_backend import ATOMIC
from avs_mm.registry import HOOKS

__all__ = ["AtomicCheckpointHook"]

SUPERSEDED = "superseded_checkpoints"  # where a checkpoint names the files whose place it takes


@HOOKS.register_module()
class AtomicCheckpointHook(CheckpointHook):
    """mmengine's ``CheckpointHook``, which removes an old checkpoint once the new one is whole.

    mmengine removes the last and the best checkpoint first, and a kill or a full disk in that
    moment leaves nothing. Here a file is written beside, flushed and renamed, and only then is what
    it supersedes removed. A checkpoint names what it supersedes, so that a resumed run removes what
    a kill has left. Nothing outside the run's own folder is removed, also where a work dir was
    copied from elsewhere.

    Args:
        backend_args: Of a storage of one's own, which must write whole files itself.
        checkpoint_hook: Arguments of mmengine's ``CheckpointHook``.
    """

    file_backend: Any

    def __init__(self, *, backend_args: dict | None = None, **checkpoint_hook: Any) -> None:
        super().__init__(backend_args=backend_args or {"backend": ATOMIC}, **checkpoint_hook)

    def before_train(self, runner: Runner) -> None:
        """Remove what the resumed checkpoint has superseded."""
        super().before_train(runner)
        if is_main_process():
            for name in runner.message_hub.runtime_info.get(SUPERSEDED, ()):
                path = self.file_backend.join_path(self.out_dir, name)
                if self.file_backend.isfile(path):
                    self.file_backend.remove(path)

    def _save_checkpoint_with_step(self, runner: Runner, step: int, meta: dict) -> None:
        with self._removing_afterwards(runner):
            super()._save_checkpoint_with_step(runner, step, meta)

    def _save_best_checkpoint(self, runner: Runner, metrics: dict) -> None:
        with self._removing_afterwards(runner):
            super()._save_best_checkpoint(runner, metrics)

    @contextmanager
    def _removing_afterwards(self, runner: Runner) -> Iterator[None]:
        """Remove at the end what the block asks to remove, and nothing if the block fails."""
        backend = self.file_backend
        if isinstance(backend, _Postponed):  # with a new best, the last is saved once more
            yield
            return
        self.file_backend = postponed = _Postponed(backend, runner, self.out_dir)
        runner.message_hub.update_info(SUPERSEDED, [])
        try:
            yield
        finally:
            self.file_backend = backend
        for path in postponed.superseded:
            backend.remove(path)


class _Postponed:
    """A file backend that only notes what is to be removed, in the next checkpoint, too."""

    def __init__(self, backend: Any, runner: Runner, folder: str) -> None:
        self.backend = backend
        self.runner = runner
        self.folder = folder
        self.superseded: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.backend, name)

    def isfile(self, path: str) -> bool:
        return self.backend.isfile(self._here(path))

    def remove(self, path: str) -> None:
        self.superseded.append(self._here(path))
        names = [Path(superseded).name for superseded in self.superseded]
        self.runner.message_hub.update_info(SUPERSEDED, names)

    def _here(self, path: str) -> str:
        return self.backend.join_path(self.folder, Path(path).name)
