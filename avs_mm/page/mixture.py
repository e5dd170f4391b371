"""The sound that a video is judged by: its own, another's and noise, each with a gain."""

import math
from dataclasses import dataclass

import numpy as np

from avs_mm.media import SAMPLE_RATE, read_audio
from avs_mm.output_file import encode_wav, to_int16
from avs_mm.page.media_store import Media
from avs_mm.page.page_error import PageError

__all__ = ["Mixture", "mix", "peaks", "wav"]

NOISE_LEVEL = 0.1  # RMS of the white noise at a gain of 1
MOST_GAIN = 2.0


@dataclass(frozen=True)
class Mixture:
    """Gains of the three parts, in [0, 2], and the file that the second one comes from.

    All 0 is silence; 1, 0, 0 is the video's own sound.
    """

    own: float = 0.0
    other: float = 0.0
    noise: float = 0.0
    clip: Media | None = None

    def __post_init__(self) -> None:
        for gain in (self.own, self.other, self.noise):
            if not (math.isfinite(gain) and 0 <= gain <= MOST_GAIN):
                raise PageError(f"a gain must lie between 0 and {MOST_GAIN:g}, not {gain}")
        if self.other and self.clip is None:
            raise PageError("choose the clip whose sound is meant")


def mix(video: Media, mixture: Mixture) -> np.ndarray:
    """Return the sound over a video, float32 (N,) in [-1, 1] of 16 kHz, as long as the video.

    Raises:
        PageError: A file whose sound is asked for has none.
    """
    length = round(video.facts.duration * SAMPLE_RATE)
    sound = np.zeros(length, np.float32)
    for gain, media in ((mixture.own, video), (mixture.other, mixture.clip)):
        if gain and media is not None:
            part = _sound_of(media)[:length]
            sound[: len(part)] += gain * part
    if mixture.noise:
        # The same noise every time: an answer depends on the gains alone.
        noise = np.random.default_rng(0).standard_normal(length, dtype=np.float32)
        sound += mixture.noise * NOISE_LEVEL * noise
    return sound.clip(-1, 1)


def _sound_of(media: Media) -> np.ndarray:
    if not media.facts.has_audio:
        raise PageError(f"{media.name} has no sound; choose silence, noise or another clip")
    try:
        return read_audio(media.path)
    except ValueError as error:
        raise PageError(f"the sound of {media.name} cannot be read; convert it to MP4") from error


def peaks(sound: np.ndarray, *, columns: int) -> list[int]:
    """Return the largest amplitude of each column of a plot, in percent, as its square root."""
    parts = np.array_split(np.abs(sound), columns)
    return [round(100 * float(part.max()) ** 0.5) if len(part) else 0 for part in parts]


def wav(sound: np.ndarray) -> bytes:
    """Return a sound, (N,) in [-1, 1] of 16 kHz, as the content of a WAV file."""
    return encode_wav(to_int16(sound), sample_rate=SAMPLE_RATE)
