"""MaskFormer beside mmdet's on the same weights."""

import pytest
import torch
from mmdet.registry import MODELS as MMDET_MODELS
from mmdet.structures import DetDataSample
from mmengine.config import ConfigDict
from mmengine.registry import DefaultScope

from avs_mm.registry import MODELS
from avs_mm.weights import convert, convert_file

THINGS, STUFF = 5, 4


@pytest.fixture
def theirs(narrow_config, randomised) -> torch.nn.Module:
    head = ConfigDict(narrow_config.decode_head)
    for ours_alone in ("type", "num_classes", "tolerance", "loss_silent", "train_cfg"):
        head.pop(ours_alone)
    head.loss_cls.class_weight = [1.0] * (THINGS + STUFF) + [0.1]
    config = ConfigDict(
        type="mmdet.MaskFormer",
        backbone={**narrow_config.backbone, "type": "mmdet.SwinTransformer"},
        panoptic_head=dict(
            type="MaskFormerHead", num_things_classes=THINGS, num_stuff_classes=STUFF, **head
        ),
        panoptic_fusion_head=dict(
            type="MaskFormerFusionHead", num_things_classes=THINGS, num_stuff_classes=STUFF
        ),
        test_cfg=dict(panoptic_on=True, instance_on=False, semantic_on=False),
    )
    with DefaultScope.overwrite_default_scope("mmdet"):
        return randomised(MMDET_MODELS.build(config))


def test_parity(theirs, narrow_config, tmp_path):
    torch.save({"state_dict": theirs.state_dict(), "meta": {}}, tmp_path / "mmdet.pth")
    convert_file("mmdet-maskformer", tmp_path / "mmdet.pth", tmp_path / "ours.pth")
    ours = MODELS.build({**narrow_config, "initial_weights": str(tmp_path / "ours.pth")}).eval()
    ours.init_weights()

    images = torch.randn(2, 3, 96, 160)
    sample = DetDataSample(metainfo={"batch_input_shape": (96, 160), "img_shape": (96, 160)})
    with torch.no_grad():
        theirs_classes, theirs_masks = theirs.panoptic_head(
            theirs.extract_feat(images), [sample, sample]
        )
        class_logits, mask_logits = ours(images)
    torch.testing.assert_close(class_logits, theirs_classes[-1], atol=1e-5, rtol=0)
    torch.testing.assert_close(mask_logits, theirs_masks[-1], atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    "key",
    [
        "panoptic_head.query_feat.weight",  # of Mask2Former
        "panoptic_head.transformer_decoder.layers.0.attentions.0.attn.in_proj_bias",  # of mmdet 2
        "bbox_head.fc_cls.weight",
    ],
)
def test_other_networks_are_refused(theirs, key):
    with pytest.raises(ValueError, match=f"Keys unknown: {key}\\."):
        convert("mmdet-maskformer", {**theirs.state_dict(), key: torch.zeros(1)})


def test_resnet_needs_no_decoder_input_proj(theirs):
    """mmdet's R50 uses a TransformerEncoderPixelDecoder, which projects its input itself."""
    weights = {k: v for k, v in theirs.state_dict().items() if "decoder_input_proj" not in k}
    converted = convert("mmdet-maskformer", weights)
    assert len(converted) == len(weights)
    assert not any("decoder_input_proj" in key for key in converted)
