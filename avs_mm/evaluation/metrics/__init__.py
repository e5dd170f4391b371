"""The metrics of the field's benchmarks and of the paper, each accumulated over a test set."""

from avs_mm.evaluation.metrics.audio_sensitivity_metric import AudioSensitivityMetric
from avs_mm.evaluation.metrics.avis_metric import AVISMetric
from avs_mm.evaluation.metrics.avs_metric import AVSMetric
from avs_mm.evaluation.metrics.candidate_metric import CandidateMetric
from avs_mm.evaluation.metrics.instance_metric import InstanceMetric
from avs_mm.evaluation.metrics.localiser_threshold_metric import LocaliserThresholdMetric
from avs_mm.evaluation.metrics.prediction_writer import PredictionWriter
from avs_mm.evaluation.metrics.track_metric import TrackMetric
from avs_mm.evaluation.metrics.vpo_metric import VPOMetric

__all__ = [
    "AVISMetric",
    "AVSMetric",
    "AudioSensitivityMetric",
    "CandidateMetric",
    "InstanceMetric",
    "LocaliserThresholdMetric",
    "PredictionWriter",
    "TrackMetric",
    "VPOMetric",
]
