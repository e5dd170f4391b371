"""A tagger of a few AudioSet classes that is trained on sounds alone, apart from any segmentor."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from mmengine.model import BaseModel, BaseModule
from mmseg.structures import SegDataSample
from torch import Tensor, nn
from typing_extensions import Self

from avs_mm.checkpoint import check_fit, find_checkpoint, read_checkpoint
from avs_mm.models.audio.audio_tagger import AudioTagger, check_mids
from avs_mm.models.category_loss import category_loss
from avs_mm.models.two_step_prediction import require_audio
from avs_mm.registry import MODELS
from avs_mm.vocabularies import find_mid

__all__ = ["SoundTagger", "SoundTaggerTraining"]


@MODELS.register_module()
class SoundTagger(AudioTagger):
    """An audio encoder and a linear classifier of its mean token.

    Args:
        encoder: Config of an ``AudioEncoder``.
        tags: AudioSet classes, by display name or MID, in the order of the classifier.
        checkpoint: Of a ``SoundTaggerTraining``, or its work dir, which ``init_weights`` loads;
            without, the tagger is to be trained.
        seconds: As in ``AudioTagger``.

    Raises:
        ValueError: A tag is no class of AudioSet, or stands there twice.
    """

    def __init__(
        self,
        *,
        encoder: dict,
        tags: Sequence[str],
        checkpoint: str | None = None,
        seconds: float = 10.0,
    ) -> None:
        super().__init__(seconds=seconds)
        self.mids = check_mids(find_mid(tag) for tag in tags)
        self.encoder = MODELS.build(encoder)
        self.predictor = nn.Linear(self.encoder.embed_dims, len(self.mids))
        self.checkpoint = checkpoint
        if checkpoint is not None:
            self.freeze()

    def logits(self, waveforms: Tensor) -> Tensor:
        """Return the logits of the tags (B, T)."""
        return self.predictor(self.encoder(waveforms).mean(dim=1))

    def init_weights(self) -> None:
        """Load the checkpoint; one that does not fit is a ValueError."""
        if self.checkpoint is None:
            return
        path = find_checkpoint(self.checkpoint)
        state_dict, _ = read_checkpoint(path)
        weights = {key.removeprefix("tagger."): value for key, value in state_dict.items()}
        check_fit(self, weights, path, remedy="Give a checkpoint of configs/mini/tagger.py.")
        self.load_state_dict(weights)

    def train(self, mode: bool = True) -> Self:
        """Set the mode; a tagger with a checkpoint stays in evaluation mode."""
        return BaseModule.train(self, mode and self.checkpoint is None)


@MODELS.register_module()
class SoundTaggerTraining(BaseModel):
    """Train a ``SoundTagger`` on which categories sound: no image and no mask is read.

    Args:
        tagger: Config of the ``SoundTagger``.
        tag_of_category: The tag of each category, in the order of the data's categories.

    Raises:
        ValueError: A tag that the tagger does not have.
    """

    def __init__(
        self,
        *,
        tagger: dict,
        tag_of_category: Mapping[str, str],
        data_preprocessor: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        self.tagger = MODELS.build(tagger)
        self.places = [self.tagger.mids.index(find_mid(tag)) for tag in tag_of_category.values()]
        self.num_classes = len(self.places)

    def forward(
        self,
        inputs: dict[str, Tensor],
        data_samples: list[SegDataSample] | None = None,
        mode: str = "tensor",
    ) -> Any:
        """Return ``loss_tags`` in training, and else the probabilities of the categories (B, K)."""
        probabilities = self.tagger(require_audio(inputs, self))[:, self.places]
        if mode != "loss":
            return probabilities
        with torch.autocast(device_type=probabilities.device.type, enabled=False):
            return {"loss_tags": category_loss(probabilities, data_samples or [])}
