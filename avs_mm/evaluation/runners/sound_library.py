"""The seconds of some data sets, to be looked up by what sounds in them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from rich.progress import track
from torch import Tensor

from avs_mm.datasets import AVSBenchDataset, ConditionedFrames
from avs_mm.datasets.map_categories import map_categories
from avs_mm.evaluation.runners.frame_choice import sounding_categories
from avs_mm.registry import DATASETS

__all__ = ["SoundLibrary", "library_of"]


class SoundLibrary:
    """The seconds of some data sets, and what sounds in each.

    Args:
        datasets: Of one list of categories, under their own sounds; their pipelines load sound and
            annotation.
    """

    def __init__(self, datasets: Sequence[AVSBenchDataset]) -> None:
        self.places = {
            (info["audio_path"], info["second"]): (dataset, index)
            for dataset in datasets
            for index in range(len(dataset))
            for info in [dataset.get_data_info(index)]
        }

    def categories_of(self, audio_path: str, second: int) -> frozenset[int]:
        """Return what sounds in a second, by the annotation; empty where nothing says it."""
        if (audio_path, second) not in self.places:
            return frozenset()
        dataset, index = self.places[audio_path, second]
        return sounding_categories(dataset[index]["data_samples"])

    def sound_alone(self, category: int, generator: np.random.Generator) -> Tensor | None:
        """Draw a second in which one category sounds and no other; None where there is none."""
        places = list(self.places)
        for number in generator.permutation(len(places)):
            dataset, index = self.places[places[number]]
            item = dataset[index]
            if sounding_categories(item["data_samples"]) == {category}:
                return item["inputs"]["audio"]
        return None


def library_of(frames: ConditionedFrames, dataset_config: Mapping[str, Any]) -> SoundLibrary:
    """Gather the seconds that the unmatched sounds of some frames may come from.

    Args:
        dataset_config: By which the frames were built.

    Raises:
        ValueError: They are not AVSBench's.
    """
    dataset = frames.dataset
    if not isinstance(dataset, AVSBenchDataset):
        raise ValueError(
            f"figures of other sounds know AVSBench's seconds, not {type(dataset).__name__}; "
            "tools/evaluate.py shows the frames of lowest J"
        )
    own = {key: value for key, value in dataset_config.items() if key != "audio_pairs"}
    splits = dataset.unmatched_splits or [dataset.split]
    others = [DATASETS.build({**own, "audio": "original", "split": split}) for split in splits]
    for other in track(others, "Reading sounds"):
        map_categories(other, frames.metainfo["classes"])
    return SoundLibrary(others)
