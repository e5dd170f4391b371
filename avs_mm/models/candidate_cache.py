"""Candidates of pictures that a frozen stage 1 has seen before."""

import hashlib

import numpy as np
import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.models.potential_object_segmentor import PotentialObjectSegmentor

__all__ = ["CandidateCache"]


class CandidateCache:
    """Finds a picture's candidates once, and gives them again for the same picture.

    A picture is known by its pixels, so one that augmentation has changed is another picture: its
    candidates are never those of the original. A bit a pixel and mask is kept, on the CPU. Stage 1
    itself must stay as it is.

    Args:
        most_frames: Pictures that are remembered; the first ones that come.
    """

    def __init__(self, *, most_frames: int) -> None:
        self.most_frames = most_frames
        self.frames: dict[tuple[bytes, tuple[int, int]], _Packed] = {}

    def find(
        self, segmentor: PotentialObjectSegmentor, images: Tensor, *, size: tuple[int, int]
    ) -> list[InstanceData]:
        """Return the candidates of images (B, 3, H, W), their masks at ``size``."""
        if self.most_frames == 0:
            return segmentor.find_candidates(images, sizes=[size] * len(images))
        keys = [(_digest(image), size) for image in images]
        found = {key: self.frames[key] for key in keys if key in self.frames}
        new = [index for index, key in enumerate(keys) if key not in found]
        if new:
            candidates = segmentor.find_candidates(images[new], sizes=[size] * len(new))
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
