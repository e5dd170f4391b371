"""What the loaders of a sample's sound have in common: sounds that take the place of a file's."""

from abc import abstractmethod

import numpy as np
from mmcv.transforms import BaseTransform

from avs_mm.datasets.audio_conditions import GENERATED_SOUNDS

__all__ = ["LoadSound"]


class LoadSound(BaseTransform):
    """Add ``audio`` to a sample: what is recorded, or what is generated in its place.

    "silence", "noise" and the other ``GENERATED_SOUNDS`` as ``audio_condition`` replace the
    recording here and differ in nothing else.
    """

    @property
    @abstractmethod
    def num_samples(self) -> int:
        """N, samples of one channel."""

    @abstractmethod
    def recorded(self, results: dict) -> np.ndarray:
        """Return the sound of a sample's files, float32."""

    def laid_out(self, waveform: np.ndarray) -> np.ndarray:
        """Give a generated waveform (N,) the channels of a recorded one."""
        return waveform

    def transform(self, results: dict) -> dict:
        """Add ``audio`` to ``results``."""
        if "audio_path" not in results:
            raise ValueError(
                f"sample {results.get('img_path')} has no audio_path; leave {type(self).__name__} "
                "out of the pipeline, or build the data set with audio='original' (VPO: with its "
                "audio_root); mmseg's inference_model and MMSegInferencer know images alone: use "
                "avs_mm.apis.AVSInferencer, which takes a frame and its sound"
            )
        condition = results.get("audio_condition", "original")
        if condition in GENERATED_SOUNDS:
            generated = GENERATED_SOUNDS[condition](
                self.num_samples,
                clip=results["clip"],
                second=results["frame"],
                seed=results["audio_seed"],
            )
            results["audio"] = self.laid_out(generated)
        else:
            results["audio"] = self.recorded(results)
        return results
