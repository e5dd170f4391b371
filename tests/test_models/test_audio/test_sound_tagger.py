"""A tagger and a segmentor that are trained apart, and joined by a vocabulary alone."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm import configs_dir
from avs_mm.models.audio import SoundTagger
from avs_mm.registry import MODELS
from avs_mm.trained_model import build_trained_model
from avs_mm.vocabularies import find_mid

CATEGORIES = ["bell", "bird", "drum", "engine", "siren", "whistle"]


@pytest.fixture
def training():
    init_default_scope("mmseg")
    torch.manual_seed(0)
    return MODELS.build(Config.fromfile(configs_dir() / "mini" / "tagger.py").model)


def sample_of(*categories: int) -> SegDataSample:
    sample = SegDataSample(metainfo={"img_path": "x.png"})
    category_map = torch.full((1, 4, 4), 255)
    for row, category in enumerate(categories):
        category_map[0, row] = category
    sample.gt_sem_seg = PixelData(data=category_map)
    return sample


def test_the_loss_is_a_cross_entropy_over_the_categories_own_tags(training):
    sounds = 0.1 * torch.randn(2, 16_000)
    training.eval()  # without dropout
    loss = training({"audio": sounds}, [sample_of(1), sample_of(0, 5)], mode="loss")["loss_tags"]
    probabilities = training.tagger(sounds)
    mids = [find_mid(name.capitalize()) for name in CATEGORIES]
    of_category = probabilities[:, [training.tagger.mids.index(mid) for mid in mids]]
    target = torch.tensor([[0, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 1]]).float()
    expected = -(target * of_category.log() + (1 - target) * (1 - of_category).log()).mean()
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert training.tagger.predictor.bias.grad.abs().sum() > 0
    assert training.train().tagger.encoder.training


def test_joined_by_a_vocabulary(training, tmp_path: Path):
    """Each category has the probability of its own tag, whatever the tagger's order is."""
    config = Config.fromfile(configs_dir() / "zero_shot" / "mini.py")
    segmentor = MODELS.build(config.model.segmentor)
    meta = {"dataset_meta": {"classes": tuple(CATEGORIES)}}
    torch.save({"state_dict": segmentor.state_dict(), "meta": meta}, tmp_path / "seg.pth")
    torch.save({"state_dict": training.state_dict(), "meta": {}}, tmp_path / "tagger.pth")
    config.model.stage1 = str(tmp_path / "seg.pth")
    config.model.audio_encoder.checkpoint = str(tmp_path / "tagger.pth")
    model = build_trained_model(config, None, device="cpu")
    assert model.audio_head.categories == tuple(CATEGORIES)
    sounds = 0.1 * torch.randn(2, 16_000)
    with torch.no_grad():
        expected = training.eval()({"audio": sounds})
        torch.testing.assert_close(model.score_audio({"audio": sounds}), expected)
    assert not any(parameter.requires_grad for parameter in model.audio_encoder.parameters())
    assert not model.train().audio_encoder.training


def test_a_checkpoint_of_another_tagger(training, tmp_path: Path):
    torch.save({"state_dict": training.state_dict(), "meta": {}}, tmp_path / "tagger.pth")
    config = Config.fromfile(configs_dir() / "mini" / "tagger.py")
    tagger = SoundTagger(
        encoder=config.model.tagger.encoder, tags=["Dog"], checkpoint=str(tmp_path / "tagger.pth")
    )
    with pytest.raises(ValueError, match=r"predictor\.bias \(6,\), not \(1,\).*Give a checkpoint"):
        tagger.init_weights()
