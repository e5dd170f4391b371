from pathlib import Path

import pytest

from avs_mm.vocabularies import KINDS, VOCABULARIES, class_names, descendants, find_mid, load

# Whatever lies beneath these is no sound of an object. Rain and thunder come from none that a
# segmenter marks, a room is not in the picture, and music without its instrument is anybody's.
SOUNDS_OF_NOTHING = """
Silence; Noise; White noise; Pink noise; Environmental noise; Static; Mains hum; Distortion;
Sidetone; Cacophony; Throbbing; Vibration; Hubbub, speech noise, speech babble
Wind; Wind noise (microphone); Rustling leaves; Thunderstorm; Thunder
Rain; Raindrop; Rain on surface
Inside, small room; Inside, large room or hall; Inside, public space
Outside, urban or manmade; Outside, rural or natural; Reverberation; Echo; Field recording
Sound effect; Sine wave; Pulse; Hum; Rumble; Buzz; Hiss; Traffic noise, roadway noise
Background music; Theme music; Jingle (music); Soundtrack music; Pop music; Rock music; Jazz
Classical music; Electronic music; Song; Happy music; Sad music; Scary music; Tender music
Speech synthesizer; Synthetic singing; Effects unit; Electronic tuner; Orchestra
"""


def mids(*listed: str) -> set[str]:
    return {find_mid(name) for name in listed}


def names(sounds: frozenset[str]) -> set[str]:
    return {class_names()[mid] for mid in sounds}


