"""A map at four scales: what TPAVI puts between its backbone and its attention."""

from torch import Tensor, nn

__all__ = ["DilatedConvolutions"]

DILATIONS = (3, 6, 12, 18)


class DilatedConvolutions(nn.Module):
    """Sum of four dilated 3x3 convolutions: (F, in_channels, h, w) to (F, channels, h, w)."""

    def __init__(self, *, in_channels: int, channels: int) -> None:
        super().__init__()
        branches = [
            nn.Conv2d(in_channels, channels, 3, padding=dilation, dilation=dilation)
            for dilation in DILATIONS
        ]
        for branch in branches:
            nn.init.normal_(branch.weight, std=0.01)
        self.branches = nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum of the branches."""
        return sum(branch(x) for branch in self.branches)
