"""A data set whose samples come under their own sound, or under another in its place."""

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from avs_mm.datasets.category_dataset import CategoryDataset

__all__ = ["ConditionedDataset", "check_choice"]


class ConditionedDataset(CategoryDataset):
    """What ``ConditionedFrames`` and the evaluation ask of a data set.

    A class says in ``CONDITIONS`` what its ``audio`` may be, of ``AUDIO_CONDITIONS``. Its samples
    hold ``audio_path`` and ``second``, ``audio_condition``, ``audio_seed`` and ``audio_fallback``
    (``Sound``), and their pipeline loads the sound by a ``LoadSound``.
    """

    CONDITIONS: ClassVar[tuple[str, ...]]

    subset: str
    split: str
    root: Path
    audio: str | None
    audio_seed: int
    scene_pattern: str | None = None

    @property
    @abstractmethod
    def sound_root(self) -> Path:
        """Folder below which the sound files of this data set's condition lie."""

    @property
    def title(self) -> str:
        """What a table calls the subset."""
        return self.subset


def check_choice(argument: str, value: str, known: Sequence[str]) -> None:
    """Check that an argument is one of those known.

    Raises:
        ValueError: It is not.
    """
    if value not in known:
        raise ValueError(f"unknown {argument} {value!r}; choose one of {', '.join(known)}")
