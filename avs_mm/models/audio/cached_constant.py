"""Constants that a front end computes once for each device."""

import functools
from collections.abc import Callable

import torch
from torch import Tensor


def cached_constant(build: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Remember the tensors (filters, windows, indices) that ``build`` makes from its arguments.

    The tensors are made outside inference mode, so that one first asked for there also serves
    training. Under ``torch.compile`` the function is traced and the compiler keeps the result.
    """
    remembered = functools.lru_cache(maxsize=32)(torch.inference_mode(False)(build))

    @functools.wraps(build)
    def constant(*arguments, **keywords) -> Tensor:
        if torch.compiler.is_compiling():
            return build(*arguments, **keywords)
        return remembered(*arguments, **keywords)

    return constant
