"""Tiny data sets in AVSBench's exact layout: 32x24 images, and sounds that tell their second.

Second s of clip number n is the constant amplitude (1000 (s + 1) + 10 n) / 32768. The mask of frame
f is 6 columns wide and 2 + f rows high: 6 (2 + f) pixels.
"""

import csv
import json
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SIZE = (24, 32)  # height, width
S4_CLIPS = (
    ("dog_a", "dog", "train"),
    ("cat_a", "cat", "train"),
    ("dog_b", "dog", "val"),
    ("cat_b", "cat", "val"),
    ("dog_c", "dog", "test"),
    ("cat_c", "cat", "test"),
    ("horse_c", "horse", "test"),
)
MS3_CLIPS = (
    ("pair_a", "cat_dog", "train"),
    ("solo_b", "cat", "val"),
    ("solo_c", "cat", "test"),
    ("other_c", "dog", "test"),
)
V2_CLIPS = (("long_a", "horse_dog", "train"), ("long_c", "horse", "test"))
LABELS = {"background": 0, "cat": 1, "dog": 2, "horse": 3}


@pytest.fixture
def write_image() -> Callable[..., None]:
    def write(path: Path, pixels: np.ndarray, mode: str | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(pixels)
        (image if mode is None else image.convert(mode)).save(path)

    return write


@pytest.fixture
def write_wav() -> Callable[..., None]:
    def write(path: Path, samples: np.ndarray, rate: int = 16_000) -> None:
        """Write int16 samples (N,) or (N, C)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(samples.astype("<i2").tobytes())

    return write


@pytest.fixture
def read_pixels() -> Callable[[str], np.ndarray]:
    return lambda path: np.asarray(Image.open(path))


@pytest.fixture
def s4_root(tmp_path: Path, write_image, write_wav) -> Path:
    """S4: 2 train, 2 val and 3 test clips of cat, dog and horse; in train the first mask alone."""
    root = tmp_path / "Single-source"
    data = root / "s4_data"
    for number, (name, category, split) in enumerate(S4_CLIPS):
        place = Path(split, category)
        for frame in range(5):
            file = Path(name, f"{name}_{frame + 1}.png")
            write_image(data / "visual_frames" / place / file, _image(number))
            if split != "train" or frame == 0:
                write_image(data / "gt_masks" / place / file, _mask(frame) * 255)
        write_wav(data / "audio_wav" / place / f"{name}.wav", _sound(number, 5))
    rows = [(name, "0", category, split) for name, category, split in S4_CLIPS]
    _write_csv(root / "s4_meta_data.csv", ["name", "start second", "category", "split"], rows)
    return root


@pytest.fixture
def ms3_root(tmp_path: Path, write_image, write_wav) -> Path:
    """MS3: 1 train, 1 val and 2 test clips; nothing sounds in the last second."""
    root = tmp_path / "Multi-sources"
    data = root / "ms3_data"
    for number, (name, _, split) in enumerate(MS3_CLIPS):
        for frame in range(5):
            image = data / "visual_frames" / name / f"{name}.mp4_{frame + 1}.png"
            write_image(image, _image(number))
            mask = _mask(frame) * 255 * (frame < 4)
            write_image(data / "gt_masks" / split / name / f"{name}_{frame + 1}.png", mask)
        write_wav(data / "audio_wav" / split / f"{name}.wav", _sound(number, 5))
    rows = [(name, split) for name, _, split in MS3_CLIPS]
    _write_csv(root / "ms3_meta_data.csv", ["video name", "split"], rows)
    return root


@pytest.fixture
def semantic_root(tmp_path: Path, write_image, write_wav) -> Path:
    """AVSS: the clips of S4 (v1s) and MS3 (v1m) above, and 1 train and 1 test clip of v2."""
    root = tmp_path / "AVSBench-semantic"
    rows = []
    for part, clips in (("v1s", S4_CLIPS), ("v1m", MS3_CLIPS), ("v2", V2_CLIPS)):
        for number, (name, objects, split) in enumerate(clips):
            seconds = 10 if part == "v2" else 5
            folder = root / part / name
            for frame in range(seconds):
                write_image(folder / "frames" / f"{frame}.jpg", _image(number))
                if (part, split) == ("v1s", "train") and frame > 0:
                    continue
                sounding = 0 if part == "v1m" and frame == 4 else 1
                labels = _labels(objects, frame) * sounding
                write_image(folder / "labels_semantic" / f"{frame}.png", labels)
            write_wav(folder / "audio.wav", _sound(number, seconds))
            rows.append((name, name, "0", "0", objects, split, part))
    header = ["vid", "uid", "s_min", "s_sec", "a_obj", "split", "label"]
    _write_csv(root / "metadata.csv", header, rows)
    (root / "label2idx.json").write_text(json.dumps(LABELS))
    return root


@pytest.fixture
def s4_silent_root(tmp_path: Path, write_image) -> Path:
    """Silent objects of S4's test split: a horse (3) beside the dog, none elsewhere."""
    root = tmp_path / "silent-objects"
    for name, category, split in S4_CLIPS:
        for frame in range(5):
            labels = np.zeros(SIZE, np.uint8)
            labels[20:22, 20:25] = 3 if category == "dog" else 0
            write_image(root / split / name / f"{name}_{frame + 1}.png", labels)
    return root


@pytest.fixture
def avis_root(tmp_path: Path, write_image, write_wav) -> Path:
    """AVISeg: in each split two videos of three frames; a cat and two dogs, the last second silent.

    The cat is a square of 4 x 4 pixels in frame 0 and 1; the dogs are 2 x 3 and lie apart.
    """
    root = tmp_path / "AVISeg"
    for split in ("train", "val", "test"):
        folder = root / split
        videos, annotations = [], []
        for number, name in enumerate(("cats", "dogs")):
            files = [f"{name}/{frame:05d}.jpg" for frame in range(3)]
            for file in files:
                write_image(folder / "JPEGImages" / file, _image(number))
            write_wav(folder / "WAVAudios" / f"{name}.wav", _sound(number, 3))
            videos.append(
                {"id": number + 1, "file_names": files, "height": 24, "width": 32, "length": 3}
            )
        for video, category, box in (
            (1, 5, (2, 2, 6, 6)),
            (2, 9, (2, 2, 4, 5)),
            (2, 9, (9, 2, 11, 5)),
        ):
            annotations.append(_avis_annotation(len(annotations) + 1, video, category, box))
        content = {
            "videos": videos,
            "categories": [{"id": 9, "name": "dog"}, {"id": 5, "name": "cat"}],
            "annotations": annotations,
        }
        (root / f"{split}.json").write_text(json.dumps(content))
    return root


@pytest.fixture
def vpo_root(tmp_path: Path, write_image, write_wav) -> Path:
    """VPO: two test and one train image a subset; ``audios`` beside them, of 4 and of 1 second.

    The masks of MS and MSMI hold a car (3, 2 x 3 pixels) beside an airplane (5, 2 x 2), and four
    pixels of 255.
    """
    root = tmp_path / "VPO"
    mask = np.zeros(SIZE, np.uint8)
    mask[2:4, 2:5], mask[2:4, 5:7], mask[20:22, 20:22] = 3, 5, 255
    for name, seconds in (("horn", 4), ("jet", 1)):
        write_wav(root / "audios" / f"{name}.wav", _sound(0, seconds))
    rows = [
        ("7", "70", "car", "3", "horn", "0.25", "0", "train"),
        ("8", "80", "car", "3", "horn", "0.25", "0", "val"),
        ("8", "81", "airplane", "5", "jet", "1", "0", "test"),
        ("9", "90", "car", "3", "jet", "0.5", "1", "test"),
    ]
    header = ["img_Id", "ann_Ids", "cateName", "cateId", "vgg_file", "audio_pos", "multi_instance"]
    for number, (image, annotation, category, label, *_) in enumerate(rows):
        name = f"{int(image):012d}"
        one = np.where(mask == int(label), mask, 0)
        write_image(root / "VPO-SS" / "data" / category / f"{name}.jpg", _image(number))
        file = f"{name}_{int(annotation):012d}.png"
        write_image(root / "VPO-SS" / "mask" / category / file, one)
        for folder in ("VPO-MS", *(["VPO-MSMI"] if image == "9" else [])):
            write_image(root / folder / "data" / f"{name}.jpg", _image(number))
            write_image(root / folder / "mask" / f"{name}.png", mask)
    for subset in ("ss", "ms", "msmi"):
        path = root / f"VPO-{subset.upper()}" / f"vpo_{subset}_data_stereo.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_csv(path, [*header, "split"], rows)
    return root


def _avis_annotation(number: int, video: int, category: int, box: tuple) -> dict:
    left, top, right, bottom = box
    polygon = [[left, top, right, top, right, bottom, left, bottom]]
    area = (right - left) * (bottom - top)
    return {
        "id": number,
        "video_id": video,
        "category_id": category,
        "iscrowd": 0,
        "height": 24,
        "width": 32,
        "segmentations": [polygon, polygon, None],
        "bboxes": [[left, top, right - left, bottom - top]] * 2 + [None],
        "areas": [area, area, None],
    }


def _image(number: int) -> np.ndarray:
    return np.full((*SIZE, 3), 20 * number + 5, np.uint8)


def _mask(frame: int) -> np.ndarray:
    mask = np.zeros(SIZE, np.uint8)
    mask[2 : 4 + frame, 4:10] = 1
    return mask


def _labels(objects: str, frame: int) -> np.ndarray:
    """The left half of the mask is the first object, the right half the last."""
    names = objects.split("_")
    labels = _mask(frame) * LABELS[names[0]]
    labels[:, 7:] = _mask(frame)[:, 7:] * LABELS[names[-1]]
    return labels


def _sound(number: int, seconds: int) -> np.ndarray:
    return np.repeat(1000 * np.arange(1, seconds + 1) + 10 * number, 16_000)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
