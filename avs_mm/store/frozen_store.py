"""The entries that belong to a frozen network of just these weights, this config, this code."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from avs_mm.atomic_write import atomic_write
from avs_mm.checksum import sha256_of_files
from avs_mm.shipped import PACKAGE
from avs_mm.store.entry_store import EntryStore
from avs_mm.version import __version__

__all__ = ["FrozenStore", "weights_digest"]

LIBRARIES = ("torch", "mmengine", "mmseg", "mmdet", "mmcv", "transformers")


class FrozenStore:
    """Opens the `EntryStore` of a network, and another as soon as the network is another.

    Each lies in a folder of its own, named by a digest of the weights, the config, the code of
    ``avs_mm.models``, the versions of the libraries, the kind of device and the precision: what
    belongs to others is never read. ``key.json`` in it says what it belongs to.

    Args:
        folder: Of all stores.
        name: Of what is stored; begins the folder's name.
        module: The network, frozen.
        settings: Its config.
    """

    def __init__(
        self, folder: str | Path, *, name: str, module: nn.Module, settings: Mapping[str, Any]
    ) -> None:
        self.folder = Path(folder)
        self.name = name
        self.module = module
        self.settings = settings
        self.watched: _Watched | None = None  # since the weights were last read
        self.weights = ""
        self.opened: EntryStore | None = None
        self.opened_for: dict[str, Any] = {}

    def entries(self, device: torch.device) -> EntryStore:
        """Return the entries of the network as it is now, on a kind of device."""
        if self.watched is None or self.watched.has_changed():
            self.watched, self.weights = _Watched(self.module), weights_digest(self.module)
        autocast = torch.is_autocast_enabled(device.type)
        facts = {
            "weights": self.weights,
            "attributes": _attributes(self.module),
            "device": device.type,
            "precision": str(torch.get_autocast_dtype(device.type)) if autocast else "as it is",
        }
        if self.opened is None or facts != self.opened_for:
            if self.opened is not None:
                self.opened.flush()
            self.opened, self.opened_for = self._open(facts), facts
        return self.opened

    def _open(self, facts: dict[str, Any]) -> EntryStore:
        facts = {
            **facts,
            "config": self.settings,
            "avs_mm": __version__,
            "code": _code_digest(),
            "libraries": _versions(),
        }
        text = json.dumps(facts, indent=1, sort_keys=True, default=str)
        key = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
        place = self.folder / f"{self.name}-{key}"
        store = EntryStore(place)
        if not (place / "key.json").exists():
            with atomic_write(place / "key.json") as unfinished:
                unfinished.write_text(text)
        return store


def weights_digest(module: nn.Module) -> str:
    """Return a digest of all parameters and buffers, with their names, shapes and types."""
    digest = hashlib.blake2b(digest_size=16)
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype};".encode())
        content = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        digest.update(content.numpy().data)
    return digest.hexdigest()


class _Watched:
    """A network as it was at a moment, to see later whether its weights are others.

    They are not read for it: torch counts the writes to a tensor. Parts and tensors that have been
    replaced are seen, too, without a walk through the tree of modules in every iteration.
    """

    def __init__(self, module: nn.Module) -> None:
        self.parts = [*module.modules()]
        # They are kept: so nothing that comes later has the id of one of them.
        self.objects = [*self._objects()]
        self.states = [*map(_state_of, self.objects)]

    def has_changed(self) -> bool:
        return self.states != [*map(_state_of, self._objects())]

    def _objects(self) -> Iterator[Tensor | nn.Module | None]:
        for part in self.parts:
            yield from part._modules.values()
            yield from part._parameters.values()
            yield from part._buffers.values()


def _state_of(found: Tensor | nn.Module | None) -> tuple[int, ...]:
    if isinstance(found, Tensor):
        return id(found), found.data_ptr(), found._version
    return (id(found),)


def _attributes(module: nn.Module) -> dict[str, Any]:
    """Return a network's own numbers and words, which may be set after it was built."""
    plain = (bool, int, float, str, tuple)
    return {name: value for name, value in vars(module).items() if isinstance(value, plain)}


@cache
def _code_digest() -> str:
    folder = PACKAGE / "models"
    return sha256_of_files({str(path.relative_to(folder)): path for path in folder.rglob("*.py")})


def _versions() -> dict[str, str]:
    loaded = {name: sys.modules[name] for name in LIBRARIES if name in sys.modules}
    return {name: str(getattr(library, "__version__", "")) for name, library in loaded.items()}
