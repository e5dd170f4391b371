"""Give a data set the categories of a model: the same names, in the model's order."""

from collections.abc import Sequence
from typing import Any

__all__ = ["map_categories", "speaks_of_others"]


def map_categories(dataset: Any, classes: Sequence[str]) -> None:
    """Map a data set's categories by name to those of a model; it may have fewer of them.

    Reaches the ``AVSBenchDataset`` within mmengine's and mmseg's wrappers and within
    ``ConditionedFrames``. A data set without categories, and one of these very categories, stays
    as it is.

    Args:
        classes: The model's, in its order; where they are not known, nothing is changed.

    Raises:
        ValueError: The data set has a category that the model does not know, or cannot be mapped.
    """
    own = tuple((getattr(dataset, "metainfo", None) or {}).get("classes") or ())
    if not classes or own in ((), tuple(classes)):
        return
    if hasattr(dataset, "set_categories"):
        dataset.set_categories(classes)
        return
    conditions = getattr(dataset, "conditions", {})
    inner = [*getattr(dataset, "datasets", ()), *conditions.values()]
    if hasattr(dataset, "dataset"):
        inner.append(dataset.dataset)
    if not inner:
        raise ValueError(
            f"the model knows {tuple(classes)}, the data has {own}: the names and their order must "
            "be the same, as only an avs_mm.AVSBenchDataset can be mapped"
        )
    for part in {id(part): part for part in inner}.values():
        map_categories(part, classes)
    if hasattr(dataset, "_metainfo"):  # the wrappers keep a copy of the first data set's
        dataset._metainfo = {**inner[-1].metainfo}


def speaks_of_others(model: Any, classes: Sequence[str]) -> bool:
    """Whether a model that needs no training knows other categories than the data's by name.

    Then the data's masks say whether it is right, and their categories do not.
    """
    known = getattr(model, "stage1_categories", None) or ()
    return bool(getattr(model, "needs_no_training", False) and set(classes) - set(known))
