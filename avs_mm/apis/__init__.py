"""What a program calls: a trained model on arrays, on a whole video, under any sound."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.apis.encoded_video import EncodedVideo
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.apis.inferencer import AVSInferencer
from avs_mm.apis.video import segment_video

__all__ = ["AVSInferencer", "AVSObject", "EncodedVideo", "Frame", "segment_video"]
