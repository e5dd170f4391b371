"""The transformer of BEATs; its parameters bear the names they have in the official files."""

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from avs_mm.models.audio.gated_self_attention import GatedSelfAttention, RelativePositionBias


class EncoderLayer(nn.Module):
    """Post-norm layer with DeepNorm's scaled residual (arXiv 2203.00555)."""

    def __init__(
        self,
        *,
        embed_dims: int,
        num_heads: int,
        feedforward_channels: int,
        residual_scale: float,
        dropout: float,
        attention_dropout: float,
        activation_dropout: float,
        relative_attention_bias: RelativePositionBias,
    ) -> None:
        super().__init__()
        self.residual_scale = residual_scale
        self.self_attn = GatedSelfAttention(
            embed_dims=embed_dims,
            num_heads=num_heads,
            dropout=attention_dropout,
            relative_attention_bias=relative_attention_bias,
        )
        self.self_attn_layer_norm = nn.LayerNorm(embed_dims)
        self.fc1 = nn.Linear(embed_dims, feedforward_channels)
        self.fc2 = nn.Linear(feedforward_channels, embed_dims)
        self.final_layer_norm = nn.LayerNorm(embed_dims)
        self.dropout = nn.Dropout(dropout)
        self.activation_dropout = nn.Dropout(activation_dropout)

    def forward(self, x: Tensor, position_bias: Tensor, padding_mask: Tensor | None) -> Tensor:
        """Tokens (B, L, C) to tokens (B, L, C)."""
        attended = self.dropout(self.self_attn(x, position_bias, padding_mask))
        x = self.self_attn_layer_norm(self.residual_scale * x + attended)
        hidden = self.activation_dropout(F.gelu(self.fc1(x)))
        return self.final_layer_norm(self.residual_scale * x + self.dropout(self.fc2(hidden)))


