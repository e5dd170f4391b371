"""A frozen stage 1 that remembers the candidates of the images it has met."""

import hashlib

import numpy as np
import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.models.potential_object_segmentor import PotentialObjectSegmentor

__all__ = ["CandidateCache"]


class CandidateCache:
    """Wraps a segmentor: finds an image's candidates once, and gives them again for the same image.

    An image is known by its pixels, so one that augmentation has changed is another image: its
    candidates are never those of the original. A bit a pixel and mask is kept, on the CPU. The
    segmentor itself must stay as it is. No module: neither the cache nor a second copy of the
    segmentor is in the state dict of a model that holds it.

    Args:
        segmentor: Stage 1, frozen.
        most_frames: Images that are remembered; the first ones that come.
    """

    def __init__(self, segmentor: PotentialObjectSegmentor, *, most_frames: int) -> None:
        self.segmentor = segmentor
        self.most_frames = most_frames
        self.frames: dict[tuple[bytes, tuple[int, int]], _Packed] = {}

    def find_candidates(
        self, inputs: dict[str, Tensor], *, sizes: list[tuple[int, int]]
    ) -> list[InstanceData]:
        """Return each frame's candidates, as the segmentor's ``find_candidates``."""
        if self.most_frames == 0:
            return self.segmentor.find_candidates(inputs, sizes=sizes)
        images = inputs["img"]
        keys = [(_digest(image), size) for image, size in zip(images, sizes, strict=True)]
        found = {key: self.frames[key] for key in keys if key in self.frames}
        new = [index for index, key in enumerate(keys) if key not in found]
        if new:
            candidates = self.segmentor.find_candidates(
                {"img": images[new]}, sizes=[sizes[index] for index in new]
            )
            for index, frame_candidates in zip(new, candidates, strict=True):
                found[keys[index]] = _Packed(frame_candidates)
                if len(self.frames) < self.most_frames:
                    self.frames[keys[index]] = found[keys[index]]
        return [found[key].unpack(images.device) for key in keys]


class _Packed:
    """A frame's candidates in little memory."""

    def __init__(self, candidates: InstanceData) -> None:
        masks = candidates.masks.cpu().numpy()
        self.shape = masks.shape
        self.bits = np.packbits(masks)
        self.labels = candidates.labels.cpu()
        self.scores = candidates.scores.cpu()

    def unpack(self, device: torch.device) -> InstanceData:
        bits = np.unpackbits(self.bits, count=int(np.prod(self.shape)))
        masks = torch.from_numpy(bits.reshape(self.shape).astype(bool))
        return InstanceData(
            masks=masks.to(device), labels=self.labels.to(device), scores=self.scores.to(device)
        )


def _digest(image: Tensor) -> bytes:
    return hashlib.blake2b(image.contiguous().cpu().numpy().tobytes(), digest_size=16).digest()
