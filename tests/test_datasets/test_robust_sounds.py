"""AVSBench-Robust's sounds: against what its public code draws from."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from avs_mm.datasets import AVSBenchDataset, robust_sounds
from avs_mm.datasets.audio_conditions import robust_noise, robust_noise_samples
from avs_mm.datasets.audio_pairs import read_audio_pairs, write_audio_pairs
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
        if clip.name in OFFICIAL["no_offscreen_file"]:  # here any other clip
            assert sounds.suitable(clip) == []
            assert [len(part) for part in sounds.others(clip)] == [len(clips) - 1]
        else:
            (found,) = sounds.suitable(clip)
            assert sorted(other.name for other in found) == OFFICIAL["ms3"][clip.name]


@pytest.mark.parametrize("subset", ["s4", "ms3"])
def test_where_the_groups_leave_nothing_any_other_clip_is_drawn(subset, monkeypatch):
    expected = OFFICIAL[f"{subset}_fallback"]
    separator = "_" if subset == "ms3" else None
    words = {name: frozenset(text.split(separator)) for name, text in expected["objects"].items()}
    log: list[str] = []
    monkeypatch.setattr(robust_sounds, "print_log", lambda text, logger: log.append(text))
    clips = clips_of(words)
    sounds = RobustSounds(clips, words=words, subset=subset, seed=42)
    fallbacks = []
    for clip in clips:
        sound = sounds.sound_of(clip, clip.frames[0])
        parts = sounds.others(clip) if sound.fallback else sounds.suitable(clip)
        allowed = sorted(other.name for part in parts for other in part)
        assert allowed == expected["drawn_from"][clip.name]
        assert sound.path.stem in allowed
        if sound.fallback:
            fallbacks.append(clip.name)
    assert fallbacks == expected["fallback"]
    assert len(log) == 1
    assert f"nothing for {len(fallbacks)} of {len(clips)} clips" in log[0]
    assert ", ".join(fallbacks) in log[0]


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


def test_a_fallback_is_counted_in_the_list(s4_root: Path, tmp_path: Path):
    groups = {"cat": "animal", "dog": "human", "horse": "human"}  # a cat has no suitable clip
    dataset = offscreen(s4_root, sound_groups=groups)
    write_audio_pairs(dataset, tmp_path / "pairs.csv")
    pairs = read_audio_pairs(tmp_path / "pairs.csv")
    assert {pair.clip: pair.fallback for pair in pairs} == {"cat_c": 1, "dog_c": 0, "horse_c": 0}
    again = offscreen(s4_root, audio_pairs=tmp_path / "pairs.csv")
    assert [again.get_data_info(i)["audio_fallback"] for i in range(15)] == [
        info["audio_fallback"] for info in map(dataset.get_data_info, range(15))
    ]
    without = offscreen(s4_root, sound_groups={"dog": "music", "horse": "device"})
    partners = {without.get_data_info(i)["audio_path"] for i in range(15)}
    assert not any(Path(path).stem == "cat_c" for path in partners)  # of no group: never drawn


def test_what_cannot_be_paired_is_refused(s4_root: Path, semantic_root: Path):
    with pytest.raises(
        ValueError, match=r"is of a group of AVSBench-Robust, but of \['cat', 'dog'"
    ):
        offscreen(s4_root, sound_groups=None)
    with pytest.raises(ValueError, match=r"not \['pets'\]"):
        offscreen(s4_root, sound_groups={**GROUPS, "cat": "pets"})
    words = {"a": frozenset({"dog"}), "b": frozenset({"dog"})}
    with pytest.raises(ValueError, match="clip a: the split has no other clip of another category"):
        RobustSounds(clips_of(words), words=words, subset="s4", groups=GROUPS)
    with pytest.raises(ValueError, match="groups S4 and MS3"):
        offscreen(semantic_root, subset="avss")
