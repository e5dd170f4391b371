"""Stage 1: the potential sounding object segmentation network (paper, section 3.1)."""

import math
from typing import Any, Literal

from mmengine.structures import InstanceData
from mmseg.models import EncoderDecoder
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.checkpoint import (
    find_checkpoint,
    load_backbone,
    load_strictly,
    warn_of_random_weights,
)
from avs_mm.models.candidates import select_candidates
from avs_mm.models.imagenet_prior import check_prior
from avs_mm.models.mask_parts import check_least_part, split_parts
from avs_mm.models.mask_pooling import pool_in_masks
from avs_mm.models.most_confident_candidate import mark_most_confident
from avs_mm.models.published_candidates import (
    best_of_each_category,
    instance_segments,
    panoptic_segments,
)
from avs_mm.models.query_embeddings import query_embeddings
from avs_mm.models.silent_object_teacher import SilentObjectTeacher, with_taught_objects
from avs_mm.models.two_step_prediction import predict_in_two_steps
from avs_mm.registry import MODELS

__all__ = ["PotentialObjectSegmentor"]

SELECTIONS = ("paper", "panoptic", "instance")

# The layer whose shape depends on the categories: dropped when a network changes its categories.
CATEGORY_LAYER = "decode_head.cls_embed."
WHERE_TO_GET_WEIGHTS = (
    "The paper starts from trained ones: convert a network of others (docs/weights.md) and give "
    "--cfg-options model.initial_weights=FILE, or model.backbone_weights=FILE for a backbone "
    "alone; model.from_scratch=True says that random ones are meant."
)


