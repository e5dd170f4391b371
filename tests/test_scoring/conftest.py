"""A small S4 and AVSS, and random predictions for them: those of tests/data/official/tpavi.json."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

OFFICIAL = Path(__file__).resolve().parents[1] / "data" / "official" / "tpavi.json"
CLIPS = (("clip_0", "dog"), ("clip_1", "dog"), ("clip_2", "cat"), ("clip_3", "cat"))
LABELS = {"background": 0, "cat": 1, "dog": 2, "horse": 3, "pig": 4}


@pytest.fixture(scope="session")
def official() -> dict:
    return json.loads(OFFICIAL.read_text())


@pytest.fixture(scope="session")
def arrays() -> SimpleNamespace:
    """``logits`` and ``masks`` (20, 24, 32); ``scores`` and ``target`` of 3 clips of 10 frames."""
    rng = np.random.default_rng(14)
    logits = rng.normal(size=(20, 24, 32)).astype(np.float32) * 2
    masks = (rng.random((20, 24, 32)) < 0.3).astype(np.float32)
    masks[3] = masks[7] = 0
    logits += 2 * masks - 1
    target = rng.integers(0, 5, size=(30, 224, 224))
    scores = rng.normal(size=(30, 5, 224, 224)).astype(np.float32)
    for frame in range(30):
        scores[frame] += 1.5 * (np.arange(5)[:, None, None] == target[frame])
    for padded in (*range(5, 10), *range(15, 20)):
        target[padded] = 0
        scores[padded] = 0
    return SimpleNamespace(logits=logits, masks=masks, scores=scores, target=target)


def save(path: Path, pixels: np.ndarray, mode: str | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(pixels)
    (image if mode is None else image.convert(mode)).save(path)


def write_csv(path: Path, header: list[str], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def s4(tmp_path: Path, arrays) -> Path:
    root = tmp_path / "Single-source"
    for place, (clip, category) in enumerate(CLIPS):
        for frame in range(5):
            file = Path("test", category, clip, f"{clip}_{frame + 1}.png")
            mask = (arrays.masks[5 * place + frame] * 255).astype(np.uint8)
            save(root / "s4_data/visual_frames" / file, np.stack([mask] * 3, axis=-1))
            save(root / "s4_data/gt_masks" / file, mask)
    rows = [(clip, "0", category, "test") for clip, category in CLIPS]
    write_csv(root / "s4_meta_data.csv", ["name", "start", "category", "split"], rows)
    return root


@pytest.fixture
def avss(tmp_path: Path, arrays) -> Path:
    root = tmp_path / "AVSBench-semantic"
    rows = []
    for number, (part, frames) in enumerate((("v1m", 5), ("v1m", 5), ("v2", 10))):
        for frame in range(frames):
            labels = arrays.target[10 * number + frame].astype(np.uint8)
            folder = root / part / f"v_{number}"
            save(folder / f"frames/{frame}.jpg", np.stack([labels] * 3, axis=-1))
            save(folder / f"labels_semantic/{frame}.png", labels)
        rows.append((f"v_{number}", f"v_{number}", "0", "0", "cat_dog_horse_pig", "test", part))
    header = ["vid", "uid", "s_min", "s_sec", "a_obj", "split", "label"]
    write_csv(root / "metadata.csv", header, rows)
    (root / "label2idx.json").write_text(json.dumps(LABELS))
    return root


@pytest.fixture
def saved(tmp_path: Path, arrays) -> Callable[..., Path]:
    """Save the 20 predictions in one of the field's layouts."""

    def write(layout: str) -> Path:
        folder = tmp_path / layout
        for place, (clip, category) in enumerate(CLIPS):
            for frame in range(5):
                logits = arrays.logits[5 * place + frame]
                mask = np.where(logits > 0, 255, 0).astype(np.uint8)
                if layout == "tpavi_s4":  # its save_mask: from 0 on, palette images
                    save(folder / category / clip / f"{clip}_{frame}.png", mask, "P")
                elif layout == "tpavi_ms3":
                    save(folder / clip / f"{clip}_{frame}.png", mask, "P")
                elif layout == "avs_mm":
                    save(folder / clip / f"{frame + 1}.png", mask)
                elif layout == "zeros_and_ones":
                    save(folder / f"{clip}_{frame + 1}.png", mask // 255)
                else:
                    probability = 1 / (1 + np.exp(-logits.astype(np.float64)))
                    values = logits if layout == "logits" else probability.astype(np.float32)
                    (folder / clip).mkdir(parents=True, exist_ok=True)
                    np.save(folder / clip / f"{frame}.npy", values[None])
        return folder

    return write
