"""Boxes and masks by name, beside transformers, with tiny networks in the hub's layout."""

from pathlib import Path

import pytest
import torch
from published_networks import write_grounding_dino, write_sam2

from avs_mm.models import TextPromptedObjects
from avs_mm.registry import MODELS

transformers = pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> dict[str, str]:
    folder: Path = tmp_path_factory.mktemp("networks")
    write_grounding_dino(folder / "dino")
    write_sam2(folder / "sam")
    (folder / "words.yaml").write_text("dog: [Dog]\nplaying_piano: [Piano]\nbus: [Bus]\n")
    return dict(
        vocabulary=str(folder / "words.yaml"),
        detector=str(folder / "dino"),
        segmenter=str(folder / "sam"),
    )


@pytest.fixture
def objects(folders) -> TextPromptedObjects:
    config = dict(type="avs_mm.TextPromptedObjects", box_threshold=0.0, **folders)
    return MODELS.build(config)


def test_boxes_are_those_of_transformers(objects, folders):
    """A box's category is that whose name it matches best, its score the mean of its tokens."""
    images = torch.randn(2, 3, 96, 128)
    detector = transformers.GroundingDinoForObjectDetection.from_pretrained(folders["detector"])
    tokenizer = transformers.AutoTokenizer.from_pretrained(folders["detector"])
    encoded = tokenizer(["dog. piano. bus."] * 2, return_tensors="pt")
    with torch.no_grad():
        expected = detector(pixel_values=images, **encoded)
    probabilities = expected.logits[0].sigmoid()
    names = torch.stack(  # one token a letter, with [CLS] in front and a dot behind each name
        [probabilities[:, part].mean(dim=1) for part in (slice(1, 4), slice(5, 10), slice(11, 14))],
        dim=1,
    )
    scores, labels = names.max(dim=1)
    order = scores.argsort(descending=True)
    boxes, found, found_scores = objects.find_boxes(images)
    torch.testing.assert_close(found_scores[0], scores[order], atol=1e-5, rtol=0)
    assert found[0].tolist() == labels[order].tolist()
    centre, size = expected.pred_boxes[0, order[0]].split(2)
    corners = torch.cat([centre - size / 2, centre + size / 2]).clamp(0, 1)
    torch.testing.assert_close(boxes[0][0], corners, atol=1e-5, rtol=0)


def test_masks_are_those_of_sam2(objects, folders):
    """In SAM 2's own square, scaled as its processor scales boxes."""
    image = torch.randn(3, 96, 160)
    boxes = torch.tensor([[0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.5, 0.5]])
    masks = objects._masks(image, boxes, size=(48, 80))
    sam = transformers.Sam2Model.from_pretrained(folders["segmenter"])
    square = torch.nn.functional.interpolate(
        image[None], (128, 128), mode="bilinear", align_corners=False, antialias=True
    )
    with torch.no_grad():
        expected = sam(
            pixel_values=square,
            input_boxes=torch.tensor([[[32.0, 64.0, 96.0, 128.0], [0.0, 0.0, 64.0, 64.0]]]),
            multimask_output=False,
        ).pred_masks[0]
    expected = torch.nn.functional.interpolate(expected, (48, 80), mode="bilinear")[:, 0] > 0
    assert torch.equal(masks, expected)


def test_candidates_are_the_best_of_each_category(objects):
    (found,) = objects.find_candidates({"img": torch.randn(1, 3, 96, 128)}, sizes=[(40, 50)])
    assert found.masks.shape[1:] == (40, 50)
    assert len(set(found.labels.tolist())) == len(found)
    objects.box_threshold = 1.1
    (nothing,) = objects.find_candidates({"img": torch.randn(1, 3, 96, 128)}, sizes=[(40, 50)])
    assert nothing.masks.shape == (0, 40, 50)


def test_it_is_a_part_of_avsc(folders, tmp_path):
    from published_networks import write_ast

    write_ast(tmp_path / "ast", loud="Bus")
    model = MODELS.build(
        dict(
            type="avs_mm.AVSC",
            segmentor=dict(type="avs_mm.TextPromptedObjects", box_threshold=0.0, **folders),
            audio_encoder=dict(type="avs_mm.AST", name_or_path=str(tmp_path / "ast")),
            audio_head=dict(type="avs_mm.AudioSetHead", vocabulary=folders["vocabulary"]),
        )
    ).eval()
    model.init_weights()
    scores = model.score_audio({"audio": torch.zeros(1, 16_000)})
    torch.testing.assert_close(scores, torch.tensor([[-9.0, -9.0, 3.0]]).sigmoid())
    assert model.stage1_categories == ("dog", "playing_piano", "bus")


def test_a_folder_without_a_network(folders, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"neither a folder with config\.json and weights"):
        TextPromptedObjects(**(folders | {"segmenter": str(tmp_path)}))
