"""The seconds of some data sets, to be looked up by what sounds in them."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from avs_mm.datasets import AVSBenchDataset
from avs_mm.evaluation.runners.frame_choice import sounding_categories

__all__ = ["SoundLibrary"]


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
