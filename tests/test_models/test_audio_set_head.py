from pathlib import Path

import pytest
import torch
from torch import Tensor

from avs_mm.models.audio_set_head import AudioSetHead
from avs_mm.registry import MODELS
from avs_mm.vocabularies import VOCABULARIES, class_names, find_mid

MINE = """
dog: {is: [Dog], generic: [Animal]}
cat: {is: [Cat], except: [Hiss, Growling], generic: [Animal]}
car: {is: [Car], emits: [Siren]}
bench: []
"""
TAGS = ["Siren", "Bark", "Animal", "Growling", "Rain", "Meow", "Vehicle horn, car horn, honking"]
MIDS = tuple(find_mid(tag) for tag in TAGS)


@pytest.fixture
def head(tmp_path: Path) -> AudioSetHead:
    """Four categories; the last makes no sound."""
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    return MODELS.build(dict(type="avs_mm.AudioSetHead", vocabulary=str(path)))


def labels(*frames: list[int]) -> list[Tensor]:
    return [torch.tensor(frame, dtype=torch.long) for frame in frames]


def test_a_category_scores_as_the_likeliest_of_its_sounds(head: AudioSetHead):
    #                              Siren Bark Animal Growl Rain Meow Horn
    probabilities = torch.tensor([[0.10, 0.20, 0.90, 0.60, 1.0, 0.30, 0.40],
                                  [0.70, 0.25, 0.00, 0.15, 1.0, 0.00, 0.05]])  # fmt: skip
    scores = head(probabilities, MIDS)
    expected = torch.tensor([[0.60, 0.30, 0.40, 0.0], [0.25, 0.00, 0.70, 0.0]])
    torch.testing.assert_close(scores, expected, rtol=0, atol=0)
    assert head.categories == ("dog", "cat", "car", "bench")
    assert head.num_classes == 4


def test_the_order_of_the_tags_is_the_taggers_own(head: AudioSetHead):
    probabilities = torch.rand(5, 7, generator=torch.Generator().manual_seed(0))
    order = [3, 0, 6, 2, 5, 1, 4]
    shuffled = head(probabilities[:, order], tuple(MIDS[place] for place in order))
    torch.testing.assert_close(shuffled, head(probabilities, MIDS), rtol=0, atol=0)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_silence_lights_no_category_and_every_linked_tag_lights_its_own(vocabulary: str):
    head = AudioSetHead(vocabulary=vocabulary)
    mids = tuple(class_names())
    alone = head(torch.eye(527), mids)  # (527, K): each tag for itself
    for name in ("Silence", "White noise", "Rain", "Wind", "Inside, small room", "Music"):
        assert alone[mids.index(find_mid(name))].sum() == 0
    for category, scores in zip(head.categories, alone.T, strict=True):
        assert {mids[place] for place in scores.nonzero()} == head.vocabulary.sounds[category]


def test_scores_pass_gradients_and_keep_half_precision(head: AudioSetHead):
    probabilities = torch.full((1, 7), 0.5, dtype=torch.bfloat16, requires_grad=True)
    scores = head(probabilities, MIDS)
    assert scores.dtype == torch.bfloat16
    scores.sum().backward()
    assert probabilities.grad.sum() == 3


@pytest.mark.parametrize(
    ("candidates", "dog", "cat"),
    [
        ([0], 0.9, 0.05),  # a dog alone
        ([0, 2, 3], 0.9, 0.05),  # the others are no animals
        ([0, 0], 0.1, 0.05),  # two dogs: which of them?
        ([0, 1], 0.1, 0.05),  # a dog and a cat
        ([1], 0.1, 0.05),  # a cat alone, but what is heard is rather a dog
        ([], 0.1, 0.05),
    ],
)
def test_back_off(head: AudioSetHead, candidates: list[int], dog: float, cat: float):
    probabilities = torch.zeros(1, 7)
    probabilities[0, [1, 2, 5]] = torch.tensor([0.1, 0.9, 0.05])  # Bark, Animal, Meow
    scores = head(probabilities, MIDS)
    raised = head.back_off(scores, probabilities, MIDS, labels(candidates))
    torch.testing.assert_close(raised, torch.tensor([[dog, cat, 0.0, 0.0]]))
    torch.testing.assert_close(scores, torch.tensor([[0.1, 0.05, 0.0, 0.0]]))


def test_back_off_never_lowers_and_treats_frames_apart(head: AudioSetHead):
    probabilities = torch.zeros(2, 7)
    probabilities[:, 1], probabilities[:, 2] = torch.tensor([0.8, 0.1]), 0.3  # Bark, Animal
    scores = head(probabilities, MIDS)
    raised = head.back_off(scores, probabilities, MIDS, labels([0], [0]))
    torch.testing.assert_close(raised[:, 0], torch.tensor([0.8, 0.3]))


@pytest.mark.parametrize(
    ("probabilities", "mids", "fault"),
    [
        (torch.zeros(1, 6), MIDS, r"not \(1, 6\) with 7 MIDs"),
        (torch.zeros(7), MIDS, r"not \(7,\) with 7 MIDs"),
        (torch.zeros(1, 7), MIDS[:6] + MIDS[:1], "two tags have one MID"),
        (torch.full((1, 7), -2.0), MIDS, r"must lie in \[0, 1\]; give the sigmoid"),
        (torch.full((1, 7), torch.nan), MIDS, r"must lie in \[0, 1\]"),
        (torch.zeros(1, 5), MIDS[:5], r"category 'cat' is linked to Cat, Caterwaul, Meow, Purr"),
    ],
)
def test_what_does_not_fit_is_refused(head: AudioSetHead, probabilities, mids, fault: str):
    with pytest.raises(ValueError, match=fault):
        head(probabilities, mids)
