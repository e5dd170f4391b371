"""A ResNet on spectrograms, the audio encoder of the sound localisers."""

from collections.abc import Sequence

from mmseg.registry import MODELS as MMSEG_MODELS
from torch import Tensor

from avs_mm.models.audio.audio_encoder import AudioEncoder
from avs_mm.models.audio.log_spectrogram import log_spectrogram
from avs_mm.registry import MODELS

__all__ = ["SpectrogramResNet"]

SPECTROGRAM_SCALE = 12.0  # brings silence, log(1e-7), to -1.3
# As EZ-VSL's and SLAVC's authors begin; mmseg's own begins its residual branches at 0.
INITIALISATION = [
    dict(type="Kaiming", layer="Conv2d"),
    dict(type="Normal", layer="BatchNorm2d", mean=1.0, std=0.02),
]


@MODELS.register_module()
class SpectrogramResNet(AudioEncoder):
    """Encode a sound into one token: the maxima of a ResNet's last map over time and frequency.

    It reads the spectrogram as a grey image. There are no published weights: it is trained.

    Args:
        depth: Of mmseg's ``ResNet``.
        base_channels: Width of its first stage and of its stem.
        strides: Of its stages; that of LVS does not shrink the last one.
    """

    def __init__(
        self,
        *,
        depth: int = 18,
        base_channels: int = 64,
        strides: Sequence[int] = (1, 2, 2, 2),
    ) -> None:
        super().__init__()
        self.resnet = MMSEG_MODELS.build(
            dict(
                type="ResNet",
                depth=depth,
                in_channels=1,
                base_channels=base_channels,
                stem_channels=base_channels,
                strides=tuple(strides),
                out_indices=(3,),
                norm_cfg=dict(type="BN"),
                zero_init_residual=False,
                init_cfg=INITIALISATION,
            )
        )
        self.embed_dims: int = self.resnet.feat_dim

    def forward(self, waveforms: Tensor) -> Tensor:
        """Encode sound of 16 kHz, (B, N) in [-1, 1], into tokens (B, 1, embed_dims)."""
        spectrograms = log_spectrogram(waveforms) / SPECTROGRAM_SCALE
        (last_map,) = self.resnet(spectrograms[:, None])
        return last_map.amax(dim=(-2, -1))[:, None]
