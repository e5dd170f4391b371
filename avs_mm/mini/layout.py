"""Writes clips of the mini data set in the folder layout of AVSBench."""

import wave
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .clips import Clip
from .sounds import SAMPLE_RATE
from .sprites import CATEGORIES

S4_ROOT = Path("AVSBench-object/Single-source")
MS3_ROOT = Path("AVSBench-object/Multi-sources")
SEMANTIC_ROOT = Path("AVSBench-semantic")
LABELLED_ROOT = Path("all-objects")
SILENT_ROOT = Path("silent-objects")

SEMANTIC_COLUMNS = ("vid", "uid", "s_min", "s_sec", "a_obj", "split", "label")


def write_s4(root: Path, clip: Clip) -> None:
    """Write an S4 clip: five frames, one mask in train and five elsewhere (1-based), the sound."""
    data, place = root / S4_ROOT / "s4_data", Path(clip.split) / CATEGORIES[clip.sounding[0]]
    masks = 1 if clip.split == "train" else 5
    for second, frame in enumerate(clip.pictures.frames):
        file = Path(clip.name) / f"{clip.name}_{second + 1}.png"
        _write_image(data / "visual_frames" / place / file, frame)
        if second < masks:
            _write_image(data / "gt_masks" / place / file, _binary(clip.label_map(second)))
    _write_sound(data / "audio_wav" / place / f"{clip.name}.wav", clip.sound)


def write_ms3(root: Path, clip: Clip) -> None:
    """Write an MS3 clip: frames without a split folder, five masks in every split, the sound."""
    data = root / MS3_ROOT / "ms3_data"
    frames, masks = data / "visual_frames" / clip.name, data / "gt_masks" / clip.split / clip.name
    for second, frame in enumerate(clip.pictures.frames):
        _write_image(frames / f"{clip.name}.mp4_{second + 1}.png", frame)
        _write_image(masks / f"{clip.name}_{second + 1}.png", _binary(clip.label_map(second)))
    _write_sound(data / "audio_wav" / clip.split / f"{clip.name}.wav", clip.sound)


def write_semantic(root: Path, clip: Clip, label: str) -> tuple[str, ...]:
    """Write a clip in AVSBench-semantic's layout (0-based) and return its row of metadata.csv.

    Args:
        label: "v1s", "v1m" or "v2".
    """
    folder = root / label / clip.name
    labelled = 1 if (label, clip.split) == ("v1s", "train") else len(clip.pictures.frames)
    palette = voc_palette(len(CATEGORIES) + 1)
    for second, frame in enumerate(clip.pictures.frames):
        _write_image(folder / "frames" / f"{second}.jpg", frame)
        if second < labelled:
            labels = clip.label_map(second)
            _write_image(folder / "labels_semantic" / f"{second}.png", labels)
            _write_image(folder / "labels_rgb" / f"{second}.png", palette[labels])
    _write_sound(folder / "audio.wav", clip.sound)
    sounding = "_".join(CATEGORIES[category] for category in clip.sounding)
    return (clip.name, clip.name, "0", "0", sounding, clip.split, label)


def write_silent(root: Path, clip: Clip, subset: str) -> None:
    """Write the category maps of the silent objects (1-based, 0 = nothing, k + 1 = category k)."""
    folder = root / SILENT_ROOT / subset / clip.split / clip.name
    for second in range(len(clip.pictures.frames)):
        labels = clip.label_map(second, sounding=False)
        _write_image(folder / f"{clip.name}_{second + 1}.png", labels)


def voc_palette(count: int) -> NDArray[np.uint8]:
    """Colours (count, 3) of the VOC rule: the bits of a label, interleaved over R, G and B."""
    palette = np.zeros((count, 3), np.uint8)
    for label in range(count):
        for bit in range(8):
            for channel in range(3):
                palette[label, channel] |= (label >> (3 * bit + channel) & 1) << (7 - bit)
    return palette


def _binary(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where(labels > 0, 255, 0).astype(np.uint8)


def _write_image(path: Path, image: NDArray[np.uint8]) -> None:
    """Write RGB (H, W, 3) or grey (H, W); the suffix names the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, 95] if path.suffix == ".jpg" else []
    done, encoded = cv2.imencode(
        path.suffix, image[..., ::-1] if image.ndim == 3 else image, options
    )
    if not done:
        raise OSError(
            f"{path}: OpenCV cannot encode this picture; check its build for PNG and JPEG"
        )
    path.write_bytes(encoded.tobytes())


def _write_sound(path: Path, sound: NDArray[np.float32]) -> None:
    """Write a waveform (N,) in [-1, 1] as 16-bit mono PCM."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
