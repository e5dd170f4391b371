import math

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm.models.category_loss import category_loss, sounding_categories
from avs_mm.registry import MODELS


def sample(categories: list[int], unmatched: tuple[int, ...] = ()) -> SegDataSample:
    row = torch.tensor([[[*categories, 255]]])
    metainfo = {"unmatched_categories": unmatched} if unmatched else {}
    return SegDataSample(gt_sem_seg=PixelData(data=row), metainfo=metainfo)


def test_labelled_and_unmatched_categories_sound():
    samples = [sample([2, 0]), sample([]), sample([], unmatched=(1,)), sample([0], unmatched=(1,))]
    assert sounding_categories(samples, num_classes=3).int().tolist() == [
        [1, 0, 1],
        [0, 0, 0],
        [0, 1, 0],
        [1, 1, 0],
    ]


def test_is_the_mean_cross_entropy():
    scores = torch.tensor([[0.5, 0.25], [0.9, 0.2]])
    expected = -(math.log(0.5) + math.log(0.75) + math.log(0.1) + math.log(0.8)) / 4
    loss = category_loss(scores, [sample([0]), sample([])])
    assert float(loss) == pytest.approx(expected)


def test_without_categories_it_says_what_to_do():
    with pytest.raises(ValueError, match=r"b\.png: category_loss_weight needs .* semantic_root"):
        category_loss(torch.ones(1, 2), [SegDataSample(metainfo=dict(img_path="b.png"))])


def test_avsc_adds_it_and_it_reaches_every_category(avsc_config, labelled_samples):
    model = MODELS.build({**avsc_config, "category_loss_weight": 2.0}).eval()
    with torch.no_grad():  # no candidates: Eq. 6 alone would have no gradient
        model.segmentor.decode_head.cls_embed.bias[-1] = 1e4
    batch = {"img": torch.randn(2, 3, 32, 32), "audio": 0.1 * torch.randn(2, 16000)}
    losses = model(batch, labelled_samples, mode="loss")
    expected = category_loss(model.score_audio(batch), labelled_samples)
    torch.testing.assert_close(losses["loss_category"], 2 * expected)
    sum(losses.values()).backward()
    assert (model.audio_head[-1].bias.grad != 0).all()


def test_avsc_refuses_it_on_a_simplex(avsc_config):
    options = dict(category_loss_weight=1.0, audio_activation="softmax")
    with pytest.raises(ValueError, match="0 with audio_activation='softmax'"):
        MODELS.build({**avsc_config, **options})
