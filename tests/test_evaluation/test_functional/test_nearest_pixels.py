"""Labels at another size, against PIL on 8-bit labels."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from avs_mm.evaluation.functional import nearest_pixels

LENGTHS = st.integers(1, 1300)


@settings(deadline=None)
@given(height=LENGTHS, width=LENGTHS, to=st.tuples(st.integers(1, 300), st.integers(1, 300)))
def test_takes_the_pixels_that_pil_takes(height: int, width: int, to: tuple[int, int]):
    labels = np.add.outer(7 * np.arange(height), np.arange(width)).astype(np.uint8)
    expected = Image.fromarray(labels).resize(to[::-1], Image.Resampling.NEAREST)
    for kind in (torch.uint8, torch.int64, torch.float32):
        found = nearest_pixels(torch.from_numpy(labels).to(kind), to)
        assert found.dtype == kind
        np.testing.assert_array_equal(found.numpy(), np.asarray(expected))


@pytest.mark.parametrize(("width", "differing"), [(1280, 20), (640, 20), (256, 25), (456, 0)])
def test_torch_takes_others(width: int, differing: int):
    columns = torch.arange(width, dtype=torch.float32)[None]
    found = nearest_pixels(columns, (1, 224))
    torchs = torch.nn.functional.interpolate(columns[None], 224, mode="nearest-exact")[0]
    assert int((found != torchs).sum()) == differing
