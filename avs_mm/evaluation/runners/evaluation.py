"""Evaluate a checkpoint under every audio condition, and write all that is known of it."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.device import get_device
from mmengine.evaluator import BaseMetric
from mmengine.runner import Runner
from mmengine.utils.dl_utils import set_multi_processing
from mmseg.structures import SegDataSample

from avs_mm.checkpoint import find_checkpoint
from avs_mm.checksum import sha256_of
from avs_mm.datasets.audio_pairs import write_audio_pairs
from avs_mm.datasets.conditioned_frames import collate_conditioned, conditioned_test_frames
from avs_mm.datasets.map_categories import map_categories, speaks_of_others
from avs_mm.evaluation.metrics import (
    AudioSensitivityMetric,
    AVSMetric,
    CandidateMetric,
    LocaliserThresholdMetric,
    TrackMetric,
    VPOMetric,
)
from avs_mm.evaluation.metrics.avs_metric import OFFICIAL_BATCH_SIZES
from avs_mm.evaluation.metrics.frame_log import FrameLog
from avs_mm.evaluation.runners.coverage import coverage
from avs_mm.evaluation.runners.one_pass import add_global_scores, evaluate_conditions
from avs_mm.evaluation.runners.report import keeping_figures, result_folder, write_results
from avs_mm.launch import read_config
from avs_mm.reproduction.cost import device_name
from avs_mm.trained_model import build_trained_model
from avs_mm.visualization.plots import write_plots

__all__ = ["evaluate_checkpoint", "metrics_of_original"]


def evaluate_checkpoint(
    config: str | Path,
    checkpoint: str | Path | None,
    *,
    out: str | Path | None = None,
    conditions: Sequence[str] | None = None,
    offscreen_root: str | Path | None = None,
    device: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    command: str = "",
) -> Path:
    """Evaluate a model on the frames of its config's ``test_dataloader``.

    Written are table.md, results.json, the plots, and of each condition the list of which sound was
    played when; all of them, or nothing where the evaluation fails.

    Args:
        config: Of any model that predicts in two steps.
        checkpoint: A checkpoint of it, or a work dir: its best one; None for configs/zero_shot.
        out: Folder to write to; by default ``evaluate`` in the config's work dir.
        conditions: Of ``AUDIO_CONDITIONS``, besides the original sound; by default all that the
            data allows.
        offscreen_root: Folder of wav files that nothing in any frame makes.
        device: "cpu", "cuda:0", ...; the fastest one found by default.
        overrides: Of the config, by dotted keys.
        command: By which this was called, for the results.

    Returns:
        The folder.

    Raises:
        FileNotFoundError: The config, the checkpoint or files of the data are missing.
        ValueError: A condition is not possible, or the checkpoint is not of the config or the data.
    """
    settings = read_config(config, overrides)
    out = Path(settings.work_dir, "evaluate") if out is None else Path(out)
    device = device or get_device()
    if conditions is not None:
        conditions = tuple(dict.fromkeys(("original", *conditions)))

    with result_folder(out) as folder:
        set_multi_processing(**settings.get("env_cfg", {}).get("mp_cfg", {}))
        path = None if checkpoint is None else find_checkpoint(checkpoint)
        frames = conditioned_test_frames(settings, conditions, offscreen_root=offscreen_root)
        model = build_trained_model(
            settings, path, classes=frames.metainfo.get("classes") or (), device=device
        )
        others = speaks_of_others(model, frames.metainfo.get("classes") or ())
        if not others:
            map_categories(frames, model.dataset_meta.get("classes") or ())
        loader = {
            **settings.test_dataloader,
            "dataset": frames,
            "collate_fn": dict(type=collate_conditioned),
        }

        # The log belongs to the original sound; its metrics depend on what the model predicts.
        log = FrameLog(same_categories=not others)

        def choose_metrics(condition: str, sample: SegDataSample) -> Sequence[BaseMetric]:
            if condition != "original":
                return [AudioSensitivityMetric()]
            scenes = frames.dataset.scene_pattern
            return [
                *metrics_of_original(sample, scene_pattern=scenes, same_categories=not others),
                log,
            ]

        started = time.perf_counter()
        fp16 = settings.get("test_cfg", {}).get("fp16", False)
        metrics = add_global_scores(
            evaluate_conditions(model, Runner.build_dataloader(loader), choose_metrics, fp16=fp16)
        )
        seconds = time.perf_counter() - started

        pairs = {condition: f"pairs_{condition}.csv" for condition in metrics}
        dataset = frames.dataset
        results = {
            "config": str(config),
            "checkpoint": "none: the config names its weights" if path is None else str(path),
            "checkpoint_sha256": "-" if path is None else sha256_of(path),
            "data": {"subset": dataset.title, "split": dataset.split, "root": str(dataset.root)},
            "frames": len(frames),
            "device": device_name(device),
            "torch": torch.__version__,
            "seconds": round(seconds, 2),
            "command": command,
            "metrics": metrics,
            **_of_log(log),
            **({"coverage": coverage(log.jaccard_per_category, model)} if others else {}),
            "pairs": pairs,
        }
        with keeping_figures(results, out):
            for condition, name in pairs.items():
                write_audio_pairs(frames.conditions[condition], folder / name)
            write_plots(log, metrics, folder, metainfo=frames.metainfo)
            write_results(results, folder)
    return out


def metrics_of_original(
    sample: SegDataSample, *, scene_pattern: str | None = None, same_categories: bool = True
) -> list[BaseMetric]:
    """Choose what can be measured under the original sound, by what a predicted sample holds.

    Args:
        same_categories: Whether the model and the data number the same categories.
    """
    with_categories = "gt_sem_seg" in sample
    # else its pred_sem_seg is binary, or of another vocabulary
    names_objects = "pred_instances" in sample and same_categories
    predicts_categories = sample.get("predicts_categories", False) and same_categories
    names_categories = names_objects or predicts_categories
    classwise = sample.get("subset") == "avss" and with_categories and names_categories
    scores = AVSMetric(official_batch_sizes=OFFICIAL_BATCH_SIZES, classwise=classwise)
    vpo = sample.get("subset") == "vpo" and names_categories
    metrics: list[BaseMetric] = [
        VPOMetric() if vpo else scores,
        TrackMetric(scene_pattern=scene_pattern),
    ]
    if with_categories and names_objects:
        metrics.append(CandidateMetric())
    if "pred_heat_map" in sample:
        metrics.append(LocaliserThresholdMetric())
    return metrics


def _of_log(log: FrameLog) -> dict[str, Any]:
    return {
        "f_curve": log.f_curve.tolist(),
        "J_per_category": {
            name: {"J": score, "frames": number}
            for name, (score, number) in log.jaccard_per_category.items()
        },
        "worst_frames": [
            {
                "img_path": frame.img_path,
                "clip": frame.clip,
                "frame": frame.frame,
                "J": frame.jaccard,
            }
            for frame in log.worst
        ],
    }
