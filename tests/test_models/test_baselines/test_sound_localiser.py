"""What all localisers share, shown on EZ-VSL."""

import copy

import pytest
import torch
from mmseg.structures import SegDataSample

from avs_mm import checkpoint
from avs_mm.models.baselines.object_prior import min_max_normalised

LOCALISERS = ("ezvsl", "lvs", "slavc", "sspl", "sspl_without_pcm")


def samples(*shapes: tuple[int, int]) -> list[SegDataSample]:
    return [SegDataSample(metainfo={"ori_shape": shape, "img_shape": (32, 32)}) for shape in shapes]


def two_clips(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key: values[:2] for key, values in batch.items()}


def test_normalisation_spans_zero_to_one():
    heat = torch.tensor([[-0.5, 0.0], [0.25, 0.5]])
    assert min_max_normalised(heat).tolist() == [[0.0, 0.5], [0.75, 1.0]]
    assert min_max_normalised(torch.full((2, 2), 0.3)).tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("name", LOCALISERS)
def test_predicts_a_heat_map_of_the_original_size(build, eight_clips, name: str):
    model = build(name).eval()
    with torch.no_grad():
        predictions = model(two_clips(eight_clips), samples((48, 80), (20, 20)), mode="predict")
    for sample, size in zip(predictions, [(48, 80), (20, 20)], strict=True):
        heat = sample.pred_heat_map.data
        assert heat.shape == (1, *size)
        assert (heat.min(), heat.max()) == (0, 1)
        assert torch.equal(sample.pred_sounding_map.data, heat)  # the threshold is 0.5
        assert torch.equal(sample.pred_sem_seg.data, (heat > 0.5).long())


def test_prediction_is_the_upsampled_cosine(build, eight_clips):
    model = build("ezvsl", normalisation="positive").eval()
    batch = two_clips(eight_clips)
    with torch.no_grad():
        coarse = model(batch, mode="tensor")
        predictions = model(batch, samples((10, 10), (10, 10)), mode="predict")
    assert coarse.shape == (2, 10, 10)
    assert coarse.abs().max() <= 1
    for sample, cosine in zip(predictions, coarse, strict=True):
        torch.testing.assert_close(sample.pred_heat_map.data[0], cosine.clamp(min=0))


def test_silence_is_never_recognised_but_without_normalisation_it_can_be(build, eight_clips):
    """The localisers' protocol: RA is 0 whatever the sound."""
    batch = two_clips(eight_clips)
    batch["audio"] = torch.zeros_like(batch["audio"])
    model = build("ezvsl").eval()
    with torch.no_grad():
        normalised = model(batch, samples((32, 32), (32, 32)), mode="predict")
        model.normalisation = "positive"
        raw = model(batch, samples((32, 32), (32, 32)), mode="predict")
    assert all((sample.pred_sounding_map.data > 0.5).any() for sample in normalised)
    assert all((sample.pred_sounding_map.data < 0.5).all() for sample in raw)


@pytest.mark.parametrize("name", LOCALISERS)
def test_one_encoding_serves_several_sounds(build, eight_clips, name: str):
    model = build(name).eval()
    first = two_clips(eight_clips)
    second = {"img": first["img"], "audio": first["audio"].flip(0)}
    empty = samples((32, 32), (32, 32))
    with torch.no_grad():
        encoding = model.encode_images(first, empty)
        for batch in (first, second):
            found = model.predict_with_audio(encoding, batch, copy.deepcopy(empty))
            expected = model(batch, copy.deepcopy(empty), mode="predict")
            for one, other in zip(found, expected, strict=True):
                assert torch.equal(one.pred_sounding_map.data, other.pred_sounding_map.data)


@pytest.mark.parametrize("name", LOCALISERS)
def test_gradients_reach_every_trained_parameter(build, eight_clips, train, name: str):
    # mmseg's ResNet begins with residual branches of weight 0, which one step changes.
    model = build(name)
    train(model, eight_clips, steps=2)
    for key, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad.abs().sum() > 0, key
        else:
            assert key.startswith(("target.", "backbone.")), key  # SSPL's is frozen


@pytest.mark.parametrize("name", LOCALISERS)
def test_training_loss_is_fp32_under_autocast(build, eight_clips, name: str):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        (loss,) = build(name)(eight_clips, [], mode="loss").values()
    assert loss.dtype == torch.float32
    assert torch.isfinite(loss)


