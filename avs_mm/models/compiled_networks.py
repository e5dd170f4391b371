"""The parts of a model in which its time goes, compiled."""

from torch import nn

__all__ = ["compile_networks"]

NETWORKS = (
    "backbone",
    "decode_head.pixel_decoder",
    "decode_head.transformer_decoder",
    "audio_encoder",
)


def compile_networks(model: nn.Module) -> list[str]:
    """Let ``torch.compile`` translate a model's networks at their first call, in place.

    The weights and their names stay. Every new shape of input is translated once. A CPU needs a C++
    compiler.

    Returns:
        Names of what is compiled.

    Raises:
        ValueError: the model has none of the networks.
    """
    found = {name: part for name, part in model.named_modules() if _is_network(name)}
    if not found:
        raise ValueError(
            f"{type(model).__name__} has none of {', '.join(NETWORKS)}; leave compiling out"
        )
    for part in found.values():
        part.compile()
    return sorted(found)


def _is_network(name: str) -> bool:
    return name.removeprefix("segmentor.") in NETWORKS
