"""What a file of VGGish is said to hold."""

import pytest
import torch

from avs_mm.models.audio import VGGish
from avs_mm.weights import vggish

PCA = {"pca_eigen_vectors": (128, 128), "pca_means": (128, 1)}


@pytest.fixture
def shapes() -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        return {key: tuple(value.shape) for key, value in VGGish().state_dict().items()}


def write(path, shapes, **more):
    # One number seen as many takes no room
    weights = {key: torch.zeros(1).expand(shape) for key, shape in {**shapes, **more}.items()}
    torch.save(weights, path)
    return path


def test_published_weights(tmp_path, shapes):
    path = write(tmp_path / "vggish.pth", shapes)
    assert vggish.describe(path).startswith("VGGish of 72,141,184 parameters, 128 features")


def test_pca(tmp_path):
    path = write(tmp_path / "pca.pth", PCA)
    assert vggish.describe(path).startswith("the PCA of VGGish")
    path = write(tmp_path / "half.pth", {"pca_means": (128, 1)})
    with pytest.raises(ValueError, match=r"half\.pth is no VGGish.* are pca_eigen_vectors\."):
        vggish.describe(path)


def test_reads_the_published_weights_alone(tmp_path, shapes):
    weights = vggish.read_vggish(write(tmp_path / "vggish.pth", shapes))
    assert {key: tuple(value.shape) for key, value in weights.items()} == shapes
    with pytest.raises(ValueError, match=r"pca\.pth is no VGGish.*pca_means\. Expected is vggish"):
        vggish.read_vggish(write(tmp_path / "pca.pth", PCA))


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"features.0.bias": (3,)}, r"features\.0\.bias\. Expected is vggish-10086976\.pth"),
        ({"classifier.bias": (3,), "a": (1,)}, r"are a, classifier\.bias\."),
    ],
)
def test_something_else(tmp_path, shapes, more, fault):
    path = write(tmp_path / "other.pth", shapes, **more)
    with pytest.raises(ValueError, match=rf"other\.pth is no VGGish.*{fault}"):
        vggish.describe(path)
