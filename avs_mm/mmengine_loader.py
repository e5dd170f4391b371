"""Let mmengine read checkpoints as the rest of the package does: without running code in them.

mmengine opens a file that a config names (``init_cfg=dict(type="Pretrained", ...)``, ``load_from``)
with ``weights_only=False``, which runs whatever a pickle asks for. Upstream should not.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from mmengine.runner.checkpoint import CheckpointLoader

from avs_mm.safe_load import load_weights_only, log_of_a_run

__all__ = ["refuse_code_in_checkpoints"]

WEIGHTS_ONLY = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"  # torch's own switch, above any argument


def refuse_code_in_checkpoints() -> None:
    """Put readers that run no code in the place of all of mmengine's; a second call does nothing.

    They raise what `load_weights_only` raises; those of a URL what torch does.
    """
    for prefix, loader in list(CheckpointLoader._schemes.items()):  # there is no getter
        if not hasattr(loader, "__wrapped__"):
            safe: Any = load_from_local if prefix == "" else _without_code(loader)
            safe.__wrapped__ = loader
            CheckpointLoader.register_scheme(prefix, safe, force=True)


# mmengine logs the name of a loader from its eleventh letter on.
def load_from_local(filename: str, map_location: Any = None) -> Any:
    """Read a file of this machine; the tensors are on the CPU, from where mmengine moves them."""
    return load_weights_only(os.path.expanduser(filename), remedy="Give a file of PyTorch weights.")


def _without_code(loader: Callable) -> Callable:
    @wraps(loader)
    def load(*args: Any, **kwargs: Any) -> Any:
        with _weights_only():
            return loader(*args, **kwargs)

    return load


@contextmanager
def _weights_only() -> Iterator[None]:
    before = os.environ.get(WEIGHTS_ONLY)
    os.environ[WEIGHTS_ONLY] = "1"
    try:
        with log_of_a_run():
            yield
    finally:
        if before is None:
            del os.environ[WEIGHTS_ONLY]
        else:
            os.environ[WEIGHTS_ONLY] = before
