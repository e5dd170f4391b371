"""BEATs needs no conversion: ``avs_mm.BEATs(checkpoint=FILE)`` reads the official file."""

import os

from avs_mm.weights.files import read_weights

__all__ = ["describe"]


def describe(path: str | os.PathLike) -> str:
    """Load an official file strictly and say what it holds.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no file that ``BEATs`` takes.
    """
    # Here, because the models look up weights by their names.
    from avs_mm.models.audio import BEATs
    from avs_mm.models.audio.beats_checkpoint import read_checkpoint

    model = BEATs.from_checkpoint(path)
    architecture = read_checkpoint(path).architecture
    labels = read_weights(path).get("predictor.weight")
    return "\n".join(
        [
            f"BEATs of {sum(weight.numel() for weight in model.parameters()):,} parameters",
            *(f"  {argument} = {value}" for argument, value in architecture.items()),
            f"its classifier of {len(labels)} labels is not used"
            if labels is not None
            else "pre-trained only: no classifier",
            f'give it as dict(type="avs_mm.BEATs", checkpoint="{os.fspath(path)}")',
        ]
    )
