"""AudioNegatives: which sounds replace the image's own, how often, and what the masks become."""

from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mmcv.transforms.utils import cache_random_params
from mmengine.dataset import pseudo_collate, worker_init_fn
from mmengine.registry import init_default_scope
from mmseg.datasets import MultiImageMixDataset
from torch.utils.data import DataLoader

from avs_mm.datasets.transforms import AudioNegatives

CAT, DOG, HORSE, NOTHING = 0, 1, 2, 255


def make_sample(clip: str, categories: list[int] | None, silent: list[int] | None = None) -> dict:
    """Two pixels an image; the sound's level is the length of the clip's name."""
    row = [NOTHING, NOTHING] if not categories else [categories[0], categories[-1]]
    results = dict(
        clip=clip,
        frame=0,
        second=len(clip),
        audio=np.full(1600, len(clip) / 10, np.float32),
        audio_path=f"{clip}.wav",
        audio_condition="original",
        gt_sounding_mask=np.array([[value != NOTHING for value in row]], np.uint8),
    )
    if categories is not None:
        results["gt_seg_map"] = np.array([row], np.uint8)
    if silent is not None:
        results["gt_silent_map"] = np.array([silent], np.uint8)
    return results


def only(kind: str, fraction: float = 1.0) -> AudioNegatives:
    kinds = {"silence": 0.0, "noise": 0.0, "unmatched": 0.0, "mixture": 0.0, kind: 1.0}
    return AudioNegatives(fraction=fraction, **kinds)


def test_fraction_0_changes_nothing():
    results = AudioNegatives(fraction=0)(make_sample("dog", [DOG]))
    assert results["audio_condition"] == "original"
    assert results["gt_sounding_mask"].tolist() == [[1, 1]]
    assert results["audio"] == pytest.approx(0.3)


@pytest.mark.parametrize(("seed", "condition", "steps"), [(0, "mute", 1), (1, "silence", 0)])
def test_silence_empties_every_mask(seed: int, condition: str, steps: int):
    np.random.seed(seed)
    sample = make_sample("dog", [NOTHING, DOG], silent=[HORSE, NOTHING])
    sample["gt_instance_map"] = np.array([[0, 1]], np.uint8)
    results = only("silence")(sample)
    assert results["gt_instance_map"].tolist() == [[0, 0]]
    assert results["audio_condition"] == condition
    assert np.abs(results["audio"] * 32768).max() == steps
    assert results["audio"].dtype == np.float32
    assert results["gt_sounding_mask"].tolist() == [[0, 0]]
    assert results["gt_sounding_mask"].dtype == np.uint8
    assert results["gt_seg_map"].tolist() == [[255, 255]]
    assert results["gt_seg_map"].dtype == np.uint8
    assert results["gt_silent_map"].tolist() == [[HORSE, DOG]]


def test_masks_without_categories():
    results = only("silence")(make_sample("pair", None))
    assert results["gt_sounding_mask"].tolist() == [[0, 0]]
    assert "gt_seg_map" not in results


def test_noise_is_new_at_every_draw_and_follows_the_seed():
    drawn = []
    for seed in (0, 0, 1):
        np.random.seed(seed)
        results = only("noise")(make_sample("dog", [DOG]))
        assert results["audio_condition"] == "noise"
        assert results["audio"].shape == (1600,)
        assert 1e-3 < np.sqrt(np.mean(results["audio"] ** 2)) < 0.1  # -60 to -20 dB
        drawn.append(results["audio"])
    assert (drawn[0] == drawn[1]).all()
    assert abs(np.corrcoef(drawn[0], drawn[2])[0, 1]) < 0.1


def test_unmatched_is_heard_as_the_other_sample():
    sample = dict(make_sample("dog", [DOG]), mix_results=[make_sample("kitten", [CAT])])
    results = only("unmatched")(sample)
    assert results["audio"] == pytest.approx(0.6)
    assert (results["audio_path"], results["second"]) == ("kitten.wav", 6)
    assert (results["audio_condition"], results["clip"]) == ("unmatched", "dog")
    assert results["unmatched_categories"] == (CAT,)
    assert results["gt_sounding_mask"].tolist() == [[0, 0]]
    assert results["gt_seg_map"].tolist() == [[255, 255]]


