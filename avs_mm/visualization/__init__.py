"""Drawing: objects over a frame, annotations, sounds, plots and figures."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.visualization.annotation import draw_annotation, draw_category_map
from avs_mm.visualization.drawing import draw_candidates, draw_objects, sounding_candidates
from avs_mm.visualization.waveform import draw_sound

__all__ = [
    "draw_annotation",
    "draw_candidates",
    "draw_category_map",
    "draw_objects",
    "draw_sound",
    "sounding_candidates",
]
