"""VGGish of harritaylor/torchvggish needs no conversion."""

import math
import os

import torch

from avs_mm.models.audio import VGGish
from avs_mm.weights.files import read_weights

__all__ = ["describe"]

PCA: dict[str, tuple[int, ...]] = {"pca_eigen_vectors": (128, 128), "pca_means": (128, 1)}


def describe(path: str | os.PathLike) -> str:
    """Check every key and shape of a VGGish, or of its PCA, and say what the file holds.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is neither; the message lists the keys.
    """
    found = {key: tuple(value.shape) for key, value in read_weights(path).items()}
    if found.keys() & PCA.keys():
        expected = PCA
        what = "the PCA of VGGish's published features; AVSBench uses VGGish without it"
    else:
        with torch.device("meta"):  # shapes without values
            model = VGGish()
        expected = {key: tuple(value.shape) for key, value in model.state_dict().items()}
        count = sum(map(math.prod, found.values()))
        what = f"VGGish of {count:,} parameters, 128 features an example of 0.96 s"
    misfits = sorted(key for key, _ in found.items() ^ expected.items())
    if misfits:
        raise ValueError(
            f"{path} is no VGGish of torchvggish: missing, unknown or of another shape are "
            f"{', '.join(dict.fromkeys(misfits))}. Expected is vggish-10086976.pth, or "
            "vggish_pca_params-970ea276.pth, of the releases of harritaylor/torchvggish"
        )
    return what
