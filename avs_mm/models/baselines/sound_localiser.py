"""What the sound localisers share: two encoders, and how a heat map becomes a segmentation."""

from abc import abstractmethod
from typing import Any, Literal

import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.checkpoint import WHERE_TO_GET_BACKBONES, load_backbone, warn_of_random_weights
from avs_mm.models.audio_visual_segmentor import AudioVisualSegmentor
from avs_mm.models.baselines.object_prior import ObjectPrior, min_max_normalised
from avs_mm.models.threshold_at_half import check_threshold, with_threshold_at_half
from avs_mm.models.two_step_prediction import require_audio
from avs_mm.registry import MODELS

__all__ = ["SoundLocaliser"]

NORMALISATIONS = ("frame", "cosine", "positive")
UPSAMPLINGS = ("bilinear", "bilinear_aligned", "bicubic_aligned")


class SoundLocaliser(AudioVisualSegmentor):
    """Find where an image resembles its sound, learnt from pairs of both without any label.

    A subclass gives the heat map of an image and a sound, and the loss. The heat map, a cosine of
    coarse resolution, is brought to the image's size and there to [0, 1].

    Normalised frame by frame ("frame", the field's custom), a frame's lowest value is 0 and its
    highest 1. So something sounds in every frame: under silence or an unmatched sound such a model
    cannot fall silent, and its RA (Table 6) is 0 by construction, whether or not it uses the sound.
    With "cosine", SLAVC's own way, the map is (cosine + 1) / 2 whatever the frame; then RA can tell
    whether the model uses the sound. "positive" leaves the cosine as it is, negative values as 0.

    With ``object_prior``, as EZ-VSL and SLAVC are tested, what an ImageNet classifier reacts to is
    averaged with the heat map. That is a switch at test time: no checkpoint holds the prior.

    Args:
        backbone: Config of mmseg's image encoder; its last map is used.
        in_channels: Channels of that map.
        audio_encoder: Config of an ``AudioEncoder``, such as ``SpectrogramResNet``; its tokens are
            averaged.
        backbone_weights: Checkpoint or work dir with ``backbone.*`` to start from, such as one
            trained on ImageNet; what does not fit is a ValueError.
        from_scratch: Whether a random backbone is meant: without, training that starts with no
            ``backbone_weights`` logs a warning.
        normalisation: How cosines come to [0, 1]: "frame", "cosine" or "positive", see above.
        upsampling: From the coarse map to the image's size; the authors' test scripts differ:
            "bilinear" (LVS, SSPL), or with the corners aligned "bilinear_aligned" (EZ-VSL) and
            "bicubic_aligned" (SLAVC).
        object_prior: Arguments of an ``ObjectPrior``; None leaves it out.
        threshold: Heat above which a pixel sounds, in (0, 1). ``pred_sounding_map`` is the heat
            map with this value on 0.5, where all metrics cut.
        segmentor_of_mmseg: Arguments of ``AudioVisualSegmentor``.

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
        normalisation: Literal["frame", "cosine", "positive"] = "frame",
        upsampling: Literal["bilinear", "bilinear_aligned", "bicubic_aligned"] = "bilinear",
        object_prior: dict | None = None,
        threshold: float = 0.5,
        **segmentor_of_mmseg: Any,
    ) -> None:
        super().__init__(**segmentor_of_mmseg)
        check_threshold(threshold)
        if normalisation not in NORMALISATIONS:
            raise ValueError(f"normalisation is one of {NORMALISATIONS}, not {normalisation!r}")
        if upsampling not in UPSAMPLINGS:
            raise ValueError(f"upsampling is one of {UPSAMPLINGS}, not {upsampling!r}")
        self.backbone = MODELS.build(backbone)
        self.audio_encoder = MODELS.build(audio_encoder)
        self.in_channels = in_channels
        self.backbone_weights = backbone_weights
        self.from_scratch = from_scratch
        self.normalisation = normalisation
        self.upsampling = upsampling
        self.object_prior = None if object_prior is None else ObjectPrior(**object_prior)
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

    def encode_images(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> tuple[Tensor, Tensor | None]:
        """Return all that needs no sound: ``extract_feat``, and the prior's maps (B, h, w)."""
        prior = None if self.object_prior is None else self.object_prior(inputs["img"])
        return self.extract_feat(inputs), prior

    def predict_with_audio(
        self,
        encoding: tuple[Tensor, Tensor | None],
        inputs: dict[str, Tensor],
        data_samples: list[SegDataSample],
    ) -> list[SegDataSample]:
        """Let ``inputs["audio"]`` decide where in the images of `encode_images` it sounds.

        Adds ``pred_heat_map``, ``pred_sounding_map`` and ``pred_sem_seg`` at the original size. The
        maps are float32 (1, H, W) in [0, 1]; ``pred_sem_seg`` is 1 where something sounds.
        """
        features, prior = encoding
        coarse_maps = self.heat_maps(features, self.encode_audio(inputs)).float()
        for index, (sample, coarse) in enumerate(zip(data_samples, coarse_maps, strict=True)):
            heat = self._to_unit_range(self._at_size(coarse, sample.ori_shape))
            if self.object_prior is not None and prior is not None:
                objects = self._at_size(prior[index].float(), sample.ori_shape)
                heat = self.object_prior.join(
                    heat, objects, per_frame=self.normalisation == "frame"
                )
            sounding_map = with_threshold_at_half(heat, self.threshold)
            sample.pred_heat_map = PixelData(data=heat)
            sample.pred_sounding_map = PixelData(data=sounding_map)
            sample.pred_sem_seg = PixelData(data=(sounding_map > 0.5).long())
        return data_samples

    def _at_size(self, coarse: Tensor, size: tuple[int, int]) -> Tensor:
        """Bring a map (h, w) to a size, (1, H, W)."""
        mode, _, aligned = self.upsampling.partition("_")
        return F.interpolate(coarse[None, None], size, mode=mode, align_corners=bool(aligned))[0]

    def _to_unit_range(self, cosines: Tensor) -> Tensor:
        if self.normalisation == "frame":
            return min_max_normalised(cosines)
        return ((cosines + 1) / 2 if self.normalisation == "cosine" else cosines).clamp(0, 1)
