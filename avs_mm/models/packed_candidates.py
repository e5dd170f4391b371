"""A frame's candidates in few bytes."""

import zlib

import numpy as np
import torch
from mmengine.structures import InstanceData

__all__ = ["pack_candidates", "unpack_candidates"]

FASTEST = 1  # of zlib's levels: a mask of 6 kB becomes a few hundred bytes


def pack_candidates(candidates: InstanceData) -> bytes:
    """Pack ``masks`` (n, H, W), a bit a pixel, ``labels`` (n,) and ``scores`` (n,), losslessly."""
    masks = candidates.masks.cpu().numpy()
    parts = (
        np.array(masks.shape, "<u4"),
        candidates.labels.cpu().numpy().astype("<i8"),
        candidates.scores.float().cpu().numpy().astype("<f4"),
    )
    bits = zlib.compress(np.packbits(masks).tobytes(), FASTEST)
    return b"".join([*(part.tobytes() for part in parts), bits])


def unpack_candidates(packed: bytes, device: torch.device) -> InstanceData:
    """Return what `pack_candidates` has packed."""
    shape = tuple(int(side) for side in np.frombuffer(packed, "<u4", 3))
    labels = np.frombuffer(packed, "<i8", shape[0], offset=12).astype(np.int64)
    scores = np.frombuffer(packed, "<f4", shape[0], offset=12 + 8 * shape[0]).astype(np.float32)
    bits = np.frombuffer(zlib.decompress(packed[12 + 12 * shape[0] :]), np.uint8)
    masks = np.unpackbits(bits, count=int(np.prod(shape))).reshape(shape).view(bool)
    return InstanceData(
        masks=torch.from_numpy(masks).to(device),
        labels=torch.from_numpy(labels).to(device),
        scores=torch.from_numpy(scores).to(device),
    )
