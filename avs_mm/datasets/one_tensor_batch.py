"""Batches that a loader's worker hands over as one tensor, whatever number they hold."""

import io
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from torch import Tensor

from avs_mm.registry import FUNCTIONS

__all__ = ["OneTensorBatch", "one_tensor_collate"]

ALIGNMENT = 64  # bytes, more than any type of number needs
LARGE = 4096  # numbers of a tensor, from which on it pays to look how many bytes they need
# First byte of a tensor, the type in which it is sent, its own, and its shape
Place = tuple[int, torch.dtype, torch.dtype, torch.Size]


class OneTensorBatch(dict):
    """A batch that becomes a dict of equal content in the process that receives it.

    torch hands every tensor over in a file of shared memory of its own, which takes longer than
    copying a frame. Here all tensors of a batch lie in one; those received are views of it. Label
    maps, int64 as mmseg has them, are sent in 8 bits where their labels fit and are int64 again
    where they arrive.
    """

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """Return `_unpack` and the batch as bytes, one tensor, and where each lies in it."""
        stream = io.BytesIO()
        pickler = _Pickler(stream)
        pickler.dump(dict(self))
        places: list[Place] = []
        size = 0
        for tensor in pickler.tensors:
            sent_as = torch.uint8 if _fits_8_bits(tensor) else tensor.dtype
            places.append((size, sent_as, tensor.dtype, tensor.shape))
            size += -(-tensor.numel() * sent_as.itemsize // ALIGNMENT) * ALIGNMENT
        # As torch's default_collate does it: written to shared memory, and not copied there.
        storage = torch.UntypedStorage._new_shared(max(size, 1))
        content = torch.empty(0, dtype=torch.uint8).set_(storage)
        for tensor, place in zip(pickler.tensors, places, strict=True):
            _view(content, place).copy_(tensor)
        return _unpack, (stream.getvalue(), content, places)


@FUNCTIONS.register_module()
def one_tensor_collate(samples: Sequence[Any]) -> Any:
    """Collate as mmengine's ``pseudo_collate``, which stacks nothing, to a `OneTensorBatch`."""
    return OneTensorBatch(pseudo_collate(samples))


class _Pickler(pickle.Pickler):
    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self.tensors: list[Tensor] = []

    def persistent_id(self, item: Any) -> int | None:
        if type(item) is not Tensor or item.layout != torch.strided or item.device.type != "cpu":
            return None
        self.tensors.append(item)
        return len(self.tensors) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, content: Tensor, places: Sequence[Place]) -> None:
        super().__init__(stream)
        self.content, self.places = content, places

    def persistent_load(self, index: int) -> Tensor:
        place = self.places[index]
        return _view(self.content, place).to(place[2])


def _fits_8_bits(tensor: Tensor) -> bool:
    if tensor.dtype != torch.int64 or tensor.numel() < LARGE:
        return False
    bits = int(np.bitwise_or.reduce(tensor.numpy(), axis=None))  # of all numbers; < 0 if one is
    return 0 <= bits < 256


def _unpack(pickled: bytes, content: Tensor, places: Sequence[Place]) -> dict[str, Any]:
    return _Unpickler(io.BytesIO(pickled), content, places).load()


def _view(content: Tensor, place: Place) -> Tensor:
    first, sent_as, _, shape = place
    return content[first : first + sent_as.itemsize * shape.numel()].view(sent_as).view(shape)
