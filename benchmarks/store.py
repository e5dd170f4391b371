"""How many times faster stage 2 trains from a store, with stage 1 and the audio encoder frozen.

    python benchmarks/store.py [--frames 16] [--batch-size 8] [--repeats 3]

Swin-B and BEATs of configs/avs_avsc.py with random weights, on S4 of the mini data set brought to
224 x 224. Two MLPs of equal weights see equal batches, read from disk, by turns: an epoch without a
store, then one from it. The epoch that fills the store is printed apart. No sound is changed here
(AudioNegatives); BEATs runs on one that is. Seconds are those of the CPU, which other programs
lengthen little; the fastest iterations of each are compared, as in the other benchmarks.
"""

import argparse
import copy
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from figures import write_figures
from mini_data import mini_data
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader

from avs_mm.models.candidate_cache import CandidateCache
from avs_mm.models.embedding_cache import EmbeddingCache
from avs_mm.registry import DATASETS, MODELS
from avs_mm.shipped import configs_dir


def build_data(config: Config, folder: Path, *, frames: int) -> torch.utils.data.Dataset:
    settings = dict(config.train_dataloader.dataset.dataset)
    settings["pipeline"] = [*settings["pipeline"], dict(type="avs_mm.PackAVSInputs")]
    settings["data_root"] = str(folder)
    settings["indices"] = frames
    return DATASETS.build(settings)


def build_model(config: Config, store: Path) -> torch.nn.Module:
    torch.manual_seed(0)
    settings = {**config.model, "stage1": None, "store": str(store)}
    settings["audio_encoder"] = {**settings["audio_encoder"], "checkpoint": None}
    return MODELS.build(settings).train()


def epoch(
    model: torch.nn.Module, loader: DataLoader, optimizer: torch.optim.Optimizer
) -> tuple[list[float], list[float]]:
    """Return the losses of an epoch's iterations and the seconds of each, with its loading."""
    np.random.seed(0)  # of the flips
    losses, seconds = [], []
    start = time.process_time()
    for batch in loader:
        data = model.data_preprocessor(batch, True)
        terms = model.loss(data["inputs"], data["data_samples"])
        total = sum(terms.values())
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        losses.append(total.item())
        now = time.process_time()
        seconds.append(now - start)
        start = now
    return losses, seconds


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()

    init_default_scope("mmseg")
    config = Config.fromfile(configs_dir() / "avs_avsc.py")
    with tempfile.TemporaryDirectory() as temporary, mini_data(scale=0.1) as clips:
        folder = Path(temporary)
        data = build_data(config, clips, frames=args.frames)
        loader = DataLoader(data, args.batch_size, collate_fn=pseudo_collate)
        model = build_model(config, folder / "store")
        caches = {
            "filling": (model.candidate_cache, model.embedding_cache),
            "without": (
                CandidateCache(model.segmentor),
                EmbeddingCache(model.audio_encoder, store=None),
            ),
            "store": (model.candidate_cache, model.embedding_cache),
        }
        heads = {name: copy.deepcopy(model.audio_head) for name in caches}
        optimizers = {
            name: torch.optim.Adam(head.parameters(), lr=1e-3) for name, head in heads.items()
        }
        times: dict[str, list[float]] = {name: [] for name in caches}
        losses: dict[str, list[float]] = {name: [] for name in caches}
        for name in ("filling", *("without", "store") * args.repeats):
            model.candidate_cache, model.embedding_cache = caches[name]
            model.audio_head = heads[name]
            values, seconds = epoch(model, loader, optimizers[name])
            losses[name] += values
            times[name] += seconds
        same = losses["without"] == losses["store"]
        for cache in caches["store"]:
            cache.store.entries(torch.device("cpu")).flush()
        sizes = {
            kind: sum(
                path.stat().st_size for path in (folder / "store").glob(f"{kind}-*/*.segment")
            )
            for kind in ("candidates", "sounds")
        }

    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    ratio = min(times["without"]) / min(times["store"])
    bytes_a_frame = sizes["candidates"] / len(data)
    print(f"{len(data)} frames, batch {args.batch_size}, {torch.get_num_threads()} thread(s)")
    for name in times:
        print(f"{name:10} {min(times[name]):8.3f} s an iteration (median {medians[name]:.3f})")
    print(f"ratio      {ratio:8.1f}x; losses equal to the last bit: {same}")
    print(
        f"{bytes_a_frame / 1000:.1f} kB a frame, {sizes['sounds'] / len(data) / 1000:.1f} a sound"
    )
    what = f"stage 2 with a store, Swin-B and BEATs, {len(data)} frames; equal losses: {same}"
    rows = [
        {"what": what, "speed-up": ratio, "goal": 50.0, **medians},
        {"what": "kB a frame in the store", "value": bytes_a_frame / 1000, "at most": 40.0},
    ]
    write_figures(args.json, "Store", rows)


if __name__ == "__main__":
    main()
