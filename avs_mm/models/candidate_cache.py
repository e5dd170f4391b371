"""The candidates that a frozen stage 1 found in images, kept for the next epochs."""

import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.models.packed_candidates import pack_candidates, unpack_candidates
from avs_mm.models.potential_object_segmentor import PotentialObjectSegmentor
from avs_mm.models.tensor_digest import tensor_digest
from avs_mm.store import EntryStore, FrozenStore, MemoryStore

__all__ = ["CandidateCache"]


class CandidateCache:
    """Wraps a segmentor: finds an image's candidates once, and gives them again for the same image.

    An image is known by its pixels, so one that augmentation has changed is another image: its
    candidates are never those of the original. A bit a pixel and mask is kept, compressed. The
    segmentor itself must stay as it is. No module: neither the cache nor a second copy of the
    segmentor is in the state dict of a model that holds it.

    Args:
        segmentor: Stage 1, frozen.
        most_frames: Images that are remembered in memory; the first ones that come.
        store: Where all are remembered on disk instead.
    """

    def __init__(
        self,
        segmentor: PotentialObjectSegmentor,
        *,
        most_frames: int = 0,
        store: FrozenStore | None = None,
    ) -> None:
        self.segmentor = segmentor
        self.memory = MemoryStore(most_frames)
        self.store = store

    def find_candidates(
        self, inputs: dict[str, Tensor], *, sizes: list[tuple[int, int]]
    ) -> list[InstanceData]:
        """Return each frame's candidates, as the segmentor's ``find_candidates``."""
        images = inputs["img"]
        if self.store is None and self.memory.most_entries == 0:
            return self.segmentor.find_candidates(inputs, sizes=sizes)
        entries = self._entries(images.device)
        keys = [
            tensor_digest(image, *map(int, size)) for image, size in zip(images, sizes, strict=True)
        ]
        known = {key: entries.get(key) for key in keys}
        found = {key: packed for key, packed in known.items() if packed is not None}
        new = [index for index, key in enumerate(keys) if key not in found]
        if new:
            candidates = self.segmentor.find_candidates(
                {"img": images[new]}, sizes=[sizes[index] for index in new]
            )
            for index, frame_candidates in zip(new, candidates, strict=True):
                packed = pack_candidates(frame_candidates)
                found[keys[index]] = packed
                entries.put(keys[index], packed)
        return [unpack_candidates(found[key], images.device) for key in keys]

    def _entries(self, device: torch.device) -> EntryStore | MemoryStore:
        return self.memory if self.store is None else self.store.entries(device)
