"""ResNet beside transformers' on the same weights."""

import pytest
import torch
from mmseg.models.backbones import ResNet

from avs_mm.checkpoint import check_fit
from avs_mm.weights import convert
from avs_mm.weights.table import Row, Table

# fmt: off
# How transformers names what torchvision has published; both count from another number
HUGGING_FACE = Table(
    file="a ResNet of the Hugging Face hub",
    rows=(
        Row("embedder.embedder.convolution.weight",     "conv1.weight"),
        Row("embedder.embedder.normalization.{bn}",     "bn1.{bn}"),
        *(
            row
            for stage in range(4)
            for block in (f"encoder.stages.{stage}.layers.{{b}}.",)
            for ours in (f"layer{stage + 1}.{{b}}.",)
            for row in (
                *(
                    Row(block + f"layer.{n}.convolution.weight",    ours + f"conv{n + 1}.weight")
                    for n in range(3)
                ),
                *(
                    Row(block + f"layer.{n}.normalization.{{bn}}",  ours + f"bn{n + 1}.{{bn}}")
                    for n in range(3)
                ),
                Row(block + "shortcut.convolution.weight",          ours + "downsample.0.weight"),
                Row(block + "shortcut.normalization.{bn}",          ours + "downsample.1.{bn}"),
            )
        ),
    ),
)
# fmt: on


@pytest.fixture
def ours() -> ResNet:
    backbone = ResNet(depth=50)
    backbone.eval()  # returns nothing
    return backbone


def official_of(backbone: ResNet) -> dict[str, torch.Tensor]:
    """Return the keys of torchvision's ResNet-50: mmseg's, and the classifier."""
    return {**backbone.state_dict(), "fc.weight": torch.zeros(1), "fc.bias": torch.zeros(1)}


def test_parity_with_transformers(randomised, ours):
    transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
    theirs = randomised(transformers.ResNetModel(transformers.ResNetConfig()))  # ResNet-50
    official = HUGGING_FACE.convert(theirs.state_dict())
    official["fc.weight"], official["fc.bias"] = torch.zeros(1000, 2048), torch.zeros(1000)
    converted = convert("resnet", official)
    weights = {key.removeprefix("backbone."): value for key, value in converted.items()}
    check_fit(ours, weights, "resnet50.pth")
    ours.load_state_dict(weights)

    images = torch.randn(1, 3, 64, 96)
    with torch.no_grad():
        maps = ours(images)
        expected = theirs(images, output_hidden_states=True).hidden_states[1:]
    for feature, expected_feature in zip(maps, expected, strict=True):
        scale = float(expected_feature.abs().max())
        torch.testing.assert_close(feature, expected_feature, atol=1e-5 * scale, rtol=0)


def test_files_older_than_the_counters(ours):
    official = official_of(ours)
    old = {key: value for key, value in official.items() if "num_batches" not in key}
    assert len(official) - len(old) == 53  # batch norms of a ResNet-50
    converted = convert("resnet", old)
    assert converted.keys() == convert("resnet", official).keys()
    assert converted["backbone.bn1.num_batches_tracked"].item() == 0


def test_another_network_is_refused(ours):
    official = official_of(ours)
    with pytest.raises(ValueError, match=r"unknown: layer1\.0\.se\.fc1\.weight"):
        convert("resnet", {**official, "layer1.0.se.fc1.weight": torch.zeros(1)})
