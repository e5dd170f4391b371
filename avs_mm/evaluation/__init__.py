from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.evaluation.audio_sensitivity_metric import AudioSensitivityMetric
from avs_mm.evaluation.avs_metric import AVSMetric
from avs_mm.evaluation.candidate_metric import CandidateMetric
from avs_mm.evaluation.prediction_writer import PredictionWriter
from avs_mm.evaluation.threshold_sweep_metric import LocaliserThresholdMetric
from avs_mm.evaluation.track_metric import TrackMetric

__all__ = [
    "AVSMetric",
    "AudioSensitivityMetric",
    "CandidateMetric",
    "LocaliserThresholdMetric",
    "PredictionWriter",
    "TrackMetric",
]