class PositionalConvolution(nn.Module):
    """Grouped convolution over time that tells the tokens where they are, with weight norm per tap.

    Its own parameters instead of torch's parametrization: they keep the official names, deepcopy
    and pickle work, and weights that are not trained are multiplied out once, not per forward. On
    a GPU they always are: to see that they have not changed would make the CPU wait for it.
    """

    def __init__(self, *, embed_dims: int, kernel_size: int, groups: int) -> None:
        super().__init__()
        self.groups = groups
        self.weight_g = nn.Parameter(torch.empty(1, 1, kernel_size))
        self.weight_v = nn.Parameter(torch.empty(embed_dims, embed_dims // groups, kernel_size))
        self.bias = nn.Parameter(torch.empty(embed_dims))
        self._folded: tuple[tuple, Tensor] | None = None
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Normal values that give outputs of variance 4 / groups from tokens of variance 1."""
        embed_dims, _, kernel_size = self.weight_v.shape
        nn.init.normal_(self.weight_v, std=math.sqrt(4 / (kernel_size * embed_dims)))
        self.weight_g.copy_(self.weight_v.square().sum(dim=(0, 1)).sqrt())
        nn.init.zeros_(self.bias)

    def kernel(self) -> Tensor:
        """Kernel of shape (C, C / groups, kernel_size)."""
        norm = self.weight_v.square().sum(dim=(0, 1)).sqrt()
        return self.weight_v * (self.weight_g / norm)

    def folded_kernel(self) -> Tensor:
        """The same kernel, remembered as long as both parameters hold the same values."""
        parameters = (self.weight_g, self.weight_v)
        # mmengine's averages write through .data, which no version counts: the gains tell
        state = (
            *((p.data_ptr(), p._version, p.dtype) for p in parameters),
            *self.weight_g.flatten().tolist(),
        )
        if self._folded is None or self._folded[0] != state:
            with torch.inference_mode(False), torch.no_grad():
                self._folded = (state, self.kernel())
        return self._folded[1]

    def forward(self, x: Tensor) -> Tensor:
        """Tokens (B, L, C) to tokens (B, L, C)."""
        parameters = (self.weight_g, self.weight_v)
        live = torch.compiler.is_compiling() or any(
            p.requires_grad or p.is_inference() or p.device.type != "cpu" for p in parameters
        )
        kernel = self.kernel() if live else self.folded_kernel()
        x = self._convolve(x.transpose(1, 2), kernel)
        # An even kernel gives one step too many
        return x[..., : x.shape[-1] - (kernel.shape[-1] + 1) % 2].transpose(1, 2)

    def _convolve(self, x: Tensor, kernel: Tensor) -> Tensor:
        padding = kernel.shape[-1] // 2
        is_half = torch.is_autocast_enabled(x.device.type) or x.dtype.itemsize < 4
        if x.device.type != "cpu" or not is_half:
            return F.conv1d(x, kernel, self.bias, padding=padding, groups=self.groups)
        # On CPUs with AMX oneDNN's bf16 convolution is wrong for few channels a group (torch 2.13).
        with torch.autocast("cpu", enabled=False):
            tokens, weight, bias = x.float(), kernel.float(), self.bias.float()
            convolved = F.conv1d(tokens, weight, bias, padding=padding, groups=self.groups)
        return convolved.to(x.dtype)

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_folded": None}


class TransformerEncoder(nn.Module):
    """Positional convolution and layers that share one relative position bias."""

    def __init__(
        self,
        *,
        embed_dims: int,
        num_layers: int,
        num_heads: int,
        feedforward_channels: int,
        conv_pos: int,
        conv_pos_groups: int,
        num_buckets: int,
        max_distance: int,
        deep_norm: bool,
        dropout: float,
        attention_dropout: float,
        activation_dropout: float,
        layerdrop: float,
    ) -> None:
        super().__init__()
        self.layerdrop = layerdrop
        self.pos_conv = nn.Sequential(
            PositionalConvolution(
                embed_dims=embed_dims, kernel_size=conv_pos, groups=conv_pos_groups
            ),
            nn.GELU(),
        )
        self.layer_norm = nn.LayerNorm(embed_dims)
        self.dropout = nn.Dropout(dropout)
        relative_attention_bias = RelativePositionBias(
            num_buckets=num_buckets, num_heads=num_heads, max_distance=max_distance
        )
        self.layers = nn.ModuleList(
            EncoderLayer(
                embed_dims=embed_dims,
                num_heads=num_heads,
                feedforward_channels=feedforward_channels,
                residual_scale=(2 * num_layers) ** 0.25 if deep_norm else 1.0,
                dropout=dropout,
                attention_dropout=attention_dropout,
                activation_dropout=activation_dropout,
                relative_attention_bias=relative_attention_bias,
            )
            for _ in range(num_layers)
        )
        self.reset_parameters(deep_norm=deep_norm)

    def reset_parameters(self, *, deep_norm: bool) -> None:
        """BERT's normal(0.02), and DeepNorm's scaled Xavier (arXiv 2203.00555, figure 2)."""
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)
            elif isinstance(module, RelativePositionBias):
                nn.init.normal_(module.weight, std=0.02)

        layers = [module for module in self.modules() if isinstance(module, EncoderLayer)]
        beta = (8 * len(layers)) ** -0.25
        for layer in layers if deep_norm else []:
            attention = layer.self_attn
            for linear in (attention.q_proj, attention.k_proj):
                nn.init.xavier_normal_(linear.weight)
            for linear in (attention.v_proj, attention.out_proj, layer.fc1, layer.fc2):
                nn.init.xavier_normal_(linear.weight, gain=beta)

    def forward(self, x: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """Tokens (B, L, C) to tokens (B, L, C); True in the padding mask (B, L) is no sound."""
        if padding_mask is not None:
            x = x.masked_fill(padding_mask[..., None], 0.0)
            # A clip that is padding alone would have nothing to attend to: softmax gives NaN
            padding_mask = padding_mask & ~padding_mask.all(dim=1, keepdim=True)

        x = self.dropout(self.layer_norm(x + self.pos_conv(x)))

        first_layer = cast(EncoderLayer, self.layers[0])
        position_bias = first_layer.self_attn.relative_attention_bias.table(x.shape[1])
        for layer in self.layers:
            updated = layer(x, position_bias, padding_mask)
            if self.training and self.layerdrop > 0:
                # Chosen in the graph: no break for torch.compile, no unused parameter for DDP
                kept = torch.rand((), device=x.device) >= self.layerdrop
                updated = torch.where(kept, updated, x)
            x = updated
        return x
