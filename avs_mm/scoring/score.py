"""Score folders of saved predictions under every protocol of the field."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import torch
from mmengine.evaluator import Evaluator
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from PIL import Image
from rich.progress import track
from torch import Tensor

from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.audio_conditions import AUDIO_CONDITIONS
from avs_mm.datasets.categories import voc_palette
from avs_mm.datasets.category_maps import to_category_map
from avs_mm.datasets.transforms import LoadSoundingMask
from avs_mm.evaluation.metrics import AudioSensitivityMetric, AVSMetric
from avs_mm.evaluation.metrics.avs_metric import AVSS_OFFICIAL_SIZE, OFFICIAL_BATCH_SIZES
from avs_mm.evaluation.runners.one_pass import add_global_scores
from avs_mm.scoring.prediction_files import Kind, read_labels, reading_of, resized
from avs_mm.scoring.saved_predictions import SavedPredictions, find_predictions

__all__ = ["score_folders"]

Size = Literal["equal", "annotation", "prediction"]


def score_folders(
    folders: Mapping[str, str | Path],
    *,
    subset: str,
    root: str | Path,
    split: str = "test",
    kind: Kind = "auto",
    size: Size = "equal",
    first_number: int | None = None,
    command: str = "",
) -> dict[str, Any]:
    """Score what a model has predicted for a split, under its own sound and under others.

    Args:
        folders: Audio condition -> folder of the predictions under it; "original" must be there.
        subset: "s4", "ms3" or "avss"; of the latter the predictions are category maps.
        root: Folder of the data set, the one with the csv.
        kind: What the files hold, see ``reading_of``; of no meaning for AVSS.
        size: At which size to score where a prediction has not that of its mask: "equal" refuses,
            "annotation" resizes the prediction, "prediction" the mask. AVSS has sizes of its own.
        first_number: As of ``find_predictions``.
        command: By which this was called, for the result.

    Returns:
        The content of a results.json of ``tools/evaluate.py``, with the folder as its config and
        its checkpoint, and ``readings``: condition -> what the files were read as.

    Raises:
        FileNotFoundError: The data set or predictions are incomplete.
        ValueError: A file, a condition or a size is not as it must be; the message names it.
    """
    if unknown := sorted(set(folders) - set(AUDIO_CONDITIONS)):
        raise ValueError(f"unknown condition {unknown[0]!r}; choose of {AUDIO_CONDITIONS}")
    if "original" not in folders:
        raise ValueError("the predictions under the original sound are needed; give their folder")
    dataset = AVSBenchDataset(subset=subset, split=split, data_root=root, audio=None)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    frames = [(info["clip"], info["frame"]) for info in infos]
    if len(set(frames)) < len(frames):
        raise ValueError(f"{root}: two clips of {split} have one name; rename one in the csv")

    metrics, readings, digests = {}, {}, {}
    for condition in sorted(folders, key=AUDIO_CONDITIONS.index):
        saved = find_predictions(
            folders[condition], frames, first_number=first_number, padded=subset == "avss"
        )
        if subset == "avss":
            readings[condition] = "categories"
            metrics[condition] = _score_categories(dataset, infos, saved, condition)
        else:
            reading = reading_of(
                track(saved.files.values(), f"Looking into {saved.folder}"), kind=kind
            )
            readings[condition] = str(reading)
            samples = _samples(infos, saved, condition, reading.read, reading.kind, size)
            metrics[condition] = _evaluate(dataset, _metrics(condition), samples, len(infos))
        readings[condition] += f", numbered from {saved.first_number}"
        if saved.others:
            readings[condition] += f"; {saved.others} other files"
        digests[condition] = _digest(saved)
    return {
        "config": str(folders["original"]),
        "checkpoint": str(folders["original"]),
        "checkpoint_sha256": digests["original"],  # of the files, in place of a checkpoint's
        "data": {"subset": subset, "split": split, "root": str(root)},
        "frames": len(infos),
        "device": "cpu",
        "torch": torch.__version__,
        "command": command,
        "readings": readings,
        "metrics": add_global_scores(metrics),
    }


def _metrics(condition: str, *, classwise: bool = False) -> list:
    if condition == "original":
        return [AVSMetric(official_batch_sizes=OFFICIAL_BATCH_SIZES, classwise=classwise)]
    return [AudioSensitivityMetric()]


def _evaluate(
    dataset: AVSBenchDataset, metrics: list, samples: Iterator[SegDataSample], number: int
) -> dict[str, float]:
    evaluator = Evaluator(metrics)
    evaluator.dataset_meta = dataset.metainfo
    for sample in samples:
        evaluator.process(data_samples=[sample])
    return evaluator.evaluate(number)


def _samples(
    infos: list[dict],
    saved: SavedPredictions,
    condition: str,
    read: Any,
    kind: str,
    size: Size,
) -> Iterator[SegDataSample]:
    """Give the binary prediction and annotation of every frame."""
    for index, info in enumerate(track(infos, f"Scoring {condition}")):
        path = saved.files[info["clip"], info["frame"]]
        mask = torch.from_numpy(_annotation(info)["gt_sounding_mask"])
        prob = read(path)
        if prob.shape != mask.shape:
            if size == "equal":
                raise ValueError(
                    f"{path} is {_shape(prob)} (height x width), but {info['seg_map_path']} is "
                    f"{_shape(mask)}. Scores at different sizes are not comparable: choose --size "
                    "annotation (resizes the predictions) or prediction (resizes the masks)"
                )
            if size == "annotation":
                prob = resized(prob, (mask.shape[0], mask.shape[1]), smooth=kind != "masks")
            else:
                mask = resized(mask, (prob.shape[0], prob.shape[1]), smooth=False)
        yield _sample(info, index, condition, prob.clamp(0, 1), mask)


def _score_categories(
    dataset: AVSBenchDataset, infos: list[dict], saved: SavedPredictions, condition: str
) -> dict[str, float]:
    """Score AVSS at the annotation's size, and at the official one without resizing twice."""
    scores = _evaluate(
        dataset,
        _metrics(condition, classwise=True),
        _category_samples(dataset, infos, saved, condition, None),
        len(infos),
    )
    if condition != "original":
        return scores
    official = _evaluate(
        dataset,
        [AVSMetric(official_batch_sizes=(), classwise=True)],
        _category_samples(dataset, infos, saved, condition, AVSS_OFFICIAL_SIZE),
        len(infos),
    )
    return scores | {key: value for key, value in official.items() if key.endswith("_official")}


