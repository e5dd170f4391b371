import os
import re

import torch
from torch import Tensor, nn

__all__ = ["load_fitting", "read_without_running_code"]


def read_without_running_code(path: str | os.PathLike, *, expected: str) -> object:
    """Read a file of ``torch.save`` that may hold tensors and plain values only.

    Args:
        expected: Sentence for the errors: which file is expected, and where it can be had.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read, or wants to run code.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} does not exist. {expected}") from error
    except Exception as error:  # a damaged file ends the reader in many ways
        code = re.search(r"unsupported global:?\s+(?:GLOBAL\s+)?(\S+)", str(error), re.IGNORECASE)
        fault = (
            f"asks to run {code[1]} while it is read, which weights never need; that was refused"
            if code
            else "cannot be read as PyTorch weights: it is damaged, cut short or something else"
        )
        raise ValueError(f"{path} {fault}. {expected}") from error


def load_fitting(
    model: nn.Module, weights: dict[str, Tensor], path: str | os.PathLike, *, expected: str
) -> None:
    """Load weights read from ``path`` into a model that must use every one and miss none.

    Raises:
        ValueError: Keys are missing or unexpected, or shapes differ; the model is as before.
    """
    own = model.state_dict()
    faults = {
        "missing": own.keys() - weights.keys(),
        "unexpected": weights.keys() - own.keys(),
        "of another shape": {
            f"{key} {tuple(weights[key].shape)}, not {tuple(own[key].shape)}"
            for key in own.keys() & weights.keys()
            if own[key].shape != weights[key].shape
        },
    }
    listed = "; ".join(
        f"{fault}: {', '.join(sorted(keys))}" for fault, keys in faults.items() if keys
    )
    if listed:
        raise ValueError(
            f"the weights in {path} do not fit {type(model).__name__}: {listed}. {expected}"
        )
    model.load_state_dict(weights)
