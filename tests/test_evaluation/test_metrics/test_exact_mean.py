import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from avs_mm.evaluation.metrics.exact_mean import ExactMean

numbers = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=30)


def mean_of(values: list[float]) -> ExactMean:
    mean = ExactMean.of_shape()
    for value in values:
        mean.add(value)
    return mean


@given(numbers, st.randoms(use_true_random=False), st.integers(0, 30))
def test_order_and_parts_change_no_bit(values, random, cut):
    shuffled = random.sample(values, len(values))
    parts = mean_of(shuffled[:cut])
    parts.merge(mean_of(shuffled[cut:]))
    assert parts.value() == mean_of(values).value()
    assert parts.value() == pytest.approx(np.mean(values), abs=1e-11)


def test_elements_that_do_not_count():
    mean = ExactMean.of_shape(3)
    mean.add(torch.tensor([0.25, 0.5, 1.0]), where=torch.tensor([True, True, False]))
    mean.add(torch.tensor([0.75, 0.0, 1.0]), where=torch.tensor([True, False, False]))
    assert mean.value().tolist() == [0.5, 0.5, 0.0]
    assert mean.count.tolist() == [2, 1, 0]
    mean.add(torch.ones(3), where=False)
    assert mean.value().tolist() == [0.5, 0.5, 0.0]


def test_the_mean_of_nothing_is_zero():
    assert ExactMean.of_shape().value() == 0


def test_a_long_sum_stays_exact():
    mean = ExactMean.of_shape()
    for _ in range(26):  # 2^26 frames, a year of them at two a second
        other = ExactMean(mean.total, mean.count)
        mean.add(1.0)
        mean.merge(other)
    assert mean.count == 2**26 - 1
    assert mean.value() == 1
