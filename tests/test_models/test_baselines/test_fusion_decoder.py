"""TPAVI's decoder: its sizes and its residual units."""

import torch
import torch.nn.functional as F

from avs_mm.models.baselines.fusion_decoder import FusionDecoder, ResidualUnit


def test_residual_unit_adds_what_has_gone_through_the_relu():
    unit = ResidualUnit(2)
    with torch.no_grad():
        for conv in (unit.conv1, unit.conv2):
            conv.weight.zero_()
            conv.weight[[0, 1], [0, 1], 1, 1] = 2.0  # twice each channel
            conv.bias.zero_()
        given = torch.tensor([-1.0, 3.0]).view(1, 2, 1, 1)
        assert unit(given).flatten().tolist() == [0.0, 3.0 + 2 * 2 * 3.0]
    assert given.flatten().tolist() == [-1.0, 3.0]


def test_every_map_reaches_the_logits():
    torch.manual_seed(0)
    decoder = FusionDecoder(channels=8)
    maps = [torch.randn(1, 8, 16 // 2**i, 24 // 2**i, requires_grad=True) for i in range(4)]
    logits = decoder(maps)
    assert logits.shape == (1, 1, 64, 96)
    logits.square().sum().backward()
    assert all(stage.grad.abs().sum() > 0 for stage in maps)


def test_sizes_double_with_aligned_corners_but_in_the_head():
    """A constant head of the finest map: what remains are the two interpolations."""
    decoder = FusionDecoder(channels=8)
    with torch.no_grad():
        for name, parameter in decoder.named_parameters():
            if not name.startswith("head"):
                parameter.zero_()
        maps = [torch.rand(1, 8, 16 // 2**i, 16 // 2**i) for i in range(4)]
        # With all convolutions 0 a unit is a ReLU: the maps are enlarged and added
        fused = maps[3]
        for finer in maps[2::-1]:
            fused = F.interpolate(fused, scale_factor=2, mode="bilinear", align_corners=True)
            fused = fused + finer
        fused = F.interpolate(fused, scale_factor=2, mode="bilinear", align_corners=True)
        narrow = F.conv2d(fused, decoder.head[0].weight, decoder.head[0].bias, padding=1)
        wide = F.interpolate(narrow, scale_factor=2, mode="bilinear", align_corners=False)
        expected = decoder.head[2:](wide)
        torch.testing.assert_close(decoder(maps), expected)


def test_the_unused_unit_is_frozen_and_changes_nothing():
    torch.manual_seed(0)
    decoder = FusionDecoder(channels=8, keep_unused=True)
    unused = [p for n, p in decoder.named_parameters() if n.startswith("blocks.3.skip")]
    assert sum(p.numel() for p in unused) == 2 * (8 * 8 * 9 + 8)
    assert not any(parameter.requires_grad for parameter in unused)
    lean = FusionDecoder(channels=8)
    lean.load_state_dict({k: v for k, v in decoder.state_dict().items() if "3.skip" not in k})
    maps = [torch.randn(1, 8, 8 // 2**i, 8 // 2**i) for i in range(4)]
    assert torch.equal(decoder(maps), lean(maps))
