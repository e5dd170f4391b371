"""The key by which an image or a sound is found again."""

import hashlib

from torch import Tensor

from avs_mm.store.segment import KEY_BYTES

__all__ = ["tensor_digest"]


def tensor_digest(tensor: Tensor, *others: int) -> bytes:
    """Return 16 bytes that tell a tensor from every other; ``others`` are part of the key."""
    content = tensor.detach().contiguous().cpu().numpy()
    digest = hashlib.blake2b(digest_size=KEY_BYTES)
    digest.update(f"{content.dtype} {content.shape} {others}".encode())
    digest.update(content.data)
    return digest.digest()
