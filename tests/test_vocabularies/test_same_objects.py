import pytest

from avs_mm.vocabularies import load
from avs_mm.vocabularies.same_objects import is_covered, plain_name, same_category


def test_cocos_part_of_s4():
    known = load("coco_panoptic").categories
    covered = [name for name in load("avsbench_s4").categories if is_covered(name, known)]
    assert covered == [
        "baby_laughter",
        "cat_meowing",
        "dog_barking",
        "driving_buses",
        "female_singing",
        "horse_clip-clop",
        "male_speech",
        "mynah_bird_singing",
        "race_car",
        "typing_on_computer_keyboard",
    ]


def test_avsbench_semantic_has_a_name_for_every_category_of_s4():
    known = load("avsbench_semantic").categories
    assert all(is_covered(name, known) for name in load("avsbench_s4").categories)


@pytest.mark.parametrize(
    ("category", "name"),
    [("playing_piano", "piano"), ("hair-dryer", "hair dryer"), ("dog", "dog"), ("a_b", "a b")],
)
def test_plain_names(category: str, name: str):
    assert plain_name(category) == name


def test_the_only_category_that_can_be_an_object():
    s4 = load("avsbench_s4").categories
    assert same_category("dog", s4) == "dog_barking"
    assert same_category("person", s4) is None  # a baby, a woman or a man
    assert same_category("bench", s4) is None
    assert same_category("dog", load("avsbench_semantic").categories) == "dog"
