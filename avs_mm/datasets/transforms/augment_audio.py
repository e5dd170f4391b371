"""Augmentations of waveforms, for any audio encoder. All draw from numpy's global generator.

They set ``audio_augmented`` of a sample that they change, by which ``AVSC`` knows that its sound
does not come again.
"""

import numpy as np
from mmcv.transforms import BaseTransform

from avs_mm.media import read_audio
from avs_mm.registry import TRANSFORMS

__all__ = ["RandomBandStop", "RandomGain", "RandomPitch", "RandomSecond", "RandomSilentSpan"]


@TRANSFORMS.register_module()
class RandomSecond(BaseTransform):
    """Move the sound of a frame in time: it begins anywhere in the clip's file.

    Stands before ``LoadAudio``, for which it adds ``audio_start``, in seconds. Only S4's clips get
    one, as one category sounds in all of their seconds; the masks of the others are of a second.

    Args:
        prob: How often a sample is changed.
        duration: Seconds that ``LoadAudio`` loads.

    Raises:
        ValueError: prob is no probability.
    """

    def __init__(self, *, prob: float = 1.0, duration: float = 1.0) -> None:
        self.prob = _checked(prob)
        self.duration = duration
        self._seconds: dict[str, float] = {}

    def transform(self, results: dict) -> dict:
        if results.get("subset") == "s4" and np.random.rand() < self.prob:
            latest = self._length(results["audio_path"]) - self.duration
            results["audio_augmented"] = True
            results["audio_start"] = float(np.random.uniform(0, max(0.0, latest)))
        return results

    def _length(self, path: str) -> float:
        if path not in self._seconds:
            rate = 16_000
            self._seconds[path] = len(read_audio(path, sample_rate=rate)) / rate
        return self._seconds[path]


@TRANSFORMS.register_module()
class RandomGain(BaseTransform):
    """Make a sound louder or softer by up to ``decibels``; what exceeds [-1, 1] is clipped."""

    def __init__(self, *, decibels: float = 12.0) -> None:
        self.decibels = decibels

    def transform(self, results: dict) -> dict:
        gain = 10 ** (np.random.uniform(-self.decibels, self.decibels) / 20)
        results["audio_augmented"] = True
        results["audio"] = (results["audio"] * gain).clip(-1, 1).astype(np.float32)
        return results


@TRANSFORMS.register_module()
class RandomPitch(BaseTransform):
    """Play a sound faster or slower, which moves all of its frequencies by the same factor.

    What a faster sound lacks at its end is taken from its beginning.

    Args:
        semitones: Most change, up or down; 12 are an octave.
        prob: How often a sample is changed.

    Raises:
        ValueError: prob is no probability.
    """

    def __init__(self, *, semitones: float = 3.0, prob: float = 0.5) -> None:
        self.semitones = semitones
        self.prob = _checked(prob)

    def transform(self, results: dict) -> dict:
        if np.random.rand() < self.prob:
            factor = 2 ** (np.random.uniform(-self.semitones, self.semitones) / 12)
            sound = results["audio"]
            places = np.arange(len(sound)) * factor
            played = np.interp(places % len(sound), np.arange(len(sound)), sound)
            results["audio_augmented"] = True
            results["audio"] = played.astype(np.float32)
        return results


@TRANSFORMS.register_module()
class RandomBandStop(BaseTransform):
    """Take a band of frequencies out of a sound: SpecAugment's frequency mask for a waveform.

    Args:
        octaves: Widest band; where it lies is drawn evenly on the logarithm of the frequency.
        lowest, highest: Hz, of the band's lower edge.
        prob: How often a sample is changed.

    Raises:
        ValueError: prob is no probability.

    Source: Park et al., Interspeech 2019 (arXiv 1904.08779).
    """

    def __init__(
        self,
        *,
        octaves: float = 1.0,
        lowest: float = 60.0,
        highest: float = 5000.0,
        prob: float = 0.5,
        sample_rate: int = 16_000,
    ) -> None:
        self.octaves = octaves
        self.lowest = lowest
        self.highest = highest
        self.prob = _checked(prob)
        self.sample_rate = sample_rate

    def transform(self, results: dict) -> dict:
        if np.random.rand() < self.prob:
            low = np.exp(np.random.uniform(np.log(self.lowest), np.log(self.highest)))
            high = low * 2 ** np.random.uniform(0, self.octaves)
            sound = results["audio"]
            spectrum = np.fft.rfft(sound)
            frequencies = np.fft.rfftfreq(len(sound), 1 / self.sample_rate)
            spectrum[(frequencies >= low) & (frequencies < high)] = 0
            stopped = np.fft.irfft(spectrum, len(sound)).clip(-1, 1)
            results["audio_augmented"] = True
            results["audio"] = stopped.astype(np.float32)
        return results


@TRANSFORMS.register_module()
class RandomSilentSpan(BaseTransform):
    """Silence a span of a sound: SpecAugment's time mask for a waveform.

    Args:
        fraction: Longest span, of the sound's length.
        prob: How often a sample is changed.

    Raises:
        ValueError: prob is no probability.

    Source: Park et al., Interspeech 2019 (arXiv 1904.08779).
    """

    def __init__(self, *, fraction: float = 0.2, prob: float = 0.5) -> None:
        self.fraction = fraction
        self.prob = _checked(prob)

    def transform(self, results: dict) -> dict:
        if np.random.rand() < self.prob:
            sound = results["audio"].copy()
            length = int(np.random.uniform(0, self.fraction) * len(sound))
            start = np.random.randint(len(sound) - length + 1)
            sound[start : start + length] = 0
            results["audio_augmented"] = True
            results["audio"] = sound
        return results


def _checked(prob: float) -> float:
    if not 0 <= prob <= 1:
        raise ValueError(f"prob is a probability, from 0 to 1, not {prob}")
    return prob
