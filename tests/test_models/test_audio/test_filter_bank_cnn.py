import numpy as np
import pytest
import torch

from avs_mm.models.audio import FilterBankCNN, kaldi_fbank
from avs_mm.models.audio.filter_bank_cnn import mask_spectrograms, shift_frequency
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


def test_a_shift_moves_whole_bins():
    spectrogram = torch.arange(6.0).expand(1, 2, 6)
    shifts = set()
    np.random.seed(0)
    for _ in range(50):
        moved = shift_frequency(spectrogram, most=2)[0]
        assert torch.equal(moved[0], moved[1])
        shifts.add(tuple(moved[0].tolist()))
    assert shifts == {
        (2, 3, 4, 5, 5, 5),
        (1, 2, 3, 4, 5, 5),
        (0, 1, 2, 3, 4, 5),
        (0, 0, 1, 2, 3, 4),
        (0, 0, 0, 1, 2, 3),
    }


def test_masks_hide_at_most_two_bands_of_each():
    np.random.seed(0)
    spectrograms = torch.rand(3, 50, 64) + torch.arange(3.0)[:, None, None]
    before = spectrograms.clone()
    masked = mask_spectrograms(spectrograms, frequency_mask=8, time_mask=10)
    assert torch.equal(spectrograms, before)
    for one, other in zip(masked, spectrograms, strict=True):
        hidden = one != other
        assert hidden.all(dim=0).sum() <= 16
        assert hidden.all(dim=1).sum() <= 20
        assert hidden.any()
        assert (one[hidden] - other.mean()).abs().max() < 0.2


@pytest.mark.parametrize("options", [dict(channels=(8, 16)), dict(num_mel_bins=40)])
def test_refuses_shapes_that_it_cannot_pool(options: dict):
    with pytest.raises(ValueError, match="four channels, and a multiple of 16 bins"):
        build(**options)
