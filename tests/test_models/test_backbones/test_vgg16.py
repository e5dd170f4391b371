"""VGG-16 under torchvision's names."""

import torch

from avs_mm.models.backbones import VGG16
from avs_mm.weights import convert


def test_torchvisions_names_fit():
    model = VGG16(base_channels=2)
    source = dict(model.state_dict())
    source |= {
        f"classifier.{n}.{wb}": torch.zeros(1) for n in (0, 3, 6) for wb in ("weight", "bias")
    }
    converted = convert("vgg16", source)
    assert {key.removeprefix("backbone.") for key in converted} == set(model.state_dict())
    # torchvision's own numbers of the convolutions
    numbers = {int(key.split(".")[1]) for key in model.state_dict()}
    assert numbers == {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28}


def test_a_map_of_stride_16_before_the_last_relu():
    (last,) = VGG16(base_channels=2)(torch.randn(1, 3, 224, 224))
    assert last.shape == (1, 16, 14, 14)
    assert last.min() < 0
    parameters = sum(p.numel() for p in VGG16().parameters())
    assert parameters == 14_714_688  # those of torchvision's vgg16().features
