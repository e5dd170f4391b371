"""A frame under five sounds: what is played, what is right, and how predictions are judged."""

from types import MappingProxyType

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample
from numpy.random import default_rng
from torch import nn

from avs_mm.evaluation.runners.changed_sounds import (
    mixed,
    under_changed_sounds,
)
from avs_mm.evaluation.runners.sound_library import SoundLibrary
from avs_mm.models import AVSDataPreProcessor, PotentialObjectSegmentor

CAT, DOG, HORSE, COW = range(4)
SIZE = (2, 8)
COLUMNS = {CAT: slice(0, 2), DOG: slice(2, 6), HORSE: slice(6, 7), COW: slice(7, 8)}
AMPLITUDE = {CAT: 0.7, DOG: 0.6, HORSE: 0.1, COW: -0.4}
# Of each clip what sounds in each frame, and what is silent in all of them
CLIPS = {
    "cat": ([{CAT}, {CAT}], {DOG, HORSE}),
    "dog": ([{DOG}, {DOG}], set()),
    "pair": ([{CAT, HORSE}, {CAT, HORSE}], {DOG}),
    "cow": ([{COW}, set()], set()),
}


def map_of(categories: set[int]) -> PixelData:
    data = torch.full((1, *SIZE), 255)
    for category in categories:
        data[..., COLUMNS[category]] = category
    return PixelData(data=data)


class Clips:
    """As much of an AVSBenchDataset as is asked for."""

    audio_seed = 0

    def __init__(self, *names: str, silent: bool = True, categories: bool = True) -> None:
        self.silent, self.categories = silent, categories
        self.frames = [(name, frame) for name in names for frame in range(2)]

    def __len__(self) -> int:
        return len(self.frames)

    def get_data_info(self, index: int) -> dict:
        clip, frame = self.frames[index]
        return {"clip": clip, "frame": frame, "audio_path": f"{clip}.wav", "second": frame}

    def __getitem__(self, index: int) -> dict:
        info = self.get_data_info(index)
        sounding, silent = CLIPS[info["clip"]][0][info["frame"]], CLIPS[info["clip"]][1]
        sample = SegDataSample(
            metainfo={**info, "ori_shape": SIZE, "img_path": f"{info['clip']}.png"}
        )
        categories = map_of(sounding)
        sample.gt_sounding_mask = PixelData(data=(categories.data != 255).to(torch.uint8))
        if self.categories:
            sample.gt_sem_seg = categories
        if self.silent:
            sample.gt_silent_map = map_of(silent)
        # the second frame is a little louder
        level = sum(AMPLITUDE[category] for category in sounding) + 0.01 * info["frame"]
        audio = torch.full((16,), level)
        return {
            "inputs": {"img": torch.zeros(3, *SIZE, dtype=torch.uint8), "audio": audio},
            "data_samples": sample,
        }


class Conditions:
    """As much of ConditionedFrames: the unmatched sound is the first second of the cow."""

    metainfo = MappingProxyType({"classes": ("cat", "dog", "horse", "cow")})

    def __init__(self, dataset: Clips) -> None:
        self.dataset = dataset

    def __getitem__(self, index: int) -> dict:
        item = self.dataset[index]
        sounds = {
            "original": (item["inputs"]["audio"], item["data_samples"].metainfo),
            "silence": (torch.zeros(16), {}),
            "noise": (torch.full((16,), 0.3), {}),
            "unmatched": (torch.full((16,), -0.4), {"audio_path": "cow.wav", "second": 0}),
        }
        audios = {
            condition: {"audio": audio, "metainfo": {**metainfo, "audio_condition": condition}}
            for condition, (audio, metainfo) in sounds.items()
        }
        return {**item, "audios": audios}


class Marker(nn.Module):
    """Marks under each condition the columns it is told to, and notes the sounds it gets."""

    def __init__(self, **columns: list[int]) -> None:
        super().__init__()
        self.data_preprocessor = AVSDataPreProcessor(mean=[0.0] * 3, std=[1.0] * 3)
        self.columns = columns
        self.encoded = 0
        self.sounds: dict[str, torch.Tensor] = {}

    def encode_images(self, inputs, data_samples):
        assert not self.training
        self.encoded += 1
        return inputs["img"]

    def predict_with_audio(self, encoding, inputs, data_samples):
        condition = data_samples[0].audio_condition
        self.sounds[condition] = inputs["audio"]
        for sample in data_samples:
            data = torch.zeros(1, *SIZE)
            data[..., self.columns.get(condition, [])] = 0.9
            sample.pred_sounding_map = PixelData(data=data)
        return data_samples


LIBRARY = SoundLibrary([Clips("dog", "cow", "pair")])


def test_the_library_knows_what_sounds_and_what_sounds_alone():
    assert LIBRARY.categories_of("pair.wav", 1) == {CAT, HORSE}
    assert LIBRARY.categories_of("cow.wav", 1) == set()
    assert LIBRARY.categories_of("elsewhere.wav", 0) == set()
    assert LIBRARY.sound_alone(CAT, default_rng(0)) is None
    drawn = {round(float(LIBRARY.sound_alone(DOG, default_rng(seed))[0]), 2) for seed in range(8)}
    assert drawn == {0.6, 0.61}  # either second
    first, again = (LIBRARY.sound_alone(DOG, default_rng(3)) for _ in range(2))
    assert torch.equal(first, again)


def test_a_mixture_is_the_sum_clipped():
    own, other = torch.tensor([0.5, 0.9, -0.9, -0.2]), torch.tensor([0.25, 0.9, -0.3, 0.2])
    assert mixed(own, other).tolist() == [0.75, 1.0, -1.0, 0.0]


