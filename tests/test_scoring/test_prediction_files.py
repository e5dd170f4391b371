"""What the values of saved files are taken for."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avs_mm.datasets.categories import voc_palette
from avs_mm.scoring.prediction_files import Reading, read_labels, reading_of


def write(folder: Path, *arrays: np.ndarray) -> list[Path]:
    paths = []
    for number, array in enumerate(arrays):
        path = folder / f"{number}.{'npy' if array.dtype.kind in 'fb' else 'png'}"
        np.save(path, array) if path.suffix == ".npy" else Image.fromarray(array).save(path)
        paths.append(path)
    return paths


def u8(*values: int) -> np.ndarray:
    return np.array([values], np.uint8)


@pytest.mark.parametrize(
    ("arrays", "reading", "first"),
    [
        ([u8(0, 255), u8(0, 0)], Reading("masks", 255), [0, 1]),
        ([u8(0, 0), u8(0, 1)], Reading("masks", 1), [0, 0]),
        ([u8(0, 51, 255), u8(0, 255, 0)], Reading("probabilities", 255), [0, 0.2, 1]),
        ([np.array([[0, 13107, 65535]], np.uint16)], Reading("probabilities", 65535), [0, 0.2, 1]),
        ([np.array([[0.25, 1.0]], np.float32)], Reading("probabilities"), [0.25, 1]),
        ([np.array([[True, False]])], Reading("masks"), [1, 0]),
    ],
)
def test_kinds_are_told_from_all_files(tmp_path, arrays, reading: Reading, first: list[float]):
    paths = write(tmp_path, *arrays)
    assert reading_of(paths) == reading
    assert reading.read(paths[0])[0].tolist() == pytest.approx(first)


def test_logits_are_named(tmp_path):
    paths = write(tmp_path, np.array([[-2.0, 0.0]], np.float32))
    with pytest.raises(ValueError, match=r"from -2 to 0 are no probabilities; .* --kind logits"):
        reading_of(paths)
    assert reading_of(paths, "logits").read(paths[0])[0].tolist() == pytest.approx(
        [0.1192, 0.5], abs=1e-4
    )


@pytest.mark.parametrize(
    ("arrays", "kind", "message"),
    [
        ([u8(0, 100)], "auto", r"holds the values \[0, 100\], but masks are 0 and 255"),
        ([u8(0, 38, 255)], "masks", "masks are 0 and 255 or 0 and 1"),
        ([u8(0, 255)], "logits", "whole numbers are no logits"),
        ([u8(0, 255), np.array([[0.5]], np.float32)], "auto", "values are of different types"),
        ([np.array([[np.nan]], np.float32)], "auto", "holds NaN"),
    ],
)
def test_values_of_no_kind(tmp_path, arrays, kind: str, message: str):
    with pytest.raises(ValueError, match=message):
        reading_of(write(tmp_path, *arrays), kind)


def test_a_palette_of_colours_is_no_mask(tmp_path):
    image = Image.fromarray(u8(0, 1, 2))
    image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    image.save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="a palette of colours is no mask"):
        reading_of([tmp_path / "a.png"])
    assert read_labels(tmp_path / "a.png", voc_palette(2)).tolist() == [[0, 1, 2]]


def test_labels_beyond_the_categories_and_blended_colours(tmp_path):
    Image.fromarray(u8(0, 3)).save(tmp_path / "a.png")
    with pytest.raises(ValueError, match="holds the labels 0 to 3, but there are 0 to 2"):
        read_labels(tmp_path / "a.png", voc_palette(2))
    Image.fromarray(np.array([[[64, 0, 0], [128, 0, 0]]], np.uint8)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match=r"50\.00% of its pixels .* RESIZE_PRED_MASK = False"):
        read_labels(tmp_path / "b.png", voc_palette(2))
