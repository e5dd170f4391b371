"""How well what moves goes with what sounds: a score that needs no label and no training."""

import numpy as np
import torch
from numpy.typing import NDArray

from avs_mm.media import SAMPLE_RATE

__all__ = ["LEAST_FRAMES", "onset_strength", "synchrony"]

LEAST_FRAMES = 8  # fewer say nothing
LAGS = (-1, 0, 1)  # frames: picture and sound of a recording are a little out of step
WINDOW, HOP = 400, 160  # samples: 25 ms, 10 ms

Array = NDArray[np.float64]


def onset_strength(sound: np.ndarray, times: np.ndarray) -> Array:
    """Sum up how much sets in between each frame and the one before: the spectral flux.

    Args:
        sound: (N,) in [-1, 1], 16 kHz, from time 0 on.
        times: Seconds of the frames, (T,), rising.

    Returns:
        (T,) at least 0; the first is 0, as is what lies behind the sound's end.
    """
    waveform = torch.from_numpy(np.asarray(sound, np.float32))
    if len(waveform) < WINDOW:
        return np.zeros(len(times))
    window = torch.hann_window(WINDOW)
    spectrum = torch.stft(
        waveform, WINDOW, HOP, WINDOW, window, center=True, pad_mode="constant", return_complex=True
    )
    levels = torch.log1p(spectrum.abs())  # (bins, hops)
    flux = levels.diff(dim=1).clamp(min=0).mean(dim=0).double().numpy()
    instants = np.arange(1, len(flux) + 1) * HOP / SAMPLE_RATE
    place = np.searchsorted(np.asarray(times), instants)  # the first frame that is not before it
    sums = np.bincount(place, weights=flux, minlength=len(times) + 1)[: len(times)].astype(float)
    sums[:1] = 0.0
    return sums


def synchrony(motion: np.ndarray, onsets: np.ndarray) -> float:
    """Correlate motion energy with onsets: the highest Pearson correlation of a few lags.

    Args:
        motion: (T,); NaN where it is not known.
        onsets: (T,), of the same frames, one after the other.

    Returns:
        In [-1, 1]; 0 where fewer than ``LEAST_FRAMES`` frames are known, or either does not vary.
    """
    best = -1.0
    for lag in LAGS:
        moved = motion[max(lag, 0) : len(motion) + min(lag, 0)]
        set_in = onsets[max(-lag, 0) : len(onsets) + min(-lag, 0)]
        known = np.isfinite(moved)
        moved, set_in = moved[known], set_in[known]
        if len(moved) < LEAST_FRAMES or moved.std() < 1e-9 or set_in.std() < 1e-9:
            return 0.0
        best = max(best, float(np.corrcoef(moved, set_in)[0, 1]))
    return best
