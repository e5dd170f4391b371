"""Which file belongs to which frame."""

from pathlib import Path

import pytest

from avs_mm.scoring.saved_predictions import find_predictions

FRAMES = [(clip, frame) for clip in ("a_1", "b") for frame in range(5)]


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("form", ["dog/{c}/{c}_{n}.png", "{c}/{n}.npy", "{c}_{n}.png"])
def test_layouts_and_numbers(tmp_path, form: str, first: int):
    names = [form.format(c=clip, n=frame + first) for clip, frame in FRAMES]
    touch(tmp_path, *names, "log.txt", "other/3.png")
    found = find_predictions(tmp_path, FRAMES)
    assert found.first_number == first
    assert found.files["a_1", 0] == tmp_path / names[0]
    assert found.files["b", 4] == tmp_path / names[-1]
    assert found.others == 1  # other/3.png, of no clip


def test_probabilities_of_avs_mm_come_before_its_masks(tmp_path):
    touch(tmp_path, *(f"{clip}/{frame + 1}.png" for clip, frame in FRAMES))
    touch(tmp_path, *(f"{clip}/{frame + 1}_probability.png" for clip, frame in FRAMES))
    found = find_predictions(tmp_path, FRAMES)
    assert found.files["b", 0] == tmp_path / "b/1_probability.png"


def test_padding_of_avss_is_left_out(tmp_path):
    touch(tmp_path, *(f"{clip}/{clip}_{n}.png" for clip in ("a_1", "b") for n in range(10)))
    found = find_predictions(tmp_path, FRAMES, padded=True)
    assert (len(found.files), found.others) == (10, 10)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["b/1.png"], r"9 of 10 frames have no prediction, the first is frame 1 of clip a_1"),
        (["b/1.png", "b_1.png"], r"b/1\.png and .*b_1\.png are both frame 1 of clip b"),
        (["b/1.jpg"], r"b/1\.jpg: \.jpg changes the values; save \.png or \.npy"),
        ([f"b/{n}.png" for n in range(6)], r"of 5 frames has predictions numbered 0 to 5"),
    ],
)
def test_faults(tmp_path, names: list[str], message: str):
    touch(tmp_path, *names)
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        find_predictions(tmp_path, FRAMES)


def test_no_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such folder of predictions\. Expected is"):
        find_predictions(tmp_path / "none", FRAMES)
