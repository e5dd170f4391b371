import pytest

from avs_mm.media import probe_video, read_audio
from avs_mm.page import network
from avs_mm.page.examples import draw_examples
from avs_mm.page.network import choose_network, zero_shot_is_here


class Loaded:
    """Stands for an AVSInferencer that tells what it was made of."""

    classes = ("dog", "cat")

    def __init__(self, config, checkpoint=None, *, device=None) -> None:
        self.made_of = (str(config), checkpoint, device)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path, monkeypatch):
    """A current folder and a folder of weights in which nothing lies."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AVS_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(network, "AVSInferencer", Loaded)
    monkeypatch.setattr(network, "draw_examples", lambda folder: [folder / "drawn.mp4"])
    return tmp_path


def put_zero_shot(folder):
    for name in network.ZERO_SHOT:
        (folder / "weights" / name).mkdir(parents=True)
        (folder / "weights" / name / "model.safetensors").touch()


def test_nothing_there_is_one_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"make demo .* --model zero-shot .* --checkpoint"):
        choose_network(None, None, device=None, folder=tmp_path)


def test_the_demos_network_comes_first_and_is_named(tmp_path):
    network.DEMO.mkdir(parents=True)
    put_zero_shot(tmp_path)
    chosen = choose_network(None, None, device="cpu", folder=tmp_path)
    assert chosen.inferencer.made_of == ("work_dirs/demo/runs/avsc", None, "cpu")
    assert chosen.title == "The demo's network"
    assert "knows nothing of real videos" in chosen.note
    assert chosen.examples == [tmp_path / "drawn.mp4"]


def test_then_zero_shot_if_all_its_weights_are_here(tmp_path):
    assert not zero_shot_is_here()
    put_zero_shot(tmp_path)
    assert zero_shot_is_here()
    chosen = choose_network(None, None, device=None, folder=tmp_path)
    assert chosen.inferencer.made_of == ("zero-shot", None, None)
    assert chosen.examples == ()


def test_what_is_asked_for_is_taken(tmp_path):
    network.DEMO.mkdir(parents=True)
    chosen = choose_network("configs/mine.py", "mine.pth", device=None, folder=tmp_path)
    assert chosen.inferencer.made_of == ("configs/mine.py", "mine.pth", None)
    assert (chosen.title, chosen.note) == ("mine", "2 categories")


@pytest.mark.slow
def test_drawn_examples_are_ten_seconds_with_sound(tmp_path):
    paths = draw_examples(tmp_path / "drawn")
    assert [path.suffix for path in paths] == 3 * [".mp4"] + 6 * [".wav"]
    assert [probe_video(path).duration for path in paths[:3]] == pytest.approx(3 * [10.0])
    assert [len(read_audio(path)) for path in paths[3:]] == 6 * [160_000]
