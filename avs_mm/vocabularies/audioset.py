"""AudioSet's 527 classes by MID: their display names, and which are part of which."""

import csv
import difflib
from functools import cache
from pathlib import Path

import yaml

__all__ = ["class_names", "descendants", "find_mid"]

FOLDER = Path(__file__).parent


@cache
def class_names() -> dict[str, str]:
    """Return the display name of each MID."""
    with (FOLDER / "class_labels_indices.csv").open(encoding="utf-8", newline="") as file:
        return {row["mid"]: row["display_name"] for row in csv.DictReader(file)}


@cache
def descendants(mid: str) -> frozenset[str]:
    """Return the MIDs of a class and of all that AudioSet's ontology counts as part of it."""
    below = (descendants(child) for child in _children().get(mid, ()))
    return frozenset({mid}).union(*below)


def find_mid(name: str) -> str:
    """Return the MID of a class that is given by its display name or by its MID.

    Raises:
        ValueError: There is no such class; the message offers near names.
    """
    mids = _mids_by_name()
    if name in class_names():
        return name
    if name in mids:
        return mids[name]
    by_lower_case = {known.lower(): known for known in mids}
    wanted = name.lower()
    near = [known for lower, known in by_lower_case.items() if wanted in lower.split(", ")]
    near += [
        by_lower_case[lower]
        for lower in difflib.get_close_matches(wanted, by_lower_case, n=5, cutoff=0.6)
    ]
    near += [known for lower, known in by_lower_case.items() if wanted in lower]
    offered = list(dict.fromkeys(near))[:5]
    advice = (
        f"near names are {', '.join(map(repr, offered))}"
        if offered
        else "the names stand in class_labels_indices.csv"
    )
    raise ValueError(f"{name!r} is no AudioSet class, by display name or MID; {advice}")


@cache
def _children() -> dict[str, list[str]]:
    return yaml.safe_load((FOLDER / "audioset_children.yaml").read_text(encoding="utf-8"))


@cache
def _mids_by_name() -> dict[str, str]:
    return {name: mid for mid, name in class_names().items()}
