"""Stands for a network behind the page: objects that sound by pitch, and clips of one pitch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avs_mm.apis.encoded_frames import EncodedFrame
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.media import SAMPLE_RATE, probe_video, read_audio, write_video
from avs_mm.rle import encode_rle
from avs_mm.tracking import colour_of

CLASSES = ("drum", "bird", "engine")
LOUD = 0.01  # RMS of a band from which on its object sounds


@dataclass(frozen=True)
class PitchVideo:
    """A drum on the left that moves, a bird on the right, an engine in the last half."""

    path: Path
    size: tuple[int, int]
    fps: float
    duration: float
    times: list[float]
    has_audio: bool

    @property
    def frames(self) -> list[EncodedFrame]:
        found = []
        for index, time in enumerate(self.times):
            masks = np.array(self._masks(index))
            seen = np.flatnonzero(masks.any((1, 2)))
            found.append(
                EncodedFrame(
                    time=time,
                    size=self.size,
                    ids=[int(place) + 1 for place in seen],
                    labels=seen,
                    scores=np.full(len(seen), 0.9),
                    rles=encode_rle(masks[seen]),
                    overlaps=np.zeros((0, len(seen)), bool),
                    motion=np.zeros(len(seen)),
                )
            )
        return found

    def with_audio(self, sound=None) -> list[Frame]:
        scores = self.category_scores(sound)
        frames = []
        for index, time in enumerate(self.times):
            second = min(int(time), len(scores) - 1)
            found = enumerate(zip(CLASSES, self._masks(index), strict=True))
            objects = [
                AVSObject(
                    id=place + 1,
                    category=category,
                    rle=encode_rle(mask[None])[0],
                    visual_score=0.9,
                    audio_score=float(scores[second, place]),
                    sounding=bool(scores[second, place] > 0.5),
                    colour=colour_of(place + 1),
                    label=place,
                )
                for place, (category, mask) in found
                if mask.any()
            ]
            frames.append(Frame(time=time, size=self.size, objects=objects))
        return frames

    def category_scores(self, sound=None) -> np.ndarray:
        waveform = read_audio(self.path) if sound is None else sound
        seconds = max(1, round(self.duration))
        waveform = np.pad(waveform, (0, seconds * SAMPLE_RATE))[: seconds * SAMPLE_RATE]
        spectrum = np.abs(np.fft.rfft(waveform.reshape(seconds, -1), norm="forward")) * 2**0.5
        bands = [spectrum[:, 20:1000], spectrum[:, 1000:]]
        levels = np.stack([np.sqrt((band**2).sum(axis=1)) for band in bands], axis=1)
        scores = np.clip(levels / LOUD / 2, 0, 1)
        return np.concatenate([scores, np.zeros((seconds, 1))], axis=1)

    def _masks(self, index: int) -> list[np.ndarray]:
        height, width = self.size
        rows, columns = np.ogrid[:height, :width]
        part = index / len(self.times)
        left = width * (0.05 + 0.2 * part)
        drum = (columns > left) & (columns < left + width * 0.25) & (rows > height * 0.5)
        across, down = columns - width * 0.7, rows - height * 0.3
        bird = across**2 + down**2 < (height * 0.2) ** 2
        engine = (columns > width * 0.6) & (rows > height * 0.7) & (part >= 0.5)
        return [drum, bird, engine]


class PitchInferencer:
    """Stands for an AVSInferencer, and counts the videos that it has segmented."""

    classes = CLASSES
    uses_sound = True

    def __init__(self) -> None:
        self.calls = 0

    def set_video(self, video, *, every=0.2, is_wanted=None) -> PitchVideo:
        self.calls += 1
        info = probe_video(video)
        times = [i * every for i in range(max(1, int(info.duration / every)))]
        size = (info.height, info.width)
        return PitchVideo(Path(video), size, info.fps, info.duration, times, info.has_audio)


def tone(hertz: float, *, seconds: float = 3, level: float = 0.3) -> np.ndarray:
    """Return a tone, float32 (seconds * 16000,)."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def write_clip(path: Path, sound: np.ndarray | None, *, seconds: float = 3) -> Path:
    """Write grey pictures of 64x48, ten a second, under a sound."""
    frames = [np.full((48, 64, 3), 90, np.uint8)] * round(10 * seconds)
    write_video(path, frames, fps=10, audio=sound)
    return path
