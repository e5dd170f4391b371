"""All audio conditions in one pass over the frames: look once a batch, listen once a condition."""

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

__all__ = ["add_global_scores", "answers", "evaluate_conditions"]

Figures = dict[str, float]
ChooseMetrics = Callable[[str, SegDataSample], Sequence[BaseMetric]]


@torch.no_grad()
def evaluate_conditions(
    model: AudioVisualModel,
    loader: DataLoader,
    choose_metrics: ChooseMetrics,
    *,
    fp16: bool = False,
) -> dict[str, Figures]:
    """Score a model under every audio condition of a loader, in one process.

    Args:
        model: In evaluation mode afterwards.
        loader: Of ``ConditionedFrames``, with ``collate_conditioned``.
        choose_metrics: Gives the metrics of a condition, which is asked for with its first
            prediction: what that holds says which metrics are possible.
        fp16: Whether the model runs under autocast, as in mmengine's ``TestLoop``.

    Returns:
        Of each condition, in the loader's order, the figures that the same metrics give in a test
        run under it alone.

    Raises:
        ValueError: The model cannot look and listen apart; or from the metrics.
    """
    check_two_steps(model)
    model.eval()
    frames: Any = loader.dataset
    evaluators: dict[str, Evaluator] = {}
    for batch in track(loader, "Evaluating", total=len(loader)):
        for condition, samples in answers(model, batch, fp16=fp16):
            if condition not in evaluators:
                evaluators[condition] = Evaluator(list(choose_metrics(condition, samples[0])))
                evaluators[condition].dataset_meta = frames.metainfo
            evaluators[condition].process(data_samples=samples, data_batch=batch)
    return {
        condition: evaluator.evaluate(len(frames)) for condition, evaluator in evaluators.items()
    }


def answers(
    model: AudioVisualModel, batch: Mapping[str, Any], *, fp16: bool = False
) -> Iterator[tuple[str, list[SegDataSample]]]:
    """Look at a batch of ``collate_conditioned`` once, and predict under one sound after another.

    Returns:
        Each condition and the batch's samples with its predictions, samples of their own.
    """
    pictures = {key: batch[key] for key in ("inputs", "data_samples")}
    with autocast(enabled=fp16):
        seen = model.data_preprocessor(pictures, False)
        visual = model.encode_images(seen["inputs"], seen["data_samples"])
    for condition in batch["audios"]:
        heard = under_condition({**seen, "audios": batch["audios"]}, condition)
        inputs, samples = heard["inputs"], heard["data_samples"]
        inputs["audio"] = torch.stack(model.data_preprocessor.cast_data(inputs["audio"]))
        # The metrics that follow the yield are not the model's: autocast must not reach them.
        with autocast(enabled=fp16):
            predicted = model.predict_with_audio(visual, inputs, samples)
        yield condition, predicted


def add_global_scores(figures: Mapping[str, Figures]) -> dict[str, Figures]:
    """Add ``inferred/G_J_{condition}`` and ``inferred/G_F_{condition}`` to the negative conditions.

    G_J is ``global_score`` of ``avs/J`` under the original sound and the condition's
    ``audio/negative_J_{condition}``, G_F the same of F.
    """
    original = figures.get("original", {})
    return {
        condition: own
        | {
            f"inferred/G_{score}_{condition}": global_score(original[positive], own[negative])
            for score in ("J", "F")
            if (positive := f"avs/{score}") in original
            and (negative := f"audio/negative_{score}_{condition}") in own
        }
        for condition, own in figures.items()
    }
