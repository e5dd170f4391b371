"""Evaluation: functional scores, metrics that accumulate them, and runners that evaluate a model.

``avs_mm.registry.METRICS`` imports this.
"""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.evaluation.metric_keys import check_metric_keys
from avs_mm.evaluation.metrics import (
    AudioSensitivityMetric,
    AVISMetric,
    AVSMetric,
    CandidateMetric,
    LocaliserThresholdMetric,
    PredictionWriter,
    TrackMetric,
    VPOMetric,
)

__all__ = [
    "AVISMetric",
    "AVSMetric",
    "AudioSensitivityMetric",
    "CandidateMetric",
    "LocaliserThresholdMetric",
    "PredictionWriter",
    "TrackMetric",
    "VPOMetric",
    "check_metric_keys",
]
