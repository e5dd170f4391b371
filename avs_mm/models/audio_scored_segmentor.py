"""Stage 1's candidates under a sound: category scores, and ranks within a category."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.checkpoint import find_checkpoint, load_strictly
from avs_mm.models.audio_mlp import AudioMLP
from avs_mm.models.audio_set_head import AudioSetHead, build_audio_set_head
from avs_mm.models.frozen_stage1 import FrozenStage1Segmentor
from avs_mm.models.instance_head import InstanceHead, build_instance_head
from avs_mm.models.two_step_prediction import require_audio
from avs_mm.registry import MODELS

__all__ = ["AudioScoredSegmentor"]


class AudioScoredSegmentor(FrozenStage1Segmentor):
    """Has the audio side of ``AVSC``, whose arguments it takes: an encoder and its heads.

    Raises:
        ValueError: parts that do not fit each other.
    """

    def __init__(
        self,
        *,
        segmentor: dict,
        stage1: str | None,
        stage2: str | None,
        audio_encoder: dict,
        audio_head: dict | None,
        instance_head: dict | None,
        hidden_dims: tuple[int, ...],
        audio_activation: Literal["softmax", "sigmoid"],
        **segmentor_of_mmseg: Any,
    ) -> None:
        super().__init__(segmentor=segmentor, stage1=stage1, **segmentor_of_mmseg)
        if stage1 is not None and stage2 is not None:
            raise ValueError("the checkpoint of stage2 holds stage 1, too: give no stage1")
        self.stage2 = stage2
        self.audio_encoder = MODELS.build(audio_encoder)
        self.audio_head: Any  # AudioMLP or AudioSetHead
        if audio_head is None:
            self.audio_head = AudioMLP(
                embed_dims=self.audio_encoder.embed_dims,
                num_classes=self.num_classes,
                hidden_dims=hidden_dims,
                activation=audio_activation,
                keep_embeddings=instance_head is not None,
            )
        else:
            self.audio_head = build_audio_set_head(
                audio_head, segmentor=self.segmentor, audio_encoder=self.audio_encoder
            )
            self.stage1_categories = self.audio_head.categories
        self.instance_head: InstanceHead | None = None
        if instance_head is not None:
            if self.needs_no_training:
                raise ValueError(
                    "an instance_head is trained, and an AudioSetHead is not: leave one of them out"
                )
            self.instance_head = build_instance_head(
                instance_head, segmentor=self.segmentor, audio_dims=self.audio_encoder.embed_dims
            )

    def init_weights(self) -> None:
        """Load stage 1 (or, without ``stage1``, initialise it) and initialise the audio side.

        Or load both from ``stage2``.

        Raises:
            ValueError: a checkpoint does not fit, or that of stage 1 names other categories than
                the vocabulary.
        """
        if self.stage2 is None:
            super().init_weights()
            self.audio_encoder.init_weights()
            return
        head, self.instance_head = self.instance_head, None  # which the checkpoint does not have
        meta = load_strictly(self, find_checkpoint(self.stage2))
        self.instance_head = head
        self.stage1_categories = meta.get("dataset_meta", {}).get("classes")

    def check_stage1(self, categories: tuple[str, ...], path: Path) -> None:
        """Refuse a stage 1 of other categories than an ``AudioSetHead``'s vocabulary."""
        if self.needs_no_training:
            self.audio_head.check_trained_on(categories, path)

    @property
    def needs_no_training(self) -> bool:
        """Whether the audio head has no weights, so that ``init_weights`` completes the model."""
        return isinstance(self.audio_head, AudioSetHead)

    def score_audio(
        self, inputs: dict[str, Tensor], candidates: Sequence[InstanceData] = ()
    ) -> Tensor:
        """Return the probability p that each category sounds, (B, K) in [0, 1], in fp32.

        Args:
            candidates: Of each frame; an ``AudioSetHead`` needs them for generic sounds.
        """
        labels = [frame_candidates.labels for frame_candidates in candidates]
        return self.score_encoded_audio(self.encode_audio(inputs), labels)

    def encode_audio(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return all of the sounds ``inputs["audio"]`` that needs no image, a row each.

        One row may be scored with the candidates of many frames, by `score_encoded_audio`.
        """
        encoding: Tensor = self.audio_head.encode(self.audio_encoder, require_audio(inputs, self))
        return encoding

    def score_encoded_audio(self, encoding: Tensor, labels: Sequence[Tensor] = ()) -> Tensor:
        """Return the category scores (B, K) of sounds that `encode_audio` has encoded.

        Args:
            labels: Categories of each frame's candidates, B tensors (n,).
        """
        scores: Tensor = self.audio_head.score_encoded(self.audio_encoder, encoding, labels)
        return scores

    def under_sound(
        self, candidates: Sequence[InstanceData], encoding: Tensor
    ) -> tuple[Sequence[InstanceData], Tensor]:
        """Return each frame's candidates and category scores (B, K) under an encoded sound.

        With an ``InstanceHead`` the candidates are copies that have ``ranks``.
        """
        labels = [frame_candidates.labels for frame_candidates in candidates]
        scores = self.score_encoded_audio(encoding, labels)
        if self.instance_head is not None:
            embeddings = self.audio_head.embeddings_of(encoding)
            candidates = self.instance_head.rank(candidates, embeddings)
        return candidates, scores
