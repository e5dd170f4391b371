"""Panoptic and instance segments beside transformers' own post-processing."""

from types import SimpleNamespace

import pytest
import torch
from mmengine.structures import InstanceData

from avs_mm.models.published_candidates import (
    best_of_each_category,
    instance_segments,
    panoptic_segments,
)

SIZE = (60, 45)
QUERIES, CATEGORIES = 12, 5


@pytest.fixture
def outputs():
    """What a network says of four frames: smooth masks, some of them sure, and one empty frame."""
    generator = torch.Generator().manual_seed(0)
    classes = 5 * torch.randn(4, QUERIES, CATEGORIES + 1, generator=generator)
    classes[3, :, -1] = 20.0
    masks = 4 * torch.randn(4, QUERIES, 6, 6, generator=generator) - 8
    for query in range(QUERIES):  # most have a place of their own
        masks[:, query, query // 2, 3 * (query % 2) :][..., :3] += 14
    # transformers' Mask2Former brings masks to 384x384 first: of that size they stay as they are
    masks = torch.nn.functional.interpolate(masks, (384, 384), mode="bicubic")
    return SimpleNamespace(class_queries_logits=classes, masks_queries_logits=masks)


def processor(name: str):
    module = pytest.importorskip(
        f"transformers.models.{name.lower()}.image_processing_pil_{name.lower()}",
        reason="needs transformers 5",
    )
    kind = {"mask2former": "Mask2Former", "maskformer": "MaskFormer"}[name]
    return getattr(module, f"{kind}ImageProcessorPil")()


@pytest.mark.parametrize("name", ["maskformer", "mask2former"])
def test_panoptic_segments_are_those_of_transformers(name: str, outputs):
    theirs = processor(name).post_process_panoptic_segmentation(
        outputs, threshold=0.5, target_sizes=[SIZE] * 4, label_ids_to_fuse=set()
    )
    found = 0
    for frame in range(4):
        ours = panoptic_segments(
            outputs.class_queries_logits[frame], outputs.masks_queries_logits[frame], size=SIZE
        )
        segments = theirs[frame]["segments_info"]
        assert ours.labels.tolist() == [segment["label_id"] for segment in segments]
        assert ours.scores.tolist() == pytest.approx([s["score"] for s in segments], abs=1e-6)
        for mask, segment in zip(ours.masks, segments, strict=True):
            assert torch.equal(mask, theirs[frame]["segmentation"] == segment["id"])
        found += len(ours)
    assert found >= 6
    assert len(ours) == 0  # the last frame


def test_instance_segments_are_those_of_transformers(outputs):
    theirs = processor("mask2former").post_process_instance_segmentation(
        outputs, threshold=0.5, target_sizes=[SIZE] * 4, return_binary_maps=True
    )
    found = 0
    for frame in range(4):
        ours = instance_segments(
            outputs.class_queries_logits[frame], outputs.masks_queries_logits[frame], size=SIZE
        )
        segments = theirs[frame]["segments_info"]
        order = sorted(range(len(segments)), key=lambda index: -segments[index]["score"])
        assert ours.labels.tolist() == [segments[index]["label_id"] for index in order]
        scores = [segments[index]["score"] for index in order]
        assert ours.scores.tolist() == pytest.approx(scores, abs=2e-6)
        if order:
            assert torch.equal(ours.masks, theirs[frame]["segmentation"][order] > 0)
        found += len(ours)
    assert found >= 6


def test_a_segment_that_is_mostly_hidden_is_dropped():
    classes = torch.tensor([[4.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    masks = torch.full((2, 4, 4), -9.0)
    masks[0, :, :3] = 9.0
    masks[1, :, 1:] = 9.0  # of its three columns one is its own
    segments = panoptic_segments(classes, masks, size=(4, 4))
    assert segments.labels.tolist() == [0]
    assert segments.masks[0].sum() == 12


def test_the_best_of_each_category():
    masks = torch.zeros(4, 2, 4, dtype=torch.bool)
    masks[0, :, :2] = masks[1, :, 1:] = masks[3, :, 3] = True
    masks[2, 0, 0] = True
    segments = InstanceData(
        masks=masks, labels=torch.tensor([1, 0, 0, 1]), scores=torch.tensor([0.6, 0.5, 0.9, 0.7])
    )
    best = best_of_each_category(segments)
    assert list(zip(best.labels.tolist(), best.scores.tolist(), strict=True)) == [
        (0, pytest.approx(0.9)),
        (1, pytest.approx(0.7)),
    ]
    large = best_of_each_category(segments, per_category=2, least_area=0.25)
    assert large.labels.tolist() == [0, 1, 1]
