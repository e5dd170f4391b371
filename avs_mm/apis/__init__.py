"""What a program calls: a trained model on arrays, and on a whole video."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.apis.inferencer import AVSInferencer
from avs_mm.apis.video import segment_video

__all__ = ["AVSInferencer", "segment_video"]
