"""Names as the prompt of a text-prompted detector, and where each name stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

__all__ = ["Prompt", "write_prompts"]


@dataclass(frozen=True)
class Prompt:
    """One text that asks for some categories.

    ``input_ids`` and ``token_type_ids`` are (1, L); ``tokens`` is bool (C, L): which tokens are
    those of the categories ``first`` .. ``first + C - 1``.
    """

    text: str
    first: int
    input_ids: Tensor
    token_type_ids: Tensor
    tokens: Tensor


def write_prompts(names: Sequence[str], tokenizer: Any, *, most_tokens: int) -> list[Prompt]:
    """Write names as "dog. cat. acoustic guitar.", in as many texts as the detector's limit needs.

    Args:
        names: Of the categories, in order.
        tokenizer: A fast tokenizer of transformers, which knows where each token begins.
        most_tokens: Of one text.

    Raises:
        ValueError: A name alone is too long, or has no token.
    """
    prompts, first = [], 0
    while first < len(names):
        last = first
        while last < len(names):
            longer = tokenizer(_text(names[first : last + 1]))["input_ids"]
            if len(longer) > most_tokens:
                break
            last += 1
        if last == first:
            raise ValueError(f"{names[first]!r} has more than {most_tokens} tokens; shorten it")
        prompts.append(_prompt(names[first:last], tokenizer, first=first))
        first = last
    return prompts


def _text(names: Sequence[str]) -> str:
    return " ".join(f"{name.lower()}." for name in names)


def _prompt(names: Sequence[str], tokenizer: Any, *, first: int) -> Prompt:
    text = _text(names)
    encoded = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
    begins, ends = encoded["offset_mapping"][0].unbind(dim=-1)  # (L,) of characters
    rows, start = [], 0
    for name in names:
        rows.append((begins >= start) & (ends <= start + len(name)) & (ends > begins))
        start += len(name) + len(". ")
        if not rows[-1].any():
            raise ValueError(f"the detector's tokenizer has no token for {name!r}; name it another")
    ids = encoded["input_ids"]
    types = encoded.get("token_type_ids", torch.zeros_like(ids))
    return Prompt(text, first, ids, types, torch.stack(rows))
