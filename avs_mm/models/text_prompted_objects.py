"""Candidates that are found by their names: Grounding DINO's boxes, SAM 2's masks."""

import os
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from torch import Tensor
from typing_extensions import Self

from avs_mm import vocabularies
from avs_mm.models.published_candidates import best_of_each_category
from avs_mm.models.text_prompts import write_prompts
from avs_mm.registry import MODELS
from avs_mm.vocabularies.same_objects import plain_name
from avs_mm.weights.hub import resolve_name

__all__ = ["TextPromptedObjects"]


@MODELS.register_module()
class TextPromptedObjects(BaseModule):
    """Find the objects of a vocabulary by name: a source of candidates that needs no training.

    Grounding DINO (arXiv 2303.05499) gives boxes for a text, SAM 2 (arXiv 2408.00714) a mask for
    each box; both are transformers' models. Images come as ``AVSDataPreProcessor`` normalises them,
    which is how both want them; SAM 2's square copy is made here, so torchvision is not needed.
    A part of ``AVSC``, in the place of stage 1.

    Args:
        vocabulary: Its categories are the names; as in ``AudioSetHead``.
        detector: Folder of a Grounding DINO, or its name in docs/weights.md.
        segmenter: Folder of a SAM 2, or its name there.
        box_threshold: Least score of a box: the mean probability of its name's tokens.
        most_objects: Boxes a frame that get a mask, the best ones.
        candidates_per_category: As in ``select_candidates``.

    Attributes:
        categories: Names of the K categories.

    Raises:
        FileNotFoundError, ImportError: As ``avs_mm.weights.get``; transformers is missing.
        ValueError: A file lacks weights, or a vocabulary is no vocabulary.
    """

    def __init__(
        self,
        *,
        vocabulary: str | os.PathLike,
        detector: str | os.PathLike = "grounding-dino-tiny",
        segmenter: str | os.PathLike = "sam2.1-hiera-small",
        box_threshold: float = 0.25,
        most_objects: int = 30,
        candidates_per_category: int = 1,
    ) -> None:
        super().__init__()
        try:
            from transformers import AutoTokenizer, GroundingDinoForObjectDetection, Sam2Model
        except ImportError as error:
            raise ImportError(
                "TextPromptedObjects needs the package transformers, 5 or newer: pip install "
                "'avs_mm[transformers]', or take avs_mm.PublishedSegmentor"
            ) from error
        self.categories = vocabularies.load(vocabulary).categories
        self.num_classes = len(self.categories)
        self.box_threshold = box_threshold
        self.most_objects = most_objects
        self.candidates_per_category = candidates_per_category
        folder = _folder(detector)
        self.detector = _load(GroundingDinoForObjectDetection, folder)
        self.segmenter = _load(Sam2Model, _folder(segmenter))
        self.prompts = write_prompts(
            [plain_name(category) for category in self.categories],
            AutoTokenizer.from_pretrained(folder),
            most_tokens=self.detector.config.max_text_len,
        )
        self.requires_grad_(False)
        self.eval()

    def init_weights(self) -> None:
        """Keep the weights: they are there from the start."""

    def train(self, mode: bool = True) -> Self:
        """Stay in evaluation mode."""
        return super().train(False)

    @torch.no_grad()
    def find_candidates(
        self, inputs: dict[str, Tensor], *, sizes: list[tuple[int, int]]
    ) -> list[InstanceData]:
        """Return each frame's candidates (``masks``, ``labels``, ``scores``), one size a frame."""
        images = inputs["img"]
        boxes, labels, scores = self.find_boxes(images)
        return [
            best_of_each_category(
                InstanceData(
                    masks=self._masks(image, frame_boxes, size=size),
                    labels=frame_labels,
                    scores=frame_scores,
                ),
                per_category=self.candidates_per_category,
            )
            for image, frame_boxes, frame_labels, frame_scores, size in zip(
                images, boxes, labels, scores, sizes, strict=True
            )
        ]

    def encode_images(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[InstanceData]:
        """Return each frame's candidates at the original size."""
        return self.find_candidates(inputs, sizes=[sample.ori_shape for sample in data_samples])

    @torch.no_grad()
    def find_boxes(self, images: Tensor) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """Ask the detector for every category.

        Args:
            images: (B, 3, H, W), normalised.

        Returns:
            Of each frame the boxes (n, 4), x1 y1 x2 y2 in [0, 1] of the image, their categories
            (n,) and scores (n,) in [0, 1], descending.
        """
        all_boxes, all_scores, all_labels = [], [], []
        for prompt in self.prompts:
            tokens = prompt.tokens.to(images)  # (C, L)
            ids = prompt.input_ids.to(images.device).expand(len(images), -1)
            found = self.detector(
                pixel_values=images,
                input_ids=ids,
                token_type_ids=prompt.token_type_ids.to(images.device).expand(len(images), -1),
                attention_mask=torch.ones_like(ids),
            )
            probabilities = found.logits[..., : tokens.shape[1]].float().sigmoid()  # (B, Q, L)
            of_names = probabilities @ (tokens / tokens.sum(dim=1, keepdim=True)).T  # (B, Q, C)
            scores, labels = of_names.max(dim=-1)
            all_boxes.append(found.pred_boxes)
            all_scores.append(scores)
            all_labels.append(labels + prompt.first)
        centres, lengths = torch.cat(all_boxes, dim=1).split(2, dim=-1)
        corners = torch.cat([centres - lengths / 2, centres + lengths / 2], dim=-1).clamp(0, 1)
        scores, order = torch.cat(all_scores, dim=1).sort(dim=1, descending=True, stable=True)
        boxes: list[Tensor] = []
        labels_of: list[Tensor] = []
        scores_of: list[Tensor] = []
        for frame in range(len(images)):
            kept = order[frame][scores[frame] >= self.box_threshold][: self.most_objects]
            boxes.append(corners[frame, kept])
            labels_of.append(torch.cat(all_labels, dim=1)[frame, kept])
            scores_of.append(scores[frame, : len(kept)])
        return boxes, labels_of, scores_of

    def _masks(self, image: Tensor, boxes: Tensor, *, size: tuple[int, int]) -> Tensor:
        """Return the mask of each box, bool (n, H, W)."""
        if not len(boxes):
            return torch.zeros((0, *size), dtype=torch.bool, device=image.device)
        side = self.segmenter.config.vision_config.backbone_config.image_size
        height, width = (side, side) if isinstance(side, int) else side
        square = F.interpolate(
            image[None], (height, width), mode="bilinear", align_corners=False, antialias=True
        )
        scale = boxes.new_tensor([width, height, width, height])
        found = self.segmenter(
            pixel_values=square, input_boxes=(boxes * scale)[None], multimask_output=False
        )
        logits = found.pred_masks[0]  # (n, 1, h, w)
        masks = F.interpolate(logits.float(), size, mode="bilinear", align_corners=False)
        return masks[:, 0] > 0


def _folder(name_or_path: str | os.PathLike) -> Any:
    path = resolve_name(name_or_path)
    return path.parent if path.is_file() else path


def _load(model_class: Any, folder: Any) -> Any:
    if not (folder / "config.json").is_file():
        raise FileNotFoundError(
            f"{folder}: neither a folder with config.json and weights nor a name of docs/weights.md"
        )
    model, loading = model_class.from_pretrained(folder, output_loading_info=True)
    missing = sorted(loading["missing_keys"])  # transformers fills them with random numbers
    if missing:
        raise ValueError(
            f"{folder} lacks {', '.join(missing[:5])}; give a whole {model_class.__name__}"
        )
    return model
