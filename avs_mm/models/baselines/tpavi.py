"""TPAVI, the baseline that came with AVSBench (Zhou et al., ECCV 2022)."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.logging import print_log
from mmengine.structures import PixelData
from mmseg.models.backbones import ResNet
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from avs_mm.checkpoint import (
    WHERE_TO_GET_BACKBONES,
    check_fit,
    find_checkpoint,
    load_backbone,
    read_checkpoint,
    warn_of_random_weights,
)
from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.models.audio_visual_segmentor import AudioVisualSegmentor
from avs_mm.models.baselines.audio_visual_matching import audio_visual_matching
from avs_mm.models.baselines.clip_numbers import clip_numbers
from avs_mm.models.baselines.dilated_convolutions import DilatedConvolutions
from avs_mm.models.baselines.fusion_decoder import FusionDecoder
from avs_mm.models.baselines.tpavi_attention import TPAVIAttention
from avs_mm.models.threshold_at_half import check_threshold, with_threshold_at_half
from avs_mm.models.two_step_prediction import require_audio
from avs_mm.registry import MODELS

__all__ = ["TPAVI"]


@MODELS.register_module()
class TPAVI(AudioVisualSegmentor):
    """Segment what sounds by attention between the pixels and the seconds of a clip.

    The backbone's four maps go through dilated convolutions, one attention each
    (``TPAVIAttention``) and a decoder. A batch is the frames of whole clips one after another, as
    ``ClipBatchSampler`` makes it; the samples' ``clip`` and ``frame`` tell where a clip begins.

    The loss is the binary cross-entropy on the frames that have a ``gt_sounding_mask`` (the first
    of a clip in S4's train split, all in MS3) plus ``matching_weight`` times the divergence of
    the features in the masks from the audio embeddings (Eq. 3; ``audio_visual_matching``).

    With ``num_classes`` it names what sounds, as AVSBench's code does on AVSS: a cross-entropy over
    the classes takes the place of the binary one, and ``pred_sem_seg`` is a category map. The
    sounding map is then p / (p + background), p being the most probable category's probability.

    Args:
        backbone: Config of an image encoder with maps of strides 4, 8, 16 and 32.
        audio_encoder: Config of an ``AudioEncoder``, such as ``VGGish``; the tokens of a second are
            averaged.
        in_channels: Widths of the backbone's maps.
        channels: Width of the attention and the decoder.
        num_classes: None, or AVSS's 71: the categories and the background, which comes first.
        align_bias: Whether the layers that bring the audio embedding to ``channels`` have a bias;
            those of AVSBench's network for AVSS have none.
        attended_frames: Of a clip, that attend to each other; None: all. AVSBench's network for
            AVSS takes clips of ten seconds five frames at a time, in training and in its test.
        matching_weight: Of the second term: 0 for S4 and 0.5 for MS3 in the paper.
        backbone_weights: Checkpoint or work dir with ``backbone.*`` to start from.
        initial_weights: Checkpoint or work dir of a whole TPAVI to start from, such as S4's for
            MS3; the audio encoder may be missing in it, as in the official files, and reads its own
            ``checkpoint`` only then.
        from_scratch: Whether random weights are meant: without, training that starts with neither
            file logs a warning.
        keep_unused: Hold, frozen, the parameters that the official network has and never uses (a
            ResNet's second branch, a residual unit of the decoder): then its files fit and the
            number of parameters is the published one.
        threshold: Probability above which a pixel sounds, in (0, 1); ``pred_sounding_map`` has it
            on 0.5, where J is cut.
        segmentor_of_mmseg: Arguments of ``AudioVisualSegmentor``.

    Raises:
        ValueError: Both kinds of weights at once; weights that do not fit; ``attended_frames``
            below 1.
    """

    def __init__(
        self,
        *,
        backbone: dict,
        audio_encoder: dict,
        in_channels: Sequence[int],
        channels: int = 256,
        num_classes: int | None = None,
        align_bias: bool = True,
        attended_frames: int | None = None,
        matching_weight: float = 0.0,
        backbone_weights: str | None = None,
        initial_weights: str | None = None,
        from_scratch: bool = False,
        keep_unused: bool = False,
        threshold: float = 0.5,
        **segmentor_of_mmseg: Any,
    ) -> None:
        super().__init__(**segmentor_of_mmseg)
        if initial_weights is not None and backbone_weights is not None:
            raise ValueError("initial_weights hold the backbone too: give no backbone_weights")
        self.backbone = MODELS.build(backbone)
        self.audio_encoder = MODELS.build(audio_encoder)
        self.convolutions = nn.ModuleList(
            DilatedConvolutions(in_channels=width, channels=channels) for width in in_channels
        )
        self.attentions = nn.ModuleList(
            TPAVIAttention(
                channels=channels,
                audio_channels=self.audio_encoder.embed_dims,
                align_bias=align_bias,
            )
            for _ in in_channels
        )
        if num_classes is not None and num_classes < 2:
            raise ValueError(f"num_classes counts the background too, so it is no {num_classes}")
        self.num_outputs = num_classes or 1
        # As of every model here, without the background; None where it names no category
        self.num_classes = None if num_classes is None else num_classes - 1
        self.decoder = FusionDecoder(
            channels=channels, num_outputs=self.num_outputs, keep_unused=keep_unused
        )
        if keep_unused and isinstance(self.backbone, ResNet):
            branch = {"layer3": self.backbone.layer3, "layer4": self.backbone.layer4}
            self.unused_branch = nn.ModuleDict(copy.deepcopy(branch)).requires_grad_(False)
        if attended_frames is not None and attended_frames < 1:
            raise ValueError(
                f"attended_frames is a number of frames from 1 on, not {attended_frames}"
            )
        self.attended_frames = attended_frames
        self.matching_weight = matching_weight
        self.backbone_weights = backbone_weights
        self.initial_weights = initial_weights
        self.from_scratch = from_scratch
        check_threshold(threshold)
        self.threshold = threshold

    def init_weights(self) -> None:
        """Initialise randomly or from the files given; one that does not fit is a ValueError."""
        if self.initial_weights is None:
            super().init_weights()
            if self.backbone_weights is not None:
                load_backbone(self.backbone, self.backbone_weights)
            elif not self.from_scratch:
                warn_of_random_weights(self, WHERE_TO_GET_BACKBONES)
            return
        path = find_checkpoint(self.initial_weights)
        weights, _ = read_checkpoint(path)
        has_audio_encoder = any(key.startswith("audio_encoder.") for key in weights)
        if has_audio_encoder:
            self.audio_encoder.checkpoint = None
        super().init_weights()
        if not has_audio_encoder:
            weights = {**weights, **self.audio_encoder.state_dict(prefix="audio_encoder.")}
        check_fit(self, weights, path)
        self.load_state_dict(weights)
        print_log(f"TPAVI has its weights from {path}", logger="current")

    def extract_feat(self, inputs: dict[str, Tensor]) -> list[Tensor]:
        """Return the four maps before the attention, (F, C, H/4, W/4) to (F, C, H/32, W/32)."""
        features = self.backbone(inputs["img"])
        return [
            convolutions(feature)
            for convolutions, feature in zip(self.convolutions, features, strict=True)
        ]

    def encode_audio(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return the embedding of each frame's second, (F, D): the mean of the encoder's tokens."""
        return self.audio_encoder(require_audio(inputs, self)).mean(dim=1)

    def encode_images(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[Tensor]:
        """Return all that needs no sound: ``extract_feat``."""
        return self.extract_feat(inputs)

    def predict_with_audio(
        self,
        encoding: list[Tensor],
        inputs: dict[str, Tensor],
        data_samples: list[SegDataSample],
    ) -> list[SegDataSample]:
        """Let the maps of `encode_images` attend to ``inputs["audio"]``, and decode them.

        Adds ``pred_sounding_map`` and ``pred_sem_seg`` at the original size; the latter is 1 where
        something sounds, with ``num_classes`` a category map. Then ``pred_input_sem_seg`` is that
        of the logits as they are, at the images' size, which AVSS's official scores are of.
        """
        logits, _, _ = self.attend(encoding, inputs, data_samples)
        for sample, frame_logits in zip(data_samples, logits.float(), strict=True):
            frame_map, segmentation = self._read(frame_logits, sample.ori_shape[:2])
            sample.pred_sounding_map = PixelData(data=frame_map)
            sample.pred_sem_seg = PixelData(data=segmentation)
            if self.num_classes is not None:
                _, segmentation = self._read(frame_logits, frame_logits.shape[-2:])
                sample.pred_input_sem_seg = PixelData(data=segmentation)
                sample.set_metainfo({"predicts_categories": True})
        return data_samples

    def _read(self, logits: Tensor, size: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Return the sounding map and ``pred_sem_seg``, (1, H, W), of a frame's logits."""
        resized = F.interpolate(logits[None], size=tuple(size), mode="bilinear")
        if self.num_classes is None:
            frame_map = with_threshold_at_half(resized[0].sigmoid(), self.threshold)
            return frame_map, (frame_map > 0.5).long()
        background, categories = resized[0].softmax(dim=0).split([1, self.num_classes])
        best, category = categories.max(dim=0, keepdim=True)
        frame_map = with_threshold_at_half(best / (best + background), self.threshold)
        return frame_map, torch.where(frame_map > 0.5, category, BACKGROUND)

    def attend(
        self, features: list[Tensor], inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        """Return the mask logits (F, 1, H, W), and each stage's map and aligned embedding."""
        clips = clip_numbers(data_samples, attended_frames=self.attended_frames)
        clips = clips.to(features[0].device)
        audio_embedding = self.encode_audio(inputs)
        maps, aligned = [], []
        for attention, stage_features in zip(self.attentions, features, strict=True):
            stage_map, stage_embedding = attention(stage_features, audio_embedding, clips)
            maps.append(stage_map)
            aligned.append(stage_embedding)
        return self.decoder(maps), maps, aligned

    def encode_decode(
        self, inputs: dict[str, Tensor], batch_data_samples: list[SegDataSample]
    ) -> Tensor:
        """Return the mask logits (F, 1, H, W) at the images' size."""
        return self.attend(self.extract_feat(inputs), inputs, batch_data_samples)[0]

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return ``loss_mask`` and, where ``matching_weight`` is not 0, ``loss_matching``."""
        logits, maps, aligned = self.attend(self.extract_feat(inputs), inputs, data_samples)
        annotated = [i for i, sample in enumerate(data_samples) if "gt_sounding_mask" in sample]
        if not annotated:
            raise ValueError(
                f"no frame of the batch has a mask, the first is {data_samples[0].get('img_path')};"
                " put avs_mm.LoadSoundingMask into the pipeline, and whole clips into a batch"
            )
        chosen = [data_samples[i] for i in annotated]
        losses = {"loss_mask": self._mask_loss(logits[annotated].float(), chosen)}
        if self.matching_weight:
            classwise = self.num_classes is not None
            if classwise:  # of the frames with a mask alone
                logits = logits[annotated]
                maps, aligned = ([each[annotated] for each in stages] for stages in (maps, aligned))
            divergence = audio_visual_matching(logits, maps, aligned, classwise=classwise)
            losses["loss_matching"] = self.matching_weight * divergence
        return losses

    def _mask_loss(self, logits: Tensor, samples: list[SegDataSample]) -> Tensor:
        """Cross-entropy of the frames (F, 1 or num_classes, H, W) with their masks."""
        if self.num_classes is None:
            masks = torch.stack([sample.gt_sounding_mask.data for sample in samples])
            return F.binary_cross_entropy_with_logits(logits, masks.to(logits.device).float())
        if missing := [sample for sample in samples if "gt_sem_seg" not in sample]:
            raise ValueError(
                f"{missing[0].get('img_path')}: has no categories, which num_classes needs; use "
                "subset='avss', or MS3 with semantic_root"
            )
        maps = torch.cat([sample.gt_sem_seg.data for sample in samples]).to(logits.device)
        target = torch.where(maps == BACKGROUND, 0, maps + 1)
        return F.cross_entropy(logits, target)
