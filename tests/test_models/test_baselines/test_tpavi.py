"""TPAVI on eight drawn clips: a disc that sounds low or a square that sounds high, or both."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config, ConfigDict
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm import checkpoint
from avs_mm.evaluation.functional import jaccard
from avs_mm.models.threshold_at_half import with_threshold_at_half
from avs_mm.registry import MODELS
from avs_mm.shipped import configs_dir

SIZE = 32
NUM_SAMPLES = 4000  # a quarter of a second is enough to tell 300 Hz from 3 kHz


@pytest.fixture
def tpavi_config() -> ConfigDict:
    """The mini config, narrow: 2 frames at 32x32 pixels take milliseconds."""
    config = Config.fromfile(configs_dir() / "mini" / "tpavi.py").model
    config.backbone_weights = None
    config.backbone.base_channels = config.backbone.stem_channels = 8
    config.in_channels = [8, 16, 32, 64]
    config.channels = 32
    config.audio_encoder.update(embed_dims=16, num_layers=1, num_heads=2, patch_embed_dims=8)
    return config


def clips(count: int = 8, frames: int = 2) -> tuple[dict, list[SegDataSample]]:
    """Every image shows both objects; the sound, low or high, says which one is the answer."""
    torch.manual_seed(0)
    images, sounds, samples = [], [], []
    time = torch.arange(NUM_SAMPLES) / 16000
    for clip in range(count):
        for frame in range(frames):
            image = 0.1 * torch.randn(3, SIZE, SIZE)
            left, right = torch.zeros(2, 1, SIZE, SIZE).unbind()
            left[:, 8:24, 2 : 12 + frame] = 1
            right[:, 4:20, 18:30] = 1
            image += left * torch.tensor([2.0, 0, 0]).view(3, 1, 1)
            image += right * torch.tensor([0, 0, 2.0]).view(3, 1, 1)
            images.append(image)
            low = clip % 2 == 0
            sounds.append(0.3 * torch.sin(2 * math.pi * (300 if low else 3000) * time))
            sample = SegDataSample(
                metainfo=dict(
                    clip=str(clip), frame=frame, ori_shape=(SIZE, SIZE), img_shape=(SIZE, SIZE)
                )
            )
            sample.gt_sounding_mask = PixelData(data=(left if low else right).to(torch.uint8))
            samples.append(sample)
    return {"img": torch.stack(images), "audio": torch.stack(sounds)}, samples


@pytest.mark.slow
def test_overfits_eight_clips(tpavi_config):
    model = MODELS.build({**tpavi_config, "matching_weight": 0.01})
    model.init_weights()
    inputs, samples = clips()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(70):
        losses = model.loss(inputs, samples)
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        predictions = model.predict(inputs, copy.deepcopy(samples))
    found = torch.cat([sample.pred_sounding_map.data for sample in predictions])
    truth = torch.cat([sample.gt_sounding_mask.data for sample in samples])
    assert jaccard(found, truth).mean() > 0.9


@pytest.mark.parametrize("keep_unused", [False, True])
def test_gradients_reach_every_trainable_parameter(tpavi_config, keep_unused: bool):
    model = MODELS.build({**tpavi_config, "matching_weight": 0.5, "keep_unused": keep_unused})
    with torch.no_grad():
        for attention in model.attentions:
            attention.project[1].weight.fill_(1.0)  # an untrained attention passes nothing on
    inputs, samples = clips(count=2)
    # The norm of the deepest map needs more than one pixel to leave a gradient
    inputs["img"] = F.interpolate(inputs["img"], scale_factor=2)
    for sample in samples:
        sample.gt_sounding_mask = PixelData(data=torch.ones(1, 2 * SIZE, 2 * SIZE))
    model.train()
    sum(model.loss(inputs, samples).values()).backward()
    untouched = [
        name
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and (parameter.grad is None or not parameter.grad.any())
    ]
    assert untouched == []
    frozen = {n.split(".")[0] for n, p in model.named_parameters() if not p.requires_grad}
    assert frozen - {"audio_encoder"} == ({"decoder", "unused_branch"} if keep_unused else set())


def test_loss_is_that_of_the_annotated_frames(tpavi_config):
    """As in S4's train split: of each clip only the first frame has a mask."""
    model = MODELS.build(tpavi_config).eval()
    inputs, samples = clips(count=2)
    for sample in samples[1::2]:
        del sample.gt_sounding_mask
    with torch.no_grad():
        losses = model.loss(inputs, samples)
        logits = model(inputs, samples, mode="tensor")
    assert list(losses) == ["loss_mask"]
    probability = logits[[0, 2]].sigmoid()
    truth = torch.stack([samples[i].gt_sounding_mask.data for i in (0, 2)])
    expected = -torch.where(truth == 1, probability, 1 - probability).log().mean()
    torch.testing.assert_close(losses["loss_mask"], expected)