NOT_SURELY_UNMATCHED = {
    "one shared category": (make_sample("dog", [DOG, CAT]), make_sample("kitten", [CAT, HORSE])),
    "a silent object": (make_sample("dog", [DOG], [CAT, NOTHING]), make_sample("kitten", [CAT])),
    "the same clip": (make_sample("pair", [DOG]), make_sample("pair", [CAT])),
    "own categories unknown": (make_sample("pair", None), make_sample("kitten", [CAT])),
    "own image unlabelled": (make_sample("dog", []), make_sample("kitten", [CAT])),
    "other's categories unknown": (make_sample("dog", [DOG]), make_sample("pair", None)),
    "nothing sounds in the other": (make_sample("dog", [DOG]), make_sample("kitten", [])),
}
not_verified_unmatched = pytest.mark.parametrize(
    ("sample", "other"), NOT_SURELY_UNMATCHED.values(), ids=NOT_SURELY_UNMATCHED
)


@not_verified_unmatched
@pytest.mark.parametrize("stand_in", ["silence", "noise"])
def test_where_it_may_match_it_is_silence_or_noise(sample, other, stand_in):
    # So small a fraction that without another sample drawn it would hardly ever fall on it.
    kinds = {"silence": 0, "noise": 0, "mixture": 0, stand_in: 0.5}
    transform = AudioNegatives(fraction=1e-6, **kinds)
    for _ in range(5):
        results = transform(dict(sample, mix_results=[other]))
        assert results["audio_condition"] in {stand_in, {"silence": "mute"}.get(stand_in)}
        assert results["audio_path"] == sample["audio_path"]
        assert not results["gt_sounding_mask"].any()


def test_a_mixture_holds_both_sounds_and_the_masks_stay():
    for seed in range(5):
        np.random.seed(seed)
        sample = dict(make_sample("dog", [DOG]), mix_results=[make_sample("ox", [HORSE, CAT])])
        results = only("mixture")(sample)
        gain = 20 * np.log10((results["audio"] - 0.3) / 0.2)
        assert np.ptp(gain) < 1e-4
        assert -4 <= gain[0] <= 4
        assert results["audio"].dtype == np.float32
        assert results["audio_condition"] == "mixture"
        assert results["unmatched_categories"] == (CAT, HORSE)
        assert results["audio_path"] == "dog.wav"
        assert results["gt_sounding_mask"].tolist() == [[1, 1]]


@not_verified_unmatched
def test_what_may_match_is_not_mixed_in(sample, other):
    results = only("mixture")(dict(sample, mix_results=[other]))
    assert results["audio_condition"] == "original"
    assert results["audio"] is sample["audio"]


@not_verified_unmatched
def test_without_silence_and_noise_it_stays(sample, other):
    results = only("unmatched")(dict(sample, mix_results=[other]))
    assert results["audio_condition"] == "original"
    assert results["audio"] is sample["audio"]
    assert results["gt_sounding_mask"] is sample["gt_sounding_mask"]


def mix(transform: AudioNegatives, sample: dict, others: list[dict]) -> dict:
    """As MultiImageMixDataset does."""
    return transform(dict(sample, mix_results=[others[i] for i in transform.get_indices(others)]))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            {},
            dict(
                original=0.4, silence=0.099, mute=0.099, noise=0.084, unmatched=0.12, mixture=0.198
            ),
        ),
        (
            dict(fraction=0.5, silence=2, noise=1, unmatched=1, mixture=1),
            dict(original=0.5, silence=0.1, mute=0.1, noise=0.1, unmatched=0.1, mixture=0.1),
        ),
        (
            dict(fraction=0.4, silence=1, noise=0, unmatched=0, mixture=0),
            dict(original=0.6, silence=0.2, mute=0.2),
        ),
        (dict(fraction=1.0, silence=0, noise=0, unmatched=3, mixture=0), dict(unmatched=1.0)),
        (dict(fraction=0.5, silence=0, noise=0, unmatched=0), dict(original=0.5, mixture=0.5)),
    ],
)
def test_fractions(arguments, expected):
    np.random.seed(0)
    transform = AudioNegatives(**arguments)
    sample, others = make_sample("dog", [DOG]), [make_sample("kitten", [CAT])]
    draws = 4000
    counts = Counter(mix(transform, sample, others)["audio_condition"] for _ in range(draws))
    assert set(counts) == set(expected)
    for condition, fraction in expected.items():
        assert counts[condition] / draws == pytest.approx(fraction, abs=0.025)


@given(fraction=st.floats(0, 1), kinds=st.tuples(*[st.floats(0.01, 10)] * 4))
def test_kinds_divide_what_is_changed(fraction, kinds):
    names = ("silence", "noise", "unmatched", "mixture")
    fractions = AudioNegatives(fraction=fraction, **dict(zip(names, kinds, strict=True))).fractions
    assert sum(fractions.values()) == pytest.approx(fraction)
    assert fractions["noise"] * kinds[0] == pytest.approx(fractions["silence"] * kinds[1])


