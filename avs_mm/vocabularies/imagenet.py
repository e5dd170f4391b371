"""Which classes of ImageNet show which category."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
import yaml
from torch import Tensor

__all__ = ["NUM_IMAGENET_CLASSES", "imagenet_classes"]

NUM_IMAGENET_CLASSES = 1000
TABLE = Path(__file__).with_name("imagenet.yaml")


def imagenet_classes(categories: Sequence[str]) -> Tensor:
    """Return bool (K, 1000): whether an ImageNet class shows a category.

    Raises:
        ValueError: None of the categories has a class, so that the table is of no use for them.
    """
    table = _table()
    if not any(name in table for name in categories):
        raise ValueError(
            f"none of the categories {', '.join(categories)} is in {TABLE.name}, which has "
            f"{', '.join(table)}: add them, or leave out category_prior"
        )
    shown = torch.zeros(len(categories), NUM_IMAGENET_CLASSES, dtype=torch.bool)
    for row, name in zip(shown, categories, strict=True):
        row[list(table.get(name, ()))] = True
    return shown


@cache
def _table() -> dict[str, tuple[int, ...]]:
    table = {}
    for name, entries in yaml.safe_load(TABLE.read_text()).items():
        ends = [[int(end) for end in str(entry).split("-")] for entry in entries]
        table[name] = tuple(i for span in ends for i in range(span[0], span[-1] + 1))
    return table
