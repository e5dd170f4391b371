"""What half precision and compiling change: J on the test set, and how many times faster it is.

    python benchmarks/precision.py WORK_DIR [--frames 100] [--compile] [--json FILE]

WORK_DIR is a training's, with its config and checkpoint. Every batch is predicted in fp32 and in
the other ways by turns. Seconds are the processor's, on a GPU the clock's; the first batch counts
for J alone, as it compiles.
"""

import argparse
import time
from pathlib import Path

import torch
from figures import write_figures
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmengine.evaluator import Evaluator
from mmengine.registry import init_default_scope
from torch.utils.data import DataLoader

from avs_mm.launch import config_in, read_config
from avs_mm.models.compiled_networks import compile_networks
from avs_mm.models.mixed_precision import use_mixed_precision
from avs_mm.registry import DATASETS
from avs_mm.trained_model import build_trained_model


def build_ways(config: Config, work_dir: Path, *, compiles: bool) -> dict[str, torch.nn.Module]:
    names = ["fp32", "bf16", "fp16"]
    names += ["fp32, compiled", "bf16, compiled"] if compiles else []
    ways = {name: build_trained_model(config, work_dir) for name in names}
    for name, model in ways.items():
        if "compiled" in name:
            compile_networks(model)
        if "fp32" not in name:
            use_mixed_precision(model, name.partition(",")[0])
    return ways


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("work_dir", type=Path)
    parser.add_argument("--frames", type=int, help="of the test set, the first ones; default: all")
    parser.add_argument("--compile", action="store_true", help="compile, too")
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()

    config = read_config(config_in(args.work_dir))
    init_default_scope("mmseg")
    ways = build_ways(config, args.work_dir, compiles=args.compile)
    settings = dict(config.test_dataloader.dataset)
    if args.frames:
        settings["indices"] = args.frames
    data = DATASETS.build(settings)
    evaluators = {name: Evaluator([dict(type="avs_mm.AVSMetric")]) for name in ways}
    seconds = dict.fromkeys(ways, 0.0)
    clock = time.process_time if get_device() == "cpu" else time.perf_counter
    for number, batch in enumerate(DataLoader(data, 10, collate_fn=pseudo_collate)):
        for name, model in ways.items():
            start = clock()
            samples = [sample.cpu() for sample in model.test_step(batch)]
            seconds[name] += (clock() - start) * (number > 0)
            evaluators[name].dataset_meta = data.metainfo
            evaluators[name].process(data_samples=samples, data_batch=batch)

    scores = {name: evaluator.evaluate(len(data)) for name, evaluator in evaluators.items()}
    print(f"{len(data)} frames, {get_device()}, {torch.get_num_threads()} thread(s)")
    rows = []
    for name in ways:
        score, ratio = scores[name]["avs/J"], seconds["fp32"] / seconds[name]
        change = score - scores["fp32"]["avs/J"]
        print(f"{name:15} J {score:.4f} ({change:+.4f}), {ratio:.2f} times as fast as fp32")
        if name != "fp32":
            rows.append({"what": f"{name}: J changes by {change:+.4f}", "speed-up": ratio})
    write_figures(args.json, "Half precision", rows)


if __name__ == "__main__":
    main()
