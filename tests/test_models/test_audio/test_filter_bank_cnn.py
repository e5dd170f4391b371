import numpy as np
import pytest
import torch

from avs_mm.models.audio import FilterBankCNN, kaldi_fbank
from avs_mm.registry import MODELS


def build(**options) -> FilterBankCNN:
    torch.manual_seed(0)
    return MODELS.build(dict(type="avs_mm.FilterBankCNN", **options))


def sounds(seconds: float = 1.0, batch: int = 2) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return 0.1 * torch.randn(batch, round(16000 * seconds), generator=generator)


@pytest.mark.parametrize(("seconds", "tokens"), [(0.1, 1), (1, 7), (5, 32)])
def test_tokens(seconds: float, tokens: int):
    encoder = build().eval()
    assert encoder(sounds(seconds)).shape == (2, tokens, 128)
    assert encoder.embed_dims == 128


def test_is_small():
    assert sum(p.numel() for p in build().parameters()) == 96_912 + 480  # convolutions and norms


def test_reads_the_filter_banks():
    encoder, waveforms = build().eval(), sounds()
    banks = (kaldi_fbank(waveforms, num_mel_bins=64) - 13.67) / 14.36
    expected = encoder.layers(banks[:, None]).mean(dim=3).transpose(1, 2)
    torch.testing.assert_close(encoder(waveforms), expected)


def test_augments_in_training_only():
    encoder, waveforms = build(frequency_shift=4, dropout=0.0), sounds()
    assert torch.equal(encoder.eval()(waveforms), encoder(waveforms))
    np.random.seed(0)
    first = encoder.train()(waveforms)
    assert not torch.equal(first, encoder(waveforms))
    np.random.seed(0)
    assert torch.equal(first, encoder(waveforms))  # by numpy's generator alone


@pytest.mark.parametrize("options", [dict(channels=(8, 16)), dict(num_mel_bins=40)])
def test_refuses_shapes_that_it_cannot_pool(options: dict):
    with pytest.raises(ValueError, match="four channels, and a multiple of 16 bins"):
        build(**options)
