"""VGGish of harritaylor/torchvggish needs no conversion."""

import math
import os

from avs_mm.weights.files import read_weights

__all__ = ["describe"]

# fmt: off
SHAPES: dict[str, tuple[int, ...]] = {
    "features.0.weight":   (64, 1, 3, 3),
    "features.3.weight":   (128, 64, 3, 3),
    "features.6.weight":   (256, 128, 3, 3),
    "features.8.weight":   (256, 256, 3, 3),
    "features.11.weight":  (512, 256, 3, 3),
    "features.13.weight":  (512, 512, 3, 3),
    "embeddings.0.weight": (4096, 12288),
    "embeddings.2.weight": (4096, 4096),
    "embeddings.4.weight": (128, 4096),
}
# fmt: on
SHAPES |= {key.replace("weight", "bias"): shape[:1] for key, shape in SHAPES.items()}
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
        expected = SHAPES
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
