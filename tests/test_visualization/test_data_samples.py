"""A sample of a data set as one image: header, annotation and the second of sound."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm.visualization.data_samples import (
    build_dataset,
    draw_sample,
    spread_indices,
    write_samples,
)

METAINFO = {"classes": ["cat", "dog"], "palette": [[255, 0, 0], [0, 0, 255]]}


class Samples:
    """Three grey frames (BGR 40, 50, 60) whose left half is a cat that sounds."""

    metainfo = METAINFO

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> dict:
        sample = SegDataSample(
            metainfo={"ori_shape": (60, 80), "clip": f"clip{index}", "frame": index}
        )
        category_map = torch.full((1, 60, 80), 255)
        category_map[..., :40] = 0
        sample.gt_sem_seg = PixelData(data=category_map)
        image = torch.tensor([40, 50, 60], dtype=torch.uint8).view(3, 1, 1).expand(3, 60, 80)
        return {"inputs": {"img": image, "audio": torch.zeros(16_000)}, "data_samples": sample}


@pytest.mark.parametrize(
    ("length", "number", "expected"),
    [(5, 0, [0, 1, 2, 3, 4]), (5, 9, [0, 1, 2, 3, 4]), (9, 3, [0, 4, 8]), (9, 1, [0])],
)
def test_indices_are_spread_over_the_set(length, number, expected):
    assert spread_indices(length, number) == expected


def test_a_sample_is_drawn_with_header_annotation_and_sound():
    drawn = draw_sample(Samples()[0], METAINFO)
    assert drawn.shape == (20 + 60, 80, 3)
    assert drawn[20 + 20, 60].tolist() == [60, 50, 40]  # RGB
    expected = np.rint(0.55 * np.array([60, 50, 40]) + 0.45 * np.array([255, 0, 0]))
    assert drawn[20 + 20, 10].tolist() == expected.tolist()
    assert (drawn[:20] > 0).any()
    assert (drawn[-18:] == (120, 200, 255)).all(axis=-1).any()  # the line of silence


def test_without_sound_there_is_no_strip():
    item = Samples()[0]
    del item["inputs"]["audio"]
    assert draw_sample(item, METAINFO)[-1, 60].tolist() == [60, 50, 40]


def test_the_files_are_named_by_place_clip_and_frame(tmp_path: Path):
    images = list(write_samples(Samples(), tmp_path / "out", number=2))
    files = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in files] == ["00000_clip0_0.png", "00002_clip2_2.png"]
    assert (cv2.imread(str(files[1]))[..., ::-1] == images[1]).all()


def test_a_config_without_the_loader_is_named(tmp_path: Path):
    (tmp_path / "bare.py").write_text("model = dict()\n")
    with pytest.raises(ValueError, match=r"bare\.py: has no val_dataloader; choose another"):
        build_dataset(tmp_path / "bare.py", "val", {})
