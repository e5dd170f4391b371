"""Masks of every mode, labels, and MS3's masks under labels of another size."""

import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from avs_mm.datasets.category_maps import (
    categories_in,
    check_image,
    fill_categories,
    read_label_map,
    read_mask,
    regions_of,
    to_category_map,
)

MASK = np.array([[0, 1, 1], [0, 0, 1]], np.uint8)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA"])
def test_mask_of_every_mode(tmp_path: Path, mode):
    path = tmp_path / "mask.png"
    Image.fromarray(MASK * 255).convert(mode).save(path)
    mask = read_mask(path)
    assert mask.dtype == np.uint8
    np.testing.assert_array_equal(mask, MASK)


@pytest.mark.parametrize("level", [np.uint8(1), np.uint8(38), np.uint8(254), np.uint16(40_000)])
def test_any_grey_is_foreground(tmp_path: Path, level):
    path = tmp_path / "mask.png"
    Image.fromarray(MASK * level).save(path)
    np.testing.assert_array_equal(read_mask(path), MASK)


def test_a_colour_too_dark_to_be_a_grey_is_foreground(tmp_path: Path):
    path = tmp_path / "mask.png"
    Image.fromarray(MASK[..., None] * np.array([0, 0, 1], np.uint8)).save(path)
    np.testing.assert_array_equal(read_mask(path), MASK)


def test_palette_picture_of_labels_gives_its_indices(tmp_path: Path):
    path = tmp_path / "labels.png"
    image = Image.fromarray(MASK * 7).convert("L")
    image = Image.frombytes("P", image.size, image.tobytes())
    image.putpalette([0, 0, 0] + [128, 0, 0] * 20)
    image.save(path)
    np.testing.assert_array_equal(read_label_map(path), MASK * 7)
    np.testing.assert_array_equal(read_mask(path), MASK)


def test_coloured_labels_are_refused(tmp_path: Path):
    path = tmp_path / "labels.png"
    Image.fromarray(np.zeros((2, 3, 3), np.uint8)).save(path)
    with pytest.raises(ValueError, match=r"labels\.png: a RGB image.*labels_semantic"):
        read_label_map(path)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n"])
def test_unreadable_image(tmp_path: Path, content):
    path = tmp_path / "mask.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"mask\.png: not a readable image"):
        read_mask(path)


def test_truncated_image(tmp_path: Path):
    path = tmp_path / "mask.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ValueError, match=r"mask\.png: not a readable image"):
        read_mask(path)


def test_missing_image(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"mask\.png: no such file"):
        read_mask(tmp_path / "mask.png")


def test_labels_become_categories():
    labels = np.array([[0, 3], [5, 3]], np.uint8)
    categories = to_category_map(labels, {3: 1, 5: 0}, "labels.png")
    np.testing.assert_array_equal(categories, [[255, 1], [0, 1]])


def test_unknown_label_is_an_error():
    labels = np.array([[0, 3], [9, 8]], np.uint8)
    with pytest.raises(ValueError, match=r"labels\.png: its labels \[8, 9\] belong to no category"):
        to_category_map(labels, {3: 1}, "labels.png")


def test_fill_keeps_the_mask_and_takes_the_nearest_category():
    mask = np.array([[1, 1, 1, 1, 1, 0]], np.uint8)
    categories = np.array([[255, 4, 255, 255, 7, 7]], np.uint8)
    np.testing.assert_array_equal(fill_categories(mask, categories), [[4, 4, 4, 7, 7, 255]])


def test_fill_resizes_labels_of_native_resolution():
    mask = np.zeros((8, 8), np.uint8)
    mask[2:7, 1:8] = 1
    categories = np.full((24, 40), 255, np.uint8)
    categories[6:21, 5:20] = 1
    categories[6:21, 20:40] = 2
    filled = fill_categories(mask, categories)
    np.testing.assert_array_equal(filled != 255, mask == 1)
    assert (filled == 1).sum() == 5 * 3
    assert (filled == 2).sum() == 5 * 4


def test_fill_of_an_empty_mask_is_background():
    nothing = np.full((2, 2), 255, np.uint8)
    np.testing.assert_array_equal(fill_categories(np.zeros((2, 2), np.uint8), nothing), nothing)


def test_fill_without_a_label_is_an_error():
    with pytest.raises(ValueError, match="no label"):
        fill_categories(np.ones((2, 2), np.uint8), np.full((2, 2), 255, np.uint8))


@pytest.mark.parametrize("shape", [(2, 3), (1, 2, 3)])
def test_regions_of_a_category_map(shape: tuple[int, ...]):
    categories, regions = regions_of(torch.tensor([7, 255, 2, 2, 255, 7]).view(shape))
    assert categories.tolist() == [2, 7]
    assert regions.int().tolist() == [[[0, 0, 1], [1, 0, 0]], [[1, 0, 0], [0, 0, 1]]]
    categories, regions = regions_of(torch.full(shape, 255))
    assert (len(categories), regions.shape) == (0, (0, 2, 3))


@given(st.lists(st.integers(0, 255), max_size=20), st.sampled_from([torch.uint8, torch.int64]))
def test_categories_in_a_map_are_its_values_but_the_background(values: list, dtype: torch.dtype):
    found = categories_in(torch.tensor(values, dtype=dtype).reshape(1, -1))
    assert found.tolist() == sorted(set(values) - {255})


@pytest.mark.parametrize("read", [read_mask, read_label_map])
def test_a_format_that_blurs_is_no_mask(tmp_path: Path, read):
    mask = np.zeros((24, 32), np.uint8)
    mask[6:18, 4:20] = 255
    Image.fromarray(mask).save(tmp_path / "mask.jpg", quality=75)
    with pytest.raises(ValueError, match=r"mask\.jpg: a JPEG, which blurs the edges of a mask"):
        read(tmp_path / "mask.jpg")


def test_an_object_in_the_alpha_channel_is_no_empty_mask(tmp_path: Path):
    pixels = np.zeros((24, 32, 4), np.uint8)
    pixels[6:18, 4:20, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    with pytest.raises(ValueError, match=r"mask\.png: its transparency is no copy of its colours"):
        read_mask(tmp_path / "mask.png")
    pixels[6:18, 4:20] = 255  # white on nothing
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    assert read_mask(tmp_path / "mask.png").sum() == 12 * 16
    pixels[..., 3] = 255
    Image.fromarray(pixels).save(tmp_path / "mask.png")
    assert read_mask(tmp_path / "mask.png").sum() == 12 * 16


@pytest.mark.parametrize("size", [9000, 16_384, 60_000])
@pytest.mark.parametrize("read", [read_mask, check_image])
def test_no_memory_is_taken_for_a_huge_image(tmp_path: Path, size, read):
    """Only its header is written: it says the size, and nothing is decoded."""
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(tmp_path / "mask.png")
    content = bytearray((tmp_path / "mask.png").read_bytes())
    content[16:24] = size.to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (tmp_path / "mask.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"mask\.png: is larger than 64 million pixels; scale it"):
        read(tmp_path / "mask.png")


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_cut_image_is_seen_without_decoding_it(tmp_path: Path, name):
    noise = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    check_image(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[:-20])
    with pytest.raises(ValueError, match=r"is cut short: the mark that ends an image is missing"):
        check_image(tmp_path / name)
