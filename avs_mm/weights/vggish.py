"""VGGish of harritaylor/torchvggish needs no conversion."""

import math
import os
from collections.abc import Mapping

import torch
from torch import Tensor

from avs_mm.weights.files import read_weights

__all__ = ["describe", "read_vggish"]

Shapes = dict[str, tuple[int, ...]]
PCA: Shapes = {"pca_eigen_vectors": (128, 128), "pca_means": (128, 1)}
RELEASE = "of the releases of harritaylor/torchvggish"


def describe(path: str | os.PathLike) -> str:
    """Check every key and shape of a VGGish, or of its PCA, and say what the file holds.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is neither; the message lists the keys.
    """
    remedy = f"Expected is vggish-10086976.pth, or vggish_pca_params-970ea276.pth, {RELEASE}"
    found = _shapes(read_weights(path))
    if found.keys() & PCA.keys():
        _compare(path, found, PCA, remedy=remedy)
        return "the PCA of VGGish's published features; AVSBench uses VGGish without it"
    _compare(path, found, _shapes_of_vggish(), remedy=remedy)
    count = sum(map(math.prod, found.values()))
    return f"VGGish of {count:,} parameters, 128 features an example of 0.96 s"


def read_vggish(path: str | os.PathLike) -> dict[str, Tensor]:
    """Read the weights of a VGGish, under the names that ``avs_mm.VGGish`` gives them.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is something else, such as VGGish's PCA; the message lists the keys.
    """
    weights = read_weights(path)
    remedy = f"Expected is vggish-10086976.pth {RELEASE}"
    _compare(path, _shapes(weights), _shapes_of_vggish(), remedy=remedy)
    return weights


def _shapes(weights: Mapping[str, Tensor]) -> Shapes:
    return {key: tuple(value.shape) for key, value in weights.items()}


def _shapes_of_vggish() -> Shapes:
    # Here, because the models look up weights by their names.
    from avs_mm.models.audio import VGGish

    with torch.device("meta"):  # shapes without values
        return _shapes(VGGish().state_dict())


def _compare(path: str | os.PathLike, found: Shapes, expected: Shapes, *, remedy: str) -> None:
    misfits = sorted(key for key, _ in found.items() ^ expected.items())
    if misfits:
        raise ValueError(
            f"{path} is no VGGish of torchvggish: missing, unknown or of another shape are "
            f"{', '.join(dict.fromkeys(misfits))}. {remedy}"
        )
