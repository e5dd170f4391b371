import pytest
from drawn_objects import drawn_frames

from avs_mm.apis.frame import Frame


@pytest.fixture(scope="session")
def frames() -> list[Frame]:
    return drawn_frames()
