"""Files are written whole: the new content, or what stood there before."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from avs_mm.media import read_audio
from avs_mm.output_file import encode_image, write_image, write_json, write_text, write_wav


def test_a_text_gets_its_folder_and_leaves_nothing_else(tmp_path: Path):
    path = tmp_path / "new" / "table.md"
    write_text(path, "F ≥ 0.5\n")
    write_text(path, "β\n")
    assert path.read_bytes() == "β\n".encode()
    assert [file.name for file in path.parent.iterdir()] == ["table.md"]


def test_a_failure_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "table.md"
    path.write_text("earlier")

    def fail(self: Path, content: bytes) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="no space left"):
        write_text(path, "new")
    assert [file.name for file in tmp_path.iterdir()] == ["table.md"]
    assert path.read_text() == "earlier"


def test_json_has_null_for_what_is_no_number(tmp_path: Path):
    content = {"J": 0.5, "names": ["é"], "nested": [{"F": float("nan")}, (float("inf"), 2)]}
    write_json(tmp_path / "a.json", content)
    text = (tmp_path / "a.json").read_text()
    expected = {"J": 0.5, "names": ["é"], "nested": [{"F": None}, [None, 2]]}
    assert json.loads(text) == expected
    assert text.endswith("}\n")


@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535)])
def test_a_grey_png_is_read_back_exactly(tmp_path: Path, dtype: type, top: int):
    image = np.array([[0, top], [1, top // 3]], dtype)
    write_image(tmp_path / "grey.png", image)
    read = cv2.imread(str(tmp_path / "grey.png"), cv2.IMREAD_UNCHANGED)
    assert read.dtype == dtype
    assert (read == image).all()


def test_colours_are_rgb(tmp_path: Path):
    image = np.zeros((4, 6, 3), np.uint8)
    image[..., 0] = 200
    write_image(tmp_path / "red.png", image)
    assert cv2.imread(str(tmp_path / "red.png"))[0, 0].tolist() == [0, 0, 200]  # BGR


def test_quality_is_that_of_a_jpeg():
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    low, high = (len(encode_image(noise, ".jpg", quality=quality)) for quality in (40, 95))
    assert low < 0.7 * high


def test_another_format_is_refused(tmp_path: Path):
    with pytest.raises(OSError, match=r"a\.chart: OpenCV cannot encode '\.chart'"):
        write_image(tmp_path / "a.chart", np.zeros((2, 2), np.uint8))
    assert not any(tmp_path.iterdir())


def test_wav_is_mono_of_16_bits(tmp_path):
    samples = np.array([0, 1, -32768, 32767], dtype=np.int16)
    write_wav(tmp_path / "new" / "a.wav", samples, sample_rate=16000)
    content = (tmp_path / "new" / "a.wav").read_bytes()
    assert len(content) == 44 + 8
    assert content[44:] == samples.astype("<i2").tobytes()
    waveform = read_audio(tmp_path / "new" / "a.wav", sample_rate=16000)
    assert (waveform * 32768).tolist() == samples.tolist()