def _category_samples(
    dataset: AVSBenchDataset,
    infos: list[dict],
    saved: SavedPredictions,
    condition: str,
    size: tuple[int, int] | None,
) -> Iterator[SegDataSample]:
    palette = voc_palette(len(dataset.metainfo["classes"]))
    for index, info in enumerate(track(infos, f"Scoring {condition}")):
        path = saved.files[info["clip"], info["frame"]]
        truth = torch.from_numpy(_annotation(info)["gt_seg_map"]).long()
        labels = read_labels(path, palette)
        predicted = torch.from_numpy(to_category_map(labels, info["label_table"], path)).long()
        at_size = size or (truth.shape[0], truth.shape[1])
        truth = resized(truth, at_size, smooth=False)
        predicted = resized(predicted, at_size, smooth=False)
        sample = _sample(info, index, condition, (predicted != 255).float(), truth != 255)
        sample.pred_sem_seg = PixelData(data=predicted[None])
        sample.gt_sem_seg = PixelData(data=truth[None])
        yield sample


def _sample(info: dict, index: int, condition: str, prob: Tensor, mask: Tensor) -> SegDataSample:
    keys = ("img_path", "clip", "frame", "subset", "part")
    metainfo = {key: info[key] for key in keys if key in info}
    sample = SegDataSample(metainfo={**metainfo, "sample_idx": index, "audio_condition": condition})
    sample.pred_sounding_map = PixelData(data=prob[None])
    sample.gt_sounding_mask = PixelData(data=mask.to(torch.uint8)[None])
    return sample


def _annotation(info: dict) -> dict:
    with Image.open(info["img_path"]) as image:  # its head alone is read
        size = image.size[::-1]
    return LoadSoundingMask().transform({**info, "ori_shape": size})


def _shape(maps: Tensor) -> str:
    return "x".join(map(str, maps.shape))


def _digest(saved: SavedPredictions) -> str:
    digest = hashlib.sha256()
    for (clip, frame), path in sorted(saved.files.items()):
        digest.update(f"{clip}/{frame}/".encode() + path.read_bytes())
    return digest.hexdigest()
