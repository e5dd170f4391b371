from types import SimpleNamespace

from avs_mm.evaluation.runners.coverage import coverage


def test_j_of_covered_and_uncovered_frames():
    model = SimpleNamespace(stage1_categories=("dog", "person"))
    scores = {
        "dog_barking": (0.8, 10),
        "male_speech": (0.5, 5),
        "playing_piano": (0.1, 20),
        "nothing sounds": (1.0, 3),
    }
    parts = coverage(scores, model)
    assert parts["covered"] == {
        "J": (0.8 * 10 + 0.5 * 5) / 15,
        "frames": 15,
        "categories": ["dog_barking", "male_speech"],
    }
    assert parts["uncovered"] == {"J": 0.1, "frames": 20, "categories": ["playing_piano"]}
    assert coverage({"dog": (0.5, 2)}, model)["uncovered"]["J"] is None
