"""Validation under several sounds in one pass, so that no network is chosen that ignores them."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.evaluator import Evaluator
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner, ValLoop
from torch.utils.data import DataLoader, SequentialSampler

from avs_mm.datasets.conditioned_frames import collate_conditioned, conditioned_frames
from avs_mm.evaluation.metrics.threshold_calibration import ThresholdCalibration
from avs_mm.evaluation.runners.one_pass import predict_under_conditions
from avs_mm.models.two_step_prediction import check_two_steps
from avs_mm.registry import LOOPS

__all__ = ["ConditionsValLoop"]


@LOOPS.register_module()
class ConditionsValLoop(ValLoop):
    """Validate under the own sound and under others; of both is ``avs/G_J``, for ``save_best``.

    ``avs/J``, ``avs/RA_{condition}``, ``avs/G_J``, ``avs/harmonic`` and ``avs/threshold`` are of
    ``ThresholdCalibration``. An ``AVSC`` with ``calibrated=True`` first gets the threshold of
    highest ``avs/harmonic``; of any other model they are those of its own threshold. The metrics of
    ``val_evaluator`` see the own sound alone, and maps with 0.5 as the threshold: give such as need
    none, like ``CandidateMetric``.

    Every process evaluates all frames.

    Args:
        runner, dataloader, evaluator, fp16: As in mmengine's ``ValLoop``; the dataloader is a
            config, of an ``AVSBenchDataset``.
        conditions: Of ``AUDIO_CONDITIONS``, under which nothing in the image sounds.

    Raises:
        ValueError: The dataloader is no config, or a condition is not possible.
    """

    def __init__(
        self,
        runner: Runner,
        dataloader: dict,
        evaluator: Evaluator | dict | list,
        fp16: bool = False,
        conditions: Sequence[str] = ("silence", "noise", "unmatched"),
    ) -> None:
        if isinstance(dataloader, DataLoader):
            raise ValueError(
                "ConditionsValLoop builds the data once a condition: give val_dataloader as config"
            )
        frames = conditioned_frames(dataloader["dataset"], ("original", *conditions))
        whole = {key: value for key, value in dataloader.items() if key != "batch_sampler"}
        whole |= {
            "dataset": frames,
            "collate_fn": dict(type=collate_conditioned),
            "sampler": SequentialSampler(frames),
        }
        built = Runner.build_dataloader(whole)
        super().__init__(runner, built, evaluator, fp16)

    @torch.no_grad()
    def run(self) -> dict[str, float]:
        """Validate, and calibrate the model's threshold."""
        self.runner.call_hook("before_val")
        self.runner.call_hook("before_val_epoch")
        model: Any = self.runner.model
        model = model.module if is_model_wrapper(model) else model
        check_two_steps(model)
        model.eval()
        own_threshold = getattr(model, "threshold", 0.5)
        if own_threshold != 0.5:
            model.threshold = 0.5  # the maps as they are
        calibration = ThresholdCalibration()
        for index, batch in enumerate(self.dataloader):
            self.runner.call_hook("before_val_iter", batch_idx=index, data_batch=batch)
            own: list = []
            for condition, samples in predict_under_conditions(model, batch, fp16=self.fp16):
                if condition == "original":
                    own = samples
                    self.evaluator.process(data_samples=samples, data_batch=batch)
                for sample in samples:
                    heat = sample.pred_sounding_map.data[0]
                    if condition == "original":
                        calibration.add(heat, sample.gt_sounding_mask.data[0])
                    else:
                        calibration.add_negative(condition, heat)
            self.runner.call_hook("after_val_iter", batch_idx=index, data_batch=batch, outputs=own)
        metrics = self.evaluator.evaluate(len(self.dataloader.dataset))
        index = calibration.nearest(own_threshold)
        if getattr(model, "calibrated", False):
            index = calibration.best()
            model.threshold = calibration.scores(index)["threshold"]
        elif own_threshold != 0.5:
            model.threshold = own_threshold
        metrics.update({f"avs/{key}": value for key, value in calibration.scores(index).items()})
        self.runner.call_hook("after_val_epoch", metrics=metrics)
        self.runner.call_hook("after_val")
        return metrics
