"""The categories that a segmentor of another vocabulary can mark, apart from those it cannot."""

from collections.abc import Mapping
from typing import Any

from avs_mm.evaluation.metrics.frame_log import NOTHING
from avs_mm.vocabularies.same_objects import is_covered

__all__ = ["coverage"]


def coverage(jaccard_per_category: Mapping[str, tuple[float, int]], model: Any) -> dict[str, Any]:
    """Average J over the frames of covered and of uncovered categories.

    Args:
        jaccard_per_category: Of each category of the data its mean J and its number of frames.
        model: Has ``stage1_categories``, the names that its segmentor knows.

    Returns:
        "covered" and "uncovered": ``J``, None without frames, ``frames`` and ``categories``.
    """
    parts: dict[str, Any] = {}
    for part in ("covered", "uncovered"):
        chosen = {
            name: value
            for name, value in jaccard_per_category.items()
            if name != NOTHING and is_covered(name, model.stage1_categories) == (part == "covered")
        }
        frames = sum(number for _, number in chosen.values())
        total = sum(score * number for score, number in chosen.values())
        parts[part] = {
            "J": total / frames if frames else None,
            "frames": frames,
            "categories": sorted(chosen),
        }
    return parts
