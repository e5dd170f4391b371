"""Category scores from the tags of an AudioSet tagger, by a vocabulary instead of training."""

import logging
import os
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.model import BaseModule
from torch import Tensor

from avs_mm import vocabularies
from avs_mm.models.audio.audio_tagger import AudioTagger
from avs_mm.registry import MODELS

__all__ = ["AudioSetHead", "build_audio_set_head"]


@MODELS.register_module()
class AudioSetHead(BaseModule):
    """Score a category by the likeliest of its sounds: the maximum over its linked AudioSet tags.

    It has no weights. A category without links scores 0.

    Args:
        vocabulary: Name of one of ``avs_mm.vocabularies.VOCABULARIES``, or the path of a YAML file.
        categories: Names of the K categories in the segmentor's order; one that the vocabulary
            lacks scores 0, and the log says so. None: those of the vocabulary.

    Raises:
        FileNotFoundError: From ``avs_mm.vocabularies.load``.
        ValueError: From there, or the vocabulary has none of the categories.
    """

    def __init__(
        self, *, vocabulary: str | os.PathLike, categories: Sequence[str] | None = None
    ) -> None:
        super().__init__()
        links = vocabularies.load(vocabulary).links
        self.categories = tuple(links if categories is None else categories)
        lacking = [name for name in self.categories if name not in links]
        if len(lacking) == len(self.categories):
            raise ValueError(
                f"the vocabulary {vocabulary} has none of the segmentor's categories "
                f"({', '.join(lacking[:5])}, ...): give one that has"
            )
        if lacking:
            message = f"the vocabulary {vocabulary} lacks {', '.join(lacking)}: they never sound"
            print_log(message, logger="current", level=logging.WARNING)
        self.vocabulary = vocabularies.Vocabulary(
            links={name: links.get(name, {}) for name in self.categories}
        )
        self.num_classes = len(self.categories)

    def score(
        self, tagger: AudioTagger, waveforms: Tensor, candidates: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the probability that each category sounds, (B, K) in [0, 1], in fp32.

        Args:
            waveforms: Sound of 16 kHz, (B, N).
            candidates: As in ``back_off``; without them no generic tag counts.
        """
        return self.score_encoded(tagger, self.encode(tagger, waveforms), candidates)

    def encode(self, tagger: AudioTagger, waveforms: Tensor) -> Tensor:
        """Return all of `score` that does not depend on the candidates: the tags, (B, T)."""
        probabilities: Tensor = tagger(waveforms)
        return probabilities

    def score_encoded(
        self, tagger: AudioTagger, encoding: Tensor, candidates: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the category scores (B, K) of sounds that `encode` has encoded."""
        scores: Tensor = self(encoding, tagger.mids)
        if not candidates:
            return scores
        return self.back_off(scores, encoding, tagger.mids, candidates)

    def forward(self, probabilities: Tensor, mids: Sequence[str]) -> Tensor:
        """Return the category scores (B, K) in [0, 1].

        Args:
            probabilities: Of each tag, (B, T) in [0, 1].
            mids: MIDs of the T tags, in the tagger's own order.

        Raises:
            ValueError: The probabilities are no such, the MIDs do not fit them, or a category has
                links but none to these tags.
        """
        _check(probabilities, mids)
        linked = self._linked(mids).to(probabilities.device)  # (K, T)
        return torch.where(linked, probabilities[:, None, :], 0).amax(dim=-1)

    def back_off(
        self,
        scores: Tensor,
        probabilities: Tensor,
        mids: Sequence[str],
        candidates: Sequence[Tensor],
    ) -> Tensor:
        """Let a generic tag (Music, Vehicle, Animal) speak for the one candidate that it fits.

        It raises that candidate's category to the tag's own probability where exactly one
        candidate of the frame is of a category with this generic link, and no other category with
        it, in the frame or not, scores higher: it would be the better explanation.

        Args:
            scores: As ``forward`` returns them, (B, K); they stay as they are.
            candidates: Category indices of each frame's candidates, B tensors (n,).

        Returns:
            Scores (B, K).
        """
        _check(probabilities, mids)
        places = {mid: place for place, mid in enumerate(mids)}
        raised = scores.clone()
        for generic, fitting in self._fitting_categories().items():
            if generic not in places:
                continue
            for frame, labels in enumerate(candidates):
                present = [label for label in labels.tolist() if label in fitting]
                if len(present) != 1:
                    continue
                (category,) = present
                if scores[frame, category] == scores[frame, fitting].max():
                    probability = probabilities[frame, places[generic]]
                    raised[frame, category] = torch.maximum(raised[frame, category], probability)
        return raised

    def check_trained_on(self, categories: Sequence[str], path: str | os.PathLike) -> None:
        """Check that a segmentor was trained on these categories in this order.

        Raises:
            ValueError: It was not; ``path`` is its checkpoint.
        """
        if self.categories != tuple(categories):
            raise ValueError(
                f"{path} was trained on {', '.join(categories)}, but the vocabulary has "
                f"{', '.join(self.categories)}: write one of these categories in this order"
            )

    def _linked(self, mids: Sequence[str]) -> Tensor:
        """Which tags are sounds of which category, bool (K, T)."""
        linked = torch.zeros(self.num_classes, len(mids), dtype=torch.bool)
        for index, (category, sounds) in enumerate(self.vocabulary.sounds.items()):
            linked[index] = torch.tensor([mid in sounds for mid in mids])
            if sounds and not linked[index].any():
                raise ValueError(
                    f"category {category!r} is linked to {_listed(sounds)}, of which the tagger "
                    f"has none among its {len(mids)} tags; take another tagger, or link the "
                    "category to tags that it has"
                )
        return linked

    def _fitting_categories(self) -> dict[str, list[int]]:
        """Return the indices of the categories that each generic class fits."""
        fitting: dict[str, list[int]] = {}
        for index, generic in enumerate(self.vocabulary.generic_sounds.values()):
            for mid in generic:
                fitting.setdefault(mid, []).append(index)
        return fitting


def build_audio_set_head(config: dict, *, segmentor: Any, audio_encoder: Any) -> AudioSetHead:
    """Build the head of an AVSC for its segmentor's categories, if it names them.

    Raises:
        ValueError: It is another head, the encoder is no tagger, or the numbers of categories
            differ.
    """
    categories = getattr(segmentor, "categories", None)
    head = MODELS.build({"categories": categories, **config})
    if not isinstance(head, AudioSetHead) or not isinstance(audio_encoder, AudioTagger):
        raise ValueError(
            f"audio_head is {type(head).__name__} and audio_encoder "
            f"{type(audio_encoder).__name__}: an AudioSetHead goes with a tagger, "
            "such as avs_mm.AST or avs_mm.BEATsTagger; audio_head=None trains an MLP"
        )
    if head.num_classes != segmentor.num_classes:
        raise ValueError(
            f"the segmentor has {segmentor.num_classes} categories, the vocabulary "
            f"{head.num_classes}: give a vocabulary of the segmentor's categories in their order"
        )
    return head


def _check(probabilities: Tensor, mids: Sequence[str]) -> None:
    if len(set(mids)) != len(mids):
        raise ValueError("two tags have one MID; give the MID of each tag, in the tagger's order")
    if probabilities.ndim != 2 or probabilities.shape[1] != len(mids):
        raise ValueError(
            f"probabilities are (B, T) with a MID for each of T tags, not "
            f"{tuple(probabilities.shape)} with {len(mids)} MIDs; give both from one tagger"
        )
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError(
            "probabilities must lie in [0, 1]; give the sigmoid of the tagger's logits"
        )


def _listed(mids: frozenset[str]) -> str:
    return ", ".join(sorted(vocabularies.class_names()[mid] for mid in mids))
