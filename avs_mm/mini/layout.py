"""Writes clips of the mini data set in the folder layout of AVSBench."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avs_mm.datasets.categories import voc_palette
from avs_mm.media import SAMPLE_RATE
from avs_mm.mini.clips import Clip
from avs_mm.mini.sprites import CATEGORIES
from avs_mm.output_file import to_int16, write_image, write_wav

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
    for second, frame in enumerate(clip.scene.frames):
        file = Path(clip.name) / f"{clip.name}_{second + 1}.png"
        write_image(data / "visual_frames" / place / file, frame)
        if second < masks:
            write_image(data / "gt_masks" / place / file, _binary(clip.label_map(second)))
    _write_sound(data / "audio_wav" / place / f"{clip.name}.wav", clip.sound)


def write_ms3(root: Path, clip: Clip) -> None:
    """Write an MS3 clip: frames without a split folder, five masks in every split, the sound."""
    data = root / MS3_ROOT / "ms3_data"
    frames, masks = data / "visual_frames" / clip.name, data / "gt_masks" / clip.split / clip.name
    for second, frame in enumerate(clip.scene.frames):
        write_image(frames / f"{clip.name}.mp4_{second + 1}.png", frame)
        write_image(masks / f"{clip.name}_{second + 1}.png", _binary(clip.label_map(second)))
    _write_sound(data / "audio_wav" / clip.split / f"{clip.name}.wav", clip.sound)


def write_semantic(root: Path, clip: Clip, label: str) -> tuple[str, ...]:
    """Write a clip in AVSBench-semantic's layout (0-based) and return its row of metadata.csv.

    Args:
        label: "v1s", "v1m" or "v2".
    """
    folder = root / label / clip.name
    labelled = 1 if (label, clip.split) == ("v1s", "train") else len(clip.scene.frames)
    # The colour of label 0, the background, is black.
    palette = np.array([(0, 0, 0), *voc_palette(len(CATEGORIES))], np.uint8)
    for second, frame in enumerate(clip.scene.frames):
        write_image(folder / "frames" / f"{second}.jpg", frame)
        if second < labelled:
            labels = clip.label_map(second)
            write_image(folder / "labels_semantic" / f"{second}.png", labels)
            write_image(folder / "labels_rgb" / f"{second}.png", palette[labels])
    _write_sound(folder / "audio.wav", clip.sound)
    sounding = "_".join(CATEGORIES[category] for category in clip.sounding)
    return (clip.name, clip.name, "0", "0", sounding, clip.split, label)


def write_silent(root: Path, clip: Clip, subset: str) -> None:
    """Write the category maps of the silent objects (1-based, 0 = nothing, k + 1 = category k)."""
    folder = root / SILENT_ROOT / subset / clip.split / clip.name
    for second in range(len(clip.scene.frames)):
        labels = clip.label_map(second, sounding=False)
        write_image(folder / f"{clip.name}_{second + 1}.png", labels)


def _binary(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.where(labels > 0, 255, 0).astype(np.uint8)


def _write_sound(path: Path, sound: NDArray[np.float32]) -> None:
    """Write a waveform (N,) in [-1, 1]."""
    write_wav(path, to_int16(sound), sample_rate=SAMPLE_RATE)
