"""The losses of both heads, Eq. 2 to 5, beside sums by hand and mmseg's own."""

import copy

import pytest
import torch
from mmseg.registry import MODELS as MMSEG_MODELS
from mmseg.structures import SegDataSample

from avs_mm.models.mask_readout import LayerReading
from avs_mm.registry import MODELS


def features(batch: int = 2) -> tuple[torch.Tensor, ...]:
    """Backbone maps of 32x32 pixels at strides 4, 8, 16 and 32."""
    return tuple(torch.randn(batch, 8 * 2**i, 8 // 2**i, 8 // 2**i) for i in range(4))


@pytest.fixture(params=["MaskFormer", "Mask2Former"])
def head_config(request, segmentor_config, mask2former_config):
    return {"MaskFormer": segmentor_config, "Mask2Former": mask2former_config}[
        request.param
    ].decode_head


def build(config, **changes):
    torch.manual_seed(0)
    head = MODELS.build({**copy.deepcopy(config), **changes})
    head.init_weights()
    return head.eval()


def test_without_tolerance_and_eq4_it_is_mmsegs_head(head_config, labelled_samples):
    ours = build(head_config, tolerance=0.0, loss_silent=None)
    theirs_config = copy.deepcopy(head_config)
    for own in ("tolerance", "loss_silent"):
        theirs_config.pop(own)
    theirs_config.type = theirs_config.type.removeprefix("avs_mm.SilentAware")
    theirs_config.loss_cls.class_weight = [1.0, 1.0, 1.0, 0.1]
    theirs = MMSEG_MODELS.build(theirs_config).eval()
    theirs.load_state_dict(ours.state_dict())

    maps = features()
    torch.manual_seed(1)  # Mask2Former samples points
    expected = theirs.loss(maps, labelled_samples, None)
    torch.manual_seed(1)
    losses = ours.loss(maps, labelled_samples, None)
    assert losses.keys() == expected.keys()
    # 3 layers, Mask2Former's queries before the first, too: classification, mask, dice
    assert len(losses) == (9 if theirs_config.type == "MaskFormerHead" else 12)
    for name, value in expected.items():
        torch.testing.assert_close(losses[name], value, msg=name)


def test_every_layer_has_the_silent_object_loss(head_config, labelled_samples):
    losses = build(head_config).loss(features(), labelled_samples, None)
    layers = 3 if head_config.type == "avs_mm.SilentAwareMaskFormerHead" else 4
    assert sorted(name for name in losses if name.endswith("loss_silent")) == [
        *(f"d{layer}.loss_silent" for layer in range(layers - 1)),
        "loss_silent",
    ]
    assert all(torch.isfinite(value) for value in losses.values())


@pytest.fixture
def same_points(monkeypatch):
    """Lets Mask2Former sample the same points, whatever was sampled before."""

    def rand(*size, device=None):
        drawn = torch.empty(*size)
        return drawn.uniform_(generator=torch.Generator().manual_seed(0)).to(device)

    monkeypatch.setattr(torch, "rand", rand)


def test_a_silent_frame_does_not_dilute_the_mask_losses(
    head_config, labelled_samples, silent_sample, same_points
):
    head, maps = build(head_config), features(batch=3)
    labelled = head.loss(tuple(m[:2] for m in maps), labelled_samples, None)
    with_silent = head.loss(maps, [*labelled_samples, silent_sample], None)
    for name in ("loss_mask", "loss_dice", "loss_silent", "loss_cls"):
        torch.testing.assert_close(with_silent[name], labelled[name], msg=name)


def test_a_batch_of_silent_frames_gives_zero_loss_and_gradients(head_config, silent_sample):
    head = build(head_config)
    losses = head.loss(features(), [silent_sample, silent_sample], None)
    sum(losses.values()).backward()
    assert all(parameter.grad is not None for parameter in head.parameters())
    assert losses["loss_silent"].item() == losses["loss_cls"].item() == 0.0


@pytest.mark.parametrize(("tolerance", "pushed"), [(0.0, 3), (0.3, 2), (0.7, 1), (1.5, 0)])
def test_tolerance_pushes_only_what_repeats_a_sounding_object(
    head_config, tolerance: float, pushed: int
):
    head = build(head_config, tolerance=tolerance)
    # 4 queries: one matched, unmatched ones with 100 %, 50 % and 0 % of their mask on the truth
    sums = torch.tensor([[[8.0, 8.0], [8.0, 8.0], [2.0, 4.0], [0.0, 1.0]]])
    union = torch.zeros(1, 4, 4)
    union[:, :2] = 1
    reading = LayerReading(
        labels=torch.tensor([[1, 3, 3, 3]]),
        matched_logits=torch.zeros(1, 4, 4),
        targets=union.long(),
        sums=sums,
    )
    class_logits = torch.zeros(1, 4, 4, requires_grad=True)
    loss = head._layer_losses(class_logits, reading, union)["loss_cls"]
    loss.backward()
    touched = class_logits.grad[0].abs().sum(dim=1) > 0
    assert touched.tolist() == [True, *[i < pushed for i in range(3)]]
    # All logits are equal, so each term is log 4, whatever the weights.
    torch.testing.assert_close(loss, head.loss_cls.loss_weight * torch.tensor(4.0).log())


def test_names_what_is_wrong(head_config, labelled_samples):
    with pytest.raises(TypeError, match="tolerence"):
        build(head_config, tolerence=0.3)
    del labelled_samples[1].gt_sem_seg
    with pytest.raises(ValueError, match=r"x\.png.*semantic_root"):
        build(head_config).loss(features(), labelled_samples, None)


def test_takes_mmsegs_own_config(head_config):
    head = build(head_config, in_index=[0, 1, 2, 3], align_corners=False, strides=[4, 8, 16, 32])
    class_logits, mask_logits = head.predict_queries(features())
    assert class_logits.shape == (2, 5, 4)
    assert mask_logits.shape == (2, 5, 8, 8)


def test_predicts_the_last_layer_of_mmdets_forward(head_config):
    head, maps = build(head_config), features()
    sample = SegDataSample(metainfo={"batch_input_shape": (1, 1), "img_shape": (1, 1)})
    class_logits, mask_logits = head(maps, [sample] * 2)
    found_classes, found_masks = head.predict_queries(maps)
    torch.testing.assert_close(found_classes, class_logits[-1], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found_masks, mask_logits[-1], rtol=1e-5, atol=1e-5)


def test_maskformer_takes_mmdets_matching_alone(segmentor_config):
    config = segmentor_config.decode_head
    config.train_cfg.assigner = dict(type="mmdet.PointAssigner")
    with pytest.raises(TypeError, match=r"HungarianAssigner.*PointAssigner"):
        build(config)
