"""Stage 1: its answer, its candidates and the weights it starts from."""

import copy

import pytest
import torch

from avs_mm import checkpoint
from avs_mm.registry import MODELS


@pytest.fixture
def images() -> dict[str, torch.Tensor]:
    return {"img": torch.randn(2, 3, 32, 32)}


def test_answers_with_the_most_confident_candidate(
    segmentor_config, images, labelled_samples, find_something
):
    model = MODELS.build(segmentor_config).eval()
    find_something(model)
    with torch.no_grad():
        predictions = model(images, labelled_samples, mode="predict")
    assert sum(len(sample.pred_instances) for sample in predictions) > 0
    for sample in predictions:
        instances = sample.pred_instances
        if len(instances) == 0:
            assert sample.pred_sounding_map.data.sum() == 0
            continue
        top = int(instances.scores.argmax())
        assert (sample.pred_sounding_map.data[0] == instances.masks[top].float()).all()
        painted = sample.pred_sem_seg.data[0]
        assert (painted[instances.masks[top]] == instances.labels[top]).all()
        assert (painted[~instances.masks[top]] == 255).all()


def test_score_threshold_reaches_the_candidates(segmentor_config, images):
    model = MODELS.build({**segmentor_config, "score_threshold": 1.0}).eval()
    with torch.no_grad():
        found = model.find_candidates(images, sizes=[(32, 32), (32, 32)])
    assert [len(candidates) for candidates in found] == [0, 0]


@pytest.mark.parametrize(("threshold", "area"), [(0.5, 512), (0.4, 1024)])
def test_mask_threshold(segmentor_config, threshold: float, area: int):
    """Pixels of probability 0.45, half of the image, belong to a mask from 0.4 on down."""
    segmentor_config.update(mask_threshold=threshold, least_area=0.0)
    masks = torch.full((1, 32, 32), 0.9).logit()
    masks[..., 16:] = torch.tensor(0.45).logit()
    class_logits = torch.tensor([[3.0, 0.0, 0.0, 2.0]])
    found = MODELS.build(segmentor_config)._select(class_logits, masks, size=(32, 32))
    assert found.masks.sum() == area


@pytest.mark.parametrize("threshold", [0, 1])
def test_mask_threshold_is_a_probability(segmentor_config, threshold: int):
    with pytest.raises(ValueError, match=f"between 0 and 1, not at {threshold}"):
        MODELS.build({**segmentor_config, "mask_threshold": threshold})


@pytest.mark.parametrize(
    ("fraction", "per_category", "fault"),
    [
        (0.7, 2, r"fraction in \(0, 0\.5\], not 0\.7"),
        (0.2, 1, "set candidates_per_category above 1"),
    ],
)
def test_split_parts_is_checked_when_it_is_built(segmentor_config, fraction, per_category, fault):
    options = {"split_parts": fraction, "candidates_per_category": per_category}
    with pytest.raises(ValueError, match=fault):
        MODELS.build({**segmentor_config, **options})


def test_a_prior_must_fit_the_head_and_the_backbone(segmentor_config):
    pytest.importorskip("efficientnet_lite_pytorch", reason="needs avs_mm[real]")
    prior = dict(type="avs_mm.ImageNetPrior", categories=("cat", "dog"))
    with pytest.raises(ValueError, match="category_prior names 2 categories, the decode head has"):
        MODELS.build({**segmentor_config, "category_prior": prior})


def test_forward_needs_no_samples(segmentor_config, images):
    model = MODELS.build(segmentor_config).eval()
    class_logits, mask_logits = model(images)
    assert class_logits.shape == (2, 5, 4)
    assert mask_logits.shape == (2, 5, 8, 8)
    without_samples = model(images, mode="predict")
    assert without_samples[0].pred_sounding_map.shape == (32, 32)


def saved(config: dict, path) -> dict[str, torch.Tensor]:
    state_dict = MODELS.build(copy.deepcopy(config)).state_dict()
    torch.save({"state_dict": state_dict}, path)
    return state_dict


def test_starts_from_a_network_of_other_categories(segmentor_config, tmp_path):
    other = copy.deepcopy(segmentor_config)
    other.decode_head.num_classes = 7
    expected = saved(other, tmp_path / "coco.pth")
    segmentor_config.initial_weights = str(tmp_path / "coco.pth")
    model = MODELS.build(segmentor_config)
    model.init_weights()
    for key, value in model.state_dict().items():
        if key.startswith("decode_head.cls_embed"):
            assert value.shape[0] == 4
        else:
            torch.testing.assert_close(value, expected[key], msg=key)


def test_refuses_initial_weights_of_another_network(segmentor_config, tmp_path):
    other = copy.deepcopy(segmentor_config)
    other.decode_head.num_queries = 6
    saved(other, tmp_path / "coco.pth")
    segmentor_config.initial_weights = str(tmp_path / "coco.pth")
    with pytest.raises(ValueError, match=r"coco\.pth does not fit.*query_embed"):
        MODELS.build(segmentor_config).init_weights()


def test_a_whole_network_can_give_its_backbone_alone(segmentor_config, tmp_path):
    """Such as a converted Mask2Former, whose head is another one."""
    weights = MODELS.build(copy.deepcopy(segmentor_config)).state_dict()
    weights["decode_head.level_embed.weight"] = torch.zeros(3, 4)
    torch.save(weights, tmp_path / "coco.pth")
    segmentor_config.backbone_weights = str(tmp_path / "coco.pth")
    model = MODELS.build(segmentor_config)
    model.init_weights()
    for key, value in model.backbone.state_dict().items():
        torch.testing.assert_close(value, weights[f"backbone.{key}"], msg=key)
    query = "decode_head.query_embed.weight"
    assert not torch.equal(model.state_dict()[query], weights[query])


@pytest.mark.parametrize("prefix", ["backbone.", ""])
def test_starts_from_a_backbone_alone(segmentor_config, tmp_path, prefix: str):
    backbone = MODELS.build(copy.deepcopy(segmentor_config)).backbone.state_dict()
    weights = {prefix + key: value for key, value in backbone.items()}
    torch.save({"state_dict": weights}, tmp_path / "imagenet.pth")
    segmentor_config.backbone_weights = str(tmp_path / "imagenet.pth")
    model = MODELS.build(segmentor_config)
    model.init_weights()
    for key, value in model.backbone.state_dict().items():
        torch.testing.assert_close(value, backbone[key], msg=key)

    weights.popitem()
    torch.save({"state_dict": weights}, tmp_path / "imagenet.pth")
    with pytest.raises(ValueError, match=r"imagenet\.pth does not fit ResNet"):
        MODELS.build(segmentor_config).init_weights()


@pytest.mark.parametrize("from_scratch", [False, True])
def test_says_where_to_get_weights_when_there_are_none(
    segmentor_config, monkeypatch, from_scratch: bool
):
    logged = []
    monkeypatch.setattr(checkpoint, "print_log", lambda message, **_: logged.append(message))
    MODELS.build({**segmentor_config, "from_scratch": from_scratch}).init_weights()
    warning = "PotentialObjectSegmentor has random weights. The paper starts from trained ones"
    assert [message.startswith(warning) for message in logged] == [True] * (not from_scratch)
