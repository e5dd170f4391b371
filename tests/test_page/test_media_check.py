import numpy as np
import pytest

from avs_mm.media import write_video
from avs_mm.page.limits import Limits
from avs_mm.page.media_check import MediaFacts, check_media
from avs_mm.page.page_error import PageError


def test_what_a_video_holds(low_clip, silent_clip):
    facts = check_media(low_clip, name="low.mp4", limits=Limits())
    assert facts == MediaFacts("video/mp4", pytest.approx(3.0, abs=0.05), True, True)
    assert not check_media(silent_clip, name="silent.mp4", limits=Limits()).has_audio


def test_what_a_sound_holds(high_sound):
    facts = check_media(high_sound, name="high.wav", limits=Limits())
    assert facts == MediaFacts("audio/wav", pytest.approx(3.0), False, True)


def test_too_long_by_the_packets(low_clip):
    with pytest.raises(PageError, match=r"low\.mp4 is 3 s long, and this page takes 2 s"):
        check_media(low_clip, name="low.mp4", limits=Limits(seconds=2))


def test_too_large_frames(tmp_path):
    path = tmp_path / "large.mp4"
    write_video(path, [np.zeros((120, 160, 3), np.uint8)] * 4, fps=4)
    with pytest.raises(PageError, match="160x120, which are too large"):
        check_media(path, name="large.mp4", limits=Limits(pixels=100 * 100))


@pytest.mark.parametrize("kept", [40, 2000])
def test_a_damaged_video_is_one_sentence(tmp_path, low_clip, kept):
    path = tmp_path / "cut.mp4"
    path.write_bytes(low_clip.read_bytes()[:kept])
    with pytest.raises(PageError, match=r"holiday\.mp4 cannot be read") as caught:
        check_media(path, name="holiday.mp4", limits=Limits())
    assert str(tmp_path) not in str(caught.value)
