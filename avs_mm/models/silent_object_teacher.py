"""A trained network that labels the silent objects of the training frames (beyond the paper)."""

import copy

import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData, PixelData
from mmseg.models import EncoderDecoder
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.datasets.category_maps import BACKGROUND, categories_in

__all__ = ["SilentObjectTeacher", "complete_labels", "with_taught_objects"]


class SilentObjectTeacher:
    """Adds the objects that a frozen network is confident of to labels that hold only what sounds.

    The network is the student as it was before it was tuned on the sounding objects alone, so it
    needs no label that the student does not have. Not a module: a checkpoint does not hold it.

    Args:
        network: A ``PotentialObjectSegmentor``; it is copied.
        score_threshold: Least class probability of an object that is added, [0, 1].
        quality_threshold: Least mean probability within its mask, [0, 1].
        least_area: Least fraction of the frame that it covers, [0, 1].
        most_overlap: Largest fraction of its mask that may lie on labelled objects, [0, 1].
    """

    def __init__(
        self,
        network: EncoderDecoder,
        *,
        score_threshold: float = 0.9,
        quality_threshold: float = 0.7,
        least_area: float = 0.0,
        most_overlap: float = 0.3,
    ) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.network.score_threshold = score_threshold
        self.network.quality_threshold = quality_threshold
        self.network.least_area = least_area
        self.most_overlap = most_overlap

    @torch.no_grad()
    def complete(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[SegDataSample]:
        """Return copies of the samples whose ``gt_sem_seg`` holds the silent objects too."""
        self.network.to(inputs["img"].device)
        sizes = [tuple(sample.gt_sem_seg.shape) for sample in data_samples]
        found = self.network.find_candidates(inputs, sizes=sizes)
        completed = []
        for sample, candidates in zip(data_samples, found, strict=True):
            category_map = complete_labels(
                sample.gt_sem_seg.data[0], candidates, most_overlap=self.most_overlap
            )
            sample = sample.new()  # shares the tensors: only the map is another
            sample.gt_sem_seg = PixelData(data=category_map[None])
            completed.append(sample)
        return completed


def complete_labels(
    category_map: Tensor, candidates: InstanceData, *, most_overlap: float
) -> Tensor:
    """Paint onto the background of a category map the candidates that it does not hold yet.

    Args:
        category_map: (H, W), 255 where no object is labelled.
        candidates: ``masks`` bool (n, H, W), ``labels`` (n,), ``scores`` (n,).
        most_overlap: Largest fraction of a mask that may lie on labelled objects, [0, 1].

    Returns:
        A new map (H, W). A candidate whose category is labelled already is left out; where two
        overlap, the one with the higher score is painted.
    """
    background = category_map == BACKGROUND
    labelled = categories_in(category_map).tolist()
    completed = category_map.clone()
    for index in candidates.scores.argsort().tolist():
        mask, label = candidates.masks[index], int(candidates.labels[index])
        overlap = (mask & ~background).sum() / mask.sum()
        if label not in labelled and overlap <= most_overlap:
            completed[mask & background] = label
    return completed


def with_taught_objects(sample: SegDataSample) -> SegDataSample:
    """Return a copy of a sample whose ``gt_sem_seg`` holds the objects of ``gt_teacher_map`` too.

    A sample without such a map is returned as it is. Labelled pixels keep their label, and so does
    the padding, which the map does not have.
    """
    if "gt_teacher_map" not in sample:
        return sample
    labels, taught = sample.gt_sem_seg.data, sample.gt_teacher_map.data
    right, below = labels.shape[-1] - taught.shape[-1], labels.shape[-2] - taught.shape[-2]
    taught = F.pad(taught, (0, right, 0, below), value=BACKGROUND)
    sample = sample.new()
    sample.gt_sem_seg = PixelData(data=torch.where(labels == BACKGROUND, taught, labels))
    return sample
