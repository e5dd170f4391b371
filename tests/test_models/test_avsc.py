"""Stage 2: Eq. 1 and Eq. 6 by hand, predictions, and what is trained."""

import copy

import pytest
import torch
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample

from avs_mm.models.audio import AudioTagger
from avs_mm.models.sounding_map import loudest_category, sounding_map
from avs_mm.models.threshold_at_half import with_threshold_at_half
from avs_mm.registry import MODELS
from avs_mm.vocabularies import find_mid


def candidates() -> InstanceData:
    """Category 1 on the left column and category 0 on the upper row of 2x2 pixels."""
    masks = torch.tensor([[[True, True], [False, False]], [[True, False], [True, False]]])
    return InstanceData(masks=masks, labels=torch.tensor([0, 1]), scores=torch.tensor([0.9, 0.8]))


def inputs(batch: int = 2) -> dict[str, torch.Tensor]:
    return {"img": torch.randn(batch, 3, 32, 32), "audio": 0.1 * torch.randn(batch, 16000)}


@pytest.fixture
def model(avsc_config, find_something):
    model = MODELS.build(avsc_config)
    model.init_weights()
    find_something(model.segmentor)
    return model


def test_sounding_map_is_eq1_clamped_where_candidates_overlap():
    scores = torch.tensor([0.25, 0.9, 0.5])
    expected = torch.tensor([[1.0, 0.25], [0.9, 0.0]])
    torch.testing.assert_close(sounding_map(candidates(), scores), expected)


def test_nothing_sounds_without_candidates():
    nothing = candidates()[torch.tensor([False, False])]
    assert sounding_map(nothing, torch.ones(3)).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    nothing.audio_scores = nothing.scores
    assert loudest_category(nothing).tolist() == [[255, 255], [255, 255]]


@pytest.mark.parametrize(("scores", "shared_pixel"), [([0.3, 0.6], 1), ([0.6, 0.3], 0)])
def test_a_shared_pixel_belongs_to_the_louder_candidate(scores: list[float], shared_pixel: int):
    scored = candidates()
    scored.audio_scores = torch.tensor(scores)
    assert loudest_category(scored).tolist() == [[shared_pixel, 0], [1, 255]]


def test_loss_is_the_cross_entropy_of_eq6(model, labelled_samples):
    model.eval()
    batch = inputs()
    with torch.no_grad():
        maps = model(batch, labelled_samples, mode="tensor")
        loss = model(batch, labelled_samples, mode="loss")["loss_avc"]
    truth = torch.cat([sample.gt_sounding_mask.data for sample in labelled_samples]).float()
    # torch limits each logarithm to -100
    log_in, log_out = maps.log().clamp(min=-100), (1 - maps).log().clamp(min=-100)
    torch.testing.assert_close(loss, -(truth * log_in + (1 - truth) * log_out).mean())


