import pytest

from avs_mm.whole_file import replaced_when_whole


def test_takes_the_place_of_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replaced_when_whole(path) as neighbour:
        neighbour.write_text("new")
        assert (neighbour.parent, neighbour.suffix) == (tmp_path, ".txt")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with replaced_when_whole(path) as neighbour:
            neighbour.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
