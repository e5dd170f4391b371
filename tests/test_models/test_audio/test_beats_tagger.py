from pathlib import Path

import numpy as np
import pytest
import torch

from avs_mm.models import AudioSetHead
from avs_mm.models.audio import BEATsTagger
from avs_mm.registry import MODELS
from avs_mm.vocabularies import class_names, find_mid

SHUFFLED = [list(class_names())[place] for place in np.random.RandomState(0).permutation(527)]


@pytest.fixture
def tagger_file(official_file):
    """Writer of a small fine-tuned file in the official layout whose tags are in no known order."""

    def write(*, labels: object = None, weights: dict | None = None) -> Path:
        path = official_file(finetuned=True)
        contents = torch.load(path)
        contents["label_dict"] = dict(enumerate(SHUFFLED)) if labels is None else labels
        contents["model"].update(weights or {})
        torch.save(contents, path)
        return path

    return write


@pytest.mark.parametrize(("case", "batch", "samples"), [("1s", 2, 16_000), ("10s", 1, 160_000)])
def test_probabilities_are_those_of_the_official_code(
    golden, tagger_file, golden_waveforms, case: str, batch: int, samples: int
):
    expected = np.load(golden / "beats_small_ft.npz")[f"{case}__y"]
    tagger = BEATsTagger(checkpoint=tagger_file())
    probabilities = tagger(golden_waveforms(batch, samples))
    np.testing.assert_allclose(probabilities, expected, atol=1e-4)


def test_the_order_of_the_tags_is_the_files_own(tagger_file, golden_waveforms):
    tagger = BEATsTagger(checkpoint=tagger_file())
    assert tagger.mids == tuple(SHUFFLED)
    # A file whose classifier knows nothing but barking gives the dog, wherever its row stands.
    bias = torch.full((527,), -20.0)
    bias[SHUFFLED.index(find_mid("Bark"))] = 2.0
    silent = {"predictor.weight": torch.zeros(527, 64), "predictor.bias": bias}
    tagger = BEATsTagger(checkpoint=tagger_file(weights=silent))
    head = AudioSetHead(vocabulary="coco_panoptic")
    scores = head(tagger(golden_waveforms(2, 16_000)), tagger.mids)
    expected = torch.zeros(2, 133)
    expected[:, head.categories.index("dog")] = 0.8807971  # sigmoid of 2
    torch.testing.assert_close(scores, expected, atol=1e-6, rtol=0)


def test_it_is_given_the_last_seconds(tagger_file, golden_waveforms):
    waveforms = golden_waveforms(2, 32_000)
    path = str(tagger_file())
    tagger = MODELS.build(dict(type="avs_mm.BEATsTagger", checkpoint=path, seconds=1.0))
    last = BEATsTagger(checkpoint=path)(waveforms[:, 16_000:])
    torch.testing.assert_close(tagger(waveforms), last, rtol=0, atol=0)
    assert (last - BEATsTagger(checkpoint=path)(waveforms)).abs().max() > 1e-3
    with pytest.raises(ValueError, match="length of the sound given to a tagger, not 0"):
        BEATsTagger(checkpoint=path, seconds=0)


def test_it_stays_frozen_and_keeps_its_weights(tagger_file, golden_waveforms):
    tagger = BEATsTagger(checkpoint=tagger_file())
    before = tagger(golden_waveforms(1, 16_000))
    tagger.init_weights()
    tagger.train()
    assert not any(module.training for module in tagger.modules())
    assert not any(parameter.requires_grad for parameter in tagger.parameters())
    torch.testing.assert_close(tagger(golden_waveforms(1, 16_000)), before, rtol=0, atol=0)


def test_a_pretrained_file_is_no_tagger(official_file):
    with pytest.raises(ValueError, match=r"beats\.pt holds no tagger: it lacks predictor\.weight"):
        BEATsTagger(checkpoint=official_file())


@pytest.mark.parametrize(
    ("labels", "fault"),
    [
        ({index + 1: mid for index, mid in enumerate(SHUFFLED)}, "does not number its 527 tags"),
        (dict(enumerate(["/m/0", *SHUFFLED[1:]])), "'/m/0' is no MID of AudioSet's 527"),
        (dict(enumerate(SHUFFLED[1:2] + SHUFFLED[1:])), "stands for two tags"),
        (dict(enumerate(SHUFFLED[:9])), r"predictor\.weight is \(527, 64\).*make \(9, 64\)"),
        (SHUFFLED, "holds no tagger"),
    ],
)
def test_a_label_dict_that_does_not_fit(tagger_file, labels: object, fault: str):
    with pytest.raises(ValueError, match=rf"beats\.pt.*{fault}.*Hugging Face hub"):
        BEATsTagger(checkpoint=tagger_file(labels=labels))
