"""Label the objects of training frames that a network without training sees and nobody labelled."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.runner import Runner
from rich.progress import track
from torch import Tensor

from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.launch import read_config
from avs_mm.models.silent_object_teacher import complete_labels
from avs_mm.output_file import write_image
from avs_mm.trained_model import build_trained_model
from avs_mm.vocabularies.same_objects import same_category

__all__ = ["label_silent_objects"]


@torch.no_grad()
def label_silent_objects(
    config: str | Path,
    out: str | Path,
    *,
    split: str = "train",
    score_threshold: float = 0.9,
    most_overlap: float = 0.3,
    device: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> dict[str, int]:
    """Write label maps in the layout of ``silent_root``, for a data set's ``teacher_root``.

    A candidate becomes a label if exactly one category of the data can be the same object
    (``same_objects.yaml``), that category is not labelled in the frame, and the mask lies mostly
    off the labelled ones.

    Args:
        config: One of configs/zero_shot; the frames are those of its ``test_dataloader``, of
            another split.
        out: Folder for ``{split}/{clip}/{clip}_{1..5}.png``: 0 nothing, k + 1 category k in
            alphabetical order.
        score_threshold: Least visual score of a candidate.
        most_overlap: Largest fraction of its mask that may lie on labelled objects.
        device: "cpu", "cuda:0", ...; the fastest one found by default.
        overrides: Of the config, by dotted keys.

    Returns:
        How many objects of each category of the data were labelled.

    Raises:
        FileNotFoundError: There is no config, or no data.
        ValueError: The model is trained, the data has no categories, or none of them has a name
            among the model's.
    """
    settings = read_config(config, overrides)
    settings.test_dataloader.dataset.split = split
    loader = Runner.build_dataloader(settings.test_dataloader)
    dataset: Any = loader.dataset
    classes = tuple(dataset.metainfo.get("classes") or ())
    if not classes:
        raise ValueError(f"{dataset.root}: its frames have no categories; MS3 needs semantic_root")
    model: Any = build_trained_model(settings, None, device=device)
    places = _places(model.dataset_meta["classes"], classes).to(next(model.parameters()).device)
    if (places < 0).all():
        raise ValueError(
            f"none of the model's categories is the same object as one of {', '.join(classes)}: "
            "add names to avs_mm/vocabularies/same_objects.yaml"
        )
    alphabetical = torch.tensor([sorted(classes).index(name) for name in classes])

    counts = dict.fromkeys(classes, 0)
    for batch in track(loader, "Labelling", total=len(loader)):
        batch = model.data_preprocessor(batch, False)
        samples = batch["data_samples"]
        found = model.encode_images(batch["inputs"], samples)
        for sample, candidates in zip(samples, found, strict=True):
            labels = places[candidates.labels]
            kept = (labels >= 0) & (candidates.scores >= score_threshold)
            candidates, labels = candidates[kept], labels[kept]
            candidates.labels = labels
            truth = sample.gt_sem_seg.data[0].to(labels.device)
            completed = complete_labels(truth, candidates, most_overlap=most_overlap)
            silent = torch.where(truth == BACKGROUND, completed, BACKGROUND).cpu()
            for label in silent.unique().tolist():
                if label != BACKGROUND:
                    counts[classes[label]] += 1
            file = f"{sample.clip}_{sample.frame + 1}.png"
            write_image(Path(out, split, sample.clip, file), _numbered(silent, alphabetical))
    return counts


def _places(known: tuple[str, ...], classes: tuple[str, ...]) -> Tensor:
    """Map each of the model's categories to the data's, (K,); -1 where none is the same."""
    same = [same_category(name, classes) for name in known]
    return torch.tensor([-1 if name is None else classes.index(name) for name in same])


def _numbered(category_map: Tensor, alphabetical: Tensor) -> np.ndarray:
    """Number a category map (H, W) as the files do: 0 is nothing."""
    numbers = torch.zeros(256, dtype=torch.uint8)
    numbers[: len(alphabetical)] = (alphabetical + 1).to(torch.uint8)
    return numbers[category_map].numpy()