def test_one_encoding_and_five_sounds_for_the_whole_clip():
    model = Marker()
    frame = under_changed_sounds(model, Conditions(Clips("cat")), 1, LIBRARY)
    assert model.encoded == 1
    assert list(frame.sounds) == ["original", "silence", "noise", "unmatched", "mixture"]
    assert model.sounds["original"][:, 0].tolist() == pytest.approx([0.7, 0.71])
    assert model.sounds["unmatched"][:, 0].tolist() == pytest.approx([-0.4, -0.4])
    assert model.sounds["mixture"][:, 0].tolist() == [1.0, 1.0]  # 0.7 + 0.6: clipped
    for condition, sound in frame.sounds.items():
        assert torch.equal(sound.waveform, model.sounds[condition][1])
        assert sound.prediction.audio_condition == condition
    assert frame.annotation.frame == 1


def test_the_largest_silent_object_that_has_a_sound_joins():
    sounds = under_changed_sounds(Marker(), Conditions(Clips("cat")), 0, LIBRARY).sounds
    assert {name: sound.sources for name, sound in sounds.items()} == {
        "original": ("cat",),
        "silence": (),
        "noise": (),
        "unmatched": ("cow",),
        "mixture": ("cat", "dog"),
    }
    assert {name: int(sound.truth.sum()) for name, sound in sounds.items()} == {
        **{"original": 4, "silence": 0, "noise": 0, "unmatched": 0},
        "mixture": 4 + 8,
    }
    assert sounds["mixture"].truth[:, :6].all()


@pytest.mark.parametrize(
    ("dataset", "library"),
    [
        (Clips("cat", silent=False), LIBRARY),
        (Clips("dog"), LIBRARY),  # has no silent object
        (Clips("cat"), SoundLibrary([Clips("pair", "cow")])),  # neither a dog nor a horse alone
    ],
)
def test_else_the_unmatched_sound_is_mixed_in_and_the_mask_stays(dataset, library):
    model = Marker()
    sounds = under_changed_sounds(model, Conditions(dataset), 0, library).sounds
    own = sounds["original"].sources
    assert sounds["mixture"].sources == (*own, "cow")
    assert torch.equal(sounds["mixture"].truth, sounds["original"].truth)
    expected = {"cat": 0.7, "dog": 0.6}[own[0]] - 0.4
    assert model.sounds["mixture"][0].tolist() == pytest.approx([expected] * 16)


def test_without_categories_the_mask_alone_counts():
    dataset = Clips("cat", silent=False, categories=False)
    sounds = under_changed_sounds(Marker(original=[0, 1]), Conditions(dataset), 0, LIBRARY).sounds
    assert sounds["original"].sources == ()
    assert sounds["mixture"].sources == ("cow",)
    assert int(sounds["mixture"].truth.sum()) == 4
    assert (sounds["original"].jaccard, sounds["original"].right) == (pytest.approx(1), True)


@pytest.mark.parametrize(
    ("columns", "condition", "score", "right"),
    [
        ([0, 1], "original", 1.0, True),
        ([0, 1, 2], "original", 2 / 3, True),  # a quarter of the silent dog
        ([0, 1, 6], "original", 2 / 3, False),  # the whole silent horse
        ([0], "original", 0.5, False),
        ([], "original", 0.0, False),
        ([], "silence", 1.0, True),
        ([7], "silence", 7 / 8, False),
        ([0, 1], "unmatched", 6 / 8, False),
        ([0, 1, 2, 3, 4, 5], "mixture", 1.0, True),
        ([0, 1, 2, 3, 4], "mixture", 5 / 6, True),
        ([2, 3, 4, 5], "mixture", 4 / 6, False),  # the dog alone: J above a half, yet no cat
        ([0, 1, 2, 3, 4, 5, 6], "mixture", 6 / 7, False),
    ],
)
def test_a_prediction_is_judged_by_its_objects(columns, condition, score, right):
    model = Marker(**{condition: columns})
    sound = under_changed_sounds(model, Conditions(Clips("cat")), 0, LIBRARY).sounds[condition]
    assert sound.jaccard == pytest.approx(score, abs=1e-6)
    assert sound.right is right


def test_every_object_of_several_counts():
    # cat 4 and horse 2 pixels: without the horse J is 4 / 6
    model = Marker(original=[0, 1])
    sounds = under_changed_sounds(model, Conditions(Clips("pair")), 0, LIBRARY).sounds
    assert sounds["original"].jaccard == pytest.approx(4 / 6)
    assert not sounds["original"].right
    assert sounds["mixture"].sources == ("cat", "horse", "dog")


def test_what_sounds_in_a_quiet_second_is_nothing():
    sounds = under_changed_sounds(Marker(), Conditions(Clips("cow")), 1, LIBRARY).sounds
    assert sounds["original"].right
    assert sounds["original"].jaccard == 1.0


def test_models_that_use_no_sound_are_refused():
    frames = Conditions(Clips("cat"))
    stage1 = PotentialObjectSegmentor.__new__(PotentialObjectSegmentor)
    with pytest.raises(ValueError, match=r"is stage 1, which uses no sound; give a config"):
        under_changed_sounds(stage1, frames, 0, LIBRARY)
    with pytest.raises(ValueError, match="Linear has no encode_images"):
        under_changed_sounds(nn.Linear(1, 1), frames, 0, LIBRARY)


def test_a_frame_without_annotation_is_named():
    class Bare(Clips):
        def __getitem__(self, index: int) -> dict:
            item = super().__getitem__(index)
            del item["data_samples"].gt_sounding_mask
            return item

    with pytest.raises(ValueError, match=r"cat\.png: the sample has no gt_sounding_mask; load it"):
        under_changed_sounds(Marker(), Conditions(Bare("cat")), 0, LIBRARY)
