import numpy as np
import pytest

from avs_mm.tracking import Hysteresis, colour_of


def decide(margin: float, scores: list[float]) -> list[bool]:
    hysteresis = Hysteresis(margin)
    states = []
    for score in scores:
        (threshold,) = hysteresis.thresholds([7], at=0.5)
        states.append(score > threshold)
        hysteresis.update([7], [states[-1]])
    return states


def test_a_decision_holds_until_it_is_clearly_wrong():
    scores = [0.52, 0.48, 0.52, 0.39, 0.52, 0.61]
    assert decide(0.0, scores) == [True, False, True, False, True, True]
    assert decide(0.1, scores) == [True, True, True, False, False, True]


def test_objects_have_states_of_their_own():
    hysteresis = Hysteresis(0.1)
    hysteresis.update([1, 2], [True, False])
    np.testing.assert_allclose(hysteresis.thresholds([2, 1, 3], at=0.5), [0.6, 0.4, 0.5])


@pytest.mark.parametrize("margin", [-0.1, 0.5])
def test_a_margin_out_of_range_is_refused(margin):
    with pytest.raises(ValueError, match=r"a margin in \[0, 0\.5\)"):
        Hysteresis(margin)


def test_colours_of_neighbours_differ():
    colours = np.array([colour_of(track) for track in range(1, 9)], float)
    distances = np.linalg.norm(colours[:, None] - colours[None], axis=-1)
    assert distances[~np.eye(8, dtype=bool)].min() > 40
    assert colour_of(3) == colour_of(3)