@MODELS.register_module()
class PotentialObjectSegmentor(EncoderDecoder):
    """Segment every object that could sound, one candidate a category, whatever the sound.

    mmseg's ``EncoderDecoder`` with a ``SilentAwareMaskFormerHead``, keeping the queries' masks
    instead of one map. Its own answer ("w/o AVSC", Table 4) is the most confident candidate.

    Args:
        initial_weights: Checkpoint or work dir in mmseg's naming (``backbone.*``,
            ``decode_head.*``) to start from, e.g. MaskFormer trained on COCO; only the layer of the
            categories may differ. Anything else that does not fit is a ValueError.
        backbone_weights: Checkpoint of the backbone (``backbone.*``), such as one trained on
            ImageNet, in the place of ``initial_weights``; its decode head, if any, is not used.
        from_scratch: Whether random weights are meant: without, training that starts with neither
            file logs a warning.
        score_threshold: Least class probability of a candidate, [0, 1].
        quality_threshold: Least mean probability within a candidate's mask, [0, 1].
        least_area: Least fraction of the frame that a candidate covers, [0, 1].
        mask_threshold: Probability above which a pixel belongs to a mask, (0, 1). Masks of a
            network that was trained on few images come out too small at 0.5, the paper's.
        candidates_per_category: At most; 1 is the paper's. More are different objects of it.
        split_parts: Fraction of a mask from which on each of its connected parts is a candidate of
            its own, (0, 0.5], up to ``candidates_per_category``: objects of one category to which
            the network gave one mask. 0 leaves masks whole.
        selection: How candidates are made of the queries: "paper" by ``select_candidates``;
            "panoptic" and "instance" as published networks do (``published_candidates``), for
            networks that were trained so.
        pooled_features: Whether candidates have ``features`` (n, C), the means of the backbone's
            maps over their masks, which tell parts of one mask apart; an ``InstanceHead`` needs it.
        category_prior: Config of an ``ImageNetPrior``, which helps to name the candidates; it needs
            ``EfficientNetLite0(with_head=True)``.
        teacher: Arguments of a ``SilentObjectTeacher``: the network of ``initial_weights``, whose
            categories must be these, labels what it is confident of in every training frame.
        encoder_decoder: Arguments of mmseg's ``EncoderDecoder``.
    """

    def __init__(
        self,
        *,
        initial_weights: str | None = None,
        backbone_weights: str | None = None,
        from_scratch: bool = False,
        score_threshold: float = 0.0,
        quality_threshold: float = 0.0,
        least_area: float = 0.0,
        mask_threshold: float = 0.5,
        candidates_per_category: int = 1,
        split_parts: float = 0.0,
        selection: Literal["paper", "panoptic", "instance"] = "paper",
        pooled_features: bool = False,
        category_prior: dict | None = None,
        teacher: dict | None = None,
        **encoder_decoder: Any,
    ) -> None:
        super().__init__(**encoder_decoder)
        if initial_weights is not None and backbone_weights is not None:
            raise ValueError("initial_weights hold the backbone too: give no backbone_weights")
        self.initial_weights = initial_weights
        self.backbone_weights = backbone_weights
        self.from_scratch = from_scratch
        self.score_threshold = score_threshold
        self.quality_threshold = quality_threshold
        self.least_area = least_area
        if not 0 < mask_threshold < 1:
            raise ValueError(f"mask_threshold lies between 0 and 1, not at {mask_threshold}")
        self.mask_threshold = mask_threshold
        self.candidates_per_category = candidates_per_category
        if split_parts:
            check_least_part(split_parts)
            if candidates_per_category == 1:
                raise ValueError(
                    "split_parts gives a category several candidates: set candidates_per_category "
                    "above 1, or leave out split_parts"
                )
        self.split_parts = split_parts
        if selection not in SELECTIONS:
            raise ValueError(f"selection is one of {', '.join(SELECTIONS)}, not {selection!r}")
        if quality_threshold and selection != "paper":
            raise ValueError("quality_threshold goes with selection='paper' alone; leave it out")
        self.selection = selection
        self.pooled_features = pooled_features
        self.category_prior = None
        if category_prior is not None:
            self.category_prior = MODELS.build(category_prior)
            check_prior(self.category_prior, num_classes=self.num_classes, backbone=self.backbone)
        self.teacher_options = teacher
        self.initial_categories: tuple[str, ...] | None = None  # as their checkpoint names them
        self.teacher: SilentObjectTeacher | None = None

    def init_weights(self) -> None:
        """Initialise randomly or from the files given; one that does not fit is a ValueError."""
        super().init_weights()
        if self.initial_weights is not None:
            path = find_checkpoint(self.initial_weights)
            # A teacher names categories: a new layer could not.
            may_be_reshaped = CATEGORY_LAYER if self.teacher_options is None else ""
            meta = load_strictly(self, path, may_be_reshaped=may_be_reshaped)
            self.initial_categories = meta.get("dataset_meta", {}).get("classes")
        elif self.backbone_weights is not None:
            load_backbone(self.backbone, self.backbone_weights)
        elif not self.from_scratch and getattr(self.backbone, "weights", None) is None:
            warn_of_random_weights(self, WHERE_TO_GET_WEIGHTS)
        if self.teacher_options is not None:
            if self.initial_weights is None:
                raise ValueError(
                    "the teacher is the network of initial_weights, trained on images in which "
                    "all objects are labelled: give them, or teacher=None"
                )
            self.teacher = None  # the copy has no teacher of its own
            self.teacher = SilentObjectTeacher(self, **self.teacher_options)

    def extract_feat(self, inputs: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """Return the backbone's maps of ``inputs["img"]`` (B, 3, H, W), from stride 4 on."""
        return super().extract_feat(inputs["img"])

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return Eq. 5's terms, over the teacher's objects too where there is a teacher.

        ``gt_teacher_map`` of a sample are objects of a teacher that has run before the training.
        """
        data_samples = [with_taught_objects(sample) for sample in data_samples]
        if self.teacher is not None:
            data_samples = self.teacher.complete(inputs, data_samples)
        return super().loss(inputs, data_samples)

    def _forward(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample] | None = None
    ) -> tuple[Tensor, Tensor]:
        return self.decode_head.predict_queries(self.extract_feat(inputs))

    def find_candidates(
        self, inputs: dict[str, Tensor], *, sizes: list[tuple[int, int]]
    ) -> list[InstanceData]:
        """Return each frame's candidates, one size a frame.

        ``masks``, ``labels``, ``scores``, ``queries`` and ``embeddings`` (n, C), the last decoder
        layer's: that of an object is alike in neighbouring frames; ``features``, if pooled.
        """
        features = self.extract_feat(inputs)
        with query_embeddings(self.decode_head) as embeddings:
            class_logits, mask_logits = self.decode_head.predict_queries(features)
        if self.category_prior is not None:
            class_logits = self.category_prior(features[-1], class_logits, mask_logits)
        found = [
            self._with_parts(self._select(frame_logits, frame_masks, size=size))
            for frame_logits, frame_masks, size in zip(
                class_logits, mask_logits, sizes, strict=True
            )
        ]
        for candidates, frame_embeddings in zip(found, embeddings[-1], strict=True):
            candidates.embeddings = frame_embeddings[candidates.queries]
        if self.pooled_features:
            for candidates, *maps in zip(found, *features, strict=True):
                candidates.features = pool_in_masks(maps, candidates.masks)
        return found

    def _select(
        self, class_logits: Tensor, mask_logits: Tensor, *, size: tuple[int, int]
    ) -> InstanceData:
        mask_logits = mask_logits - math.log(self.mask_threshold / (1 - self.mask_threshold))
        if self.selection == "paper":
            return select_candidates(
                class_logits,
                mask_logits,
                size=size,
                score_threshold=self.score_threshold,
                quality_threshold=self.quality_threshold,
                least_area=self.least_area,
                candidates_per_category=self.candidates_per_category,
            )
        segments = panoptic_segments if self.selection == "panoptic" else instance_segments
        return best_of_each_category(
            segments(class_logits, mask_logits, size=size, score_threshold=self.score_threshold),
            per_category=self.candidates_per_category,
            least_area=self.least_area,
        )

    def _with_parts(self, candidates: InstanceData) -> InstanceData:
        if not self.split_parts:
            return candidates
        return split_parts(
            candidates, least_part=self.split_parts, per_category=self.candidates_per_category
        )

    def predict(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Add ``pred_instances`` (every candidate), ``pred_sounding_map`` and ``pred_sem_seg``."""
        return predict_in_two_steps(self, inputs, data_samples)

    def encode_images(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[InstanceData]:
        """Return each frame's candidates at the original size."""
        return self.find_candidates(inputs, sizes=[sample.ori_shape for sample in data_samples])

    def predict_with_audio(
        self,
        encoding: list[InstanceData],
        inputs: dict[str, Tensor],
        data_samples: list[SegDataSample],
    ) -> list[SegDataSample]:
        """Answer with the most confident candidate of a frame, whatever ``inputs["audio"]`` is."""
        return mark_most_confident(encoding, data_samples)
