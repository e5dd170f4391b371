"""Temporal pixel-wise audio-visual interaction, the attention that gives TPAVI its name."""

import torch
from torch import Tensor, nn

__all__ = ["TPAVIAttention"]


class TPAVIAttention(nn.Module):
    """Let every pixel of a clip attend to every pixel of it, whose keys are the sounds.

    With N = T h w pixels in a clip, theta and g of a pixel, phi of its frame's second of sound:
    z_i = LayerNorm(x_i + W_z sum_j (theta_i . phi_j) g_j / N), without a softmax. All pixels of a
    frame share the same second, so the sum over them is phi of the second times the mean g of the
    frame, and theta_i can be drawn out of the sum: nothing of N x N is ever built.

    The batch norm of W_z begins with weight 0: an untrained attention changes nothing but the norm.

    Source: AVSBench (Zhou et al., ECCV 2022), section 3.2.

    Args:
        channels: C, width of the maps.
        audio_channels: Width of a second's audio embedding.
        align_bias: Whether the layer that brings it to ``channels`` has a bias.
    """

    def __init__(self, *, channels: int, audio_channels: int, align_bias: bool = True) -> None:
        super().__init__()
        inner = channels // 2
        self.align = nn.Linear(audio_channels, channels, bias=align_bias)
        self.query = nn.Conv2d(channels, inner, 1)  # theta
        self.key = nn.Linear(channels, inner)  # phi
        self.value = nn.Conv2d(channels, inner, 1)  # g
        batch_norm = nn.BatchNorm2d(channels)
        nn.init.zeros_(batch_norm.weight)
        self.project = nn.Sequential(nn.Conv2d(inner, channels, 1), batch_norm)  # W_z
        self.norm = nn.LayerNorm(channels)

    def forward(self, maps: Tensor, audio: Tensor, clips: Tensor) -> tuple[Tensor, Tensor]:
        """Mix the sounds of a clip into its maps.

        Args:
            maps: Of F frames, (F, C, h, w).
            audio: Embedding of each frame's second, (F, audio_channels).
            clips: Number of each frame's clip, int (F,), from 0 on.

        Returns:
            The maps (F, C, h, w), and the embeddings aligned to their width, (F, C).
        """
        aligned = self.align(audio)
        # sum_j phi_j g_j / N is a mean over the frames of a clip, (clips, C', C')
        mean_value = self.value(maps.mean(dim=(2, 3), keepdim=True)).flatten(1)
        memory = _mean_of_clips(self.key(aligned)[:, :, None] * mean_value[:, None, :], clips)
        attended = torch.einsum("fqhw,fqv->fvhw", self.query(maps), memory[clips])
        mixed = maps + self.project(attended)
        return self.norm(mixed.movedim(1, -1)).movedim(-1, 1), aligned


def _mean_of_clips(frames: Tensor, clips: Tensor) -> Tensor:
    """Average frames (F, ...) of the same clip, to (clips, ...)."""
    num_frames = clips.bincount()
    sums = frames.new_zeros(len(num_frames), *frames.shape[1:]).index_add(0, clips, frames)
    return sums / num_frames.view(-1, *[1] * (frames.ndim - 1)).to(frames.dtype)
