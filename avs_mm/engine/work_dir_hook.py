"""Keep every training in a work dir of its own, and let it go on from what is whole there."""

import fcntl
import os
import platform
from pathlib import Path

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.optim.optimizer import BaseOptimWrapper
from mmengine.runner import Runner

from avs_mm.registry import HOOKS
from avs_mm.work_dir import checkpoints_in, newest_resumable, unfinished_in

__all__ = ["WorkDirHook"]

LOCK = ".training"  # in the work dir; it says who trains there


@HOOKS.register_module()
class WorkDirHook(Hook):
    """Refuse a work dir that another training uses or has left checkpoints in.

    The next stage takes the best checkpoint of a work dir, so those of two runs must not mix. A run
    that resumes goes on from the newest checkpoint that is whole, and says which; damaged ones are
    named and passed over. What a killed run has written half is removed.

    ``overwrite=True`` in a config, beside mmengine's ``resume``, removes an earlier run's
    checkpoints when training begins.

    Raises:
        FileExistsError: Checkpoints of an earlier run are there, to be neither resumed nor removed.
        RuntimeError: Another training runs there now.
        ValueError: Checkpoints are there, but none is whole.
    """

    priority = "VERY_HIGH"  # before hooks that read what is resumed

    def __init__(self) -> None:
        self.lock: int | None = None

    def before_run(self, runner: Runner) -> None:
        """Lock the work dir, and find what is resumed."""
        if not isinstance(runner.optim_wrapper, BaseOptimWrapper):  # built for training only
            return
        folder = Path(runner.work_dir)
        if is_main_process():
            self.lock = _lock(folder)
            for path in unfinished_in(folder):  # nobody else writes here now
                path.unlink()
        if runner.cfg.get("resume"):
            _choose_resumed(runner, folder)
        elif is_main_process() and not _overwrites(runner) and (found := checkpoints_in(folder)):
            raise FileExistsError(
                f"{folder} holds checkpoints of an earlier training ({found[-1].name}): give "
                "--resume to go on with it, --overwrite to remove them and start anew, or "
                "another --work-dir"
            )

    def before_train(self, runner: Runner) -> None:
        """Remove the earlier run's checkpoints where that is wanted."""
        if _overwrites(runner) and is_main_process():
            folder = Path(runner.work_dir)
            for path in [*checkpoints_in(folder), folder / "last_checkpoint"]:
                path.unlink(missing_ok=True)

    def after_run(self, runner: Runner) -> None:
        """Let others train there."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def _overwrites(runner: Runner) -> bool:
    return bool(runner.cfg.get("overwrite")) and not runner.cfg.get("resume")


def _choose_resumed(runner: Runner, folder: Path) -> None:
    """Name the checkpoint that mmengine is to resume, unless the config names one."""
    if runner.cfg.get("load_from") is not None:
        return
    path = newest_resumable(folder)
    if path is None:
        runner.logger.warning(f"{folder} holds no checkpoint to resume: training starts anew")
        return
    runner.logger.info(f"Resuming {path}, the newest whole checkpoint")
    # mmengine would take the one that last_checkpoint names, whole or not, and has no setter.
    runner._load_from = runner.cfg.load_from = str(path)


def _lock(folder: Path) -> int:
    """Lock a work dir for this process; return the descriptor that holds the lock until closed."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        # Unlike flock's, this lock is not inherited by loader workers that outlive a killed run.
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        holder = os.read(descriptor, 200).decode(errors="replace").strip()
        os.close(descriptor)
        raise RuntimeError(
            f"another training is writing to {folder} ({holder}): wait until it ends, or give "
            "another --work-dir"
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()} on {platform.node()}\n".encode())
    return descriptor
