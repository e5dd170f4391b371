import pytest
import torch

from avs_mm.registry import MODELS
from avs_mm.vocabularies.imagenet import imagenet_classes

CATEGORIES = ("cat", "violin", "dog")


def build(**options):
    pytest.importorskip("efficientnet_lite_pytorch", reason="needs avs_mm[real]")
    config = {"type": "avs_mm.ImageNetPrior", "categories": CATEGORIES, "pretrained": False}
    return MODELS.build({**config, **options})


def test_classes_of_categories():
    shown = imagenet_classes(CATEGORIES)
    assert shown.shape == (3, 1000)
    assert shown.sum(dim=1).tolist() == [5, 0, 118]
    assert shown[0, 281:286].all()  # tabby to Egyptian cat
    assert shown[2, [151, 268]].all()  # Chihuahua, Mexican hairless


def test_categories_without_classes_are_refused():
    with pytest.raises(ValueError, match=r"none of the categories violin is in imagenet\.yaml"):
        imagenet_classes(["violin"])


def rigged(**options):
    """A prior whose classifier gives 7 tenths to cats and 3 tenths to a class of no category."""
    prior = build(**options)
    torch.nn.init.zeros_(prior.classifier.weight)
    torch.nn.init.constant_(prior.classifier.bias, -50.0)
    prior.classifier.bias.data[[281, 0]] = torch.tensor([0.7, 0.3]).log()
    return prior


@pytest.mark.parametrize("weight", [0.0, 1.0, 2.0])
def test_probabilities_are_multiplied(weight: float):
    own = torch.tensor([0.1, 0.2, 0.3, 0.4])
    mask = torch.ones(1, 1, 8, 8)
    logits = rigged(weight=weight)(torch.rand(1, 1280, 2, 2), own.log()[None, None], mask)
    found = logits.softmax(dim=-1)[0, 0]
    product = own[:3] * torch.tensor([0.8, 0.1, 0.1]) ** weight
    torch.testing.assert_close(found[:3], 0.6 * product / product.sum())
    assert found[3] == pytest.approx(0.4)


def test_features_are_averaged_within_the_mask():
    prior = build()
    torch.nn.init.zeros_(prior.classifier.bias)
    prior.classifier.weight.data.zero_()
    prior.classifier.weight.data[281, 0] = 30.0
    features = torch.zeros(1, 1280, 2, 2)
    features[0, 0, 0, 0] = 1.0
    masks = torch.full((1, 2, 8, 8), -1.0)
    masks[0, 0, :4, :4] = 1.0  # the cat's quarter of the image
    masks[0, 1, 4:, 4:] = 1.0
    probabilities = prior(features, torch.zeros(1, 2, 4), masks).softmax(dim=-1)[0]
    torch.testing.assert_close(probabilities[0], torch.tensor([0.75, 0, 0, 0.25]))
    # 5 and 118 of 1000 equally probable classes, the rest shared out.
    expected = (torch.tensor([5, 0, 118]) + 877 / 3) / 1000 * 0.75
    torch.testing.assert_close(probabilities[1, :3], expected)


def test_a_mask_without_a_pixel_gives_numbers():
    masks = torch.full((1, 1, 8, 8), -1.0)
    assert build()(torch.rand(1, 1280, 2, 2), torch.zeros(1, 1, 4), masks).isfinite().all()


def test_negative_weight_is_refused():
    with pytest.raises(ValueError, match="at least 0, not -1"):
        build(weight=-1)
