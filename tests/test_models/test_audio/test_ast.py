import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from avs_mm.models import AudioSetHead
from avs_mm.models.audio import AST
from avs_mm.models.audio.ast import ast_fbank
from avs_mm.registry import MODELS
from avs_mm.vocabularies import class_names, find_mid

NAMES = [list(class_names().values())[place] for place in np.random.RandomState(0).permutation(527)]
TIME = np.arange(16_000) / 16_000
SOUNDS = {
    "noise": np.random.RandomState(0).uniform(-1, 1, 16_000),
    "tone": 0.5 * np.sin(2 * np.pi * 440 * TIME),
    "quiet tone": 1e-3 * np.sin(2 * np.pi * 1000 * TIME),
    "chirp": 0.5 * np.sin(2 * np.pi * 2000 * TIME**2),
    "click": (TIME == 0.5) * 1.0,
    "silence": 0.0 * TIME,
    "twelve seconds": np.random.RandomState(1).uniform(-0.1, 0.1, 192_000),
    "one frame": np.random.RandomState(2).uniform(-0.1, 0.1, 400),
}


@pytest.fixture
def write_ast(tmp_path: Path):
    """Writer of a tiny AST in the hub's layout: random weights, tags in no known order."""
    transformers = pytest.importorskip("transformers")

    def write(*, names: list[str] = NAMES, config_frames=128, max_length=128, **features) -> Path:
        torch.manual_seed(0)
        config = transformers.ASTConfig(
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_length=config_frames,
            id2label=dict(enumerate(names)),
        )
        transformers.ASTForAudioClassification(config).save_pretrained(tmp_path)
        transformers.ASTFeatureExtractor(max_length=max_length, **features).save_pretrained(
            tmp_path
        )
        return tmp_path

    return write


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS.keys())
def test_features_are_those_of_transformers(sound: np.ndarray):
    transformers = pytest.importorskip("transformers")
    sound = sound.astype(np.float32)
    extractor = transformers.ASTFeatureExtractor()
    theirs = extractor(sound, sampling_rate=16_000, return_tensors="pt")["input_values"]
    ours = ast_fbank(torch.from_numpy(sound)[None])
    assert ours.shape == (1, 1024, 128)
    assert ours.dtype == torch.float32
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-4)


def test_probabilities_are_those_of_transformers(write_ast):
    transformers = pytest.importorskip("transformers")
    folder = write_ast(mean=-4.0, std=4.5)
    sounds = np.stack([SOUNDS["chirp"], SOUNDS["noise"]]).astype(np.float32)
    extractor = transformers.ASTFeatureExtractor.from_pretrained(folder)
    theirs = transformers.ASTForAudioClassification.from_pretrained(folder)
    features = extractor(list(sounds), sampling_rate=16_000, return_tensors="pt")
    with torch.no_grad():
        expected = theirs(**features).logits.sigmoid()
    tagger = MODELS.build(dict(type="avs_mm.AST", name_or_path=str(folder), seconds=1.0))
    probabilities = tagger(torch.from_numpy(sounds))
    assert (expected[0] - expected[1]).abs().max() > 1e-2
    torch.testing.assert_close(probabilities, expected, rtol=0, atol=1e-4)


def test_the_order_of_the_tags_is_the_models_own(write_ast):
    tagger = AST(name_or_path=write_ast(), seconds=1.0)
    assert tagger.mids == tuple(map(find_mid, NAMES))
    with torch.no_grad():
        tagger.model.classifier.dense.weight.zero_()
        tagger.model.classifier.dense.bias.fill_(-20)[NAMES.index("Meow")] = 2
    head = AudioSetHead(vocabulary="coco_panoptic")
    scores = head(tagger(torch.zeros(1, 16_000)), tagger.mids)
    expected = torch.zeros(1, 133)
    expected[0, head.categories.index("cat")] = 0.8807971  # sigmoid of 2
    torch.testing.assert_close(scores, expected, atol=1e-6, rtol=0)


def test_it_stays_frozen_and_keeps_its_weights(write_ast):
    tagger = AST(name_or_path=write_ast(), seconds=1.0)
    sound = torch.from_numpy(SOUNDS["noise"].astype(np.float32))[None]
    before = tagger(sound)
    tagger.init_weights()
    tagger.train()
    assert not any(module.training for module in tagger.modules())
    assert not any(parameter.requires_grad for parameter in tagger.parameters())
    torch.testing.assert_close(tagger(sound), before, rtol=0, atol=0)


def test_it_is_given_the_last_seconds(write_ast):
    tagger = AST(name_or_path=write_ast(), seconds=0.5)
    sound = torch.from_numpy(SOUNDS["chirp"].astype(np.float32))[None]
    torch.testing.assert_close(tagger(sound), tagger(sound[:, 8000:]), rtol=0, atol=0)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (dict(names=["Dogs", *NAMES[1:]]), r"in its id2label 'Dogs' is no AudioSet class.*'Dog'"),
        (dict(names=NAMES[1:2] + NAMES[1:]), "in its id2label the MID .* stands for two tags"),
        (dict(sampling_rate=8000), "asks for sound of 8000 Hz"),
        (dict(do_normalize=False), "normalised False"),
        (dict(max_length=256), "makes 256 frames of 128 bins, its config.json takes 128 of 128"),
    ],
)
def test_a_model_that_does_not_fit(write_ast, arguments: dict, fault: str):
    folder = write_ast(**arguments)
    with pytest.raises(ValueError, match=rf"{folder.name}.*{fault}"):
        AST(name_or_path=folder, seconds=1.0)


def test_more_seconds_than_it_takes(write_ast):
    with pytest.raises(ValueError, match=r"takes 1\.28 seconds of sound, not 10: lower seconds"):
        AST(name_or_path=write_ast())


def test_a_model_of_another_kind(write_ast):
    folder = write_ast()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "wav2vec2"}))
    with pytest.raises(ValueError, match="is a wav2vec2, not an audio-spectrogram-transformer"):
        AST(name_or_path=folder, seconds=1.0)


def test_a_model_without_its_classifier(write_ast):
    from safetensors.torch import load_file, save_file

    folder = write_ast()
    weights = load_file(folder / "model.safetensors")
    weights = {key: value for key, value in weights.items() if "classifier.dense" not in key}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"lacks classifier\.dense\.bias, classifier\.dense\.w"):
        AST(name_or_path=folder, seconds=1.0)


def test_without_transformers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(ImportError, match=r"pip install 'avs_mm\[transformers\]'"):
        AST(name_or_path=tmp_path)
