"""Read weight files without running code from them, and write them in one piece."""

import io
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from avs_mm.atomic_write import atomic_write
from avs_mm.safe_load import load_weights_only

__all__ = ["read_weights", "write_checkpoint"]

# Where the files of this package's kinds keep their state dict, if not at the top
STATE_DICT_KEYS = ("state_dict", "model", "model_state_dict")
WRAPPER = "module."  # what torch's parallel wrappers put before every name


def read_weights(path: str | os.PathLike) -> dict[str, Tensor]:
    """Read a state dict; a file may hold it under ``state_dict``, ``model``, ``model_state_dict``.

    A checkpoint of a training with mmengine is read too: its log is let pass. ``module.`` before
    every name, as torch's parallel wrappers save it, is taken away.

    Raises:
        FileNotFoundError: There is no such file.
        ImportError: A .safetensors file, and the package safetensors is missing.
        ValueError: It cannot be read, asks to run code, or holds no state dict.
    """
    path = Path(path)
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    contents = load_weights_only(
        path,
        code_remedy=(
            "If you trust whoever made it, save its weights alone: torch.save("
            f"torch.load({path.name!r}, weights_only=False)['state_dict'], 'weights.pth')"
        ),
    )
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
    if all(key.startswith(WRAPPER) for key in contents):
        contents = {key.removeprefix(WRAPPER): value for key, value in contents.items()}
    return dict(contents)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist")
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
    content = io.BytesIO()  # torch's own writer does not name what a full disk refuses
    torch.save({"state_dict": dict(state_dict), "meta": dict(meta)}, content)
    with atomic_write(path) as unfinished:
        unfinished.write_bytes(content.getbuffer())
