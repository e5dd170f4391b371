"""Paint mixed by a table is, pixel for pixel, the paint that the formula gives."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from avs_mm.visualization.drawing import _blend

level = st.integers(0, 255)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    colour=st.tuples(level, level, level),
    opacity=st.floats(0, 1),
)
def test_a_blend_is_the_rounded_mean(seed, size, colour, opacity):
    rng = np.random.default_rng(seed)
    canvas = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    mask = np.asfortranarray(rng.random(size) < 0.5)  # as pycocotools decodes it
    expected = canvas.copy()
    mixed = (1 - opacity) * canvas[mask] + opacity * np.array(colour)
    expected[mask] = np.rint(mixed).astype(np.uint8)
    _blend(canvas, mask, colour, opacity=opacity)
    np.testing.assert_array_equal(canvas, expected)
