"""AVSBench-Robust's sounds: against what its public code draws from."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.audio_conditions import robust_noise, robust_noise_samples
from avs_mm.datasets.avsbench_layout import Clip, Frame
from avs_mm.datasets.robust_sounds import SOUND_GROUPS, RobustSounds
from avs_mm.evaluation.functional import false_positive_rate

OFFICIAL = json.loads(
    (Path(__file__).resolve().parents[1] / "data" / "official" / "robust.json").read_text()
)
GROUPS = {"cat": "animal", "dog": "music", "horse": "device"}


def clips_of(words: dict[str, frozenset[str]]) -> list[Clip]:
    frame = Frame(0, Path("image.png"), Path("mask.png"))
    return [Clip(name, Path(f"{name}.wav"), (frame,)) for name in words]


def test_s4_draws_from_the_official_categories():
    words = {f"{name}_0": frozenset([name]) for name in SOUND_GROUPS["s4"]}
    clips = clips_of(words)
    sounds = RobustSounds(clips, words=words, subset="s4")
    for clip in clips:
        found = sorted(part.name.removesuffix("_0") for (part,) in sounds.suitable(clip))
        assert found == OFFICIAL["s4"][clip.name.removesuffix("_0")]


def test_ms3_draws_from_the_official_clips():
    objects = OFFICIAL["ms3_objects"]
    words = {name: frozenset(text.split("_")) for name, text in objects.items()}
    clips = clips_of(words)
    sounds = RobustSounds(clips, words=words, subset="ms3")
    for clip in clips:
        if clip.name in OFFICIAL["no_offscreen_file"]:
            with pytest.raises(ValueError, match=r"clip horse \(horse\) is of no group"):
                sounds.suitable(clip)
        else:
            (found,) = sounds.suitable(clip)
            assert sorted(other.name for other in found) == OFFICIAL["ms3"][clip.name]


def test_noise_is_read_from_the_bytes_of_float64():
    numbers = np.random.RandomState(42).uniform(-1, 1, 220_500)
    samples = robust_noise_samples(numbers)
    expected = OFFICIAL["noise"]
    assert samples[:12].tolist() == expected["first"]
    assert len(samples) == expected["samples"] == 20 * expected["rate"]
    heard = samples[: 5 * expected["rate"]] / 32768
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(expected["rms"])
    # At 16 kHz: the low part of the same band of frequencies
    noise = robust_noise(16_000, clip="dog", second=2)
    assert noise.shape == (16_000,)
    level = expected["rms"] * np.sqrt(16_000 / expected["rate"])
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(level, rel=0.06)
    assert noise[-1] != 0


def test_fpr_is_the_official_one():
    logits = np.random.default_rng(0).normal(-0.5, 1, (4, 24, 32)).astype("float32")
    found = false_positive_rate(torch.from_numpy(logits).sigmoid()).mean()
    assert float(found) == pytest.approx(OFFICIAL["fpr"], abs=1e-7)


def offscreen(root: Path, **arguments) -> AVSBenchDataset:
    known = dict(subset="s4", split="test", data_root=root, sound_groups=GROUPS)
    return AVSBenchDataset(audio="offscreen_official", **(known | arguments))


def test_a_clip_is_heard_under_one_other_clip(s4_root: Path):
    dataset = offscreen(s4_root, audio_seed=42)
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    partners: dict[str, set] = {}
    for info in infos:
        assert info["second"] == info["frame"]
        assert info["audio_condition"] == "offscreen_official"
        partners.setdefault(info["clip"], set()).add(Path(info["audio_path"]).stem)
    assert partners["dog_c"] in ({"cat_c"}, {"horse_c"})  # neither dog nor, of music, human
    assert partners["cat_c"] in ({"dog_c"}, {"horse_c"})
    assert all(len(names) == 1 for names in partners.values())
    again = offscreen(s4_root, audio_seed=42)
    assert [again.get_data_info(index) for index in range(len(again))] == infos


def test_ms3_needs_to_know_what_sounds(ms3_root: Path, semantic_root: Path):
    arguments = dict(subset="ms3", sound_groups={"cat": "animal", "dog": "device"})
    with pytest.raises(ValueError, match="give semantic_root"):
        offscreen(ms3_root, **arguments)
    dataset = offscreen(ms3_root, semantic_root=semantic_root, **arguments)
    assert Path(dataset.get_data_info(0)["audio_path"]).stem == "other_c"


def test_what_has_no_group_is_refused(s4_root: Path, semantic_root: Path):
    with pytest.raises(ValueError, match=r"clip dog_c \(dog\) is of no group"):
        offscreen(s4_root, sound_groups=None)
    with pytest.raises(ValueError, match=r"not \['pets'\]"):
        offscreen(s4_root, sound_groups={**GROUPS, "cat": "pets"})
    with pytest.raises(ValueError, match="clip cat_c: no clip of the split is of a group"):
        offscreen(s4_root, sound_groups={"cat": "animal", "dog": "human", "horse": "human"})
    with pytest.raises(ValueError, match="groups S4 and MS3"):
        offscreen(semantic_root, subset="avss")
