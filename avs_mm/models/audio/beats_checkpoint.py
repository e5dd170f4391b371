import os
import pickle
import re
from dataclasses import dataclass

import torch
from torch import Tensor, nn

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
    contents = _load_without_running_code(path)
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
    own = model.state_dict()
    faults = {
        "missing": own.keys() - weights.keys(),
        "unexpected": weights.keys() - own.keys(),
        "of another shape": {
            key for key in own.keys() & weights.keys() if own[key].shape != weights[key].shape
        },
    }
    copies = {key: table for key, table in weights.items() if key.endswith(SHARED_BIAS)}
    if copies and not any(faults.values()):
        first = next(iter(copies.values()))
        faults["unequal, though all layers share them"] = {
            key for key, table in copies.items() if not torch.equal(table, first)
        }
    listed = "; ".join(
        f"{fault}: {', '.join(sorted(keys))}" for fault, keys in faults.items() if keys
    )
    if listed:
        raise ValueError(f"the weights in {path} do not fit BEATs: {listed}. {WHERE_TO_GET_IT}")
    model.load_state_dict(weights)


def _load_without_running_code(path: str | os.PathLike) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path} does not exist. {WHERE_TO_GET_IT}") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        code = re.search(r"unsupported global:?\s+(?:GLOBAL\s+)?(\S+)", str(error), re.IGNORECASE)
        fault = (
            f"asks to run {code[1]} while it is read, which weights never need; that was refused"
            if code
            else "cannot be read as PyTorch weights: it is damaged, cut short or something else"
        )
        raise ValueError(f"{path} {fault}. {WHERE_TO_GET_IT}") from error
