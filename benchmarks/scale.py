"""Do time and memory grow with the clips as they should? Training, testing and the store.

    python benchmarks/scale.py [--times 1 4 16] [--json FILE] [--plot FILE]

Each size runs in a process of its own: clips of S4 of the mini set at 96 x 96, as often as asked
for, through configs/mini/avsc.py with random weights. Seconds are the processor's. Memory of a test
is how much the process grew while it tested, after a first batch; it should not depend on the size.
A store has 4,000 entries of 10 kB at size 1; a look-up should take as long in a large one as
in a small one. "Linear" allows for a quarter more than as many times the seconds as the clips.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from figures import write_figures
from mini_data import mini_data
from mmengine.config import Config
from mmengine.dataset import ConcatDataset, pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader

from avs_mm.registry import DATASETS, MODELS
from avs_mm.shipped import configs_dir
from avs_mm.store import EntryStore

CLIPS, FRAMES = 2, 5  # at size 1; a clip has five frames
ENTRY = bytes(range(256)) * 40
LINEAR = 1.25  # times the seconds for a time the clips
MOST_MEMORY = 32.0  # MB that a test of any size may add


def measure(times: int) -> dict[str, float]:
    """Return seconds and memory at a number of times the clips."""
    init_default_scope("mmseg")
    torch.manual_seed(0)
    config = Config.fromfile(configs_dir() / "mini" / "avsc.py")
    model = MODELS.build({**config.model, "stage1": None, "remember_frames": 0})
    return {
        "frames": times * CLIPS * FRAMES,
        **test(model.eval(), config, times),
        **train(model.train(), config, times),
        **store(times),
    }


def loader_of(settings: Any, *, times: int, batch_size: int) -> DataLoader:
    settings = {**settings, "indices": CLIPS * FRAMES}
    data = ConcatDataset([DATASETS.build(settings) for _ in range(times)])
    return DataLoader(data, batch_size, collate_fn=pseudo_collate)


@torch.no_grad()
def test(model: torch.nn.Module, config: Config, times: int) -> dict[str, float]:
    loader = loader_of(config.test_dataloader.dataset, times=times, batch_size=10)
    evaluator = Evaluator([dict(type="avs_mm.AVSMetric")])
    evaluator.dataset_meta = loader.dataset.metainfo
    process(model, evaluator, islice(loader, 1))
    before, start = peak_memory(), time.process_time()
    process(model, evaluator, loader)
    seconds = time.process_time() - start
    return {"test seconds": seconds, "test memory (MB)": peak_memory() - before}


def process(model: torch.nn.Module, evaluator: Evaluator, batches: Iterable) -> None:
    for batch in batches:
        evaluator.process(data_samples=model.test_step(batch), data_batch=batch)


def train(model: torch.nn.Module, config: Config, times: int) -> dict[str, float]:
    settings = dict(config.train_dataloader.dataset.dataset.datasets[0])
    settings["pipeline"] = [*settings["pipeline"], dict(type="avs_mm.PackAVSInputs")]
    optimizer = torch.optim.Adam(model.audio_head.parameters())
    start = time.process_time()
    for batch in loader_of(settings, times=times, batch_size=10):
        data = model.data_preprocessor(batch, True)
        optimizer.zero_grad()
        sum(model.loss(data["inputs"], data["data_samples"]).values()).backward()
        optimizer.step()
    return {"train seconds": time.process_time() - start}


def store(times: int) -> dict[str, float]:
    """Time the store with so many entries at size 1 that no cache of a processor holds them."""
    number = 4000 * times
    keys = np.random.default_rng(0).bytes(16 * number)
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        written = EntryStore(Path(folder))
        for place in range(number):
            written.put(keys[16 * place : 16 * place + 16], ENTRY)
        written.flush()
        writing = time.process_time() - start
        read = EntryStore(Path(folder))
        start = time.process_time()
        for place in range(number):
            if read.get(keys[16 * place : 16 * place + 16]) != ENTRY:
                raise RuntimeError("the store has lost an entry")
        reading = time.process_time() - start
    return {"store writing seconds": writing, "store reading seconds": reading}


def peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def plot(rows: list[dict[str, float]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
    sizes = [row["times"] for row in rows]
    for name in (key for key in rows[0] if key.endswith("seconds")):
        left.plot(sizes, [row[name] / rows[0][name] for row in rows], "o-", label=name)
    left.plot(sizes, sizes, "k:", label="linear")
    left.set(xscale="log", yscale="log", xlabel="times the clips", ylabel="times the seconds")
    left.legend()
    right.plot(sizes, [row["test memory (MB)"] for row in rows], "o-")
    right.set(xscale="log", xlabel="times the clips", ylabel="MB that a test adds", ylim=(0, None))
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)  # a process of its own
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--plot", type=Path, help="file for a picture")
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one)))
        return

    rows: list[dict[str, float]] = []
    with mini_data(scale=0.07) as clips:
        environment = {**os.environ, "AVS_MINI": str(clips.parents[1])}
        for times in args.times:
            command = [sys.executable, __file__, "--one", str(times)]
            ended = subprocess.run(
                command, env=environment, check=True, stdout=subprocess.PIPE, text=True
            )
            rows.append({"times": times, **json.loads(ended.stdout.splitlines()[-1])})
            print(", ".join(f"{name} {value:.3g}" for name, value in rows[-1].items()), flush=True)
    if args.plot:
        plot(rows, args.plot)
    first, last = rows[0], rows[-1]
    factor = last["times"] / first["times"]
    figures = [
        {
            "what": f"{name} at {factor:g} times the clips",
            "value": last[name] / first[name],
            "at most": LINEAR * factor,
        }
        for name in last
        if name.endswith("seconds")
    ]
    what = f"MB that a test of {factor:g} times the clips adds"
    figures.append({"what": what, "value": last["test memory (MB)"], "at most": MOST_MEMORY})
    write_figures(args.json, "Scale", figures)


if __name__ == "__main__":
    main()
