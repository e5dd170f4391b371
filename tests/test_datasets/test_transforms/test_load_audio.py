"""LoadAudio: the right second of any file."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avs_mm.datasets import LoadAudio
from avs_mm.datasets.transforms import crop_or_pad, crop_with_past, load_audio


@given(total=st.integers(0, 50), start=st.integers(0, 60), length=st.integers(0, 50))
def test_crop_or_pad(total, start, length):
    waveform = np.arange(1, total + 1, dtype=np.float32)
    part = crop_or_pad(waveform, start, length)
    expected = [waveform[i] if i < total else 0 for i in range(start, start + length)]
    assert part.dtype == np.float32
    assert part.tolist() == expected


def test_the_crop_is_a_copy():
    waveform = np.ones(4, np.float32)
    crop_or_pad(waveform, 1, 2)[:] = 5
    assert waveform.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("second", [0, 2, 4])
def test_second_of_a_16_khz_file_is_exact(tmp_path: Path, write_wav, second):
    samples = np.random.default_rng(0).integers(-32768, 32768, 80_000)
    write_wav(tmp_path / "sound.wav", samples)
    results = LoadAudio()(dict(audio_path=str(tmp_path / "sound.wav"), second=second))
    expected = samples[16_000 * second : 16_000 * (second + 1)] / 32768
    np.testing.assert_array_equal(results["audio"], expected.astype(np.float32))


def test_stereo_of_another_rate(tmp_path: Path, write_wav):
    """Second s of the left channel is the amplitude 0.2 s, the right one is silent."""
    left = np.repeat(np.arange(5) * 0.2 * 32768, 44_100)
    write_wav(tmp_path / "sound.wav", np.stack([left, 0 * left], axis=1), rate=44_100)
    for second in range(5):
        audio = LoadAudio()(dict(audio_path=str(tmp_path / "sound.wav"), second=second))["audio"]
        assert audio.shape == (16_000,)
        np.testing.assert_allclose(audio[100:-100], 0.1 * second, atol=2e-4)


def test_what_the_file_lacks_is_zero(tmp_path: Path, write_wav):
    write_wav(tmp_path / "short.wav", np.full(40_000, 8192))
    last = LoadAudio()(dict(audio_path=str(tmp_path / "short.wav"), second=2))["audio"]
    assert (last[:8000] == 0.25).all()
    assert (last[8000:] == 0).all()
    assert (LoadAudio()(dict(audio_path=str(tmp_path / "short.wav"), second=4))["audio"] == 0).all()


def test_duration_and_rate(tmp_path: Path, write_wav):
    write_wav(tmp_path / "sound.wav", np.repeat([3000, 6000], 8000), rate=8000)
    transform = LoadAudio(sample_rate=8000, duration=1.5)
    audio = transform(dict(audio_path=str(tmp_path / "sound.wav"), second=0))["audio"]
    assert audio.shape == (12_000,)
    assert (audio[8000:] == np.float32(6000 / 32768)).all()
    assert repr(transform) == (
        "LoadAudio(sample_rate=8000, duration=1.5, hop=1.0, missing='zeros', centred=False, "
        "seconds_before=0.0, remembered_files=16)"
    )


def test_a_changed_file_is_read_again(tmp_path: Path, write_wav):
    import os

    path = tmp_path / "sound.wav"
    for level in (4096, 8192):
        write_wav(path, np.full(16_000, level))
        os.utime(path, ns=(level, level))
        audio = LoadAudio()(dict(audio_path=str(path), second=0))["audio"]
        assert (audio == level / 32768).all()


def test_the_cache_is_not_handed_out(tmp_path: Path, write_wav):
    write_wav(tmp_path / "sound.wav", np.full(16_000, 4096))
    results = dict(audio_path=str(tmp_path / "sound.wav"), second=0)
    LoadAudio()(dict(results))["audio"][:] = 0
    assert (LoadAudio()(dict(results))["audio"] == 0.125).all()


def test_a_negative_memory_is_refused():
    with pytest.raises(ValueError, match="number of files, not -1"):
        LoadAudio(remembered_files=-1)


def test_files_are_decoded_once_as_long_as_they_are_remembered(tmp_path: Path, monkeypatch):
    opened = []
    monkeypatch.setattr(
        load_audio,
        "read_audio",
        lambda path, sample_rate: opened.append(Path(path).stem) or np.zeros(80_000, np.float32),
    )
    for name in "abc":
        (tmp_path / f"{name}.flac").touch()
    remembers_two = pickle.loads(pickle.dumps(LoadAudio(remembered_files=2)))  # as to a worker
    for name, second in [("a", 0), ("b", 0), ("a", 3), ("b", 1), ("c", 0), ("a", 4)]:
        remembers_two(dict(audio_path=str(tmp_path / f"{name}.flac"), second=second))
    assert opened == ["a", "b", "c", "a"]


@pytest.mark.parametrize("condition", ["silence", "noise"])
@pytest.mark.parametrize("second", [0, 3])
def test_replaced_sounds_have_the_same_form(condition, second):
    results = dict(
        audio_path="never read",
        audio_condition=condition,
        second=second,
        clip="dog",
        frame=second,
        audio_seed=0,
    )
    audio = LoadAudio()(results)["audio"]
    assert audio.shape == (16_000,)
    assert audio.dtype == np.float32
    rms = np.sqrt(np.mean(audio**2))
    assert rms == pytest.approx(0 if condition == "silence" else 0.1, rel=1e-5)


def test_missing_sound_is_named():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.wav: no such file"):
        LoadAudio()(dict(audio_path="nowhere.wav", second=0))


def test_sample_without_audio_path():
    with pytest.raises(ValueError, match=r"a\.png has no audio_path.*leave LoadAudio out"):
        LoadAudio()(dict(img_path="a.png"))


def played(file: Path, second: int, **options) -> np.ndarray:
    sample = {"audio_path": str(file), "second": second}
    return LoadAudio(**options).transform(sample)["audio"]


@pytest.fixture
def ramp(tmp_path, write_wav) -> Path:
    """Five seconds whose sample n has the value n // 10."""
    write_wav(tmp_path / "ramp.wav", np.arange(80000) // 10)
    return tmp_path / "ramp.wav"


def test_examples_of_tpavi_begin_every_0_96_s_and_the_last_is_repeated(ramp, tmp_path, write_wav):
    tpavi = dict(duration=0.975, hop=0.96, missing="last")
    for second in range(5):
        audio = played(ramp, second, **tpavi)
        assert len(audio) == 15600
        assert round(audio[0] * 32768) == 1536 * second
    write_wav(tmp_path / "short.wav", np.arange(66000) // 10)  # room for four examples
    assert round(played(tmp_path / "short.wav", 4, **tpavi)[0] * 32768) == 1536 * 3


@pytest.mark.parametrize(("second", "first"), [(0, 0), (1, 0), (2, 1600), (3, 3200), (4, 3200)])
def test_three_seconds_around_a_second_stay_within_the_file(ramp, second: int, first: int):
    audio = played(ramp, second, duration=3.0, missing="shift", centred=True)
    assert len(audio) == 48000
    assert round(audio[0] * 32768) == first


@pytest.mark.parametrize("second", [0, 3])
def test_ten_seconds_of_five_are_the_file_twice(ramp, second: int):
    audio = played(ramp, second, duration=10.0, missing="repeat")
    file = np.arange(80000, dtype=np.float32) // 10 / 32768
    np.testing.assert_array_equal(audio, np.concatenate([file, file]))
    assert len(played(ramp, second, duration=3.0, missing="repeat")) == 48000


def test_an_unknown_filling_is_refused():
    with pytest.raises(ValueError, match="is one of zeros, last, shift, repeat, not 'loop'"):
        LoadAudio(missing="loop")


@given(
    total=st.integers(1, 50),
    start=st.integers(0, 60),
    length=st.integers(1, 20),
    before=st.integers(0, 60),
)
def test_the_past_is_that_of_the_file_or_its_repetition(total, start, length, before):
    waveform = np.arange(1, total + 1, dtype=np.float32)
    cut = crop_with_past(waveform, start, length, before=before)
    period = min(start, before) + length
    places = [start + length - 1 - back % period for back in range(before + length)][::-1]
    assert cut.dtype == np.float32
    assert cut.tolist() == [waveform[place] if place < total else 0 for place in places]


@pytest.mark.parametrize("second", [0, 2, 4])
def test_seconds_before(tmp_path: Path, write_wav, second):
    """Second s has the value s + 1; of the first second there is no past but itself."""
    write_wav(tmp_path / "sound.wav", np.repeat([1, 2, 3, 4, 5], 16_000) * 256)
    transform = LoadAudio(seconds_before=2.0)
    audio = transform(dict(audio_path=str(tmp_path / "sound.wav"), second=second))["audio"]
    expected = {0: [1, 1, 1], 2: [1, 2, 3], 4: [3, 4, 5]}[second]
    np.testing.assert_array_equal(audio, np.repeat(expected, 16_000) / np.float32(128))
    silence = dict(audio_condition="silence", clip="a", frame=0, audio_seed=0)
    replaced = transform(dict(audio_path="", second=second, **silence))["audio"]
    assert replaced.shape == (48_000,)


def test_negative_seconds_before():
    with pytest.raises(ValueError, match="seconds_before is a length of time, not -1"):
        LoadAudio(seconds_before=-1)
