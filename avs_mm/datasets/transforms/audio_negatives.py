"""Training samples whose sound belongs to nothing in the picture: the right mask is empty."""

from collections.abc import Sized

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from avs_mm.registry import TRANSFORMS

from ..audio_conditions import white_noise
from ..category_maps import BACKGROUND

__all__ = ["AudioNegatives"]


@TRANSFORMS.register_module()
class AudioNegatives(BaseTransform):
    """Give a share of the samples a sound that nothing in the picture makes, and empty their masks.

    Nearly every picture of AVSBench shows what is heard, so Eq. 6 alone hardly asks a model to fall
    silent, which the paper's Table 6 measures. A negative's ``audio_condition`` tells its kind:

    - "silence": zeros.
    - "noise": white noise of RMS 0.1, new at every draw.
    - "unmatched": the sound of another clip, whose sounding categories are not in the picture. It
      comes from mmseg's ``MultiImageMixDataset``, in whose pipeline this transform then stands.
      Where the two share a category, or the categories of either are unknown, silence or noise is
      heard instead; where those have no share, the sample stays as it is.

    Only objects that the annotation knows count as in the picture. Some unmatched sounds are those
    of an unlabelled silent object: the more, the fuller the pictures and the fewer the categories.

    Stands behind ``LoadAudio`` and ``LoadSoundingMask``. Changes ``audio``, ``audio_condition``; if
    unmatched, ``audio_path`` and ``second`` too. ``gt_sounding_mask`` becomes 0 and ``gt_seg_map``
    255 everywhere, and the objects of ``gt_seg_map`` join ``gt_silent_map``, where these are there.

    Args:
        share: Of the samples that become negatives, [0, 1].
        silence, noise, unmatched: How often each kind is drawn, relative to their sum.

    Raises:
        ValueError: A share out of range; a sample without sound or mask; unmatched sounds without
            ``MultiImageMixDataset``.
    """

    def __init__(
        self,
        *,
        share: float = 0.3,
        silence: float = 0.25,
        noise: float = 0.25,
        unmatched: float = 0.5,
    ) -> None:
        kinds = {"silence": silence, "noise": noise, "unmatched": unmatched}
        total = sum(kinds.values())
        if not 0 <= share <= 1:
            raise ValueError(f"share is a part of all samples, from 0 to 1, not {share}")
        if min(kinds.values()) < 0 or total <= 0:
            raise ValueError(f"at least one kind is above 0 and none below, not {kinds}")
        # Of each kind among all samples.
        self.shares = {kind: share * weight / total for kind, weight in kinds.items()}

    def get_indices(self, dataset: Sized) -> list[int]:
        """Draw the sample to be heard: one where the lot falls on "unmatched", else none."""
        return self._draw_other(len(dataset))

    def transform(self, results: dict) -> dict:
        """Turn ``results`` into a negative, or leave it as it is."""
        _check_sample(results)
        if "mix_results" not in results and self.shares["unmatched"] > 0:
            raise ValueError(
                "AudioNegatives hears other samples: put it into the pipeline of mmseg's "
                "MultiImageMixDataset around the data set, or give it unmatched=0"
            )
        others = results.get("mix_results", [])
        if others and _is_surely_unmatched(others[0], results):
            results.update({key: others[0][key] for key in ("audio", "audio_path", "second")})
            results["audio_condition"] = "unmatched"
            return _empty_masks(results)

        condition = self._draw_artificial(others_failed=bool(others))
        if condition is None:
            return results
        length = len(results["audio"])
        if condition == "noise":
            seed = np.random.randint(2**31)
            results["audio"] = white_noise(
                length, clip=results["clip"], second=results["second"], seed=seed
            )
        else:
            results["audio"] = np.zeros(length, np.float32)
        results["audio_condition"] = condition
        return _empty_masks(results)

    @cache_randomness
    def _draw_other(self, num_samples: int) -> list[int]:
        drawn = np.random.rand() < self.shares["unmatched"]
        return [int(np.random.randint(num_samples))] if drawn else []

    @cache_randomness
    def _draw_artificial(self, *, others_failed: bool) -> str | None:
        silence, noise = self.shares["silence"], self.shares["noise"]
        # Drawn among the samples that got no other sound, or in the place of one: then it must fall
        # on silence or noise.
        lot = np.random.uniform(
            0, silence + noise if others_failed else 1 - self.shares["unmatched"]
        )
        if lot < silence:
            return "silence"
        return "noise" if lot < silence + noise else None

    def __repr__(self) -> str:
        shares = ", ".join(f"{kind} {share:.3f}" for kind, share in self.shares.items())
        return f"{type(self).__name__}(of all samples: {shares})"


def _is_surely_unmatched(other: dict, results: dict) -> bool:
    """Whether another sample's sound is known to be of nothing in the picture of ``results``."""
    sounding = _categories(other, "gt_seg_map")
    own = _categories(results, "gt_seg_map")
    if not sounding or not own or other["clip"] == results["clip"]:
        return False
    return not sounding & (own | _categories(results, "gt_silent_map"))


def _categories(results: dict, field: str) -> set[int]:
    """Categories in a category map; none where the map is absent."""
    return set(np.unique(results[field]).tolist()) - {BACKGROUND} if field in results else set()


def _empty_masks(results: dict) -> dict:
    results["gt_sounding_mask"] = np.zeros_like(results["gt_sounding_mask"])
    if "gt_seg_map" in results:
        if "gt_silent_map" in results:
            # Objects do not overlap and the background is the largest value: this is their union.
            results["gt_silent_map"] = np.minimum(results["gt_silent_map"], results["gt_seg_map"])
        results["gt_seg_map"] = np.full_like(results["gt_seg_map"], BACKGROUND)
    return results


def _check_sample(results: dict) -> None:
    for key, loader in (("audio", "LoadAudio"), ("gt_sounding_mask", "LoadSoundingMask")):
        if key not in results:
            raise ValueError(
                f"sample {results.get('img_path')} has no {key}; put avs_mm.{loader} before "
                "avs_mm.AudioNegatives, and avs_mm.PackAVSInputs behind it"
            )
