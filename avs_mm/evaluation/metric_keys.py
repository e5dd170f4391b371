"""Refuse results whose metrics have the names of an older version."""

import os
from collections.abc import Mapping

__all__ = ["RENAMED_KEYS", "check_metric_keys"]

# Old name -> the name that it has now
RENAMED_KEYS = {"candidates/masks_of_nothing": "candidates/false_positive_masks"}


def check_metric_keys(metrics: Mapping[str, Mapping[str, object]], path: str | os.PathLike) -> None:
    """Require that no metric of a results file has a name that is no longer used.

    Args:
        metrics: Condition or test -> metric -> value.
        path: The file that they were read from.

    Raises:
        ValueError: One has; the message names the file, the key and the remedy.
    """
    for group in metrics.values():
        for key in group:
            if key in RENAMED_KEYS:
                raise ValueError(
                    f"{path}: was written by an older version of avs_mm, as it has the metric "
                    f"{key!r}, which is now {RENAMED_KEYS[key]!r}; remove it and evaluate again"
                )
