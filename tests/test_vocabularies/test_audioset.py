import pytest

from avs_mm.vocabularies import class_names, descendants, find_mid


def names(mids: frozenset[str]) -> set[str]:
    return {class_names()[mid] for mid in mids}


def test_there_are_527_classes_of_different_names():
    assert len(class_names()) == len(set(class_names().values())) == 527
    assert class_names()["/m/0bt9lr"] == "Dog"


def test_a_class_is_found_by_name_and_by_mid():
    assert find_mid("Dog") == find_mid("/m/0bt9lr") == "/m/0bt9lr"
    assert find_mid("Male speech, man speaking") == "/m/05zppz"


def test_descendants_of_two_levels_and_a_class_with_two_parents():
    assert names(descendants(find_mid("Guitar"))) == {
        "Guitar",
        "Electric guitar",
        "Bass guitar",
        "Acoustic guitar",
        "Steel guitar, slide guitar",
        "Tapping (guitar technique)",
        "Strum",
    }
    assert len(descendants(find_mid("Animal"))) == 65
    chirp = find_mid("Chirp, tweet")
    assert descendants(chirp) == {chirp}
    assert chirp in descendants(find_mid("Bird"))
    growling = find_mid("Growling")
    assert all(growling in descendants(find_mid(name)) for name in ("Dog", "Cat"))


def test_descendants_below_what_is_no_class_of_the_527():
    # Music genre, between the two in the ontology, is none.
    assert find_mid("Pop music") in descendants(find_mid("Music"))


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("guitar", "'Guitar'"),
        ("Guitars", "'Guitar'"),
        ("man speaking", "'Male speech, man speaking'"),
        ("Chainsaws", "'Chainsaw'"),
        ("siren", "'Siren'"),
        ("keyboard", "'Keyboard (musical)'"),
    ],
)
def test_an_unknown_name_is_an_error_that_offers_near_names(name: str, near: str):
    with pytest.raises(ValueError, match=f"{name!r} is no AudioSet class") as error:
        find_mid(name)
    assert near in str(error.value)


def test_an_unknown_name_near_to_nothing():
    with pytest.raises(ValueError, match=r"'/m/zzzzzz'.*class_labels_indices\.csv"):
        find_mid("/m/zzzzzz")