@pytest.mark.parametrize("unmatched_objects_sound", [True, False])
def test_a_candidate_of_an_unmatched_sound_is_what_sounds(
    model, labelled_samples, unmatched_objects_sound: bool
):
    model.eval()
    model.unmatched_objects_sound = unmatched_objects_sound
    batch = inputs()
    with torch.no_grad():
        candidates = model.encode_images(batch, labelled_samples)[0]
        maps = model(batch, labelled_samples, mode="tensor")
        unmatched = int(candidates.labels[0])
        labelled_samples[0].set_metainfo({"unmatched_categories": (unmatched,)})
        loss = model(batch, labelled_samples, mode="loss")["loss_avc"]
    truth = torch.cat([sample.gt_sounding_mask.data for sample in labelled_samples]).float()
    if unmatched_objects_sound:
        assert (truth[0][candidates.masks[0]] == 0).any()
        truth[0][candidates.masks[0]] = 1.0
    expected = torch.nn.functional.binary_cross_entropy(maps, truth)
    torch.testing.assert_close(loss, expected)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_prediction_follows_from_the_candidates_and_the_audio_scores(
    avsc_config, labelled_samples, find_something, activation: str
):
    model = MODELS.build({**avsc_config, "audio_activation": activation, "threshold": 0.3}).eval()
    find_something(model.segmentor)
    batch = inputs()
    with torch.no_grad():
        category_scores = model.score_audio(batch)
        predictions = model(batch, labelled_samples, mode="predict")
    if activation == "softmax":
        torch.testing.assert_close(category_scores.sum(dim=1), torch.ones(2))
    found = 0
    for sample, scores in zip(predictions, category_scores, strict=True):
        instances = sample.pred_instances
        found += len(instances)
        torch.testing.assert_close(instances.audio_scores, scores[instances.labels])
        expected = (instances.masks * instances.audio_scores[:, None, None]).sum(0).clamp(max=1)
        cut_at_half = with_threshold_at_half(expected, 0.3)
        torch.testing.assert_close(sample.pred_sounding_map.data[0], cut_at_half)
        assert ((sample.pred_sem_seg.data[0] != 255) == (expected > 0.3)).all()
    assert found > 0


@pytest.mark.parametrize("threshold", [0, 1, 50])
def test_refuses_a_threshold_that_is_no_probability(avsc_config, threshold: float):
    with pytest.raises(ValueError, match=f"between 0 and 1, both excluded; it is {threshold}"):
        MODELS.build({**avsc_config, "threshold": threshold})


def test_binary_output_marks_what_sounds_with_one(avsc_config, labelled_samples):
    model = MODELS.build({**avsc_config, "output": "binary", "threshold": 1e-9}).eval()
    with torch.no_grad():
        predictions = model(inputs(), labelled_samples, mode="predict")
    for sample in predictions:
        covered = sample.pred_instances.masks.any(dim=0)
        assert (sample.pred_sem_seg.data[0] == covered.long()).all()


def test_predictions_have_the_size_of_the_original_picture(model, labelled_samples):
    labelled_samples[0].set_metainfo({"ori_shape": (48, 80)})
    model.eval()
    with torch.no_grad():
        first, second = model(inputs(), labelled_samples, mode="predict")
    assert first.pred_sounding_map.shape == first.pred_sem_seg.shape == (48, 80)
    assert second.pred_sounding_map.shape == (32, 32)


def test_one_encoding_serves_several_sounds(model, labelled_samples):
    model.eval()
    first, second = inputs(), inputs()
    second["img"] = first["img"]
    with torch.no_grad():
        encoding = model.encode_images(first, labelled_samples)
        for batch in (first, second):
            found = model.predict_with_audio(encoding, batch, copy.deepcopy(labelled_samples))
            expected = model(batch, copy.deepcopy(labelled_samples), mode="predict")
            for one, other in zip(found, expected, strict=True):
                assert torch.equal(one.pred_sounding_map.data, other.pred_sounding_map.data)
                assert torch.equal(
                    one.pred_instances.audio_scores, other.pred_instances.audio_scores
                )
    assert all("audio_scores" not in candidates for candidates in encoding)


def test_only_the_audio_side_learns_and_stage1_stays_in_evaluation(model, labelled_samples):
    model.train()
    assert model.audio_head.training
    assert not any(module.training for module in model.segmentor.modules())
    model(inputs(), labelled_samples, mode="loss")["loss_avc"].backward()
    assert all(parameter.grad is None for parameter in model.segmentor.parameters())
    assert all(parameter.grad is not None for parameter in model.audio_head.parameters())
    assert any(p.grad.abs().sum() > 0 for p in model.audio_encoder.parameters() if p.requires_grad)


def test_training_loss_is_fp32_under_autocast(model, labelled_samples):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = model(inputs(), labelled_samples, mode="loss")["loss_avc"]
    assert loss.dtype == torch.float32
    assert torch.isfinite(loss)


