import io
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_network import tone

from avs_mm.page.limits import Limits
from avs_mm.page.media_check import check_media
from avs_mm.page.media_store import MediaStore
from avs_mm.page.mixture import NOISE_LEVEL, Mixture, mix, peaks, wav
from avs_mm.page.page_error import PageError


@pytest.fixture
def store(tmp_path) -> MediaStore:
    return MediaStore(tmp_path, Limits())


def media(store, path):
    return store.add(path, name=path.name, facts=check_media(path, name="", limits=Limits()))


def level(sound) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def test_gains_weight_the_parts(store, low_clip, high_sound):
    video, clip = media(store, low_clip), media(store, high_sound)
    own = mix(video, Mixture(own=1.0))
    assert own.shape == (48_000,)
    assert level(own[8000:40_000]) == pytest.approx(0.3 / 2**0.5, abs=0.01)
    both = mix(video, Mixture(own=0.5, other=2.0, clip=clip))
    np.testing.assert_allclose(both, 0.5 * own + 2.0 * tone(3000), atol=1e-3)
    assert not mix(video, Mixture()).any()
    assert level(mix(video, Mixture(noise=0.5))) == pytest.approx(0.5 * NOISE_LEVEL, rel=0.02)


def test_the_same_noise_every_time(store, low_clip):
    video = media(store, low_clip)
    np.testing.assert_array_equal(mix(video, Mixture(noise=1)), mix(video, Mixture(noise=1)))


def test_a_short_clip_is_followed_by_silence(store, low_clip, high_sound):
    video, clip = media(store, high_sound), media(store, low_clip)
    video.facts = check_media(high_sound, name="", limits=Limits())
    longer = store.add(clip.path, name="", facts=type(clip.facts)("video/mp4", 5.0, True, True))
    sound = mix(longer, Mixture(other=1.0, clip=video))
    assert sound.shape == (80_000,)
    assert not sound[48_000:].any()


def test_a_sound_that_is_not_there(store, silent_clip):
    with pytest.raises(PageError, match=r"silent\.mp4 has no sound"):
        mix(media(store, silent_clip), Mixture(own=1.0))


@pytest.mark.parametrize("gain", [-0.1, 2.1, float("nan"), float("inf")])
def test_gains_out_of_range(gain):
    with pytest.raises(PageError, match="between 0 and 2"):
        Mixture(own=gain)
    with pytest.raises(PageError, match="choose the clip"):
        Mixture(other=1.0)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=50), st.integers(1, 60))
def test_peaks_are_percent(samples, columns):
    sound = np.array(samples, np.float32)
    heights = peaks(sound, columns=columns)
    assert len(heights) == columns
    assert max(heights) == round(100 * float(np.abs(sound).max()) ** 0.5)


def test_the_file_that_is_played():
    with wave.open(io.BytesIO(wav(np.array([0, 1, -1, 0.5], np.float32)))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert np.frombuffer(file.readframes(4), "<i2").tolist() == [0, 32767, -32767, 16384]
