"""Sounds of the mini data set: one synthesised waveform family for each category, and mixtures."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from avs_mm.media import SAMPLE_RATE
from avs_mm.mini.sprites import CATEGORIES

_PEAK = 0.9
_NOISE_LEVEL = (-66.0, -54.0)  # dB of full scale, RMS
_RAMP = 160  # samples over which a source fades in and out at a pause

Array = NDArray[np.float64]


def draw_source(category: int, seconds: int, rng: np.random.Generator) -> Array:
    """Synthesise a category for some seconds, every one of which carries the sound.

    Returns:
        (seconds * 16000,) of RMS 1, with random pitch, tempo and timbre within the family.
    """
    waveform = _SYNTHESIS[CATEGORIES[category]](seconds * SAMPLE_RATE, rng)
    return waveform / np.sqrt(np.mean(waveform**2))


def mix(
    sources: Iterable[Array], activity: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Sum sources of RMS 1 at random levels, pausing each where it is not active.

    Args:
        sources: S waveforms (N,).
        activity: (S, seconds); a source sounds in a second where this is true.

    Returns:
        (N,) in [-0.9, 0.9], with faint noise beneath.
    """
    seconds = activity.shape[1]
    mixture = np.zeros(seconds * SAMPLE_RATE)
    overall = rng.uniform(-24, -15)
    for source, active in zip(sources, activity, strict=True):
        level = overall + rng.uniform(-2, 2)
        mixture += source * _gate(active) * 10 ** (level / 20)
    mixture *= min(1.0, (_PEAK - 0.02) / max(float(np.abs(mixture).max()), 1e-9))
    noise = rng.normal(0, 10 ** (rng.uniform(*_NOISE_LEVEL) / 20), len(mixture))
    return np.clip(mixture + noise, -_PEAK, _PEAK).astype(np.float32)


def _gate(active: NDArray[np.bool_]) -> Array:
    """Gain in [0, 1] for each sample; the ramps lie inside the active seconds."""
    gain = np.repeat(active.astype(float), SAMPLE_RATE)
    ramp = np.linspace(0, 1, _RAMP)
    for second in np.flatnonzero(active):
        start, end = second * SAMPLE_RATE, (second + 1) * SAMPLE_RATE
        if second == 0 or not active[second - 1]:
            gain[start : start + _RAMP] = ramp
        if second + 1 < len(active) and not active[second + 1]:
            gain[end - _RAMP : end] = ramp[::-1]
    return gain


def _repeat(
    length: int,
    rate: float,
    grain: Callable[[], Array],
    rng: np.random.Generator,
) -> Array:
    """Add a new grain `rate` times a second, with jitter, from the first instant on."""
    waveform = np.zeros(length)
    moment = rng.uniform(0, 0.08)
    while (start := int(moment * SAMPLE_RATE)) < length:
        piece = grain()[: length - start] * rng.uniform(0.75, 1.0)
        waveform[start : start + len(piece)] += piece
        moment += rng.uniform(0.9, 1.1) / rate
    return waveform


def _time(seconds: float) -> Array:
    return np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def _filter(noise: Array, low: float, high: float) -> Array:
    """Keep the band from `low` to `high` Hz, with soft flanks."""
    spectrum = np.fft.rfft(noise)
    frequency = np.fft.rfftfreq(len(noise), 1 / SAMPLE_RATE)
    gain = 1 / (1 + (low / np.maximum(frequency, 1)) ** 6) / (1 + (frequency / high) ** 6)
    return np.fft.irfft(spectrum * gain, len(noise))


def _phase(frequency: Array) -> Array:
    return 2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE


def _bell(length: int, rng: np.random.Generator) -> Array:
    """Struck again and again: inharmonic partials that die away, the high ones first."""
    pitch, decay = rng.uniform(420, 760), rng.uniform(2.0, 4.0)
    time = _time(1.5)

    strike = np.zeros_like(time)
    for ratio in (0.5, 1.0, 1.2, 1.5, 2.0, 2.67, 3.0, 4.1):
        gain = rng.uniform(0.5, 1.0) / ratio**0.6
        tone = np.sin(2 * np.pi * pitch * ratio * time + rng.uniform(0, 2 * np.pi))
        strike += gain * tone * np.exp(-decay * ratio**0.7 * time)
    strike *= np.minimum(1, time / 0.002)
    return _repeat(length, rng.uniform(1.6, 3.0), lambda: strike, rng)


def _bird(length: int, rng: np.random.Generator) -> Array:
    """Short chirps that sweep between 2.5 and 6.5 kHz."""
    low, span = rng.uniform(2600, 3600), rng.uniform(1200, 2800)
    upward = rng.random() < 0.5

    def chirp() -> Array:
        time = _time(rng.uniform(0.05, 0.09))
        sweep = time / time[-1] if upward else 1 - time / time[-1]
        frequency = low * rng.uniform(0.95, 1.05) + span * sweep
        return np.sin(_phase(frequency)) * np.sin(np.pi * time / time[-1])

    return _repeat(length, rng.uniform(6, 10), chirp, rng)


def _drum(length: int, rng: np.random.Generator) -> Array:
    """Beats: a falling low tone and a burst of noise."""
    pitch, snare = rng.uniform(70, 130), rng.uniform(0.5, 1.0)
    time = _time(0.3)

    def beat() -> Array:
        skin = np.sin(_phase(pitch * (1 + 1.2 * np.exp(-time * 35)))) * np.exp(-time * 12)
        burst = _filter(rng.normal(0, 1, len(time)), 300, 3500) * np.exp(-time * 28)
        return skin + snare * burst

    return _repeat(length, rng.uniform(2.5, 4.5), beat, rng)


def _engine(length: int, rng: np.random.Generator) -> Array:
    """A running motor: pulses of a low rate with many harmonics, over a rumble."""
    drift = np.interp(np.arange(length), np.linspace(0, length, 12), rng.normal(0, 0.04, 12))
    phase = _phase(rng.uniform(32, 60) * (1 + drift))
    waveform = np.zeros(length)
    for harmonic in range(1, 16):
        gain = rng.uniform(0.5, 1.0) / harmonic**0.7
        waveform += gain * np.sin(harmonic * phase + rng.uniform(0, 2 * np.pi))
    return waveform + 1.5 * _filter(rng.normal(0, 1, length), 40, 500)


def _siren(length: int, rng: np.random.Generator) -> Array:
    """A tone with harmonics that slowly rises and falls between about 500 and 1500 Hz."""
    time = np.arange(length) / SAMPLE_RATE
    middle, depth = rng.uniform(800, 1000), rng.uniform(0.35, 0.5)
    swing = np.sin(2 * np.pi * rng.uniform(0.3, 1.0) * time + rng.uniform(0, 2 * np.pi))
    phase = _phase(middle * (1 + depth * swing))
    return np.sum([np.sin(phase * n) / n**1.2 for n in range(1, 6)], axis=0)


def _whistle(length: int, rng: np.random.Generator) -> Array:
    """A shrill steady tone, trembling in pitch and loudness, with breath."""
    time = np.arange(length) / SAMPLE_RATE
    rate, pitch = rng.uniform(18, 32), rng.uniform(1900, 2500)
    tremble = np.sin(2 * np.pi * rate * time + rng.uniform(0, 2 * np.pi))
    tone = np.sin(_phase(pitch * (1 + 0.025 * tremble))) * (1 + rng.uniform(0.3, 0.7) * tremble)
    return tone + 0.35 * _filter(rng.normal(0, 1, length), 1500, 5000)


_SYNTHESIS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "bell": _bell,
    "bird": _bird,
    "drum": _drum,
    "engine": _engine,
    "siren": _siren,
    "whistle": _whistle,
}
