"""Compute every figure of the field from one pass over the test frames.

    python tools/evaluate.py CONFIG CHECKPOINT
    python tools/evaluate.py CONFIG CHECKPOINT --conditions silence unmatched --out DIR
    python tools/evaluate.py CONFIG CHECKPOINT --offscreen-root recordings/of_rain

The frames are those of the config's test_dataloader. Each is seen once and heard under its own
sound and under every other condition. Writes table.md, results.json, plots, a page of the worst
frames, and of each condition the list of which sound was heard when.
"""

import argparse
import hashlib
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.evaluator import BaseMetric
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmengine.utils.dl_utils import set_multi_processing
from mmseg.structures import SegDataSample
from torch import nn

from avs_mm.checkpoint import find_checkpoint, load_strictly
from avs_mm.datasets import AUDIO_CONDITIONS, AVSBenchDataset
from avs_mm.datasets.audio_pairs import write_audio_pairs
from avs_mm.datasets.conditioned_frames import ConditionedFrames, collate_conditioned
from avs_mm.evaluation import (
    AudioSensitivityMetric,
    AVSMetric,
    CandidateMetric,
    LocaliserThresholdMetric,
    TrackMetric,
)
from avs_mm.evaluation.metrics.frame_log import FrameLog
from avs_mm.evaluation.runners.one_pass import add_global_scores, evaluate_conditions
from avs_mm.evaluation.runners.report import result_folder, write_results
from avs_mm.launch import add_device_option, add_override_option
from avs_mm.registry import DATASETS, MODELS
from avs_mm.reproduction.cost import device_name
from avs_mm.visualization.plots import write_plots

OFFICIAL_BATCH_SIZES = (5, 10, 20)  # frames: one, two and four clips


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="config of any model: stage 1, stage 2 or a peer")
    parser.add_argument("checkpoint", help="a checkpoint of it, or a work dir: its best one")
    parser.add_argument(
        "--out", type=Path, help="folder to write to (default: evaluate in the config's work dir)"
    )
    parser.add_argument(
        "--conditions",
        nargs="+",
        choices=AUDIO_CONDITIONS,
        help="what is heard, besides the original sound (default: all that the data allows)",
    )
    parser.add_argument("--offscreen-root", help="folder of wav files that no picture shows")
    add_device_option(parser)
    add_override_option(parser, example="test_dataloader.batch_size=40")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    try:
        config, work_dir = read_config(args.config, args.cfg_options)
        out = args.out or work_dir / "evaluate"
        with result_folder(out) as folder:
            evaluate(config, args, folder)
    except (OSError, ValueError) as error:
        sys.exit(f"evaluate: {error}")
    print((out / "table.md").read_text(encoding="utf-8"))
    print(f"Written: {out}")


def evaluate(config: Config, args: argparse.Namespace, folder: Path) -> None:
    """Evaluate and write everything into an empty folder."""
    init_default_scope(config.get("default_scope", "mmseg"))
    set_multi_processing(**config.get("env_cfg", {}).get("mp_cfg", {}))
    device = args.device or get_device()
    checkpoint = find_checkpoint(args.checkpoint)
    frames = build_frames(config, args.conditions, args.offscreen_root)
    model = build_model(config, checkpoint, frames.metainfo).to(device)
    loader = dict(config.test_dataloader, dataset=frames, collate_fn=dict(type=collate_conditioned))

    # The log belongs to the original sound; its metrics depend on what the model predicts.
    log = FrameLog()

    def choose_metrics(condition: str, sample: SegDataSample) -> Sequence[BaseMetric]:
        if condition != "original":
            return [AudioSensitivityMetric()]
        return [*metrics_of_the_original(sample, frames.dataset.scene_pattern), log]

    started = time.perf_counter()
    fp16 = config.get("test_cfg", {}).get("fp16", False)
    figures = evaluate_conditions(model, Runner.build_dataloader(loader), choose_metrics, fp16=fp16)
    figures = add_global_scores(figures)
    seconds = time.perf_counter() - started

    pairs = {condition: f"pairs_{condition}.csv" for condition in figures}
    for condition, name in pairs.items():
        write_audio_pairs(frames.conditions[condition], folder / name)
    write_plots(log, figures, folder, metainfo=frames.metainfo)
    dataset = frames.dataset
    results = {
        "config": args.config,
        "checkpoint": str(checkpoint),
        "checkpoint_sha256": sha256_of(checkpoint),
        "data": {"subset": dataset.subset, "split": dataset.split, "root": str(dataset.root)},
        "frames": len(frames),
        "device": device_name(device),
        "torch": torch.__version__,
        "seconds": round(seconds, 2),
        "command": shlex.join(["python", *sys.argv]),
        "metrics": figures,
        "f_curve": log.f_curve.tolist(),
        "J_per_category": {
            name: {"J": score, "frames": number}
            for name, (score, number) in log.jaccard_per_category.items()
        },
        "worst_frames": [
            {"img_path": frame.img_path, "clip": frame.clip, "frame": frame.frame}
            | {"J": frame.jaccard}
            for frame in log.worst
        ],
        "pairs": pairs,
    }
    write_results(results, folder)


