"""What a MaskFormer's queries are like before they are classified."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor, nn

__all__ = ["query_embeddings"]


@contextmanager
def query_embeddings(decode_head: Any) -> Iterator[list[Tensor]]:
    """Collect what a head classifies while the block runs, of heads that return it nowhere.

    mmdet's MaskFormer classifies the embeddings of all layers at once, its Mask2Former those of a
    layer at a time.

    Args:
        decode_head: With ``cls_embed``, as both have it.

    Yields:
        A list that grows to (B, Q, C) of each layer, the last one last.
    """
    layers: list[Tensor] = []

    def collect(module: nn.Module, inputs: Any) -> None:
        embeddings: Tensor = inputs[0]
        layers.extend(embeddings if embeddings.ndim == 4 else [embeddings])

    handle = decode_head.cls_embed.register_forward_pre_hook(collect)
    try:
        yield layers
    finally:
        handle.remove()
