"""A frame's candidates in few bytes."""

import zlib

import numpy as np
import torch
from mmengine.structures import InstanceData

__all__ = ["pack_candidates", "unpack_candidates"]

FASTEST = 1  # of zlib's levels: a mask of 6 kB becomes a few hundred bytes


def pack_candidates(candidates: InstanceData) -> bytes:
    """Pack ``masks`` (n, H, W), a bit a pixel, ``labels`` (n,) and ``scores`` (n,), losslessly.

    And ``features`` (n, C), where there are any.
    """
    masks = candidates.masks.cpu().numpy()
    features = candidates.get("features")
    if features is None:
        features = candidates.scores.new_zeros(len(masks), 0)
    parts = (
        np.array([*masks.shape, features.shape[1]], "<u4"),
        candidates.labels.cpu().numpy().astype("<i8"),
        candidates.scores.float().cpu().numpy().astype("<f4"),
        features.float().cpu().numpy().astype("<f4"),
    )
    bits = zlib.compress(np.packbits(masks).tobytes(), FASTEST)
    return b"".join([*(part.tobytes() for part in parts), bits])


def unpack_candidates(packed: bytes, device: torch.device) -> InstanceData:
    """Return what `pack_candidates` has packed."""
    number, height, width, channels = (int(side) for side in np.frombuffer(packed, "<u4", 4))
    shape = (number, height, width)
    places = np.cumsum([16, 8 * number, 4 * number, 4 * number * channels]).tolist()
    labels = np.frombuffer(packed, "<i8", number, offset=places[0]).astype(np.int64)
    scores = np.frombuffer(packed, "<f4", number, offset=places[1]).astype(np.float32)
    features = np.frombuffer(packed, "<f4", number * channels, offset=places[2]).astype(np.float32)
    bits = np.frombuffer(zlib.decompress(packed[places[3] :]), np.uint8)
    masks = np.unpackbits(bits, count=int(np.prod(shape))).reshape(shape).view(bool)
    candidates = InstanceData(
        masks=torch.from_numpy(masks).to(device),
        labels=torch.from_numpy(labels).to(device),
        scores=torch.from_numpy(scores).to(device),
    )
    if channels:
        candidates.features = torch.from_numpy(features.reshape(number, channels)).to(device)
    return candidates
