"""What all audio encoders share: their weights, and whether these are trained."""

from typing import ClassVar

from mmengine.model import BaseModule
from typing_extensions import Self

from avs_mm.checkpoint import warn_of_random_weights
from avs_mm.weights.hub import resolve_name

__all__ = ["AudioEncoder"]


class AudioEncoder(BaseModule):
    """Base of the audio encoders: from waveforms (B, N) of 16 kHz to tokens (B, L, embed_dims).

    A subclass registers itself in ``avs_mm.registry.MODELS``, sets ``embed_dims``, defines
    ``forward`` and calls `freeze_if_frozen` at the end of its constructor. One with published
    weights names the top-level keys of their file in ``original_keys`` and defines
    `load_original`. ``avs_mm/models/audio/__init__.py`` imports it, in one line.

    Args:
        checkpoint: Original weight file that ``init_weights`` loads, or its name in
            docs/weights.md.
        frozen: No parameter is trained, and the encoder stays in eval when its parent trains.
        init_cfg: mmengine's initialisation config, instead of ``checkpoint``.

    Attributes:
        embed_dims: Channels of the tokens.
        original_keys: Keys at the top of the original weight file, by which ``CheckpointFitHook``
            knows it; empty where there is no such file.

    Raises:
        ValueError: checkpoint and init_cfg are both given.
    """

    embed_dims: int
    original_keys: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        *,
        checkpoint: str | None = None,
        frozen: bool = False,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg=init_cfg)
        if checkpoint is not None and init_cfg is not None:
            raise ValueError(
                f"{type(self).__name__} takes its weights from checkpoint or init_cfg: give one"
            )
        self.checkpoint = checkpoint
        self.frozen = frozen

    def freeze_if_frozen(self) -> None:
        """Take the parameters out of training; they exist once the subclass has made them."""
        if self.frozen:
            self.requires_grad_(False)
            self.eval()

    def load_original(self, path: str) -> None:
        """Load the original weight file strictly.

        Raises:
            FileNotFoundError: there is no such file.
            ValueError: it cannot be read, asks to run code, or is not of this encoder.
        """
        raise ValueError(
            f"{path}: {type(self).__name__} knows no original weight file; leave checkpoint out"
        )

    def init_weights(self) -> None:
        """Load ``checkpoint`` if there is one; without it the constructor's values stay.

        Raises:
            FileNotFoundError, ValueError: as `load_original`.
        """
        if not self.is_init:
            if self.checkpoint is not None:
                self.load_original(str(resolve_name(self.checkpoint)))
            elif self.frozen and self.init_cfg is None:
                warn_of_random_weights(
                    self,
                    "It is frozen: give it checkpoint=FILE (docs/weights.md) or train it with "
                    "frozen=False, unless a checkpoint of the whole model follows.",
                )
        super().init_weights()

    def train(self, mode: bool = True) -> Self:
        """Set the mode of the encoder; a frozen one stays in eval."""
        return super().train(mode and not self.frozen)