def test_starts_from_the_backbone_of_a_checkpoint(build, localiser_config, tmp_path):
    trained = build("ezvsl")
    for parameter in trained.parameters():
        parameter.data.normal_()
    torch.save({"state_dict": trained.state_dict()}, tmp_path / "weights.pth")
    model = build("lvs", backbone_weights=str(tmp_path / "weights.pth"))
    for key, value in trained.backbone.state_dict().items():
        assert torch.equal(model.backbone.state_dict()[key], value), key
    theirs, own = trained.audio_encoder.state_dict(), model.audio_encoder.state_dict()
    assert any(not torch.equal(theirs[key], own[key]) for key in own)


def test_names_a_pipeline_without_audio(build, eight_clips):
    del eight_clips["audio"]
    with pytest.raises(ValueError, match="LoadAudio"):
        build("ezvsl")(eight_clips, mode="tensor")


def test_refuses_a_threshold_that_cuts_nothing(build):
    with pytest.raises(ValueError, match=r"both excluded; it is 1\.0"):
        build("ezvsl", threshold=1.0)


@pytest.mark.parametrize("name", ["ezvsl", "lvs", "slavc", "sspl", "sspl_without_pcm"])
def test_refuses_to_learn_from_one_pair(build, eight_clips, name: str):
    one = {key: value[:1] for key, value in eight_clips.items()}
    with pytest.raises(ValueError, match="drop_last=True"):
        build(name).train()(one, [], mode="loss")


@pytest.mark.parametrize("from_scratch", [False, True])
def test_warns_of_a_random_backbone(build, monkeypatch, from_scratch: bool):
    logged = []
    monkeypatch.setattr(checkpoint, "print_log", lambda message, **_: logged.append(message))
    build("ezvsl", from_scratch=from_scratch)
    warning = "EZVSL has random weights. The authors start from a backbone trained on ImageNet"
    assert [message.startswith(warning) for message in logged] == [True] * (not from_scratch)


@pytest.fixture
def prior(localiser_config, build, tmp_path) -> dict:
    """An ImageNet classifier with random weights."""
    weights = {
        f"backbone.{key}": value for key, value in build("ezvsl").backbone.state_dict().items()
    }
    torch.save({"state_dict": weights}, tmp_path / "imagenet.pth")
    return dict(backbone=localiser_config("ezvsl").backbone, weights=str(tmp_path / "imagenet.pth"))


def test_object_prior_as_ez_vsl_joins_it(build, eight_clips, prior):
    """normalize_img(normalize_img(sound) * alpha + normalize_img(objects) * (1 - alpha))"""
    plain = build("ezvsl", upsampling="bilinear_aligned").eval()
    model = build("ezvsl", upsampling="bilinear_aligned", object_prior=prior).eval()
    assert model.state_dict().keys() == plain.state_dict().keys()
    model.load_state_dict(plain.state_dict())
    batch = two_clips(eight_clips)
    with torch.no_grad():
        sound = plain(batch, samples((32, 32), (32, 32)), mode="predict")
        joined = model(batch, samples((32, 32), (32, 32)), mode="predict")
        strength = model.object_prior(batch["img"])
    for number in range(2):
        objects = torch.nn.functional.interpolate(
            strength[number][None, None], (32, 32), mode="bilinear", align_corners=True
        )[0]
        expected = min_max_normalised(
            0.4 * sound[number].pred_heat_map.data + 0.6 * min_max_normalised(objects)
        )
        torch.testing.assert_close(joined[number].pred_heat_map.data, expected)


def test_object_prior_as_slavc_joins_it(build, eight_clips, prior):
    """(cosine + 1) / 2 * alpha + objects / 2.5 * (1 - alpha), whatever exceeds 1 in the second."""
    model = build("slavc", normalisation="cosine", object_prior=dict(prior, sound_weight=0.9))
    batch = two_clips(eight_clips)
    with torch.no_grad():
        cosines = model.eval()(batch, mode="tensor")
        strength = model.object_prior(batch["img"])
        predictions = model(batch, samples((10, 10), (10, 10)), mode="predict")
    expected = (0.9 * (cosines + 1) / 2 + 0.1 * strength / 2.5).clamp(0, 1)
    for number in range(2):
        torch.testing.assert_close(predictions[number].pred_heat_map.data[0], expected[number])


@pytest.mark.parametrize("option", ["normalisation", "upsampling"])
def test_unknown_options_are_refused(build, option: str):
    with pytest.raises(ValueError, match=f"{option} is one of"):
        build("ezvsl", **{option: "none"})
