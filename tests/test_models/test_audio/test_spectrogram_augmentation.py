import numpy as np
import torch

from avs_mm.models.audio.spectrogram_augmentation import mask_spectrograms, shift_frequency


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
