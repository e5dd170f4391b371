"""Good files of each kind, seeded damages of them, and the readers that must notice or cope."""

import json
import resource
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from avs_mm.checkpoint import load_strictly
from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.avsbench_layout import read_label2idx
from avs_mm.media import probe_video, read_audio, read_video_frames, write_video
from avs_mm.output_file import write_wav

NAMED = (OSError, ValueError)
LONGEST = 5.0  # seconds of the processor, for one file
MOST_MEMORY = 1 << 30  # bytes above what the process has before
LABELS = {"background": 0, "cat": 1, "dog": 2}
LOADING = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]


@dataclass
class Outcome:
    """What came of a kind's damaged files."""

    read: int = 0  # damaged in a place that nothing depends on, or that nothing can notice
    named: int = 0
    unnamed: list[str] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    slowest: float = 0.0  # seconds
    memory: int = 0  # bytes


@dataclass(frozen=True)
class Kind:
    """A kind of file: where a good one lies in ``root``, and how it is read.

    ``same`` says of what was read from a damaged file that it is what the good one holds; None
    where a change of content cannot be told from other content.
    """

    file: Path
    read: Callable[[Path], Any]
    same: Callable[[Any, Any], bool] | None = None


def damage(content: bytes, seed: int) -> bytes:
    """Cut, flip, overwrite, leave out, repeat or insert bytes somewhere."""
    random = np.random.default_rng(seed)
    damaged = bytearray(content)
    for _ in range(int(random.integers(1, 4))):
        if not damaged:
            break
        # Half of all damages lie in the first 200 bytes, where headers are.
        last = len(damaged) if random.random() < 0.5 else min(200, len(damaged))
        place = int(random.integers(0, last))
        length = int(random.integers(1, 65))
        part = slice(place, place + length)
        match int(random.integers(6)):
            case 0:
                del damaged[place:]
            case 1:
                damaged[place] ^= 1 << int(random.integers(8))
            case 2:
                damaged[part] = random.bytes(len(damaged[part]))
            case 3:
                del damaged[part]
            case 4:
                damaged[place:place] = damaged[part] * 3
            case 5:
                damaged[part] = random.choice([0, 255], 1).astype(np.uint8).tobytes() * length
    return bytes(damaged)


def make_kinds(root: Path) -> dict[str, Kind]:
    """Write a data set, a video and a checkpoint below ``root``; return all kinds of files."""
    s4, avss = _write_s4(root / "s4"), _write_avss(root / "avss")
    video, weights = root / "video.mp4", root / "weights.pth"
    frames = [np.full((48, 64, 3), 10 * second, np.uint8) for second in range(8)]
    sound = np.sin(np.arange(32_000) / 9).astype(np.float32)
    write_video(video, frames, fps=4, audio=sound)
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8))
    meta = {"dataset_meta": {"classes": ("cat", "dog")}, "epoch": 3}
    torch.save({"state_dict": module.state_dict(), "meta": meta}, weights)

    frame = s4 / "s4_data/visual_frames/test/cat/a/a_1.png"
    return {
        "wav": Kind(s4 / "s4_data/audio_wav/test/cat/a.wav", lambda path: read_audio(path)),
        "png": Kind(frame, lambda _: _sample(s4, "s4")),
        "png mask": Kind(s4 / "s4_data/gt_masks/test/cat/a/a_1.png", lambda _: _sample(s4, "s4")),
        "jpg": Kind(avss / "v1s/a/frames/0.jpg", lambda _: _sample(avss, "avss")),
        "mp4": Kind(video, _read_video),
        "csv": Kind(s4 / "s4_meta_data.csv", lambda _: _sample(s4, "s4")),
        "json": Kind(avss / "label2idx.json", lambda path: read_label2idx(path.parent)),
        "checkpoint": Kind(weights, _load, _equal_weights),
    }


def try_damages(kind: Kind, seeds: range) -> Outcome:
    """Damage a kind's file again and again in a process of its own, and put the good one back."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_try_damages, args=(kind, seeds, sender))
    content = kind.file.read_bytes()
    process.start()
    sender.close()
    try:
        if not receiver.poll(len(seeds) * 20 * LONGEST):
            return Outcome(unnamed=["hangs"])
        return receiver.recv()
    except EOFError:
        return Outcome(unnamed=["the process ended"])
    finally:
        process.kill()
        process.join()
        kind.file.write_bytes(content)


def _try_damages(kind: Kind, seeds: range, sender: Any) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    content = kind.file.read_bytes()
    good, outcome = kind.read(kind.file), Outcome()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY, -1))
    for seed in seeds:
        kind.file.write_bytes(damage(content, seed))
        start = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, 4 * LONGEST)  # which ends the process, even in C
        try:
            found = kind.read(kind.file)
        except Exception as error:
            if isinstance(error, NAMED) and kind.file.name in str(error):
                outcome.named += 1
            else:
                place = traceback.extract_tb(error.__traceback__)[-1]
                where = f"{place.filename}:{place.lineno}"
                outcome.unnamed.append(f"seed {seed}: {type(error).__name__}: {error} ({where})")
        else:
            outcome.read += 1
            if kind.same is not None and not kind.same(good, found):
                outcome.silent.append(seed)
        outcome.slowest = max(outcome.slowest, time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.setitimer(signal.ITIMER_PROF, 0)
    outcome.memory = (peak - before) * 1024
    sender.send(outcome)


def _sample(root: Path, subset: str) -> dict:
    dataset = AVSBenchDataset(subset=subset, split="test", data_root=root, pipeline=LOADING)
    return dataset.prepare_data(0)


def _read_video(path: Path) -> tuple:
    frames = list(read_video_frames(path))
    return probe_video(path), len(frames), len(read_audio(path))


def _load(path: Path) -> nn.Module:
    module = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8))
    module.meta = load_strictly(module, path)
    return module


def _equal_weights(good: nn.Module, found: nn.Module) -> bool:
    ours, theirs = good.state_dict(), found.state_dict()
    return good.meta == found.meta and all(torch.equal(ours[key], theirs[key]) for key in ours)


def _image(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)


def _picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)


def _write_s4(root: Path) -> Path:
    data = root / "s4_data"
    for clip, category in (("a", "cat"), ("b", "dog")):
        for number in range(1, 6):
            place = Path("test", category, clip, f"{clip}_{number}.png")
            _image(data / "visual_frames" / place, _picture())
            _image(data / "gt_masks" / place, cv2.threshold(_picture()[..., 0], 127, 255, 0)[1])
        sound = np.arange(5 * 16_000).astype(np.int16)
        write_wav(data / f"audio_wav/test/{category}/{clip}.wav", sound, sample_rate=16_000)
    rows = "name,start,category,split\na,0,cat,test\nb,0,dog,test\n"
    (root / "s4_meta_data.csv").write_text(rows)
    return root


def _write_avss(root: Path) -> Path:
    folder = root / "v1s" / "a"
    for number in range(5):
        _image(folder / "frames" / f"{number}.jpg", _picture())
        _image(folder / "labels_semantic" / f"{number}.png", _picture()[..., 0] % 3)
    write_wav(folder / "audio.wav", np.arange(5 * 16_000).astype(np.int16), sample_rate=16_000)
    (root / "metadata.csv").write_text(
        "vid,uid,s_min,s_sec,a_obj,split,label\na,a,0,0,cat_dog,test,v1s\n"
    )
    (root / "label2idx.json").write_text(json.dumps(LABELS))
    return root