def test_a_batch_without_masks_is_refused(tpavi_config):
    model = MODELS.build(tpavi_config)
    inputs, samples = clips(count=1)
    for sample in samples:
        del sample.gt_sounding_mask
    with pytest.raises(ValueError, match="no frame of the batch has a mask"):
        model.loss(inputs, samples)


def test_predictions_have_the_size_of_the_original_picture(tpavi_config):
    model = MODELS.build(tpavi_config).eval()
    inputs, samples = clips(count=1)
    samples[0].set_metainfo({"ori_shape": (48, 80)})
    with torch.no_grad():
        first, second = model(inputs, samples, mode="predict")
    assert first.pred_sounding_map.data.shape == first.pred_sem_seg.data.shape == (1, 48, 80)
    assert second.pred_sounding_map.data.shape == (1, 32, 32)
    assert ((first.pred_sounding_map.data > 0.5) == first.pred_sem_seg.data).all()


def test_the_threshold_is_where_metrics_cut(tpavi_config):
    maps = {}
    for threshold in (0.5, 0.2):
        torch.manual_seed(0)
        model = MODELS.build({**tpavi_config, "threshold": threshold}).eval()
        with torch.no_grad():
            (sample, *_) = model(*clips(count=1), mode="predict")
        maps[threshold] = sample.pred_sounding_map.data
    assert torch.equal(maps[0.2], with_threshold_at_half(maps[0.5], 0.2))
    with pytest.raises(ValueError, match="it is 1"):
        MODELS.build({**tpavi_config, "threshold": 1})


def test_one_encoding_serves_several_sounds(tpavi_config):
    model = MODELS.build(tpavi_config).eval()
    with torch.no_grad():
        for attention in model.attentions:
            attention.project[1].weight.fill_(5.0)
    inputs, samples = clips(count=1)
    maps = []
    with torch.no_grad():
        encoding = model.encode_images(inputs, samples)
        for sound in (inputs["audio"], torch.zeros(2, NUM_SAMPLES)):
            batch = {"img": inputs["img"], "audio": sound}
            ours = model.predict_with_audio(encoding, batch, copy.deepcopy(samples))
            expected = model(batch, copy.deepcopy(samples), mode="predict")
            for one, other in zip(ours, expected, strict=True):
                assert torch.equal(one.pred_sounding_map.data, other.pred_sounding_map.data)
            maps.append(ours[0].pred_sounding_map.data)
    assert (maps[0] - maps[1]).abs().max() > 1e-4


def test_frames_attend_to_so_many_of_their_clip(tpavi_config):
    """A clip of four frames, two at a time, is two clips of two; as a whole it is another."""
    inputs, one_clip = clips(count=1, frames=4)
    inputs["audio"][2:] = torch.randn(2, NUM_SAMPLES)
    _, two_clips = clips(count=2, frames=2)

    def logits(samples: list[SegDataSample], attended_frames: int | None) -> torch.Tensor:
        torch.manual_seed(0)
        model = MODELS.build({**tpavi_config, "attended_frames": attended_frames}).eval()
        with torch.no_grad():
            for attention in model.attentions:
                attention.project[1].weight.fill_(100.0)
            return model(inputs, samples, mode="tensor")

    assert torch.equal(logits(one_clip, 2), logits(two_clips, None))
    assert (logits(one_clip, 2) - logits(one_clip, None)).abs().max() > 1e-3
    with pytest.raises(ValueError, match="attended_frames is a number of frames from 1 on, not 0"):
        MODELS.build({**tpavi_config, "attended_frames": 0})


def test_starts_from_a_backbone_or_from_a_whole_network(tpavi_config, tmp_path):
    trained = MODELS.build(tpavi_config)
    weights = {k: v for k, v in trained.state_dict().items() if "audio_encoder" not in k}
    torch.save({"state_dict": weights}, tmp_path / "official.pth")
    path = str(tmp_path / "official.pth")

    whole = MODELS.build({**tpavi_config, "initial_weights": path})
    whole.init_weights()
    assert all(torch.equal(whole.state_dict()[key], weights[key]) for key in weights)

    model = MODELS.build({**tpavi_config, "backbone_weights": path})
    model.init_weights()
    own = model.state_dict()
    same = {key for key in weights if torch.equal(own[key], weights[key])}
    assert {key for key in weights if key.startswith("backbone.")} <= same
    assert "decoder.head.0.weight" not in same

    with pytest.raises(ValueError, match="give no backbone_weights"):
        MODELS.build({**tpavi_config, "initial_weights": path, "backbone_weights": path})
    del weights["decoder.head.0.weight"]
    torch.save({"state_dict": weights}, tmp_path / "official.pth")
    with pytest.raises(ValueError, match=r"official\.pth does not fit.*decoder\.head\.0\.weight"):
        MODELS.build({**tpavi_config, "initial_weights": path}).init_weights()


