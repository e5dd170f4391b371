import inspect
import json
import os
import pickle

import pytest
import torch

from avs_mm.models.audio import BEATs
from avs_mm.models.audio.beats_checkpoint import ARCHITECTURE, COMMON, DROPOUTS, read_checkpoint

REMEDY = r"BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2\.pt \(sha256 e5815275.*Hugging Face"
TABLE = "encoder.layers.{}.self_attn.relative_attention_bias.weight"


class RunsCode:
    """A pickle that creates a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_reads_arguments_and_weights(official_file, small):
    file = read_checkpoint(official_file(finetuned=True))
    assert file.architecture == small | dict(
        patch_size=16,
        conv_pos=128,
        conv_pos_groups=16,
        num_buckets=320,
        max_distance=800,
        deep_norm=True,
    )
    assert file.dropouts == dict(
        dropout=0.0,
        attention_dropout=0.1,
        activation_dropout=0.0,
        dropout_input=0.1,
        layerdrop=0.05,
    )
    assert file.weights.keys() == BEATs(**small).state_dict().keys()


def test_the_defaults_are_the_official_base_model(golden):
    base = json.loads((golden / "beats_configs.json").read_text())["base"]
    defaults = {
        name: parameter.default for name, parameter in inspect.signature(BEATs).parameters.items()
    }
    for field, argument in (ARCHITECTURE | DROPOUTS).items():
        assert defaults[argument] == base[field], argument
    assert base.items() >= COMMON.items()


@pytest.mark.parametrize("layout", ["zip", "legacy", "pickle"])
def test_a_file_that_runs_code_is_refused(tmp_path, layout):
    path, trace = tmp_path / "evil.pt", tmp_path / "it_ran"
    contents = {"cfg": {}, "model": RunsCode(trace)}
    if layout == "pickle":
        path.write_bytes(pickle.dumps(contents, protocol=2))
    else:
        torch.save(contents, path, _use_new_zipfile_serialization=layout == "zip")
    with pytest.raises(ValueError, match=rf"evil\.pt asks to run posix\.mkdir .*{REMEDY}"):
        BEATs.from_checkpoint(path)
    assert not trace.exists()


@pytest.mark.parametrize("contents", [b"", b"<html>404</html>", b"PK\x03\x04 cut short"])
def test_damaged_files(tmp_path, contents):
    path = tmp_path / "damaged.pt"
    path.write_bytes(contents)
    with pytest.raises(ValueError, match=rf"damaged\.pt cannot be read.*{REMEDY}"):
        BEATs.from_checkpoint(path)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=rf"none\.pt does not exist.*{REMEDY}"):
        BEATs.from_checkpoint(tmp_path / "none.pt")
    with pytest.raises(ValueError, match="cannot be read"):
        BEATs.from_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("contents", "found"),
    [
        ({"state_dict": {}, "meta": {}}, "not state_dict, meta"),
        (torch.zeros(3), "not Tensor"),
        ({"cfg": {}, "model": torch.zeros(3)}, "not cfg, model"),
    ],
)
def test_files_of_something_else(tmp_path, contents, found):
    torch.save(contents, tmp_path / "other.pt")
    with pytest.raises(ValueError, match=rf"other\.pt is no BEATs file.*{found}.*{REMEDY}"):
        BEATs.from_checkpoint(tmp_path / "other.pt")


def test_cfg_of_an_unknown_variant(official_file):
    path = official_file(cfg={"activation_fn": "relu", "gru_rel_pos": False})
    fault = "activation_fn is 'relu', not 'gelu'; gru_rel_pos is False, not True"
    with pytest.raises(ValueError, match=fault):
        BEATs.from_checkpoint(path)


def test_cfg_without_a_field(official_file):
    path = official_file()
    contents = torch.load(path)
    del contents["cfg"]["max_distance"], contents["cfg"]["deep_norm"]
    torch.save(contents, path)
    with pytest.raises(ValueError, match=r"lacks \['deep_norm', 'max_distance'\]"):
        BEATs.from_checkpoint(path)


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        ({"layer_norm.bias": None}, "missing: layer_norm.bias"),
        ({"quantize.embed": torch.zeros(1)}, "unexpected: quantize.embed"),
        (
            {"layer_norm.bias": torch.zeros(3)},
            r"of another shape: layer_norm.bias \(3,\), not \(32,\)",
        ),
        (
            {TABLE.format(1): torch.zeros(320, 4)},
            rf"unequal, though all layers share them: {TABLE.format(1)}",
        ),
    ],
)
def test_weights_that_do_not_fit(official_file, weights, fault):
    path = official_file(weights=weights)
    with pytest.raises(ValueError, match=rf"beats\.pt does not fit BEATs: {fault}\. Expected"):
        BEATs.from_checkpoint(path)
