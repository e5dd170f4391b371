"""All audio conditions in one pass over the frames: each image is encoded once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.runner.amp import autocast
from mmseg.structures import SegDataSample
from rich.progress import track
from torch.utils.data import DataLoader

from avs_mm.datasets.conditioned_frames import under_condition
from avs_mm.evaluation.functional import global_score
from avs_mm.models.two_step_prediction import AudioVisualModel, check_two_steps

__all__ = ["add_global_scores", "evaluate_conditions", "predict_under_conditions"]

Metrics = dict[str, float]
ChooseMetrics = Callable[[str, SegDataSample], Sequence[BaseMetric]]


@torch.no_grad()
def evaluate_conditions(
    model: AudioVisualModel,
    loader: DataLoader,
    choose_metrics: ChooseMetrics,
    *,
    fp16: bool = False,
) -> dict[str, Metrics]:
    """Score a model under every audio condition of a loader, in one process.

    Args:
        model: In evaluation mode afterwards.
        loader: Of ``ConditionedFrames``, with ``collate_conditioned``.
        choose_metrics: Gives the metrics of a condition, which is asked for with its first
            prediction: what that holds says which metrics are possible.
        fp16: Whether the model runs under autocast, as in mmengine's ``TestLoop``.

    Returns:
        Of each condition, in the loader's order, the metrics as a test run under it alone gives
        them.

    Raises:
        ValueError: The model cannot predict in two steps; or from the metrics.
    """
    check_two_steps(model)
    model.eval()
    frames: Any = loader.dataset
    evaluators: dict[str, Evaluator] = {}
    for batch in track(loader, "Evaluating", total=len(loader)):
        for condition, samples in predict_under_conditions(model, batch, fp16=fp16):
            if condition not in evaluators:
                evaluators[condition] = Evaluator(list(choose_metrics(condition, samples[0])))
                evaluators[condition].dataset_meta = frames.metainfo
            evaluators[condition].process(data_samples=samples, data_batch=batch)
    return {
        condition: evaluator.evaluate(len(frames)) for condition, evaluator in evaluators.items()
    }


def predict_under_conditions(
    model: AudioVisualModel, batch: Mapping[str, Any], *, fp16: bool = False
) -> Iterator[tuple[str, list[SegDataSample]]]:
    """Encode the images of a batch once, and predict under one audio condition after another.

    Args:
        batch: Of ``collate_conditioned``.

    Returns:
        Each condition and the batch's samples with its predictions, samples of their own.
    """
    without_sounds = {key: batch[key] for key in ("inputs", "data_samples")}
    with autocast(enabled=fp16):
        images = model.data_preprocessor(without_sounds, False)
        encoding = model.encode_images(images["inputs"], images["data_samples"])
    for condition in batch["audios"]:
        conditioned = under_condition({**images, "audios": batch["audios"]}, condition)
        inputs, samples = conditioned["inputs"], conditioned["data_samples"]
        inputs["audio"] = torch.stack(model.data_preprocessor.cast_data(inputs["audio"]))
        # The metrics that follow the yield are not the model's: autocast must not reach them.
        with autocast(enabled=fp16):
            predicted = model.predict_with_audio(encoding, inputs, samples)
        yield condition, predicted


def add_global_scores(metrics: Mapping[str, Metrics]) -> dict[str, Metrics]:
    """Add ``inferred/G_J_{condition}`` and ``inferred/G_F_{condition}`` to the negative conditions.

    G_J is ``global_score`` of ``avs/J`` under the original sound and the condition's
    ``audio/negative_J_{condition}``, G_F the same of F.
    """
    original = metrics.get("original", {})
    return {
        condition: own
        | {
            f"inferred/G_{score}_{condition}": global_score(original[positive], own[negative])
            for score in ("J", "F")
            if (positive := f"avs/{score}") in original
            and (negative := f"audio/negative_{score}_{condition}") in own
        }
        for condition, own in metrics.items()
    }