def save(model: torch.nn.Module, path, classes: tuple[str, ...] = ("a", "b", "c")) -> str:
    meta = {"dataset_meta": {"classes": classes}}
    torch.save({"state_dict": model.state_dict(), "meta": meta}, path)
    return str(path)


def test_takes_stage1_from_its_checkpoint(avsc_config, tmp_path):
    stage1 = MODELS.build(copy.deepcopy(avsc_config.segmentor))
    path = save(stage1, tmp_path / "best_stage1.pth")
    model = MODELS.build({**avsc_config, "stage1": str(tmp_path)})  # a work dir: its best one
    model.init_weights()
    for key, value in stage1.state_dict().items():
        torch.testing.assert_close(model.segmentor.state_dict()[key], value, msg=f"{path}: {key}")
    assert model.stage1_categories == ("a", "b", "c")


def test_refuses_a_stage1_that_does_not_fit(avsc_config, tmp_path):
    stage1 = MODELS.build(copy.deepcopy(avsc_config.segmentor))
    del stage1.decode_head.query_embed
    model = MODELS.build({**avsc_config, "stage1": save(stage1, tmp_path / "stage1.pth")})
    with pytest.raises(ValueError, match=r"stage1\.pth does not fit.*query_embed"):
        model.init_weights()


def test_testing_needs_no_other_weights(avsc_config):
    """The checkpoint is self-contained: building must not look for stage 1 or BEATs' file."""
    avsc_config.audio_encoder.checkpoint = "no/such/file.pt"
    model = MODELS.build({**avsc_config, "stage1": "no/such/folder"})
    with pytest.raises(FileNotFoundError, match=r"no/such/folder.*tools/train\.py"):
        model.init_weights()


@pytest.mark.parametrize("argument", [{"audio_activation": "relu"}, {"output": "instances"}])
def test_refuses_unknown_choices(avsc_config, argument: dict):
    with pytest.raises(ValueError, match=next(iter(argument))):
        MODELS.build({**avsc_config, **argument})


def test_names_a_pipeline_without_audio(model, labelled_samples):
    batch = inputs()
    del batch["audio"]
    with pytest.raises(ValueError, match="LoadAudio"):
        model(batch, labelled_samples, mode="predict")


@pytest.mark.parametrize("calibrated", [False, True])
def test_a_calibrated_threshold_is_part_of_the_checkpoint(avsc_config, calibrated: bool):
    first, second = (MODELS.build({**avsc_config, "calibrated": calibrated}) for _ in range(2))
    assert ("calibrated_threshold" in first.state_dict()) == calibrated
    first.threshold = 0.25
    second.load_state_dict(first.state_dict())
    assert second.threshold == (0.25 if calibrated else 0.5)
    with pytest.raises(ValueError, match="it is 1"):
        first.threshold = 1.0


def test_the_default_audio_head_keeps_its_keys_and_its_numbers(avsc_config):
    """What AVSC computed before its audio head became a part, bit by bit."""
    model = MODELS.build(avsc_config).eval()
    keys = [key for key in model.state_dict() if key.startswith("audio_head.")]
    assert keys == [f"audio_head.{n}.{part}" for n in (0, 2) for part in ("weight", "bias")]
    sounds = inputs()["audio"]
    with torch.no_grad():
        first, second = model.audio_head[0], model.audio_head[2]
        embedding = model.audio_encoder(sounds).mean(dim=1)
        expected = second(first(embedding).relu()).sigmoid()
        torch.testing.assert_close(model.score_audio({"audio": sounds}), expected, rtol=0, atol=0)


def test_two_masks_of_a_category_are_one_in_eq1():
    two = candidates()
    two.labels = torch.tensor([1, 1])
    expected = torch.tensor([[0.3, 0.3], [0.3, 0.0]])
    torch.testing.assert_close(sounding_map(two, torch.tensor([0.9, 0.3])), expected)


