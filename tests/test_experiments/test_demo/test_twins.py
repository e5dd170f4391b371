"""The demo's clips of two objects of a category, with a network that knows the truth of them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData

from avs_mm.experiments.demo import twins
from avs_mm.experiments.demo.page import MEANINGS
from avs_mm.mini import CATEGORIES
from avs_mm.mini.twins import SILENT, SOUNDING, draw_twin_clip

HEARD = CATEGORIES.index("drum")


class KnowsTheObjects:
    """Has the true mask of either object, and hears a drum in every sound."""

    uses_sound, seconds_before, batch_size, threshold = True, 0.0, 8, 0.5

    def __init__(self) -> None:
        self.classes, self.palette = list(CATEGORIES), [[255, 0, 0]] * 6
        self.model = SimpleNamespace(segmentor=SimpleNamespace())
        clips = [draw_twin_clip(twins.SEED, index) for index in range(6)]
        self.known = {
            frame.tobytes(): (clip.category, labels)
            for clip in clips
            for frame, labels in zip(clip.frames, clip.labels, strict=True)
        }

    def find_candidates(self, images: list[np.ndarray]) -> list[InstanceData]:
        found = []
        for image in images:
            category, labels = self.known[image.tobytes()]
            masks = torch.from_numpy(np.stack([labels == SILENT, labels == SOUNDING]))
            found.append(
                InstanceData(masks=masks, labels=torch.full((2,), category), scores=torch.ones(2))
            )
        return found

    def encode_sounds(self, waveforms: list[np.ndarray]) -> torch.Tensor:
        assert all(len(waveform) == 16_000 for waveform in waveforms)
        return torch.zeros(len(waveforms), 1)

    def score_sounds(self, encodings: list, candidates: list) -> np.ndarray:
        return np.tile(np.eye(6)[HEARD], (len(encodings), 1))


@pytest.fixture(scope="module")
def judged():
    inferencer = KnowsTheObjects()
    figures, section = twins.twins_told_apart(inferencer)
    assert vars(inferencer.model.segmentor) == {"candidates_per_category": 2, "split_parts": 0.2}
    return figures, section


def test_the_figures_of_true_masks(judged):
    figures, _ = judged
    assert set(figures) <= set(MEANINGS)
    assert (figures["both_found"], figures["right_by_category"]) == (1, 0)
    assert figures["right_by_synchrony"] > 0.95
    # of the six clips it hears the drums
    assert figures["right_by_stage2"] == pytest.approx(1 / 6, abs=0.01)
    assert figures["AP50_by_category"] < 0.6 < 0.95 < figures["AP50_by_synchrony"]


def test_a_row_shows_what_each_way_marks(judged):
    _, section = judged
    assert len(section.examples) == 6
    drums = section.examples[HEARD]
    assert drums.captions[1:] == ["sounding: drum", "drum, drum", "drum", "drum"]
    assert section.examples[0].captions[1:] == ["sounding: bell", "bell, bell", "bell", "nothing"]
    frame, truth, category, synchrony, stage2 = drums.images
    assert (synchrony == stage2).all()
    clip = draw_twin_clip(twins.SEED, HEARD)
    painted = [(shown != frame).any(axis=2) for shown in (truth, category, synchrony)]
    of_silent = [shown[clip.labels[15] == SILENT].mean() for shown in painted]
    assert of_silent[0] < 0.5 < 0.9 < of_silent[1]
    assert of_silent[2] < 0.7
