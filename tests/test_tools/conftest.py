"""A few drawn clips that the tools run on."""

from pathlib import Path

import pytest

from avs_mm.mini import make_mini_dataset

NOTHING = {"train": 0, "val": 0, "test": 0}
CLIPS = {
    "s4": {**NOTHING, "test": 6},
    "ms3": {**NOTHING, "test": 4},
    "v2": NOTHING,
    "all": {"train": 0, "val": 0},
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> Path:
    """Six S4 clips, one a category, and four of MS3, three of which are of one picture."""
    folder = tmp_path_factory.mktemp("drawn") / "mini"
    return make_mini_dataset(folder, clips=CLIPS, progress=False, workers=1)
