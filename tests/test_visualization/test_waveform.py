import numpy as np
import pytest

from avs_mm.visualization.waveform import draw_sound, envelope


def test_the_envelope_is_the_root_of_the_lowest_and_highest_amplitude():
    low, high = envelope(np.array([0.25, -0.04, 0.0, 0.01, -1.0, 0.0]), 3)
    assert low == pytest.approx([-0.2, 0.0, -1.0])
    assert high == pytest.approx([0.5, 0.1, 0.0])


def test_columns_without_a_sample_are_left_out():
    low, high = envelope(np.array([0.25, 0.0]), 5)
    assert (low.tolist(), high.tolist()) == ([0.5, 0.0], [0.5, 0.0])
    assert [ends.shape for ends in envelope(np.zeros(0), 5)] == [(0,), (0,)]


@pytest.mark.parametrize(("height", "strip"), [(120, 18), (224, 22), (480, 48)])
def test_silence_is_a_line_in_the_middle_of_the_strip(height, strip):
    image = np.full((height, 300, 3), 100, np.uint8)
    drawn = draw_sound(image, np.zeros(16000, np.float32), time=2.4)
    assert (drawn[: height - strip] == 100).all()
    assert (drawn[height - strip, :100] == 35).all()
    blue = (drawn == (120, 200, 255)).all(axis=-1)
    assert blue[:, :100].sum(axis=0).tolist() == [1] * 100
    assert np.flatnonzero(blue[:, 0]).item() in (height - strip // 2 - 1, height - strip // 2)


def test_amplitudes_are_drawn_as_their_square_root():
    image = np.zeros((480, 854, 3), np.uint8)
    waveform = np.zeros(16000, np.float32)
    waveform[:8000:2], waveform[1:8000:2] = 0.25, -0.25
    drawn = draw_sound(image, waveform, time=1.0)
    heights = (drawn == (120, 200, 255)).all(axis=-1).sum(axis=0)
    # The strip is 48 high, a full amplitude reaches 22 from its middle, a quarter of it 11.
    assert heights[100] == pytest.approx(22, abs=1)
    assert heights[600] == 1


def test_the_time_is_written_on_the_right():
    image = np.zeros((224, 224, 3), np.uint8)
    early, late = (draw_sound(image, np.zeros(16000), time=time) for time in (1.5, 3.7))
    changed = np.argwhere((early != late).any(axis=-1))
    assert len(changed) > 20
    assert changed[:, 0].min() >= 202
    assert changed[:, 1].min() >= 180
