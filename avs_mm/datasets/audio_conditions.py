"""Sounds that take the place of an image's own, and those among them that are generated.

Everything drawn follows from a seed and the sample's name: it is the same in every run, in every
worker and on every machine.
"""

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from avs_mm.media import SAMPLE_RATE, resampled

__all__ = [
    "AUDIO_CONDITIONS",
    "GENERATED_SOUNDS",
    "NOISE_RMS",
    "STANDARD_CONDITIONS",
    "digital_silence",
    "muted_recording",
    "robust_noise",
    "robust_noise_samples",
    "seeded_generator",
    "white_noise",
]

AUDIO_CONDITIONS = (
    *("original", "silence", "noise", "unmatched", "offscreen", "mute"),
    *("silence_official", "noise_official", "offscreen_official"),  # as AVSBench-Robust makes them
)
STANDARD_CONDITIONS = AUDIO_CONDITIONS[:6]
NOISE_RMS = 0.1  # -20 dB of full scale
ROBUST_RATE = 44_100  # Hz, of AVSBench-Robust's noise
STEP = 1 / 32768  # the least significant bit of 16
DITHER = {-1: 1 / 8, 0: 3 / 4, 1: 1 / 8}  # how often a dithered zero is rounded to which step


def digital_silence(
    num_samples: int, *, clip: str = "", second: int = 0, seed: int = 0
) -> np.ndarray:
    """Return exact zeros, float32 (num_samples,): the paper's silence (Table 6)."""
    return np.zeros(num_samples, np.float32)


def muted_recording(num_samples: int, *, clip: str, second: int, seed: int = 0) -> np.ndarray:
    """Draw what a recording of nothing holds once it is stored in 16 bits: dither, not zeros.

    A zero to which triangular dither of two steps from peak to peak is added is stored as -1, 0 or
    +1 step with probability 1/8, 3/4 and 1/8: RMS half a step, -96 dB of full scale (Lipshitz et
    al., JAES 1992). The condition is avs_mm's own: nobody notices a difference to digital silence,
    but a model taught on exact zeros alone may.

    Returns:
        float32 (num_samples,) in {-1, 0, 1} / 32768.
    """
    generator = seeded_generator("mute", clip, second, seed)
    steps = generator.choice(list(DITHER), num_samples, p=list(DITHER.values()))
    return (steps * STEP).astype(np.float32)


def white_noise(num_samples: int, *, clip: str, second: int, seed: int = 0) -> np.ndarray:
    """Draw Gaussian noise of RMS 0.1 for one second of a clip.

    Returns:
        float32 (num_samples,) in [-1, 1].
    """
    noise = seeded_generator("noise", clip, second, seed).standard_normal(num_samples)
    scaled = noise * NOISE_RMS / np.sqrt(np.mean(noise**2))
    return scaled.clip(-1, 1).astype(np.float32)


def seeded_generator(purpose: str, clip: str, second: int, seed: int) -> np.random.Generator:
    """Return a generator of the sample's own for one purpose."""
    # crc32 and not hash(): the latter differs from process to process.
    return np.random.default_rng([seed, second, zlib.crc32(f"{purpose}/{clip}".encode())])


def robust_noise(num_samples: int, *, clip: str, second: int, seed: int = 0) -> np.ndarray:
    """Draw the noise of AVSBench-Robust for one second of a clip, at 16 kHz.

    Its code draws numbers from -1 to 1 as float64 and hands their bytes on as 16-bit samples of
    44.1 kHz (`robust_noise_samples`), four of them a number: three are even noise over the full
    scale, the fourth, sign and exponent, lies about half of it. So it is three times louder than
    "noise", and 20 s long, of which five are used.

    Returns:
        float32 (num_samples,) in [-1, 1].
    """
    generator = seeded_generator("noise_official", clip, second, seed)
    numbers = generator.uniform(-1, 1, -(-num_samples * ROBUST_RATE // (4 * SAMPLE_RATE)))
    samples = robust_noise_samples(numbers) / np.float32(32768)
    noise = resampled(samples, rate=ROBUST_RATE, sample_rate=SAMPLE_RATE)
    return np.pad(noise[:num_samples], (0, max(0, num_samples - len(noise))))


def robust_noise_samples(numbers: np.ndarray) -> np.ndarray:
    """Read the bytes of float64 (N,) as 16-bit samples, int16 (4 N,)."""
    return np.frombuffer(numbers.astype("<f8").tobytes(), "<i2")


class _Maker(Protocol):
    def __call__(self, num_samples: int, *, clip: str, second: int, seed: int) -> np.ndarray: ...


# The conditions whose sound is no file's.
GENERATED_SOUNDS: Mapping[str, _Maker] = MappingProxyType(
    {
        "silence": digital_silence,
        "noise": white_noise,
        "mute": muted_recording,
        # A file of zeros at 11,025 Hz: at any rate the same
        "silence_official": digital_silence,
        "noise_official": robust_noise,
    }
)
