"""Stage 2: the audio-visual semantic correlation, AVSC (paper, sections 3.2-3.3)."""

import copy
from typing import Any, Literal

import torch
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.audio_scored_segmentor import AudioScoredSegmentor
from avs_mm.models.category_loss import category_loss, check_category_loss_weight
from avs_mm.models.instance_loss import instance_loss
from avs_mm.models.labelled_candidates import with_labelled_objects
from avs_mm.models.sounding_candidates import mark_sounding
from avs_mm.models.sounding_loss import sounding_loss
from avs_mm.models.sounding_map import sounding_maps
from avs_mm.models.threshold_at_half import check_threshold
from avs_mm.models.training_caches import build_caches, is_random_sound
from avs_mm.models.two_step_prediction import require_audio
from avs_mm.registry import MODELS

__all__ = ["AVSC"]


@MODELS.register_module()
class AVSC(AudioScoredSegmentor):
    """Let the audio's category scores decide which candidates sound.

    A frozen stage 1 gives each frame's candidates (c_j, m_j). The audio head gives the category
    scores p: an MLP of the mean of the audio encoder's tokens, which is trained, or an
    ``AudioSetHead``, which has nothing to train (docs/zero_shot.md). The sounding map is
    S_asl = sum_j p_{c_j} m_j (Eq. 1), clamped to 1 where candidates overlap; binary cross-entropy
    makes it the mask of what sounds (Eq. 6), so no audio needs a label.

    Args:
        segmentor: Config of stage 1, a ``PotentialObjectSegmentor`` or another
            ``CandidateSource``; it sets the K categories.
        audio_encoder: Config of an ``AudioEncoder``, such as ``BEATs``; of an ``AudioTagger``, such
            as ``AST``, for an ``AudioSetHead``.
        audio_head: Config of an ``AudioSetHead``; None is the MLP of the paper.
        instance_head: Arguments of an ``InstanceHead``, which ranks the candidates of a category;
            None lets all of them sound with their category, as the paper's one does. It learns
            where ``gt_instance_map`` of a sample tells them apart.
        stage1: Checkpoint or work dir of stage 1, read when training starts; it must fit strictly.
            A checkpoint of AVSC holds every weight, so testing needs no other file.
        stage2: Checkpoint or work dir of an AVSC that is the same but for its ``instance_head``,
            which it lacks: training starts from it, in the place of ``stage1``.
        hidden_dims: Widths of the MLP's hidden layers.
        audio_activation: "softmax" is the paper's simplex, on which two sounding objects share one
            probability; with "sigmoid" every category is judged by itself.
        threshold: Probability above which a pixel sounds, in (0, 1). ``pred_sounding_map`` is S_asl
            with this value on 0.5, where J is cut; F tries 255 cuts of that map.
        calibrated: Whether the threshold is part of the checkpoint, as validation under several
            sounds chooses it (``ConditionsValLoop``).
        unmatched_objects_sound: Whether training takes a candidate of an unmatched sound's category
            for what sounds; without, every candidate is to fall silent, as the labels say.
        category_loss_weight: Of a binary cross-entropy between p and the categories that are known
            to sound; the paper, which needs no label of a sound, has none.
        labelled_candidates: Whether training adds the labelled objects that stage 1 has missed.
        remember_frames: Training images whose candidates are kept in memory, so that stage 1 runs
            once on each of them. Of use where augmentation leaves their pixels alone, or but flips
            them; images that never come again would only fill it. 0 keeps none.
        store: Folder in which training keeps, for later epochs and trainings, the candidates of its
            images and, while the audio encoder is frozen, the embeddings of its sounds, instead of
            ``remember_frames``; of use where that is. None keeps none (docs/performance.md).
        output: Whether ``pred_sem_seg`` is a "category" map (255 = background) or "binary" (1 =
            sounding).
        segmentor_of_mmseg: Arguments of ``AudioVisualSegmentor``.

    Raises:
        ValueError: an unknown activation or output, a threshold or weight out of range; in
            training, a stage 1 that does not fit, or a frame without the categories it needs.
    """

    def __init__(
        self,
        *,
        segmentor: dict,
        audio_encoder: dict,
        audio_head: dict | None = None,
        instance_head: dict | None = None,
        stage1: str | None = None,
        stage2: str | None = None,
        hidden_dims: tuple[int, ...] = (256,),
        audio_activation: Literal["softmax", "sigmoid"] = "sigmoid",
        threshold: float = 0.5,
        calibrated: bool = False,
        unmatched_objects_sound: bool = True,
        category_loss_weight: float = 0.0,
        labelled_candidates: bool = False,
        remember_frames: int = 0,
        store: str | None = None,
        output: Literal["category", "binary"] = "category",
        **segmentor_of_mmseg: Any,
    ) -> None:
        segmentor_settings, audio_settings = copy.deepcopy((segmentor, audio_encoder))
        super().__init__(
            segmentor=segmentor,
            stage1=stage1,
            stage2=stage2,
            audio_encoder=audio_encoder,
            audio_head=audio_head,
            instance_head=instance_head,
            hidden_dims=hidden_dims,
            audio_activation=audio_activation,
            **segmentor_of_mmseg,
        )
        if output not in ("category", "binary"):
            raise ValueError(f"output is 'category' or 'binary', not {output!r}")
        check_threshold(threshold)
        check_category_loss_weight(category_loss_weight, audio_activation)
        if labelled_candidates and instance_head is not None:
            raise ValueError(
                "an instance_head learns on what stage 1 has found, which labelled_candidates "
                "replaces: leave one of them out"
            )
        self.register_buffer("calibrated_threshold", torch.tensor(threshold), persistent=calibrated)
        self.calibrated = calibrated
        self.category_loss_weight = category_loss_weight
        self.labelled_candidates = labelled_candidates
        self.unmatched_objects_sound = unmatched_objects_sound
        self.candidate_cache, self.embedding_cache = build_caches(
            self.segmentor,
            self.audio_encoder,
            segmentor_settings=segmentor_settings,
            audio_settings=audio_settings,
            remember_frames=remember_frames,
            store=store,
        )
        self.output = output

    @property
    def threshold(self) -> float:
        """Probability above which a pixel sounds: the config's, or what a calibration has set."""
        return float(self.calibrated_threshold)

    @threshold.setter
    def threshold(self, threshold: float) -> None:
        check_threshold(threshold)
        self.calibrated_threshold.fill_(threshold)

    def encode_decode(self, inputs: dict[str, Tensor], batch_data_samples: list) -> Tensor:
        """Return the sounding maps (B, H, W) at the images' size."""
        candidates = self._candidates_at_input_size(inputs)
        return sounding_maps(*self.under_sound(candidates, self.encode_audio(inputs)))

    def _candidates_at_input_size(self, inputs: dict[str, Tensor]) -> list[InstanceData]:
        # Images of a test are met once: to remember them would only fill the cache.
        source = self.candidate_cache if self.training else self.segmentor
        batch, _, height, width = inputs["img"].shape
        return source.find_candidates(inputs, sizes=[(height, width)] * batch)

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return ``loss_avc``: cross-entropy between S_asl and the mask of what sounds (Eq. 6).

        With ``category_loss_weight`` also ``loss_category``, with ``instance_head`` also
        ``loss_instance``.

        Under an unmatched sound (``unmatched_categories`` of a sample, from ``AudioNegatives``) a
        candidate of its category is no negative: it is what sounds, labelled or not.
        """
        if self.needs_no_training:
            raise ValueError(
                "AVSC with an AudioSetHead has nothing to train: test it, or leave out audio_head"
            )
        candidates = self._candidates_at_input_size(inputs)
        if self.labelled_candidates:
            candidates = [
                with_labelled_objects(frame_candidates, sample.gt_sem_seg.data[0])
                for frame_candidates, sample in zip(candidates, data_samples, strict=True)
            ]
        embeddings = self.embedding_cache.embed(
            require_audio(inputs, self), is_random=[*map(is_random_sound, data_samples)]
        )
        encoding = self.audio_head.encode_embeddings(embeddings)
        ranked, category_scores = self.under_sound(candidates, encoding)
        maps = sounding_maps(ranked, category_scores)
        term = sounding_loss(
            maps,
            candidates,
            data_samples,
            unmatched_objects_sound=self.unmatched_objects_sound,
        )
        losses = {"loss_avc": term}
        if self.category_loss_weight:
            term = category_loss(category_scores, data_samples)
            losses["loss_category"] = self.category_loss_weight * term
        if self.instance_head is not None:
            losses["loss_instance"] = instance_loss(ranked, data_samples)
        return losses

    def predict_with_audio(
        self,
        encoding: list[InstanceData],
        inputs: dict[str, Tensor],
        data_samples: list[SegDataSample],
    ) -> list[SegDataSample]:
        """Let ``inputs["audio"]`` decide which candidates of `encode_images` sound.

        Adds ``pred_sounding_map``, ``pred_sem_seg`` and ``pred_instances`` at the original size.
        ``pred_instances`` holds every candidate, sounding or not: ``masks``, ``labels``, the visual
        ``scores`` and the ``audio_scores``: those of their categories, times their ranks if there
        are any.
        """
        return mark_sounding(
            *self.under_sound(encoding, self.encode_audio(inputs)),
            data_samples,
            threshold=self.threshold,
            output=self.output,
        )
