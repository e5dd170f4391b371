"""Build the model of a config with the weights of a checkpoint."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device
from mmengine.model import BaseModel
from mmengine.registry import MODELS, init_default_scope

from avs_mm.checkpoint import find_checkpoint, load_strictly
from avs_mm.datasets.categories import check_number, voc_palette

__all__ = ["build_trained_model", "check_needs_no_checkpoint"]


def build_trained_model(
    config: Config,
    checkpoint: str | Path | None,
    *,
    classes: Sequence[str] = (),
    device: str | None = None,
) -> BaseModel:
    """Build a config's model in evaluation mode, with every weight of a checkpoint.

    A model that can predict a category map or a binary one predicts the former, which says what
    sounds.

    Args:
        checkpoint: File that ``tools/train.py`` wrote with this config, or the work dir it is in.
            None for a model that needs no training, whose config names all weights.
        classes: Names of the data's categories; empty where the data knows none. They may be fewer
            than the checkpoint's, or in another order: ``map_categories`` then maps the data.
        device: "cpu", "cuda:0", ...; the fastest one found by default.

    Returns:
        The model; its ``dataset_meta`` is that of the training data, or empty.

    Raises:
        FileNotFoundError: There is no checkpoint of this name.
        ValueError: The checkpoint is damaged, does not fit the model, names more or fewer
            categories than it has, or was trained for others than the data's; there is none, and
            the model needs one.
    """
    init_default_scope(config.get("default_scope", "mmseg"))
    settings = config.model
    if checkpoint is None:
        check_needs_no_checkpoint(config)
    model = MODELS.build({**settings, "output": "category"} if "output" in settings else settings)
    if checkpoint is None:  # of its own vocabulary: see speaks_of_others
        return _with_weights_of_config(model).to(device or get_device()).eval()
    path = find_checkpoint(checkpoint)
    model.dataset_meta = load_strictly(model, path).get("dataset_meta") or {}
    _check_categories(model, classes, path)
    return model.to(device or get_device()).eval()


def check_needs_no_checkpoint(config: Config) -> None:
    """Refuse a config whose model is trained, with a ValueError."""
    if (config.model.get("audio_head") or {}).get("type") != "avs_mm.AudioSetHead":
        raise ValueError(
            f"{config.filename}: its {config.model.type} is trained, so give a checkpoint of it; "
            "only the configs of configs/zero_shot do without"
        )


def _with_weights_of_config(model: Any) -> Any:
    model.init_weights()
    categories = model.audio_head.categories
    model.dataset_meta = {"classes": categories, "palette": voc_palette(len(categories))}
    return model


def _check_categories(model: Any, classes: Sequence[str], checkpoint: Path) -> None:
    number = getattr(model, "num_classes", None)
    known, present = tuple(model.dataset_meta.get("classes") or ()), tuple(classes)
    if known:
        check_number(known, number, source=str(checkpoint))
    if number is None or not classes:
        return
    if set(present) - set(known or present) or number != len(known or present):
        raise ValueError(
            f"{checkpoint} knows {', '.join(known) or f'{number} categories'}, the test set has "
            f"{', '.join(present)}: take out the clips of the others, or give the data that it was "
            "trained for"
        )