def test_every_sample_can_be_drawn():
    np.random.seed(0)
    drawn = Counter(only("unmatched").get_indices(range(5))[0] for _ in range(1000))
    assert sorted(drawn) == [0, 1, 2, 3, 4]
    assert min(drawn.values()) > 150


def test_the_same_randomness_for_several_samples():
    transform = AudioNegatives(fraction=0.5, unmatched=0, mixture=0)
    np.random.seed(0)
    for _ in range(10):
        with cache_random_params(transform):
            drawn = {transform(make_sample("dog", [DOG]))["audio_condition"] for _ in range(10)}
        assert len(drawn) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(fraction=1.5), "fraction is a part of all samples, from 0 to 1, not 1.5"),
        (dict(fraction=-0.1), "from 0 to 1, not -0.1"),
        (dict(noise=-1), "none below, not .*'noise': -1"),
        (dict(silence=0, noise=0, unmatched=0, mixture=0), "at least one kind is above 0"),
    ],
)
def test_no_fractions(arguments, message):
    with pytest.raises(ValueError, match=message):
        AudioNegatives(**arguments)


def test_unmatched_sounds_need_the_other_samples():
    with pytest.raises(ValueError, match=r"MultiImageMixDataset around the data set.*unmatched=0"):
        AudioNegatives()(make_sample("dog", [DOG]))


@pytest.mark.parametrize(
    ("key", "loader"), [("audio", "LoadAudio"), ("gt_sounding_mask", "LoadSoundingMask")]
)
def test_what_must_be_loaded_before(key, loader):
    sample = dict(make_sample("dog", [DOG]), img_path="a.png")
    del sample[key]
    with pytest.raises(ValueError, match=rf"a\.png has no {key}; put avs_mm\.{loader} before"):
        AudioNegatives(unmatched=0, mixture=0)(sample)


def mixed_s4(root: Path, **arguments) -> MultiImageMixDataset:
    """A dog and a cat, one frame each: half the draws are the image's own clip."""
    init_default_scope("mmseg")
    loading = ["LoadImageFromFile", "avs_mm.LoadAudio", "avs_mm.LoadSoundingMask"]
    dataset = dict(
        type="avs_mm.AVSBenchDataset",
        subset="s4",
        split="train",
        data_root=str(root),
        pipeline=[*(dict(type=name) for name in loading), dict(type="RandomFlip", prob=0.5)],
    )
    negatives = dict(type="avs_mm.AudioNegatives", **arguments)
    return MultiImageMixDataset(dataset, [negatives, dict(type="avs_mm.PackAVSInputs")])


def test_in_mmseg_s_wrapper(s4_root: Path):
    dataset = mixed_s4(s4_root, fraction=1.0, silence=0, noise=0, mixture=0)
    assert dataset.metainfo["classes"] == ("cat", "dog", "horse")
    np.random.seed(0)
    levels = {"dog": {}, "cat": {}}
    for index in (0, 1) * 10:
        item = dataset[index]
        sample = item["data_samples"]
        negative = sample.audio_condition == "unmatched"
        assert sample.gt_sounding_mask.data.sum() == (0 if negative else 12)
        assert (sample.gt_sem_seg.data != 255).sum() == (0 if negative else 12)
        level = round(float(item["inputs"]["audio"].mean()) * 32768)
        levels[sample.clip.split("_")[0]][sample.audio_condition] = level
    # Clip number n has level 1000 + 10 n: the dog is number 0, the cat 1.
    assert levels["dog"] == {"original": 1000, "unmatched": 1010}
    assert levels["cat"] == {"original": 1010, "unmatched": 1000}


@pytest.mark.slow
def test_worker_processes_follow_their_seed(s4_root: Path):
    dataset = mixed_s4(s4_root, fraction=0.8)

    def epoch(seed: int) -> list[str]:
        loader = DataLoader(
            dataset,
            batch_size=1,
            sampler=[0, 1] * 12,
            num_workers=2,
            collate_fn=pseudo_collate,
            worker_init_fn=partial(worker_init_fn, num_workers=2, rank=0, seed=seed),
        )
        return [batch["data_samples"][0].audio_condition for batch in loader]

    first = epoch(seed=0)
    assert first == epoch(seed=0)
    assert first != epoch(seed=1)
    assert {"original", "noise", "unmatched", "mixture"} <= set(first)
    assert set(first) & {"silence", "mute"}


def test_frames_without_annotation_stay_as_they_are():
    """Those of AVSBenchClips, in the train split of S4."""
    sample = {"seg_map_path": None, "audio": np.ones(4, np.float32), "clip": "a", "second": 1}
    changed = AudioNegatives(fraction=1.0, unmatched=0, mixture=0).transform(dict(sample))
    assert changed.keys() == sample.keys()
    assert (changed["audio"] == 1).all()
