"""The names and colours of a data set's categories, without the background."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

__all__ = [
    "category_positions",
    "check_categories",
    "check_number",
    "checked_classes",
    "voc_palette",
]


def checked_classes(classes: Sequence[str]) -> tuple[str, ...]:
    """Return ``metainfo["classes"]`` as a tuple.

    Raises:
        ValueError: It is no list of up to 254 different names, or names the background.
    """
    if isinstance(classes, str) or not all(isinstance(name, str) for name in classes):
        raise ValueError(f"metainfo classes must be a list of names; got {classes!r}")
    if len(set(classes)) < len(classes) or "background" in classes or len(classes) > 254:
        raise ValueError(
            f"metainfo classes must be up to 254 different names without the background; "
            f"got {list(classes)}"
        )
    return tuple(classes)


def check_categories(
    clips: Mapping[str, Collection[str]], *, classes: Sequence[str], table: Path
) -> None:
    """Check that the categories of each clip, by its name in ``table``, are among the classes.

    Raises:
        ValueError: A clip is of another category.
    """
    for clip, categories in clips.items():
        unknown = set(categories) - set(classes)
        if unknown:
            raise ValueError(
                f"clip {clip} is of category {', '.join(sorted(unknown))}, which is not in "
                f"metainfo classes {list(classes)}; add it there, or take the clip out of {table}"
            )


def check_number(names: Sequence[str], number: int | None, *, source: str) -> None:
    """Check that as many categories are named as a network distinguishes, if it does (not None).

    Raises:
        ValueError: There are more or fewer; ``source`` is where the names stand.
    """
    if number is not None and len(names) != number:
        raise ValueError(
            f"{source} names {len(names)} categories ({', '.join(names)}), and the network tells "
            f"{number} apart: take the names and the order that it was trained with"
        )


def category_positions(names: Mapping[int, str], classes: Sequence[str]) -> dict[int, int]:
    """Map each label to its category's index in ``classes``; labels of no class are left out."""
    return {label: classes.index(name) for label, name in names.items() if name in classes}


def voc_palette(num_categories: int) -> list[list[int]]:
    """Return one RGB colour a category: that of label index + 1 by PASCAL VOC's rule.

    The bits of a label are dealt to red, green and blue in turn, the lowest becoming the highest.
    """
    palette = []
    for label in range(1, num_categories + 1):
        colour = [0, 0, 0]
        for bit in range(8):
            colour[bit % 3] |= (label >> bit & 1) << (7 - bit // 3)
        palette.append(colour)
    return palette
