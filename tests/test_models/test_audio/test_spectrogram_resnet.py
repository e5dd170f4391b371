"""How the localisers' audio encoder begins."""

import torch
from torch import nn

from avs_mm.models.audio import SpectrogramResNet


def test_it_begins_as_the_authors_networks():
    """EZ-VSL, model.py: Kaiming by fan out; every batch norm around 1 with deviation .02."""
    torch.manual_seed(0)
    encoder = SpectrogramResNet(depth=18)
    encoder.init_weights()
    norms = [module for module in encoder.modules() if isinstance(module, nn.BatchNorm2d)]
    scales = torch.cat([norm.weight for norm in norms])
    assert len(norms) == 20
    assert abs(scales.mean() - 1) < 0.001
    assert abs(scales.std() - 0.02) < 0.001
    assert all(norm.bias.abs().sum() == 0 for norm in norms)
    last = encoder.resnet.layer4[1].conv2.weight
    assert abs(last.std() - (2 / (512 * 9)) ** 0.5) < 1e-4
