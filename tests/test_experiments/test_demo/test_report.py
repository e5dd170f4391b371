"""The demo's report end to end, with an inferencer that knows the truth of a few drawn clips."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.datasets import AVSBenchDataset
from avs_mm.experiments.demo import report
from avs_mm.experiments.demo.page import TWINS, Example, Section
from avs_mm.mini import CATEGORIES, make_mini_dataset

pytestmark = pytest.mark.slow

NOTHING = {"train": 0, "val": 0, "test": 0}
CLIPS = {
    "s4": {**NOTHING, "test": 6},
    "ms3": {**NOTHING, "test": 12},
    "v2": NOTHING,
    "all": {"train": 0, "val": 0},
}
PALETTE = [[255, 0, 0]] * 6


class LeftIsBell:
    """Takes the left half of every image for a bell, which sounds where there is any sound."""

    def __init__(self) -> None:
        self.classes = list(CATEGORIES)
        self.palette = PALETTE

    def __call__(
        self, images: list[np.ndarray], waveforms: list[np.ndarray]
    ) -> list[SegDataSample]:
        return [self.predict(*pair) for pair in zip(images, waveforms, strict=True)]

    def predict(self, image: np.ndarray, waveform: np.ndarray) -> SegDataSample:
        assert (image.dtype, waveform.shape) == (np.uint8, (16_000,))
        masks = torch.zeros(1, *image.shape[:2], dtype=torch.bool)
        masks[..., : image.shape[1] // 2] = True
        score = float(np.abs(waveform).max() > 0)
        sample = SegDataSample()
        sample.pred_instances = InstanceData(
            masks=masks,
            labels=torch.tensor([0]),
            scores=torch.tensor([0.75]),
            audio_scores=torch.tensor([score]),
        )
        sample.pred_sem_seg = PixelData(data=torch.where(masks & (score > 0.5), 0, 255))
        return sample


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """Six S4 clips, one a category, and twelve of MS3: scenes of one track and of three."""
    folder = tmp_path_factory.mktemp("drawn") / "mini"
    return make_mini_dataset(folder, clips=CLIPS, progress=False, workers=1)


def sources(data: Path) -> dict[str, dict]:
    objects, silent = data / "AVSBench-object", data / "silent-objects"
    return {
        "s4": dict(subset="s4", data_root=objects / "Single-source", silent_root=silent / "s4"),
        "ms3": dict(
            subset="ms3",
            data_root=objects / "Multi-sources",
            semantic_root=data / "AVSBench-semantic",
            silent_root=silent / "ms3",
        ),
    }


def dataset(source: dict) -> AVSBenchDataset:
    return AVSBenchDataset(
        **source,
        split="test",
        metainfo=dict(classes=CATEGORIES, palette=PALETTE),
        pipeline=report.PIPELINE,
        test_mode=True,
    )


def test_the_middle_frame_of_each_category_is_chosen(data):
    places = list(report.one_of_each_category(dataset(sources(data)["s4"])))
    assert places == [(f"{name}_test_00{n}", 2) for n, name in enumerate(CATEGORIES)]


def test_a_frame_is_chosen_under_its_three_sounds(data):
    places = list(report.three_sounds(dataset(sources(data)["ms3"])))
    assert len(places) == 9  # three scenes have three tracks
    for start in (0, 3, 6):
        clips, frames = zip(*places[start : start + 3], strict=True)
        assert [clip.rpartition("_")[2] for clip in clips] == ["both", "first", "second"]
        assert len(set(frames)) == len({clip.rpartition("_")[0] for clip in clips}) == 1


def test_an_example_has_an_image_and_a_caption_for_every_column(data):
    source = sources(data)["s4"]
    examples = report.examples_of(LeftIsBell(), source, report.one_of_each_category)
    assert len(examples) == 6
    image, truth, candidates, own, silence, unmatched = examples[0].images
    assert {shown.shape for shown in examples[0].images} == {(224, 224, 3)}
    clip, named, found, under_own, under_silence, under_unmatched = examples[0].captions
    assert (clip, found) == ("bell_test_000, second 3", "1 found")
    assert re.fullmatch("sounding: bell; silent: [a-z, ]+", named)
    assert (under_own, under_silence) == ("bell", "nothing")
    assert re.fullmatch(r"bell \(under [a-z]+_test_00[1-5]\)", under_unmatched)

    # the left half is filled with red wherever the bell is taken to sound, or is a candidate
    inner = np.s_[60:200, 10:100]
    expected = np.rint(0.55 * image[inner] + 0.45 * np.array([255, 0, 0]))
    for shown in (candidates, own, unmatched):
        assert (shown[inner] == expected).mean() > 0.95
    assert (silence[inner] == image[inner]).all()
    assert (truth != image).any()


def test_the_report_is_written_from_the_command_line(data, tmp_path, monkeypatch):
    metrics = {"stage1": {"sounding_recall": 0.905}, "stage2": {"J": 0.84, "oracle_J": 0.85}}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    monkeypatch.setattr(report, "AVSInferencer", lambda config, checkpoint: LeftIsBell())
    twins = Section("twins", TWINS, [Example([np.zeros((8, 8, 3), np.uint8)] * 5, [*"abcde"])])
    figures = {"right_by_synchrony": 0.625}
    monkeypatch.setattr(report, "twins_told_apart", lambda inferencer: (figures, twins))
    out = tmp_path / "report.html"
    options = {"--config": "c.py", "--checkpoint": "c.pth", "--data": data, "--video": "demo.mp4"}
    options |= {"--metrics": tmp_path / "metrics.json", "-o": out}
    arguments = [str(part) for option in options.items() for part in option]
    monkeypatch.setattr(sys, "argv", ["report", *arguments])
    report.main()
    html = out.read_text(encoding="utf-8")
    assert html.count("<img ") == 6 * (6 + 6) + 5
    assert html.count('<div class="row">') == 13
    assert all(text in html for text in (">0.905<", ">0.840<", ">0.625<", 'src="demo.mp4"'))
    written = json.loads((tmp_path / "metrics.json").read_text())
    assert written == {**metrics, "instances": figures}
    assert "bell_test_000, second 3" in html
