"""A model is built from a config and a checkpoint that fits it and its data, or refused."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseModel

from avs_mm.registry import MODELS
from avs_mm.trained_model import build_trained_model

CONFIG = Config(dict(model=dict(type="avs_mm.TwoCategories", output="binary")))


@MODELS.register_module()
class TwoCategories(BaseModel):
    """A model of one layer that can give a category map or a binary one."""

    def __init__(self, output: str) -> None:
        super().__init__()
        self.num_classes = 2
        self.output = output
        self.layer = torch.nn.Linear(2, 2)

    def forward(self, *_: object) -> None: ...


@pytest.fixture
def checkpoint(tmp_path: Path):
    """Writes random weights, with or without the categories of the training data."""

    def write(**meta: object) -> Path:
        path = tmp_path / "weights.pth"
        state_dict = TwoCategories("binary").state_dict()
        torch.save({"state_dict": state_dict, "meta": {"dataset_meta": meta} if meta else {}}, path)
        return path

    return write


def test_it_has_the_weights_and_the_meta_of_the_checkpoint(checkpoint):
    path = checkpoint(classes=("cat", "dog"))
    model = build_trained_model(CONFIG, path, classes=["cat", "dog"], device="cpu")
    weights = torch.load(path, weights_only=True)["state_dict"]
    assert torch.equal(model.layer.weight, weights["layer.weight"])
    assert not model.training
    assert model.output == "category"
    assert model.dataset_meta == {"classes": ("cat", "dog")}
    assert CONFIG.model.output == "binary"  # the config is left as it is


@pytest.mark.parametrize("classes", [(), ("cat", "dog")])
def test_a_checkpoint_without_meta_is_taken_at_its_word(checkpoint, classes):
    model = build_trained_model(CONFIG, checkpoint(), classes=classes, device="cpu")
    assert model.dataset_meta == {}


@pytest.mark.parametrize(
    ("known", "present", "fault"),
    [
        (("cat", "dog"), ("cow", "cat"), r"weights\.pth knows cat, dog, the test set has cow, cat"),
        ((), ("cat", "dog", "cow"), r"knows 2 categories, the test set has cat, dog, cow: take"),
    ],
)
def test_other_categories_are_refused(checkpoint, known, present, fault):
    path = checkpoint(classes=known) if known else checkpoint()
    with pytest.raises(ValueError, match=fault):
        build_trained_model(CONFIG, path, classes=present, device="cpu")


@pytest.mark.parametrize("known", [("cat",), ("cat", "dog", "cow")])
@pytest.mark.parametrize("present", [(), ("cat", "dog")])
def test_a_checkpoint_that_misses_a_name_is_refused(checkpoint, known, present):
    fault = rf"weights\.pth names {len(known)} categories \({', '.join(known)}\), and the network"
    with pytest.raises(ValueError, match=rf"{fault} tells 2 apart: take the names and the order"):
        build_trained_model(CONFIG, checkpoint(classes=known), classes=present, device="cpu")


@pytest.mark.parametrize("present", [("dog", "cat"), ("dog",)])
def test_fewer_categories_and_another_order_are_taken(checkpoint, present):
    path = checkpoint(classes=("cat", "dog"))
    model = build_trained_model(CONFIG, path, classes=present, device="cpu")
    assert model.dataset_meta == {"classes": ("cat", "dog")}


def test_a_missing_checkpoint_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no checkpoint at .*none"):
        build_trained_model(CONFIG, tmp_path / "none", device="cpu")
