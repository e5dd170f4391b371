"""What the sound localisers share: two encoders, and how a heat map becomes a segmentation."""

from abc import abstractmethod

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.checkpoint import WHERE_TO_GET_BACKBONES, load_backbone, warn_of_random_weights
from avs_mm.models.threshold_at_half import check_threshold, with_threshold_at_half
from avs_mm.models.two_step_prediction import predict_in_two_steps, require_audio
from avs_mm.registry import MODELS

__all__ = ["SoundLocaliser", "min_max_normalised"]


class SoundLocaliser(BaseSegmentor):
    """Find where an image resembles its sound, learnt from pairs of both without any label.

    A subclass gives the heat map of an image and a sound, and the loss. The heat map, a cosine of
    coarse resolution, is brought to the image's size and normalised there so that each frame's
    lowest value is 0 and its highest 1, as localisers are evaluated. So something sounds in every
    frame: under silence or an unmatched sound such a model cannot fall silent, and its RA (Table 6)
    is 0 by construction, whether or not it uses the sound. ``normalise=False`` leaves the cosine as
    it is, negative values as 0: then RA can tell whether the model uses the sound, given a
    ``threshold`` that its cosines reach, often no more than 0.1 or 0.2.

    Args:
        backbone: Config of mmseg's image encoder; its last map is used.
        in_channels: Channels of that map.
        audio_encoder: Config of an ``AudioEncoder``, such as ``SpectrogramResNet``; its tokens are
            averaged.
        backbone_weights: Checkpoint or work dir with ``backbone.*`` to start from, such as one
            trained on ImageNet; what does not fit is a ValueError.
        from_scratch: Whether a random backbone is meant: without, training that starts with no
            ``backbone_weights`` logs a warning.
        normalise: Whether each frame's heat map spans [0, 1].
        threshold: Heat above which a pixel sounds, in (0, 1). ``pred_sounding_map`` is the heat
            map with this value on 0.5, where all metrics cut.

    Source: the paper's section 4.3 and Table 2, where the best of 0.5 ... 0.9 counts for each
    localiser; ``LocaliserThresholdMetric`` lists them all.
    """

    def __init__(
        self,
        *,
        backbone: dict,
        audio_encoder: dict,
        in_channels: int = 512,
        backbone_weights: str | None = None,
        from_scratch: bool = False,
        normalise: bool = True,
        threshold: float = 0.5,
        data_preprocessor: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        check_threshold(threshold)
        self.backbone = MODELS.build(backbone)
        self.audio_encoder = MODELS.build(audio_encoder)
        self.in_channels = in_channels
        self.backbone_weights = backbone_weights
        self.from_scratch = from_scratch
        self.normalise = normalise
        self.threshold = threshold

    def init_weights(self) -> None:
        """Initialise randomly, the backbone from its file if one is given."""
        super().init_weights()
        if self.backbone_weights is not None:
            load_backbone(self.backbone, self.backbone_weights)
        elif not self.from_scratch:
            warn_of_random_weights(self, WHERE_TO_GET_BACKBONES)

    @abstractmethod
    def heat_maps(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return how much each location resembles the sound, (B, h, w) in [-1, 1].

        Args:
            features: (B, in_channels, h, w), of `extract_feat`.
            audio_embedding: (B, audio_encoder.embed_dims), of `encode_audio`.
        """

    def extract_feat(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the backbone's last map of ``inputs["img"]``, (B, in_channels, h, w)."""
        return self.backbone(inputs["img"])[-1]

    def encode_audio(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the audio embedding (B, audio_encoder.embed_dims): the mean of the tokens."""
        return self.audio_encoder(self.waveforms_of(inputs)).mean(dim=1)

    def waveforms_of(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the waveforms (B, N), or say what the pipeline or a training's batch lacks."""
        waveforms = require_audio(inputs, self)
        if self.training and len(waveforms) == 1:
            raise ValueError(
                f"{type(self).__name__} learns from several pairs at once, and this batch holds "
                "one: change train_dataloader.batch_size, or let train_dataloader.drop_last=True "
                "leave out an epoch's last batch"
            )
        return waveforms

    def encode_decode(self, inputs: dict[str, Tensor], batch_data_samples: list) -> Tensor:
        """Return the coarse heat maps (B, h, w), cosines in [-1, 1]."""
        return self.heat_maps(self.extract_feat(inputs), self.encode_audio(inputs))

    def _forward(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample] | None = None
    ) -> Tensor:
        return self.encode_decode(inputs, data_samples or [])

    def predict(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Add ``pred_heat_map``, ``pred_sounding_map`` and ``pred_sem_seg`` at the original size.

        The maps are float32 (1, H, W) in [0, 1]; ``pred_sem_seg`` is 1 where something sounds.
        """
        return predict_in_two_steps(self, inputs, data_samples)

    def encode_images(self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]) -> Tensor:
        """Return all that needs no sound: ``extract_feat``."""
        return self.extract_feat(inputs)

    def predict_with_audio(
        self, encoding: Tensor, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[SegDataSample]:
        """Let ``inputs["audio"]`` decide where in the images of `encode_images` it sounds."""
        coarse_maps = self.heat_maps(encoding, self.encode_audio(inputs)).float()
        for sample, coarse in zip(data_samples, coarse_maps, strict=True):
            heat = F.interpolate(coarse[None, None], sample.ori_shape, mode="bilinear")[0]
            heat = min_max_normalised(heat) if self.normalise else heat.clamp(0, 1)
            sounding_map = with_threshold_at_half(heat, self.threshold)
            sample.pred_heat_map = PixelData(data=heat)
            sample.pred_sounding_map = PixelData(data=sounding_map)
            sample.pred_sem_seg = PixelData(data=(sounding_map > 0.5).long())
        return data_samples


def min_max_normalised(heat: Tensor) -> Tensor:
    """Bring the least value to 0 and the greatest to 1; a map of one value becomes 0."""
    low, high = torch.aminmax(heat)
    return ((heat - low) / (high - low).clamp(min=torch.finfo(heat.dtype).tiny)).clamp(0, 1)
