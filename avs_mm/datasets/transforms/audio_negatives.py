"""Training samples with sounds that belong to nothing in the image."""

from collections.abc import Sized

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from avs_mm.datasets.audio_conditions import GENERATED_SOUNDS, NOISE_RMS
from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.registry import TRANSFORMS

__all__ = ["AudioNegatives"]

NOISE_LEVELS = (-60.0, -20.0)  # dB of full scale, RMS
MOST_GAIN = 4.0  # dB, of the added sound in a mixture


@TRANSFORMS.register_module()
class AudioNegatives(BaseTransform):
    """Give a fraction of the samples a sound of nothing in the image, and empty their masks.

    Nearly every image of AVSBench shows what sounds, so Eq. 6 alone hardly asks a model to fall
    silent, which the paper's Table 6 measures. ``audio_condition`` tells a changed sample's kind:

    - "silence": zeros, or half of the time "mute", the dither that a muted recording holds.
    - "noise": white noise of RMS -60 to -20 dB, new at every draw.
    - "unmatched": the sound of another clip, whose sounding categories are not in the image. It
      comes from mmseg's ``MultiImageMixDataset``, in whose pipeline this transform then stands.
      Where the two have a category in common, or those of either are unknown, silence or noise
      takes its place; where these are never drawn, the sample stays as it is.
    - "mixture": such a sound on top of the image's own, at most 4 dB louder or softer; the masks
      stay. No negative, but what tells a model that several things may sound at once. Where it
      cannot be, the sample stays as it is, so that less than ``fraction`` are changed.

    Only objects that the annotation knows count as in the image: some unmatched sounds are
    those of an unlabelled silent object. ``unmatched_categories`` of an unmatched sound or a
    mixture names what was added, by which ``AVSC`` finds such objects among its candidates.

    Stands behind ``LoadAudio`` and ``LoadSoundingMask``. Changes ``audio``, ``audio_condition``; if
    unmatched, ``audio_path`` and ``second`` too. A negative's ``gt_sounding_mask`` becomes 0 and
    ``gt_seg_map`` 255 everywhere, ``gt_instance_map`` 0, and the objects of ``gt_seg_map`` join
    ``gt_silent_map``, where these are there.

    A frame without annotation (``AVSBenchClips``) stays as it is.

    Args:
        fraction: Of the samples that are changed, [0, 1].
        silence, noise, unmatched, mixture: How often each kind is drawn, relative to their sum.

    Raises:
        ValueError: A fraction out of range; a sample without sound or mask; unmatched sounds
            without ``MultiImageMixDataset``.
    """

    def __init__(
        self,
        *,
        fraction: float = 0.6,
        silence: float = 0.33,
        noise: float = 0.14,
        unmatched: float = 0.2,
        mixture: float = 0.33,
    ) -> None:
        kinds = {"silence": silence, "noise": noise, "unmatched": unmatched, "mixture": mixture}
        total = sum(kinds.values())
        if not 0 <= fraction <= 1:
            raise ValueError(f"fraction is a part of all samples, from 0 to 1, not {fraction}")
        if min(kinds.values()) < 0 or total <= 0:
            raise ValueError(f"at least one kind is above 0 and none below, not {kinds}")
        # Of each kind among all samples.
        self.fractions = {kind: fraction * weight / total for kind, weight in kinds.items()}
        self.unmatched_fraction = self.fractions["unmatched"] + self.fractions["mixture"]

    def get_indices(self, dataset: Sized) -> list[int]:
        """Draw the sample whose sound is used: one where the lot falls on an unmatched one."""
        return self._draw_other(len(dataset))

    def transform(self, results: dict) -> dict:
        """Change ``results``, or leave it as it is."""
        if results.get("seg_map_path", "") is None:
            return results
        _check_sample(results)
        if "mix_results" not in results and self.unmatched_fraction > 0:
            raise ValueError(
                "AudioNegatives takes sounds of other samples: put it into the pipeline of mmseg's "
                "MultiImageMixDataset around the data set, or give it unmatched=0 and mixture=0"
            )
        others = results.get("mix_results", [])
        mixes = bool(others) and self._draw_mixture()
        if others and _is_verified_unmatched(others[0], results):
            return _mix(results, others[0]) if mixes else _replace(results, others[0])
        if mixes:
            return results
        condition = self._draw_generated_sound(others_failed=bool(others))
        if condition is not None:
            _generate_sound(results, condition)
        return results

    @cache_randomness
    def _draw_other(self, num_samples: int) -> list[int]:
        drawn = np.random.rand() < self.unmatched_fraction
        return [int(np.random.randint(num_samples))] if drawn else []

    @cache_randomness
    def _draw_mixture(self) -> bool:
        return np.random.uniform(0, self.unmatched_fraction) < self.fractions["mixture"]

    @cache_randomness
    def _draw_generated_sound(self, *, others_failed: bool) -> str | None:
        silence, noise = self.fractions["silence"], self.fractions["noise"]
        # Drawn among the samples that got no other sound, or in the place of one: then it must fall
        # on silence or noise.
        lot = np.random.uniform(
            0, silence + noise if others_failed else 1 - self.unmatched_fraction
        )
        if lot < silence:
            return "silence" if lot < silence / 2 else "mute"
        return "noise" if lot < silence + noise else None

    def __repr__(self) -> str:
        fractions = ", ".join(f"{kind} {fraction:.3f}" for kind, fraction in self.fractions.items())
        return f"{type(self).__name__}(of all samples: {fractions})"


