"""The network that the authors of SLAVC have released, with the targets of its training."""

import torch
from torch import Tensor

from avs_mm.weights.resnet import rows_of_resnet
from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

TARGET = "target.module."


def add_steps(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Add the targets' counter: with 0 the first iteration of a training would replace them."""
    return {**weights, "target.steps": torch.tensor(1)}


def _rows(source: str, target: str) -> tuple[Row, ...]:
    return (
        *rows_of_resnet(source + "imgnet.", target + "backbone."),
        *rows_of_resnet(source + "audnet.", target + "audio_encoder.resnet."),
        Row(source + "img_proj1.{wb}", target + "correspondence.visual.{wb}"),
        Row(source + "aud_proj1.{wb}", target + "correspondence.audio.{wb}"),
        Row(source + "img_proj2.{wb}", target + "localisation.visual.{wb}"),
        Row(source + "aud_proj2.{wb}", target + "localisation.audio.{wb}"),
    )


TABLE = Table(
    file="SLAVC as its authors save it (stoneMo/SLAVC)",
    rows=(*_rows("", ""), *_rows("momentum_", TARGET)),
    complete=add_steps,
)
