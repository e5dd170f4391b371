"""Which kind of file an upload is, by its first bytes, before FFmpeg sees it.

FFmpeg goes by the content as well, and some of what it reads are lists of other files (HLS, DASH,
concat), by which an upload could show files of the server. So only containers that hold their own
data get through.
"""

from pathlib import Path

__all__ = ["media_type"]

HEAD = 64


def media_type(path: Path) -> str | None:
    """Return the media type of a file of sound or video, None if it is no such file.

    Known are MP4 and MOV, Matroska and WebM, AVI, WAV, Ogg, FLAC and MP3.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head[:3] == b"ID3":
            # FFmpeg looks behind the tag, too.
            file.seek(10 + _size_of_id3(head))
            return "audio/mpeg" if _is_mpeg_audio(file.read(HEAD)) else None
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head else "video/x-matroska"
    if head[:4] == b"RIFF":
        return {b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[:4] == b"OggS":
        return "audio/ogg"
    if head[:4] == b"fLaC":
        return "audio/flac"
    return "audio/mpeg" if _is_mpeg_audio(head) else None


def _size_of_id3(head: bytes) -> int:
    """Read the length of a tag, four bytes of seven bits each."""
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size


def _is_mpeg_audio(head: bytes) -> bool:
    """Whether a frame of MPEG audio begins here: eleven bits set, a version, a layer."""
    is_sync = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return is_sync and head[1] & 0x18 != 0x08 and head[1] & 0x06 != 0