class FixedTagger(AudioTagger):
    """Hears what it is told."""

    mids = tuple(map(find_mid, ("Dog", "Meow", "Animal", "Rain")))

    def __init__(self, *, logits: tuple[float, ...]) -> None:
        super().__init__()
        self.values = torch.tensor(logits)

    def logits(self, waveforms: torch.Tensor) -> torch.Tensor:
        return self.values.expand(len(waveforms), -1)


@pytest.fixture
def tagged(avsc_config, tmp_path, monkeypatch):
    """Builds an AVSC of three categories whose tagger gives fixed logits."""
    (tmp_path / "pets.yaml").write_text(
        "cat: {is: [Cat], generic: [Animal]}\ndog: {is: [Dog], generic: [Animal]}\nbench: []\n"
    )

    def build(*logits: float, vocabulary: str = "pets.yaml", **options):
        monkeypatch.setitem(MODELS.module_dict, "FixedTagger", FixedTagger)
        tagger = dict(type="avs_mm.FixedTagger", logits=logits)
        head = dict(type="avs_mm.AudioSetHead", vocabulary=str(tmp_path / vocabulary))
        parts = dict(audio_encoder=tagger, audio_head=head, hidden_dims=(256,))
        return MODELS.build({**avsc_config, **parts, **options}).eval()

    return build


def test_tags_decide_which_candidates_sound(tagged):
    model = tagged(2.0, -3.0, -9.0, 5.0)
    sounding = candidates()
    sounding.masks = sounding.masks.repeat_interleave(16, dim=1).repeat_interleave(16, dim=2)
    sample = model.predict_with_audio([sounding], inputs(1), [SegDataSample()])[0]
    torch.testing.assert_close(
        sample.pred_instances.audio_scores, torch.tensor([-3.0, 2.0]).sigmoid()
    )
    expected = torch.full((32, 32), 255)
    expected[:, :16] = 1  # the dog; the cat's upper right stays silent
    assert torch.equal(sample.pred_sem_seg.data[0], expected)


def test_a_generic_tag_speaks_for_the_only_candidate_that_it_fits(tagged):
    model, batch = tagged(-9.0, -9.0, 2.0, -9.0), inputs(1)
    pair = candidates()
    assert (model.score_audio(batch, [pair]) < 0.01).all()
    one = pair[torch.tensor([False, True])]
    expected = torch.tensor([[-9.0, 2.0, 0.0]]).sigmoid()
    expected[0, 2] = 0.0
    torch.testing.assert_close(model.score_audio(batch, [one]), expected)


def test_parts_that_do_not_fit_each_other(tagged, avsc_config, tmp_path):
    with pytest.raises(ValueError, match="audio_encoder BEATs: an AudioSetHead goes"):
        tagged(0.0, audio_encoder=avsc_config.audio_encoder)
    (tmp_path / "short.yaml").write_text("dog: [Dog]\n")
    with pytest.raises(ValueError, match="the segmentor has 3 categories, the vocabulary 1"):
        tagged(0.0, vocabulary="short.yaml")
    model = tagged(0.0)
    assert model.needs_no_training
    with pytest.raises(ValueError, match="has nothing to train"):
        model.loss(inputs(), [])


def test_a_vocabulary_of_other_names_than_stage_1(tagged, tmp_path):
    model = tagged(0.0)
    meta = {"dataset_meta": {"classes": ("dog", "cat", "bench")}}
    torch.save({"state_dict": model.segmentor.state_dict(), "meta": meta}, tmp_path / "seg.pth")
    model.stage1 = str(tmp_path / "seg.pth")
    with pytest.raises(ValueError, match="was trained on dog, cat, bench, but the vocabulary has"):
        model.init_weights()


