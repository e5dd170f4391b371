"""The official weight files of BEATs."""

import os
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from avs_mm.checkpoint import check_fit
from avs_mm.safe_load import load_weights_only

__all__ = ["BEATsCheckpoint", "load_weights", "read_checkpoint"]

# Field of the file's cfg -> argument of BEATs
# fmt: off
ARCHITECTURE = {
    "encoder_embed_dim":       "embed_dims",
    "encoder_layers":          "num_layers",
    "encoder_attention_heads": "num_heads",
    "encoder_ffn_embed_dim":   "feedforward_channels",
    "input_patch_size":        "patch_size",
    "embed_dim":               "patch_embed_dims",
    "conv_pos":                "conv_pos",
    "conv_pos_groups":         "conv_pos_groups",
    "num_buckets":             "num_buckets",
    "max_distance":            "max_distance",
    "deep_norm":               "deep_norm",
}
DROPOUTS = {
    "dropout":                 "dropout",
    "attention_dropout":       "attention_dropout",
    "activation_dropout":      "activation_dropout",
    "dropout_input":           "dropout_input",
    "encoder_layerdrop":       "layerdrop",
}
# What all published BEATs have in common, and the only kind that BEATs builds
COMMON = {
    "conv_bias":                   False,
    "activation_fn":               "gelu",
    "layer_norm_first":            False,
    "relative_position_embedding": True,
    "gru_rel_pos":                 True,
}
# fmt: on
CLASSIFIER = "predictor."  # the 527 AudioSet classes of fine-tuned files
SHARED_BIAS = ".relative_attention_bias.weight"  # one table, stored under every layer

WHERE_TO_GET_IT = (
    "Expected is a file of microsoft/unilm's folder beats, such as "
    "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt (sha256 e5815275a04b6885e7b8af63d120b29b"
    "ffae2cd2225cf4915e1ec6d819d3022c); where the links there are dead, look for that file name "
    "and sha256 among the mirrors on the Hugging Face hub"
)


@dataclass(frozen=True)
class BEATsCheckpoint:
    """What an official file holds: arguments of ``BEATs``, and weights by their official names."""

    architecture: dict
    dropouts: dict
    weights: dict[str, Tensor]


def read_checkpoint(path: str | os.PathLike) -> BEATsCheckpoint:
    """Read an official BEATs file, pre-trained or fine-tuned, without its classifier.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It cannot be read, wants to run code, is no BEATs file or an unknown variant.
    """
    contents = load_weights_only(path, remedy=WHERE_TO_GET_IT)
    found = contents if isinstance(contents, dict) else {}
    cfg, weights = found.get("cfg"), found.get("model")
    if not isinstance(cfg, dict) or not isinstance(weights, dict):
        raise ValueError(
            f"{path} is no BEATs file: it must hold the dictionaries 'cfg' and 'model', not "
            f"{', '.join(map(str, list(found)[:5])) or type(contents).__name__}. {WHERE_TO_GET_IT}"
        )

    missing = sorted((ARCHITECTURE.keys() | COMMON.keys()) - cfg.keys())
    if missing:
        raise ValueError(f"the cfg in {path} lacks {missing}. {WHERE_TO_GET_IT}")
    unlike = [
        f"{field} is {cfg[field]!r}, not {value!r}"
        for field, value in COMMON.items()
        if cfg[field] != value
    ]
    if unlike:
        raise ValueError(
            f"{path} holds a variant of BEATs that is not implemented: {'; '.join(unlike)}. "
            f"{WHERE_TO_GET_IT}"
        )

    return BEATsCheckpoint(
        architecture={argument: cfg[field] for field, argument in ARCHITECTURE.items()},
        dropouts={argument: cfg[field] for field, argument in DROPOUTS.items() if field in cfg},
        weights={key: weights[key] for key in weights if not key.startswith(CLASSIFIER)},
    )


def load_weights(model: nn.Module, weights: dict[str, Tensor], path: str | os.PathLike) -> None:
    """Load weights read from ``path`` into a model that must use every one and miss none.

    Raises:
        ValueError: Keys are missing or unexpected, shapes differ, or the table of relative
            positions that all layers share is not the same in each of them.
    """
    copies = [key for key in weights if key.endswith(SHARED_BIAS)]
    unequal = [key for key in copies if not torch.equal(weights[key], weights[copies[0]])]
    if unequal:
        raise ValueError(
            f"{path} does not fit BEATs: unequal, though all layers share them: "
            f"{', '.join(sorted(unequal))}. {WHERE_TO_GET_IT}"
        )
    check_fit(model, weights, path, remedy=WHERE_TO_GET_IT)
    model.load_state_dict(weights)
