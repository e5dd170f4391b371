"""Parity with AVSBench's loop over a loader of batches, written here once more."""

import pickle

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from avs_mm.evaluation.metrics.official_f import OfficialF


def official(curves: np.ndarray, has_object: np.ndarray, batch_size: int) -> float:
    batches = []
    for start in range(0, len(curves), batch_size):
        batch = slice(start, start + batch_size)
        with_object = curves[batch][has_object[batch]]
        batches.append(with_object.mean(axis=0).max() if len(with_object) else 0.0)
    return float(np.mean(batches))


@st.composite
def frames(draw) -> tuple[np.ndarray, np.ndarray]:
    num_frames = draw(st.integers(1, 17))
    seed = draw(st.integers(0, 2**16))
    has_object = np.array(draw(st.lists(st.booleans(), min_size=num_frames, max_size=num_frames)))
    curves = np.random.default_rng(seed).random((num_frames, 255), np.float32)
    return curves * has_object[:, None], has_object


def collect(curves, has_object, batch_size, order) -> OfficialF:
    f = OfficialF(batch_size)
    for index in order:
        f.add(index, torch.from_numpy(curves[index]), has_object=bool(has_object[index]))
    return f


@settings(max_examples=100, deadline=None)
@given(frames(), st.integers(1, 20), st.integers(1, 4), st.randoms(use_true_random=False))
def test_the_official_loop_in_any_order_and_parts(frames, batch_size, world_size, random):
    curves, has_object = frames
    order = list(range(len(curves)))
    in_order = collect(curves, has_object, batch_size, order)
    expected = official(curves, has_object, batch_size)
    assert in_order.value() == pytest.approx(expected, abs=1e-6)

    parts = [
        collect(curves, has_object, batch_size, order[rank::world_size])
        for rank in range(world_size)
    ]
    first = parts[0]
    for part in parts[1:]:
        first.merge(pickle.loads(pickle.dumps(part)))
    assert first.value() == in_order.value()

    shuffled = random.sample(order, len(order))
    assert collect(curves, has_object, batch_size, shuffled).value() == in_order.value()


def test_by_hand():
    def curve(**values: float) -> torch.Tensor:
        curve = torch.zeros(255)
        for threshold, value in values.items():
            curve[int(threshold[1:])] = value
        return curve

    frames = [
        (curve(t10=0.5, t20=0.75), True),
        (curve(t10=1.0), True),  # together: 0.75 at 10
        (curve(), False),
        (curve(), False),  # nothing sounds: 0, and it counts
        (curve(t5=0.25), True),  # alone, and it counts as much
    ]
    f = OfficialF(2)
    for index, (values, has_object) in enumerate(frames):
        f.add(index, values, has_object=has_object)
    assert f.value() == (0.75 + 0 + 0.25) / 3
    assert f.value() == (0.75 + 0 + 0.25) / 3  # asking changes nothing


def test_memory_does_not_grow_with_the_frames():
    f = OfficialF(4)
    for index in range(400):
        f.add(index, torch.rand(255), has_object=True)
        assert len(f.open) <= 1
    assert f.closed.count == 100


def test_a_set_with_gaps_is_refused():
    f = OfficialF(4)
    for index in (0, 1, 8):
        f.add(index, torch.rand(255), has_object=True)
    with pytest.raises(ValueError, match=r"2 batches of 4 frames are incomplete.*sizes=\(\)"):
        f.value()