@pytest.fixture
def ranking(avsc_config, find_something):
    """An AVSC whose head ranks up to three candidates of a category."""
    avsc_config.segmentor.update(candidates_per_category=3, split_parts=0.01)
    avsc_config.instance_head = dict(visual_dims=120, embed_dims=8)
    model = MODELS.build(avsc_config)
    find_something(model.segmentor)
    with torch.no_grad():  # queries that differ find different objects
        model.segmentor.decode_head.mask_embed[0].weight.normal_(std=3.0)
    return model


def test_audio_scores_are_those_of_the_category_times_the_ranks(ranking, labelled_samples):
    ranking.eval()
    batch = inputs()
    with torch.no_grad():
        category_scores = ranking.score_audio(batch)
        maps = ranking(batch, labelled_samples, mode="tensor")
        predictions = ranking(batch, labelled_samples, mode="predict")
    assert category_scores.shape == (2, 3)
    several = 0
    for sample, scores, frame_map in zip(predictions, category_scores, maps, strict=True):
        found = sample.pred_instances
        several += (found.ranks < 1).sum()
        torch.testing.assert_close(found.audio_scores, scores[found.labels] * found.ranks)
        torch.testing.assert_close(frame_map, sounding_map(found, scores))
    assert several > 0


def test_the_instance_head_learns_and_needs_its_labels(ranking, labelled_samples, instance_samples):
    ranking.train()
    batch, samples = inputs(), instance_samples(labelled_samples)
    losses = ranking(batch, samples, mode="loss")
    assert set(losses) == {"loss_avc", "loss_instance"}
    losses["loss_instance"].backward()
    assert all(parameter.grad is not None for parameter in ranking.instance_head.parameters())
    assert all(parameter.grad is None for parameter in ranking.segmentor.parameters())
    with pytest.raises(ValueError, match=r"x\.png: an instance_head learns from labels"):
        ranking(batch, labelled_samples, mode="loss")


def test_lone_candidates_are_judged_as_without_an_instance_head(avsc_config, find_something):
    plain, headed = (
        MODELS.build({**avsc_config, **options}).eval()
        for options in ({}, {"instance_head": dict(visual_dims=120)})
    )
    find_something(plain.segmentor)
    missing, unexpected = headed.load_state_dict(plain.state_dict(), strict=False)
    assert {key.split(".")[0] for key in missing} == {"instance_head"}
    assert not unexpected
    batch = inputs()
    with torch.no_grad():
        assert torch.equal(headed(batch, mode="tensor"), plain(batch, mode="tensor"))


def test_an_instance_head_goes_without_what_it_cannot_learn_from(avsc_config, tagged):
    head = {"instance_head": dict(visual_dims=120)}
    with pytest.raises(ValueError, match="which labelled_candidates replaces"):
        MODELS.build({**avsc_config, **head, "labelled_candidates": True})
    with pytest.raises(ValueError, match="is trained, and an AudioSetHead is not"):
        tagged(0.0, **head)


def test_an_instance_head_starts_from_a_stage2_without_one(avsc_config, tmp_path):
    trained = MODELS.build(copy.deepcopy(avsc_config))
    path = save(trained, tmp_path / "stage2.pth")
    options = {"instance_head": dict(visual_dims=120), "stage2": path}
    model = MODELS.build({**copy.deepcopy(avsc_config), **options})
    head = copy.deepcopy(model.instance_head.state_dict())
    model.init_weights()
    weights = model.state_dict()
    for key, value in trained.state_dict().items():
        assert torch.equal(weights[key], value), key
    for key, value in head.items():
        assert torch.equal(weights[f"instance_head.{key}"], value), key
    assert model.stage1_categories == ("a", "b", "c")
    with pytest.raises(ValueError, match=r"stage2\.pth does not fit"):
        MODELS.build({**avsc_config, **options, "hidden_dims": (7,)}).init_weights()
    with pytest.raises(ValueError, match="give no stage1"):
        MODELS.build({**avsc_config, **options, "stage1": path})
