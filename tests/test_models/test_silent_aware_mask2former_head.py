"""Mask2Former as stage 1: it starts from COCO's weights and learns."""

import functools
from pathlib import Path

import torch
from mmengine.config import Config
from published_networks import write_segmentor

from avs_mm.registry import MODELS
from avs_mm.weights.hf_architecture import architecture, read_architecture

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
COCO = ("person", "dog", "cat", "bench", "wall-other-merged")


def test_starts_from_a_network_of_the_hub_with_other_categories(tmp_path):
    theirs = write_segmentor("mask2former", tmp_path, COCO)
    config = architecture(read_architecture(tmp_path / "config.json"))
    config.decode_head.num_classes = 3
    weights = str(tmp_path / "model.safetensors")
    ours = MODELS.build(
        dict(type="avs_mm.PotentialObjectSegmentor", initial_weights=weights, **config)
    )
    ours.init_weights()
    images = torch.randn(2, 3, 96, 160)
    with torch.no_grad():
        class_logits, mask_logits = ours.eval()({"img": images})
        expected = theirs(images)
    assert class_logits.shape == (2, 7, 4)
    torch.testing.assert_close(mask_logits, expected.masks_queries_logits, atol=1e-4, rtol=0)


def test_the_shipped_config_is_the_published_network(monkeypatch):
    """Whose layout tests/test_models/test_published_segmentor.py compares with transformers."""
    swin = dict(embed_dim=128, depths=[2, 2, 18, 2], num_heads=[4, 8, 16, 32], window_size=12)
    published = {
        "model_type": "mask2former",
        "backbone_config": {"model_type": "swin", **swin},
        "id2label": {str(index): str(index) for index in range(133)},
    }
    # Swin reads the rates of its stochastic depth from tensors, of which meta has none.
    monkeypatch.setattr(torch, "linspace", functools.partial(torch.linspace, device="cpu"))
    with torch.device("meta"):
        theirs, ours = (
            {key: tuple(value.shape) for key, value in MODELS.build(model).state_dict().items()}
            for model in (
                dict(type="avs_mm.PotentialObjectSegmentor", **architecture(published)),
                Config.fromfile(CONFIGS / "avs_swin_b_m2f_seg.py").model,
            )
        )
    for layer, shape in (("weight", (256,)), ("bias", ())):
        assert theirs.pop(f"decode_head.cls_embed.{layer}") == (134, *shape)
        assert ours.pop(f"decode_head.cls_embed.{layer}") == (24, *shape)
    assert ours == theirs


def test_learns_the_masks_of_two_frames(mask2former_config, labelled_samples):
    """The objective falls, with a norm over a batch of two and all."""
    segmentor = MODELS.build(mask2former_config)
    segmentor.init_weights()
    inputs = {"img": torch.stack([sample.gt_sem_seg.data.float() for sample in labelled_samples])}
    inputs["img"] = inputs["img"].repeat(1, 3, 1, 1) / 64 - 2
    optimizer = torch.optim.AdamW(segmentor.parameters(), lr=2e-3)
    totals = []
    for _ in range(12):
        losses = segmentor.loss(inputs, labelled_samples)
        total = sum(value for name, value in losses.items() if "loss" in name)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(total.item())
    assert min(totals[-3:]) < 0.8 * totals[0]
    assert {name.rpartition(".")[2] for name in losses} == {
        "loss_cls",
        "loss_mask",
        "loss_dice",
        "loss_silent",
    }
