"""Frames a second of the training pipeline's loading, beside PIL and a sound library alone.

    python benchmarks/loading.py [--workers 1 2] [--repeats 3] [--json FILE]

Both read the same frames of S4, 224 x 224, in the same shuffled order: the image, the mask and the
frame's second of sound, flip half of them, make tensors, and gather batches in worker processes.
The plain one reads that second alone, with soundfile where it is installed, else with Python's
wave, and stacks with torch's default_collate; it checks nothing and has no category maps. Ours is
the pipeline and the collation of configs/avs_avsc.py. A table tells where its time goes. The rates
are the clock's, of the fastest run; "processor" is what both processes' work takes together.
"""

import argparse
import importlib
import resource
import statistics
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from figures import write_figures
from mini_data import mini_data
from mmengine.config import Config
from mmengine.registry import init_default_scope
from PIL import Image
from torch.utils.data import DataLoader, Dataset, RandomSampler, default_collate

from avs_mm.datasets import one_tensor_collate
from avs_mm.registry import DATASETS
from avs_mm.shipped import configs_dir

SAMPLE_RATE = 16_000


class PlainFrames(Dataset):
    """What the pipeline reads, read by libraries alone."""

    def __init__(self, samples: list[dict]) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        sample = self.samples[index]
        image = np.asarray(Image.open(sample["img_path"]).convert("RGB").resize((224, 224)))
        mask = np.asarray(Image.open(sample["seg_map_path"]).convert("L").resize((224, 224), 0))
        if np.random.rand() < 0.5:
            image, mask = image[:, ::-1], mask[:, ::-1]
        sound = read_second(sample["audio_path"], sample["second"])
        return {
            "img": torch.from_numpy(image.transpose(2, 0, 1).copy()),
            "mask": torch.from_numpy(mask > 0),
            "audio": torch.from_numpy(np.pad(sound, (0, SAMPLE_RATE - len(sound)))),
            "category": sample["category"],
        }


def read_second(path: str, second: int) -> np.ndarray:
    if importlib.util.find_spec("soundfile"):
        soundfile = importlib.import_module("soundfile")
        start = second * SAMPLE_RATE
        return soundfile.read(path, SAMPLE_RATE, start, dtype="float32", always_2d=True)[0][:, 0]
    with wave.open(path) as file:
        file.setpos(min(second * SAMPLE_RATE, file.getnframes()))
        content = np.frombuffer(file.readframes(SAMPLE_RATE), "<i2")
    return content[:: file.getnchannels()].astype(np.float32) / 2**15


def load(data: Dataset, collate: Callable, *, workers: int, frames: int) -> tuple[float, float]:
    """Load some frames in new worker processes.

    Returns:
        Frames a second, without the workers' start, and the milliseconds of the processor that a
        frame takes in all processes, with it.
    """
    before = processor_seconds()
    sampler = RandomSampler(data, True, frames + 32, torch.Generator().manual_seed(0))
    loader = DataLoader(data, 16, sampler=sampler, num_workers=workers, collate_fn=collate)
    batches = iter(loader)
    for _ in range(2):
        next(batches)
    start = time.perf_counter()
    for _ in batches:
        pass
    rate = frames / (time.perf_counter() - start)
    del batches  # the workers end, and are counted from then on
    return rate, 1e3 * (processor_seconds() - before) / (frames + 32)


def processor_seconds() -> float:
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def step_times(data: Dataset, *, frames: int) -> dict[str, float]:
    """Return the milliseconds of the processor that a frame takes in each step."""
    seconds: dict[str, list[float]] = {}
    order = np.random.default_rng(0).integers(len(data), size=frames)
    for index in order:
        results = data.get_data_info(int(index))
        for step in data.pipeline.transforms:
            start = time.process_time()
            results = step(results)
            seconds.setdefault(type(step).__name__, []).append(time.process_time() - start)
    return {name: 1e3 * statistics.mean(times) for name, times in seconds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--frames", type=int, default=480)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()

    init_default_scope("mmseg")
    settings = dict(Config.fromfile(configs_dir() / "avs_avsc.py").train_dataloader.dataset.dataset)
    settings["pipeline"] = [*settings["pipeline"], dict(type="avs_mm.PackAVSInputs")]
    rows = []
    with mini_data(scale=0.2) as clips:
        ours = DATASETS.build({**settings, "data_root": str(clips)})
        plain = PlainFrames([ours.get_data_info(index) for index in range(len(ours))])
        loaded = {"plain": (plain, default_collate), "ours": (ours, one_tensor_collate)}
        library = "soundfile" if importlib.util.find_spec("soundfile") else "wave"
        for name, milliseconds in step_times(ours, frames=200).items():
            print(f"{name:20} {milliseconds:6.2f} ms a frame")
        for workers in args.workers:
            runs: dict[str, list[tuple[float, float]]] = {"plain": [], "ours": []}
            for _ in range(args.repeats):
                for name, (data, collate) in loaded.items():
                    runs[name].append(load(data, collate, workers=workers, frames=args.frames))
            best = {name: max(rate for rate, _ in each) for name, each in runs.items()}
            processor = {name: min(used for _, used in each) for name, each in runs.items()}
            ratio = best["ours"] / best["plain"]
            print(
                f"{workers} worker(s): ours {best['ours']:.0f} frames a second, PIL and {library} "
                f"{best['plain']:.0f}; ratio {ratio:.2f}; by the processor's time "
                f"{processor['plain'] / processor['ours']:.2f}: {processor['ours']:.2f} and "
                f"{processor['plain']:.2f} ms a frame"
            )
            what = f"loading with {workers} worker(s), beside PIL and {library}"
            used = {f"{name}, ms of the processor": value for name, value in processor.items()}
            rows.append({"what": what, "speed-up": ratio, "goal": 1.0, **best, **used})
    write_figures(args.json, "Loading", rows)


if __name__ == "__main__":
    main()
