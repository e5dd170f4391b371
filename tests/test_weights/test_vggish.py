import pytest
import torch

from avs_mm.weights import vggish


def write(path, shapes, **more):
    # One number seen as many takes no room
    weights = {key: torch.zeros(1).expand(shape) for key, shape in {**shapes, **more}.items()}
    torch.save(weights, path)
    return path


def test_published_weights(tmp_path):
    path = write(tmp_path / "vggish.pth", vggish.SHAPES)
    assert vggish.describe(path).startswith("VGGish of 72,141,184 parameters, 128 features")


def test_pca(tmp_path):
    path = write(tmp_path / "pca.pth", vggish.PCA)
    assert vggish.describe(path).startswith("the PCA of VGGish")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"features.0.bias": (3,)}, r"features\.0\.bias\. Expected is vggish-10086976\.pth"),
        ({"classifier.bias": (3,), "a": (1,)}, r"are a, classifier\.bias\."),
    ],
)
def test_something_else(tmp_path, more, fault):
    path = write(tmp_path / "other.pth", vggish.SHAPES, **more)
    with pytest.raises(ValueError, match=rf"other\.pth is no VGGish.*{fault}"):
        vggish.describe(path)
