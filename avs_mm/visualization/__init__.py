"""Drawing of what was seen and heard."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.visualization.drawing import (
    draw_candidates,
    draw_objects,
    draw_sound,
    sounding_candidates,
)

__all__ = ["draw_candidates", "draw_objects", "draw_sound", "sounding_candidates"]
