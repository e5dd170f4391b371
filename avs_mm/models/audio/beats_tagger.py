"""BEATs with the classifier that it was fine-tuned with, as a tagger of AudioSet."""

import os

from torch import Tensor, nn

from avs_mm.models.audio.audio_tagger import AudioTagger, check_mids
from avs_mm.models.audio.beats import BEATs
from avs_mm.models.audio.beats_checkpoint import CLASSIFIER, WHERE_TO_GET_IT
from avs_mm.registry import MODELS
from avs_mm.safe_load import load_weights_only
from avs_mm.weights.hub import resolve_name

__all__ = ["BEATsTagger"]


@MODELS.register_module()
class BEATsTagger(AudioTagger):
    """BEATs with the classifier of a fine-tuned file: the mean of its tokens' logits.

    The order of the tags is the file's own, which its ``label_dict`` gives; it is not that of
    AudioSet's csv. Architecture, weights and tags all come from the file, so it is read here.

    Args:
        checkpoint: Official fine-tuned file, such as ``BEATs_iter3_plus_AS2M_finetuned_on_AS2M_
            cpt2.pt``, or the name "beats-audioset".
        seconds: As in ``AudioTagger``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no BEATs file, is pre-trained only, or its label_dict does not give each
            tag a MID of its own.
    """

    def __init__(self, *, checkpoint: str | os.PathLike, seconds: float = 10.0) -> None:
        super().__init__(seconds=seconds)
        checkpoint = resolve_name(checkpoint)
        self.encoder = BEATs.from_checkpoint(checkpoint)
        weights, self.mids = _read_classifier(checkpoint)
        self.predictor = nn.Linear(self.encoder.embed_dims, len(self.mids))
        if self.predictor.weight.shape != weights["weight"].shape:
            raise ValueError(
                f"{checkpoint}: its {CLASSIFIER}weight is {tuple(weights['weight'].shape)}, but "
                f"its encoder and its label_dict make {tuple(self.predictor.weight.shape)}. "
                f"{WHERE_TO_GET_IT}"
            )
        self.predictor.load_state_dict(weights)
        self.freeze()

    def logits(self, waveforms: Tensor) -> Tensor:
        """Return the logits of the tags (B, T)."""
        # The classifier is linear: the logits of the mean token are the mean of the logits.
        return self.predictor(self.encoder(waveforms).mean(dim=1))


def _read_classifier(path: str | os.PathLike) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Read weight and bias of a file's classifier, and the MIDs of its tags in its order."""
    contents = load_weights_only(path, remedy=WHERE_TO_GET_IT)
    labels, weights = contents.get("label_dict"), contents["model"]
    names = [f"{CLASSIFIER}{name}" for name in ("weight", "bias")]
    if not isinstance(labels, dict) or not weights.keys() >= set(names):
        raise ValueError(
            f"{path} holds no tagger: it lacks {', '.join(names)} or label_dict, as a pre-trained "
            f"file does; give a fine-tuned one. {WHERE_TO_GET_IT}"
        )
    if set(labels) != set(range(len(labels))):
        raise ValueError(
            f"{path}: its label_dict does not number its {len(labels)} tags from 0. "
            f"{WHERE_TO_GET_IT}"
        )
    try:
        mids = check_mids(labels[index] for index in range(len(labels)))
    except ValueError as error:
        raise ValueError(f"{path}: in its label_dict {error}. {WHERE_TO_GET_IT}") from error
    return {name.removeprefix(CLASSIFIER): weights[name] for name in names}, mids