def _is_verified_unmatched(other: dict, results: dict) -> bool:
    """Whether another sample's sound is known to be of nothing in the image of ``results``."""
    sounding = _categories(other, "gt_seg_map")
    own = _categories(results, "gt_seg_map")
    if not sounding or not own or other["clip"] == results["clip"]:
        return False
    return not sounding & (own | _categories(results, "gt_silent_map"))


def _categories(results: dict, field: str) -> set[int]:
    """Categories in a category map; none where the map is absent."""
    return set(np.unique(results[field]).tolist()) - {BACKGROUND} if field in results else set()


def _replace(results: dict, other: dict) -> dict:
    """Put the other sample's sound in the place of the own one."""
    results.update({key: other[key] for key in ("audio", "audio_path", "second")})
    results["audio_augmented"] = other.get("audio_augmented", False)
    results["audio_condition"] = "unmatched"
    results["unmatched_categories"] = _sounding(other)
    return _empty_masks(results)


def _mix(results: dict, other: dict) -> dict:
    """Add the other sample's sound to the image's own."""
    gain = 10 ** (np.random.uniform(-MOST_GAIN, MOST_GAIN) / 20)
    mixture = results["audio"] + gain * other["audio"]
    results["audio"] = mixture.clip(-1, 1).astype(np.float32)
    results["audio_condition"] = "mixture"
    results["unmatched_categories"] = _sounding(other)
    return results


def _generate_sound(results: dict, condition: str) -> dict:
    """Put a generated sound in the place of the own one."""
    seed = np.random.randint(2**31)
    sound = GENERATED_SOUNDS[condition](
        len(results["audio"]), clip=results["clip"], second=results["second"], seed=seed
    )
    if condition == "noise":
        level = 10 ** (np.random.uniform(*NOISE_LEVELS) / 20)
        sound = (sound * (level / NOISE_RMS)).astype(np.float32)
    results["audio"] = sound
    results["audio_condition"] = condition
    return _empty_masks(results)


def _sounding(sample: dict) -> tuple[int, ...]:
    return tuple(sorted(_categories(sample, "gt_seg_map")))


def _empty_masks(results: dict) -> dict:
    results["gt_sounding_mask"] = np.zeros_like(results["gt_sounding_mask"])
    if "gt_seg_map" in results:
        if "gt_silent_map" in results:
            # Objects do not overlap and the background is the largest value: this is their union.
            results["gt_silent_map"] = np.minimum(results["gt_silent_map"], results["gt_seg_map"])
        results["gt_seg_map"] = np.full_like(results["gt_seg_map"], BACKGROUND)
    if "gt_instance_map" in results:
        results["gt_instance_map"] = np.zeros_like(results["gt_instance_map"])
    return results


def _check_sample(results: dict) -> None:
    for key, loader in (("audio", "LoadAudio"), ("gt_sounding_mask", "LoadSoundingMask")):
        if key not in results:
            raise ValueError(
                f"sample {results.get('img_path')} has no {key}; put avs_mm.{loader} before "
                "avs_mm.AudioNegatives, and avs_mm.PackAVSInputs behind it"
            )
    if results["audio"].ndim != 1:
        raise ValueError(
            f"sample {results.get('img_path')} has audio of shape {results['audio'].shape}, but "
            "AudioNegatives changes one channel: load channels='sum', or leave it out"
        )