@pytest.fixture
def write(tmp_path: Path):
    """Writer of a vocabulary file."""

    def write(text: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_coco_panoptic_has_the_names_and_the_order_of_mmdet():
    from mmdet.datasets import CocoPanopticDataset

    assert load("coco_panoptic").categories == tuple(CocoPanopticDataset.METAINFO["classes"])


@pytest.mark.parametrize(
    ("vocabulary", "number", "places"),
    [
        ("avsbench_s4", 23, {0: "ambulance_siren", 12: "lions_roaring", 21: "race_car"}),
        (
            "avsbench_semantic",
            70,
            {0: "accordion", 20: "elephant", 42: "missile-rocket", 69: "woman"},
        ),
    ],
)
def test_avsbench_has_its_names_in_their_order(vocabulary: str, number: int, places: dict):
    categories = load(vocabulary).categories
    assert len(categories) == number
    assert list(categories) == sorted(categories)
    assert {place: categories[place] for place in places} == places


@pytest.mark.parametrize(
    ("vocabulary", "linked", "links"),
    [("coco_panoptic", 39, 83), ("avsbench_s4", 23, 30), ("avsbench_semantic", 57, 74)],
)
def test_number_of_links(vocabulary: str, linked: int, links: int):
    loaded = load(vocabulary)
    assert sum(map(bool, loaded.sounds.values())) == linked
    by_category = loaded.links.values()
    assert sum(len(given.get(kind, ())) for given in by_category for kind in KINDS) == links


@pytest.mark.parametrize(
    ("vocabulary", "category", "sounds"),
    [
        ("coco_panoptic", "cell phone", {"Ringtone"}),
        ("coco_panoptic", "wine glass", {"Chink, clink"}),
        ("coco_panoptic", "keyboard", {"Typing", "Computer keyboard"}),
        ("coco_panoptic", "mouse", set()),
        ("coco_panoptic", "bed", set()),
        ("coco_panoptic", "sky-other-merged", set()),
        ("coco_panoptic", "tree-merged", set()),
        ("coco_panoptic", "cat", {"Cat", "Purr", "Meow", "Caterwaul"}),
        ("avsbench_s4", "ambulance_siren", {"Siren", "Ambulance (siren)"}),
        ("avsbench_s4", "typing_on_computer_keyboard", {"Typing", "Computer keyboard"}),
        (
            "avsbench_s4",
            "playing_acoustic_guitar",
            {"Guitar", "Acoustic guitar", "Strum", "Tapping (guitar technique)"},
        ),
        ("avsbench_semantic", "guzheng", {"Zither"}),
        ("avsbench_semantic", "tractor", set()),
    ],
)
def test_sounds_of_a_category(vocabulary: str, category: str, sounds: set[str]):
    assert names(load(vocabulary).sounds[category]) == sounds


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_silence_noise_weather_rooms_and_moods_light_nothing(vocabulary: str):
    listed = [name.strip() for line in SOUNDS_OF_NOTHING.split("\n") for name in line.split(";")]
    nothing = frozenset().union(*(descendants(find_mid(name)) for name in listed if name))
    loaded = load(vocabulary)
    for category in loaded.categories:
        assert not loaded.sounds[category] & nothing, category
        assert not loaded.generic_sounds[category] & nothing, category


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_generic_classes_are_linked_nowhere(vocabulary: str):
    broad = mids("Music", "Musical instrument", "Vehicle", "Engine", "Animal", "Wild animals")
    assert not broad & frozenset().union(*load(vocabulary).sounds.values())


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_no_link_repeats_what_another_contains(vocabulary: str):
    for category, links in load(vocabulary).links.items():
        linked = [mid for kind in KINDS for mid in links.get(kind, ())]
        for mid in linked:
            others = [other for other in linked if other != mid]
            assert not any(mid in descendants(other) for other in others), (category, mid)
        assert len(set(linked)) == len(linked), category


def test_a_file_of_ones_own(write):
    path = write('guitar: [Guitar]\ndog: ["/m/05tny_"]\nbench: []\n')
    vocabulary = load(path)
    assert vocabulary.categories == ("guitar", "dog", "bench")
    assert len(vocabulary.sounds["guitar"]) == 7
    assert names(vocabulary.sounds["dog"]) == {"Bark"}
    assert vocabulary.sounds["bench"] == frozenset()
    assert load(str(path)).links == vocabulary.links


def test_kinds_exceptions_and_generic_classes(write):
    vocabulary = load(
        write("laptop: {operated: [Typing], emits: [Ding], except: [Typewriter], generic: [Hum]}")
    )
    assert names(vocabulary.sounds["laptop"]) == {"Typing", "Computer keyboard", "Ding"}
    assert vocabulary.links["laptop"]["operated"] == (find_mid("Typing"),)
    assert vocabulary.generic_sounds["laptop"] == mids("Hum")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("guitar: [Guitars]", r"category 'guitar': 'Guitars' is no AudioSet class.*'Guitar'"),
        ("guitar: Guitar", r"category 'guitar': 'Guitar' is no list"),
        ("guitar:", r"category 'guitar': None is no list of AudioSet classes.*\[\]"),
        ("guitar: {plays: [Guitar]}", r"category 'guitar': 'plays' is no kind of link; there are"),
        ("guitar: {1: [Guitar]}", r"category 'guitar': 1 is no kind of link"),
        ("guitar: {is: [Guitar], except: [Dog]}", r"'Dog' is excepted, but no linked class"),
        ("guitar: {is: [Guitar], generic: [Strum]}", r"'Strum' is generic and also a linked"),
        ("guitar: [Guitar]\nguitar: []", r"'guitar' stands there twice"),
        ("no: [Guitar]", r"category False is no name; put it in quotes"),
        ("- Guitar", r"is no vocabulary; write a mapping"),
        ("", r"is no vocabulary; write a mapping"),
        ("guitar: [Guitar", r"is no YAML file"),
        ("guitar: !!python/object/apply:os.getcwd []", r"is no YAML file"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(write, text: str, fault: str):
    with pytest.raises(ValueError, match=rf"(?s)mine\.yaml: .*{fault}"):
        load(write(text))


def test_an_unknown_vocabulary(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"coco: no such vocabulary.*coco_panoptic, avs"):
        load("coco")
    with pytest.raises(FileNotFoundError, match="no such vocabulary"):
        load(tmp_path)