def read_config(path: str, overrides: dict[str, Any]) -> tuple[Config, Path]:
    """Read a config with its overrides, and the folder that its runs write to.

    Raises:
        FileNotFoundError: There is no such config.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such config; those of avs_mm are in configs/")
    config = Config.fromfile(path)
    config.merge_from_dict(overrides)
    return config, Path(config.get("work_dir") or f"work_dirs/{Path(path).stem}")


def build_frames(
    config: Config, asked: Sequence[str] | None, offscreen_root: str | None
) -> ConditionedFrames:
    """Build the test frames with the sounds of all conditions, the original one first.

    Without ``asked`` every condition is taken that the data allows, and what is left out is said.

    Raises:
        ValueError: A condition that was asked for is not possible; the config's test set is not one
            ``AVSBenchDataset``.
    """
    settings = dict(config.get("test_dataloader", {}).get("dataset", {}))
    kind = settings.get("type")
    kind = DATASETS.get(kind) if isinstance(kind, str) else kind
    if kind is None or not issubclass(kind, AVSBenchDataset):
        raise ValueError(
            f"{config.filename}: test_dataloader.dataset is {settings.get('type')}; its sound can "
            "be changed where it is an avs_mm.AVSBenchDataset, so give a config with one"
        )
    settings.pop("audio_pairs", None)  # of one condition
    if offscreen_root is not None:
        settings["offscreen_root"] = offscreen_root

    datasets = {"original": DATASETS.build({**settings, "audio": "original"})}
    for condition in asked or AUDIO_CONDITIONS:
        if condition in datasets:
            continue
        if not asked and condition == "offscreen" and settings.get("offscreen_root") is None:
            print("offscreen is left out: it needs --offscreen-root, a folder of wav files")
            continue
        try:
            datasets[condition] = DATASETS.build({**settings, "audio": condition})
        except ValueError as error:
            if asked or condition != "unmatched":
                raise ValueError(f"condition {condition} is not possible: {error}") from error
            print(f"unmatched is left out: {error}")
    return ConditionedFrames(datasets["original"], datasets)


def build_model(config: Config, checkpoint: Path, metainfo: dict[str, Any]) -> nn.Module:
    """Build the model with the checkpoint's weights, which must be of the data's categories."""
    # A binary map would not say which category sounds.
    settings = config.model
    model = MODELS.build({**settings, "output": "category"} if "output" in settings else settings)
    meta = load_strictly(model, checkpoint)
    known = tuple((meta.get("dataset_meta") or {}).get("classes") or ())
    present = tuple(metainfo.get("classes") or ())
    number = getattr(model, "num_classes", None)
    if number is not None and present and ((known or present) != present or number != len(present)):
        raise ValueError(
            f"{checkpoint} knows {', '.join(known) or f'{number} categories'}, the test set has "
            f"{', '.join(present)}: give the dataset metainfo=dict(classes=[...]) in the "
            "checkpoint's order, or the data that it was trained for"
        )
    return model


def metrics_of_the_original(sample: SegDataSample, scene_pattern: str | None) -> list[BaseMetric]:
    """Choose what can be measured under the original sound, by what a predicted sample holds."""
    with_categories = "gt_sem_seg" in sample
    names_objects = "pred_instances" in sample  # else its pred_sem_seg is binary
    classwise = sample.get("subset") == "avss" and with_categories and names_objects
    metrics: list[BaseMetric] = [
        AVSMetric(official_batch_sizes=OFFICIAL_BATCH_SIZES, classwise=classwise),
        TrackMetric(scene_pattern=scene_pattern),
    ]
    if with_categories and names_objects:
        metrics.append(CandidateMetric())
    if "pred_heat_map" in sample:
        metrics.append(LocaliserThresholdMetric())
    return metrics


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(2**20):
            digest.update(part)
    return digest.hexdigest()


if __name__ == "__main__":
    main()
