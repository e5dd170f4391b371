import pytest

from avs_mm.page.container import media_type

PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n"
SYNC = b"\xff\xfb\x90\x00" + bytes(60)


def id3(content: bytes, *, size: int = 300) -> bytes:
    return b"ID3\x04\x00\x00" + bytes([0, 0, size >> 7, size & 127]) + bytes(size) + content


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x00\x00\x00\x20ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "video/x-matroska"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", "video/webm"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt ", "audio/wav"),
        (b"RIFF\x24\x08\x00\x00AVI LIST", "video/x-msvideo"),
        (b"RIFF\x24\x08\x00\x00WEBPVP8 ", None),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"fLaC\x00\x00", "audio/flac"),
        (SYNC, "audio/mpeg"),
        (id3(SYNC), "audio/mpeg"),
        (id3(PLAYLIST), None),  # FFmpeg looks behind the tag and opens what the list names
        (PLAYLIST, None),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", None),
        (b'<?xml version="1.0"?><MPD>', None),
        (b"<html><script>alert(1)</script>", None),
        (b"just a text", None),
        (b"", None),
    ],
)
def test_first_bytes(tmp_path, head, expected):
    path = tmp_path / "upload.mp4"
    path.write_bytes(head)
    assert media_type(path) == expected
