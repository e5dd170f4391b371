"""Read weight files without running code from them, and write them in one piece."""

import os
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

__all__ = ["read_contents", "read_weights", "write_checkpoint"]

# Where the files of this package's kinds keep their state dict, if not at the top
STATE_DICT_KEYS = ("state_dict", "model")


def read_weights(path: str | os.PathLike) -> dict[str, Tensor]:
    """Read a state dict; a file may also hold it under ``state_dict`` or ``model``.

    Raises:
        FileNotFoundError: There is no such file.
        ImportError: A .safetensors file, and the package safetensors is missing.
        ValueError: It cannot be read, asks to run code, or holds no state dict.
    """
    contents = read_contents(path)
    for key in STATE_DICT_KEYS:
        if isinstance(contents, dict) and isinstance(contents.get(key), dict):
            contents = contents[key]
            break
    if not isinstance(contents, dict) or not contents:
        raise ValueError(f"{path} holds no state dict, but {type(contents).__name__}")
    strangers = [key for key, value in contents.items() if not isinstance(value, Tensor)]
    if strangers:
        raise ValueError(
            f"{path} holds no state dict: {', '.join(map(str, strangers[:5]))} are no tensors"
        )
    return dict(contents)


def read_contents(path: str | os.PathLike) -> Any:
    """Read all that a .safetensors file or a file of ``torch.save`` holds; see `read_weights`."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        code = re.search(r"unsupported global:?\s+(?:GLOBAL\s+)?(\S+)", str(error), re.IGNORECASE)
        raise ValueError(
            f"{path} asks to run {code[1]} while it is read, which weights never need; that was "
            "refused. If you trust whoever made it, save its weights alone: torch.save("
            f"torch.load({path.name!r}, weights_only=False)['state_dict'], 'weights.pth')"
            if code
            else f"{path} cannot be read as weights: it is damaged, cut short or something else"
        ) from error


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError as error:
        raise ImportError(
            f"{path} needs the package safetensors: pip install 'avs_mm[transformers]', or only "
            "pip install safetensors"
        ) from error
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{path} cannot be read as safetensors ({error})") from error


def write_checkpoint(
    path: str | os.PathLike, state_dict: Mapping[str, Tensor], meta: Mapping[str, str]
) -> None:
    """Write mmengine's kind of checkpoint; what stood there is replaced when it is complete."""
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        torch.save({"state_dict": dict(state_dict), "meta": dict(meta)}, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
