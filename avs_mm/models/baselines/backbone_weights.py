"""Start a peer from the backbone of a classifier or of another network."""

from mmengine.logging import print_log
from torch import nn

from avs_mm.checkpoint import check_fit, find_checkpoint, read_checkpoint

__all__ = ["load_backbone"]


def load_backbone(backbone: nn.Module, path: str) -> None:
    """Load the ``backbone.*`` of a checkpoint or work dir; what else it holds is left alone.

    Raises:
        FileNotFoundError: There is no such checkpoint.
        ValueError: It holds no ``backbone.*``, or one that does not fit.
    """
    file = find_checkpoint(path)
    weights = {
        key.removeprefix("backbone."): value
        for key, value in read_checkpoint(file)[0].items()
        if key.startswith("backbone.")
    }
    check_fit(backbone, weights, file)
    backbone.load_state_dict(weights)
    print_log(f"the backbone has its weights from {file}", logger="current")
