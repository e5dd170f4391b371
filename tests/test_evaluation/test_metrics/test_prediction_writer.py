import cv2
import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from avs_mm.evaluation import PredictionWriter

PROBABILITIES = [[0.0, 0.5, 0.50001], [0.25, 0.75, 1.0]]


@pytest.fixture
def sample(frame_sample):
    return frame_sample(
        metainfo={"clip": "dog_a", "frame": 2, "img_path": "frames/dog_a_3.png"},
        pred_sounding_map=PROBABILITIES,
        gt_sounding_mask=torch.ones(2, 3, dtype=torch.uint8),
    )


def read(path) -> np.ndarray:
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def names(folder) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_writes_the_mask_of_every_frame(tmp_path, sample):
    evaluator = Evaluator({"type": "avs_mm.PredictionWriter", "out_dir": str(tmp_path / "new")})
    evaluator.process([sample])
    assert evaluator.evaluate(1) == {}
    assert names(tmp_path) == ["new/dog_a/3.png"]
    mask = read(tmp_path / "new/dog_a/3.png")
    assert mask.dtype == np.uint8
    assert mask.tolist() == [[0, 0, 255], [0, 255, 255]]


def test_writes_probabilities_in_16_bit(tmp_path, sample):
    PredictionWriter(out_dir=tmp_path, save_probability=True).process({}, [sample.to_dict()])
    assert names(tmp_path) == ["dog_a/3.png", "dog_a/3_probability.png"]
    levels = read(tmp_path / "dog_a/3_probability.png")
    assert levels.dtype == np.uint16
    np.testing.assert_allclose(levels / 65535, PROBABILITIES, rtol=0, atol=0.5 / 65535 + 1e-7)


def test_adds_nothing_to_the_other_metrics(tmp_path, sample):
    evaluator = Evaluator([PredictionWriter(out_dir=tmp_path), {"type": "avs_mm.AVSMetric"}])
    evaluator.process([sample])
    alone = Evaluator({"type": "avs_mm.AVSMetric"})
    alone.process([sample])
    assert evaluator.evaluate(1) == alone.evaluate(1)


def test_replaces_its_own_files_and_no_other(tmp_path, sample):
    (tmp_path / "dog_a").mkdir()
    (tmp_path / "dog_a/3.png").write_text("of an earlier run")
    (tmp_path / "dog_a/notes.txt").write_text("kept")
    writer = PredictionWriter(out_dir=tmp_path)
    writer.process({}, [sample.to_dict()])
    writer.process({}, [sample.to_dict()])  # a distributed sampler's padding
    assert names(tmp_path) == ["dog_a/3.png", "dog_a/notes.txt"]
    assert read(tmp_path / "dog_a/3.png").max() == 255
    assert (tmp_path / "dog_a/notes.txt").read_text() == "kept"


def test_a_failed_write_leaves_the_old_file(tmp_path, sample, monkeypatch):
    (tmp_path / "dog_a").mkdir()
    (tmp_path / "dog_a/3.png").write_text("of an earlier run")

    def half_a_write(path, content):
        with path.open("wb") as file:
            file.write(content[:5])
        raise OSError("disk full")

    monkeypatch.setattr("pathlib.Path.write_bytes", half_a_write)
    with pytest.raises(OSError, match="disk full"):
        PredictionWriter(out_dir=tmp_path).process({}, [sample.to_dict()])
    assert names(tmp_path) == ["dog_a/3.png"]
    assert (tmp_path / "dog_a/3.png").read_text() == "of an earlier run"


@pytest.mark.parametrize(
    "other", [{"img_path": "elsewhere/dog_a_3.png"}, {"audio_condition": "silence"}]
)
def test_two_frames_of_one_name_are_refused(tmp_path, sample, other):
    writer = PredictionWriter(out_dir=tmp_path)
    writer.process({}, [sample.to_dict()])
    with pytest.raises(ValueError, match=r"would replace that of frames/dog_a_3.png"):
        writer.process({}, [sample.to_dict() | other])


def test_a_file_of_the_data_set_is_not_replaced(tmp_path, sample):
    annotation = tmp_path / "dog_a/3.png"
    annotation.parent.mkdir()
    annotation.write_text("annotation")
    with pytest.raises(ValueError, match="is a file of the data set"):
        PredictionWriter(out_dir=tmp_path).process(
            {}, [sample.to_dict() | {"seg_map_path": str(annotation)}]
        )
    assert annotation.read_text() == "annotation"


@pytest.mark.parametrize("clip", ["../dog", "a/b", "..", ""])
def test_a_clip_cannot_lead_out_of_the_folder(tmp_path, sample, clip):
    with pytest.raises(ValueError, match="not a plain name"):
        PredictionWriter(out_dir=tmp_path / "out").process({}, [sample.to_dict() | {"clip": clip}])
    assert names(tmp_path) == []


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(ValueError, match="is a file; give a folder"):
        PredictionWriter(out_dir=tmp_path / "out")
