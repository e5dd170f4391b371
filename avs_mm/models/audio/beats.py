"""BEATs, whose tokens are patches of a log-mel spectrogram."""

import os
from typing import ClassVar

import torch
from torch import Tensor, nn
from typing_extensions import Self

from avs_mm.media import SAMPLE_RATE
from avs_mm.models.audio.audio_encoder import AudioEncoder
from avs_mm.models.audio.beats_checkpoint import load_weights, read_checkpoint
from avs_mm.models.audio.beats_encoder import TransformerEncoder
from avs_mm.models.audio.kaldi_fbank import kaldi_fbank
from avs_mm.models.audio.waveform_checks import check_waveforms
from avs_mm.registry import MODELS

__all__ = ["BEATs"]

FRAME_LENGTH, FRAME_SHIFT = 400, 160  # samples
NUM_MEL_BINS = 128
FBANK_MEAN, FBANK_STD = 15.41663, 6.55582  # of AudioSet


@MODELS.register_module()
class BEATs(AudioEncoder):
    """Encode with BEATs (arXiv 2212.09058): log-mel patches of 160 ms × 16 bins as tokens.

    The defaults are the published base model (90,311,792 parameters), whose files load without
    renaming. A model without a checkpoint is initialised for training from scratch.

    Args:
        embed_dims: Channels C of the tokens.
        patch_size: Height and width of a patch, in mel bins and frames of 10 ms.
        patch_embed_dims: Channels of a patch before its projection to ``embed_dims``.
        conv_pos: Tokens that the positional convolution spans.
        num_buckets: Entries per head of the table of relative positions.
        max_distance: Distance in tokens from which all fall into the table's last bucket.
        deep_norm: Scaled residuals and the initialisation that goes with them (arXiv 2203.00555).
        dropout_input: Dropout of the tokens before the transformer.
        layerdrop: Probability to pass over a layer in training.
        checkpoint: Official file that ``init_weights`` loads; its architecture must be this one.
        frozen, init_cfg: As of ``AudioEncoder``.

    Raises:
        ValueError: Heads or groups do not divide ``embed_dims``; checkpoint and init_cfg are given.
    """

    original_keys: ClassVar[frozenset[str]] = frozenset({"cfg", "model"})

    def __init__(
        self,
        *,
        embed_dims: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        feedforward_channels: int = 3072,
        patch_size: int = 16,
        patch_embed_dims: int = 512,
        conv_pos: int = 128,
        conv_pos_groups: int = 16,
        num_buckets: int = 320,
        max_distance: int = 800,
        deep_norm: bool = True,
        dropout: float = 0.1,
        attention_dropout: float = 0.1,
        activation_dropout: float = 0.0,
        dropout_input: float = 0.1,
        layerdrop: float = 0.05,
        checkpoint: str | None = None,
        frozen: bool = True,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(checkpoint=checkpoint, frozen=frozen, init_cfg=init_cfg)
        for divisor, name in ((num_heads, "num_heads"), (conv_pos_groups, "conv_pos_groups")):
            if embed_dims % divisor:
                raise ValueError(f"embed_dims={embed_dims} must be a multiple of {name}={divisor}")
        self.embed_dims = embed_dims
        self.architecture = dict(
            embed_dims=embed_dims,
            num_layers=num_layers,
            num_heads=num_heads,
            feedforward_channels=feedforward_channels,
            patch_size=patch_size,
            patch_embed_dims=patch_embed_dims,
            conv_pos=conv_pos,
            conv_pos_groups=conv_pos_groups,
            num_buckets=num_buckets,
            max_distance=max_distance,
            deep_norm=deep_norm,
        )

        self.patch_embedding = nn.Conv2d(1, patch_embed_dims, patch_size, patch_size, bias=False)
        self.layer_norm = nn.LayerNorm(patch_embed_dims)
        self.post_extract_proj = (
            nn.Linear(patch_embed_dims, embed_dims)
            if patch_embed_dims != embed_dims
            else nn.Identity()
        )
        self.dropout_input = nn.Dropout(dropout_input)
        self.encoder = TransformerEncoder(
            embed_dims=embed_dims,
            num_layers=num_layers,
            num_heads=num_heads,
            feedforward_channels=feedforward_channels,
            conv_pos=conv_pos,
            conv_pos_groups=conv_pos_groups,
            num_buckets=num_buckets,
            max_distance=max_distance,
            deep_norm=deep_norm,
            dropout=dropout,
            attention_dropout=attention_dropout,
            activation_dropout=activation_dropout,
            layerdrop=layerdrop,
        )
        self.freeze_if_frozen()

    @classmethod
    def from_checkpoint(cls, path: str | os.PathLike, *, frozen: bool = True) -> Self:
        """Build the model that an official file describes and load its weights strictly.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: It is no BEATs file, wants to run code, or its keys are not BEATs'.
        """
        file = read_checkpoint(path)
        model = cls(**file.architecture, **file.dropouts, frozen=frozen)
        load_weights(model, file.weights, path)
        model.is_init = True
        return model

    def load_original(self, path: str) -> None:
        """Load an official file strictly.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The file is of another architecture, or as in ``from_checkpoint``.
        """
        file = read_checkpoint(path)
        unlike = [
            f"{name} is {value} in the file and {self.architecture[name]} here"
            for name, value in file.architecture.items()
            if value != self.architecture[name]
        ]
        if unlike:
            raise ValueError(
                f"{path} holds a BEATs of another architecture: {'; '.join(unlike)}. "
                "Give BEATs the file's values, or build it with BEATs.from_checkpoint"
            )
        load_weights(self, file.weights, path)

    def forward(self, waveforms: Tensor, padding_mask: Tensor | None = None) -> Tensor:
        """Encode sound of 16 kHz into tokens, time-major: token t · 8 + f for 8 rows of mel bins.

        A clip that is padding alone gives finite tokens, which do not depend on its samples.

        Args:
            waveforms: Sound of shape (B, N) in [-1, 1], N at least 2800 with patches of 16.
            padding_mask: True at samples that are padding, of shape (B, N).

        Returns:
            Tokens of shape (B, L, C): 48 for a second, 496 for ten. At the tokens where
            ``token_padding_mask`` is True the values mean nothing.

        Raises:
            ValueError: The sound is too short for one row of patches, or the shapes do not fit.
        """
        self._check(waveforms, padding_mask)
        fbank = kaldi_fbank(waveforms, sample_rate=SAMPLE_RATE, num_mel_bins=NUM_MEL_BINS)
        fbank = (fbank - FBANK_MEAN) / (2 * FBANK_STD)  # (B, T, 128)

        # One token per patch, (B, L, C)
        fbank = fbank.to(self.patch_embedding.weight.dtype)
        patches = self.patch_embedding(fbank.unsqueeze(1)).flatten(2).transpose(1, 2)
        tokens = self.dropout_input(self.post_extract_proj(self.layer_norm(patches)))

        token_mask = None if padding_mask is None else self.token_padding_mask(padding_mask)
        return self.encoder(tokens, token_mask)

    def token_padding_mask(self, padding_mask: Tensor) -> Tensor:
        """Which tokens are padding, given which samples are: (B, N) to (B, L), both bool.

        As in the official code the samples are cut into as many equal spans as there are frames,
        and the frames into as many as there are tokens: the eight tokens of a row count as
        successive in time. A span is padding if all of it is.
        """
        num_samples = padding_mask.shape[1]
        num_frames = 1 + (num_samples - FRAME_LENGTH) // FRAME_SHIFT
        patch_size = self.architecture["patch_size"]
        num_tokens = (num_frames // patch_size) * (NUM_MEL_BINS // patch_size)
        for spans in (num_frames, num_tokens):
            length = padding_mask.shape[1] // spans
            padding_mask = padding_mask[:, : spans * length].unflatten(1, (spans, length)).all(-1)
        return padding_mask

    def _check(self, waveforms: Tensor, padding_mask: Tensor | None) -> None:
        least = FRAME_LENGTH + (self.architecture["patch_size"] - 1) * FRAME_SHIFT
        milliseconds = 1000 * least // SAMPLE_RATE
        check_waveforms(waveforms, least=least, what=f"a row of patches ({milliseconds} ms)")
        if padding_mask is not None and (
            padding_mask.shape != waveforms.shape or padding_mask.dtype != torch.bool
        ):
            raise ValueError(
                f"padding_mask must be bool of the waveforms' shape {tuple(waveforms.shape)}, True "
                f"at padding, got {padding_mask.dtype} {tuple(padding_mask.shape)}"
            )
