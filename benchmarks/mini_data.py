"""The mini data set for a benchmark: that of $AVS_MINI, or one that is drawn for it."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from avs_mm.mini import make_mini_dataset


@contextmanager
def mini_data(*, scale: float = 0.05) -> Iterator[Path]:
    """Give the folder of S4; ``scale`` is the factor on the clips that are drawn."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(os.environ.get("AVS_MINI") or temporary)
        if not os.environ.get("AVS_MINI"):
            folder = make_mini_dataset(folder / "mini", scale=scale, progress=False)
        yield folder / "AVSBench-object" / "Single-source"
