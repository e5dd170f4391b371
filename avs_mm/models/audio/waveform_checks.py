"""What every audio encoder and its front end ask of a batch of waveforms."""

from torch import Tensor

__all__ = ["check_waveforms"]


def check_waveforms(waveforms: Tensor, *, least: int, what: str) -> None:
    """Require floating point (B, N), long enough.

    Args:
        least: Samples that N must have.
        what: Needs that many, in words: "a frame of 25 ms".

    Raises:
        ValueError: the waveforms are another thing, or shorter; the message gives the remedy.
    """
    if waveforms.ndim != 2 or not waveforms.is_floating_point():
        raise ValueError(
            f"waveforms must be floating point (B, N) in [-1, 1], got {waveforms.dtype} "
            f"{tuple(waveforms.shape)}: average the channels and divide 16-bit samples by 32768"
        )
    if waveforms.shape[1] < least:
        raise ValueError(
            f"a waveform of {waveforms.shape[1]} samples is too short for {what}: pad it with "
            f"zeros to {least} samples at least, better to a second"
        )
