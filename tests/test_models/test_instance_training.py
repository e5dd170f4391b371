"""A few steps of training teach AVSC which of two objects of a category sounds."""

import copy

import pytest
import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.models.mask_pooling import pool_in_masks
from avs_mm.registry import MODELS

CATEGORY = 1
HALVES = torch.zeros(2, 32, 32, dtype=torch.bool)
HALVES[0, :, :16], HALVES[1, :, 16:] = True, True


def draw(number: int) -> tuple[dict[str, torch.Tensor], list[SegDataSample], torch.Tensor]:
    """Pictures of noise; the half that sounds is blurred."""
    right = torch.randint(2, (number,))
    sharp = torch.randn(number, 3, 32, 32)
    images = torch.where(HALVES[right][:, None], F.avg_pool2d(sharp, 3, 1, 1), sharp)
    samples = []
    for half in HALVES[right]:
        sample = SegDataSample(metainfo={"ori_shape": (32, 32), "img_shape": (32, 32)})
        sample.gt_sounding_mask = PixelData(data=half[None].to(torch.uint8))
        sample.gt_sem_seg = PixelData(data=torch.where(half, CATEGORY, 255)[None])
        sample.gt_instance_map = PixelData(data=half[None].long())
        samples.append(sample)
    return {"img": images, "audio": 0.1 * torch.randn(number, 16000)}, samples, right


@pytest.fixture
def model(avsc_config, monkeypatch):
    """Its stage 1 finds both halves, and pools what its own backbone sees in them."""
    avsc_config.instance_head = dict(visual_dims=120)
    avsc_config.remember_frames = 0
    model = MODELS.build(avsc_config)

    def find(inputs, *, sizes):
        maps = model.extract_feat(inputs)
        return [
            InstanceData(
                masks=HALVES,
                labels=torch.full((2,), CATEGORY),
                scores=torch.ones(2),
                features=pool_in_masks([level[place] for level in maps], HALVES),
            )
            for place in range(len(sizes))
        ]

    monkeypatch.setattr(model.segmentor, "find_candidates", find)
    return model


def test_the_right_half_is_marked_after_a_few_steps(model):
    model.train()
    frozen = copy.deepcopy(model.segmentor.state_dict())
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    losses = []
    for _ in range(30):
        batch, samples, _ = draw(16)
        terms = model(batch, samples, mode="loss")
        optimizer.zero_grad()
        sum(terms.values()).backward()
        optimizer.step()
        losses.append(terms["loss_instance"].item())
    assert losses[0] == pytest.approx(0.7, abs=0.3)  # log 2 is that of a guess
    assert sum(losses[-5:]) / 5 < 0.2
    for key, value in model.segmentor.state_dict().items():
        assert torch.equal(value, frozen[key]), key

    model.eval()
    batch, samples, right = draw(100)
    with torch.no_grad():
        predicted = model(batch, samples, mode="predict")
    ranked = torch.stack([sample.pred_instances.audio_scores for sample in predicted])
    assert (ranked.argmax(dim=1) == right).float().mean() > 0.9
    sounding = torch.stack([sample.pred_sem_seg.data[0] == CATEGORY for sample in predicted])
    assert (sounding == HALVES[right]).all(dim=(1, 2)).float().mean() > 0.9
