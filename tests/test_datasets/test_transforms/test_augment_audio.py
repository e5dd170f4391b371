import wave
from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets.transforms import (
    LoadAudio,
    RandomBandStop,
    RandomGain,
    RandomPitch,
    RandomSecond,
    RandomSilentSpan,
)
from avs_mm.registry import TRANSFORMS

RATE = 16_000


def tone(frequency: float, seconds: float = 1.0) -> np.ndarray:
    time = np.arange(round(RATE * seconds)) / RATE
    return (0.5 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def pitch(sound: np.ndarray) -> float:
    return float(np.abs(np.fft.rfft(sound)).argmax() * RATE / len(sound))


@pytest.mark.parametrize(
    "transform",
    [RandomGain(), RandomPitch(prob=1), RandomBandStop(prob=1), RandomSilentSpan(prob=1)],
    ids=lambda transform: type(transform).__name__,
)
def test_keeps_type_and_length_and_follows_numpys_generator(transform):
    drawn = []
    for seed in (0, 0, 1):
        np.random.seed(seed)
        sound = tone(440)
        drawn.append(transform(dict(audio=sound))["audio"])
        assert np.array_equal(sound, tone(440))  # the reader may still hold it
        assert drawn[-1].dtype == np.float32
        assert drawn[-1].shape == (RATE,)
        assert np.abs(drawn[-1]).max() <= 1
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_gain_is_within_its_decibels():
    np.random.seed(0)
    gains = [
        np.abs(RandomGain(decibels=6)(dict(audio=tone(440)))["audio"]).max() for _ in range(99)
    ]
    decibels = 20 * np.log10(np.array(gains) / 0.5)
    assert decibels.min() == pytest.approx(-6, abs=0.3)
    assert decibels.max() == pytest.approx(6, abs=0.3)


def test_gain_clips_at_full_scale():
    np.random.seed(1)
    loud = [RandomGain(decibels=40)(dict(audio=tone(440)))["audio"] for _ in range(9)]
    assert max(np.abs(sound).max() for sound in loud) == 1.0


def test_pitch_moves_a_tone_by_its_factor():
    np.random.seed(0)
    found = {
        pitch(RandomPitch(semitones=12, prob=1)(dict(audio=tone(800)))["audio"]) for _ in range(60)
    }
    assert 400 <= min(found) < 440
    assert 1500 < max(found) <= 1600


def test_pitch_of_a_slower_sound():
    np.random.seed(0)
    factor = 2 ** (np.random.RandomState(0).uniform(size=2)[1] * 6 / 12 - 3 / 12)
    played = RandomPitch(semitones=3, prob=1)(dict(audio=tone(800)))["audio"]
    assert pitch(played) == pytest.approx(800 * factor, abs=2)


def test_band_stop_takes_a_tone_out_and_leaves_the_other():
    transform = RandomBandStop(octaves=0.2, lowest=999, highest=1000, prob=1)
    np.random.seed(0)
    left = transform(dict(audio=tone(1001) + tone(3000)))["audio"]
    assert np.abs(left - tone(3000)).max() < 1e-4


def test_silent_span_is_one_and_short_enough():
    transform, lengths = RandomSilentSpan(fraction=0.25, prob=1), []
    np.random.seed(0)
    for _ in range(50):
        (silent,) = np.nonzero(transform(dict(audio=np.ones(1000, np.float32)))["audio"] == 0)
        lengths.append(len(silent))
        assert len(silent) == 0 or np.ptp(silent) == len(silent) - 1
    assert 200 < max(lengths) <= 250


@pytest.fixture
def clip(tmp_path: Path) -> str:
    path = tmp_path / "dog.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.zeros(3 * RATE, np.int16).tobytes())
    return str(path)


def test_second_begins_anywhere_in_the_file(clip: str):
    np.random.seed(0)
    transform = RandomSecond()
    seconds = [
        transform(dict(subset="s4", audio_path=clip, second=0))["audio_start"] for _ in range(200)
    ]
    assert 0 <= min(seconds) < 0.05
    assert 1.95 < max(seconds) <= 2


def test_load_audio_begins_there_and_second_stays(clip: str):
    with wave.open(clip, "rb") as file:
        parameters = file.getparams()
    with wave.open(clip, "wb") as file:
        file.setparams(parameters)
        file.writeframes(np.arange(3 * RATE).astype("<i2").tobytes())
    loaded = LoadAudio()(dict(subset="s4", audio_path=clip, second=0, audio_start=0.5))
    assert loaded["audio"][0] * 32768 == 8000
    assert loaded["second"] == 0


def test_second_of_ms3_stays(clip: str):
    assert "audio_start" not in RandomSecond()(dict(subset="ms3", audio_path=clip, second=1))


@pytest.mark.parametrize(
    "name", ["RandomSecond", "RandomPitch", "RandomBandStop", "RandomSilentSpan"]
)
def test_prob(name: str, clip: str):
    never = TRANSFORMS.build(dict(type=f"avs_mm.{name}", prob=0))
    results = never(dict(subset="s4", audio_path=clip, second=0, audio=tone(440)))
    assert "audio_start" not in results
    assert np.array_equal(results["audio"], tone(440))
    with pytest.raises(ValueError, match=r"from 0 to 1, not 1\.5"):
        TRANSFORMS.build(dict(type=f"avs_mm.{name}", prob=1.5))
