from collections.abc import Iterable

from mmengine.model import BaseModule
from torch import Tensor
from typing_extensions import Self

from avs_mm.vocabularies import class_names

__all__ = ["AudioTagger", "check_mids"]

SAMPLE_RATE = 16_000


class AudioTagger(BaseModule):
    """Frozen classifier of sounds: waveforms (B, N) of 16 kHz to probabilities of T tags.

    A subclass sets ``mids``, the AudioSet MIDs of its tags in its own order, and gives ``logits``.

    Args:
        seconds: The tagger is given the last ``seconds`` of a waveform, and a shorter one as it is.
            Taggers of AudioSet are trained on clips of ten seconds: on less their probabilities are
            lower, on more an object is marked for what it did long ago.

    Raises:
        ValueError: seconds is not positive.
    """

    mids: tuple[str, ...]

    def __init__(self, *, seconds: float = 10.0) -> None:
        super().__init__()
        if seconds <= 0:
            raise ValueError(f"seconds is the length of the sound given to a tagger, not {seconds}")
        self.seconds = seconds

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return the probability of each tag by itself, (B, T) in [0, 1], in float32.

        Args:
            waveforms: Sound of 16 kHz in [-1, 1], (B, N).

        Raises:
            ValueError: The sound is too short, or not (B, N) in floating point.
        """
        return self.logits(waveforms[..., -round(self.seconds * SAMPLE_RATE) :]).float().sigmoid()

    def logits(self, waveforms: Tensor) -> Tensor:
        """Return the logits of the tags (B, T)."""
        raise NotImplementedError

    def init_weights(self) -> None:
        """Keep the weights: they are there from the start."""

    def freeze(self) -> None:
        """Train no parameter, and stay in evaluation mode when the parent trains."""
        self.requires_grad_(False)
        self.eval()

    def train(self, mode: bool = True) -> Self:
        """Stay in evaluation mode."""
        return super().train(False)


def check_mids(mids: Iterable[object]) -> tuple[str, ...]:
    """Return MIDs that are all different and all of AudioSet.

    Raises:
        ValueError: They are not.
    """
    mids = list(mids)
    strangers = [mid for mid in mids if mid not in class_names()]
    if strangers:
        raise ValueError(
            f"{', '.join(map(repr, strangers[:5]))} {'is' if len(strangers) == 1 else 'are'} "
            "no MID of AudioSet's 527 classes"
        )
    twice = [mid for mid in mids if mids.count(mid) > 1]
    if twice:
        raise ValueError(f"the MID {twice[0]!r} stands for two tags")
    return tuple(map(str, mids))
