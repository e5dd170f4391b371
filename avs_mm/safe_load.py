"""Read a file of ``torch.save`` without running code from it, which plain pickles may hold."""

import os
import pickle
import re
import zipfile
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

from avs_mm.stack import check_torch

__all__ = ["fault_of_archive", "load_weights_only", "log_of_a_run"]


def load_weights_only(path: str | os.PathLike, *, remedy: str = "", code_remedy: str = "") -> Any:
    """Read a file that holds tensors, plain values and the log of an mmengine run, but no code.

    torch does not compare the checksums in a file; here they are. A file from before torch 1.6 has
    none, so a changed number in one is not noticed.

    Args:
        remedy: Sentence for the errors: which file is expected, or where it can be had.
        code_remedy: The same for a file that asks to run code; without it ``remedy``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read, or asks to run code.
        RuntimeError: torch is too old to read it so.
    """
    check_torch(torch.__version__)  # an older one finds fault with every file
    fault = fault_of_archive(path)
    if fault:
        raise ValueError(f"{path} is damaged: {fault}. {remedy}".strip())
    try:
        with log_of_a_run():
            return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} does not exist. {remedy}".strip()) from error
    except Exception as error:  # a damaged file ends the reader in many ways
        code = re.search(r"unsupported global:?\s+(?:GLOBAL\s+)?(\S+)", str(error), re.IGNORECASE)
        if code is None:
            fault = "cannot be read as PyTorch weights: it is damaged, cut short or something else"
        else:
            fault = (
                f"asks to run {code[1]} while it is read, which weights never need; that was "
                "refused"
            )
            remedy = code_remedy or remedy
        raise ValueError(f"{path} {fault}. {remedy}".strip()) from error


def fault_of_archive(path: str | os.PathLike) -> str | None:
    """Say what is damaged in a file of ``torch.save``; None where all of it has its checksum.

    None also for what is no zip archive, as old files are.
    """
    try:
        if not zipfile.is_zipfile(path):
            return None
        with zipfile.ZipFile(path) as file:
            damaged = file.testzip()
    except Exception as error:  # flipped bits ask for encryption, other compression, any length
        return f"its archive cannot be read ({error})"
    return damaged and f"its part {damaged} has another checksum"


def log_of_a_run() -> AbstractContextManager:
    """Let torch's safe reader meet mmengine's log of a run, which every checkpoint of it holds."""
    return torch.serialization.safe_globals(_LOG_OF_A_RUN)


def _method_of_history(owner: Any, name: str) -> Any:
    """Stand for the ``getattr`` by which mmengine's log names its statistics, and no other."""
    if owner is HistoryBuffer and name in ("min", "max", "mean", "current"):
        return getattr(owner, name)
    raise pickle.UnpicklingError(f"unsupported global: getattr({name!r})")


_LOG_OF_A_RUN = [
    HistoryBuffer,
    np.ndarray,
    np.dtype,
    *(getattr(np.dtypes, name) for name in ("Float64DType", "Float32DType", "Int64DType")),
    # How an array and a number are pickled; numpy 1 and 2 name the module differently.
    *(
        (value.__reduce__()[0], f"numpy.{core}.multiarray.{name}")
        for core in ("core", "_core")
        for name, value in (("_reconstruct", np.zeros(1)), ("scalar", np.float64(0)))
    ),
    (_method_of_history, "builtins.getattr"),
]
