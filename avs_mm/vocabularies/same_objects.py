"""Which category of another vocabulary is the same object, and what to call it in plain words."""

from collections.abc import Collection
from functools import cache
from pathlib import Path

import yaml

__all__ = ["is_covered", "plain_name", "same_category"]

FILE = Path(__file__).parent / "same_objects.yaml"


def is_covered(category: str, known: Collection[str]) -> bool:
    """Whether a segmentor that knows some categories can mark an object of this one."""
    return category in known or any(name in known for name in _names().get(category, ()))


def same_category(name: str, categories: Collection[str]) -> str | None:
    """Return the only category that can be an object of another vocabulary's name; else None.

    COCO's "person" could be S4's "male_speech" or "female_singing": that is no answer.
    """
    if name in categories:
        return name
    fitting = [category for category in categories if name in _names().get(category, ())]
    return fitting[0] if len(fitting) == 1 else None


def plain_name(category: str) -> str:
    """Return what a detector that reads text is asked for: "piano" of "playing_piano"."""
    return _names().get(category, [category])[0].replace("_", " ")


@cache
def _names() -> dict[str, list[str]]:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