def test_names_a_pipeline_without_audio(tpavi_config):
    inputs, samples = clips(count=1)
    del inputs["audio"]
    with pytest.raises(ValueError, match="LoadAudio"):
        MODELS.build(tpavi_config)(inputs, samples, mode="predict")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "millions"), [("tpavi_r50_s4", 91.40), ("tpavi_pvtv2_s4", 101.32)]
)
def test_has_the_published_number_of_parameters(config: str, millions: float):
    """Without VGGish; the official code counts 91.40 and 101.32 million."""
    model = MODELS.build(Config.fromfile(configs_dir() / f"{config}.py").model)
    parameters = [p for n, p in model.named_parameters() if not n.startswith("audio_encoder.")]
    assert sum(p.numel() for p in parameters) / 1e6 == pytest.approx(millions, abs=0.005)


@pytest.mark.parametrize("from_scratch", [False, True])
def test_warns_of_random_weights(tpavi_config, monkeypatch, from_scratch: bool):
    logged = []
    monkeypatch.setattr(checkpoint, "print_log", lambda message, **_: logged.append(message))
    MODELS.build({**tpavi_config, "from_scratch": from_scratch}).init_weights()
    warning = "TPAVI has random weights. The authors start from a backbone trained on ImageNet"
    assert [message.startswith(warning) for message in logged] == [True] * (not from_scratch)


def with_categories(samples: list[SegDataSample]) -> None:
    """Name the left object 0 and the right one 1, by the clip's number."""
    for sample in samples:
        mask = sample.gt_sounding_mask.data
        category = int(sample.clip) % 2
        named = torch.where(mask > 0, category, 255).long()
        sample.gt_sem_seg = PixelData(data=named)


def test_classwise_loss_and_prediction(tpavi_config):
    """A cross-entropy over the background and two categories; the map is cut where it says."""
    batch, samples = clips(count=2)
    with_categories(samples)
    model = MODELS.build({**tpavi_config, "num_classes": 3, "matching_weight": 0.5})
    losses = model.train()(batch, samples, mode="loss")
    assert set(losses) == {"loss_mask", "loss_matching"}
    model.eval()
    with torch.no_grad():
        logits = model(batch, samples, mode="tensor")
        predictions = model(batch, copy.deepcopy(samples), mode="predict")
    assert logits.shape == (4, 3, SIZE, SIZE)
    for frame, sample in zip(logits, predictions, strict=True):
        chosen = frame.argmax(dim=0)
        named = sample.pred_sem_seg.data[0]
        assert torch.equal(named, torch.where(chosen == 0, 255, chosen - 1))
        assert torch.equal(sample.pred_sounding_map.data[0] > 0.5, chosen != 0)
        assert sample.predicts_categories


def test_the_official_size_has_the_categories_of_the_logits_as_they_are(tpavi_config):
    batch, samples = clips(count=1)
    for sample in samples:
        sample.set_metainfo({"ori_shape": (48, 80)})
    model = MODELS.build({**tpavi_config, "num_classes": 3}).eval()
    with torch.no_grad():
        logits = model(batch, samples, mode="tensor")
        predictions = model(batch, samples, mode="predict")
    for frame, sample in zip(logits, predictions, strict=True):
        chosen = frame.argmax(dim=0, keepdim=True)
        assert sample.pred_sem_seg.data.shape == (1, 48, 80)
        expected = torch.where(chosen == 0, 255, chosen - 1)
        assert torch.equal(sample.pred_input_sem_seg.data, expected)


def test_classwise_loss_by_hand(tpavi_config):
    _, samples = clips(count=2)
    with_categories(samples)
    model = MODELS.build({**tpavi_config, "num_classes": 3})
    logits = torch.randn(4, 3, SIZE, SIZE)
    expected = 0.0
    for frame, sample in zip(logits, samples, strict=True):
        named = sample.gt_sem_seg.data
        target = torch.where(named == 255, 0, named + 1)
        expected -= frame.log_softmax(dim=0).gather(0, target).mean() / 4
    torch.testing.assert_close(model._mask_loss(logits, samples), expected)


def test_classes_need_categories(tpavi_config):
    batch, samples = clips(count=2)
    model = MODELS.build({**tpavi_config, "num_classes": 3})
    with pytest.raises(ValueError, match="has no categories, which num_classes needs"):
        model.train()(batch, samples, mode="loss")
    with pytest.raises(ValueError, match="counts the background too"):
        MODELS.build({**tpavi_config, "num_classes": 1})
