"""The SHA-256 of a file, beside the value that the standard publishes."""

from pathlib import Path

from avs_mm.checksum import CHUNK, sha256_of


def test_of_a_published_example(tmp_path: Path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_of_more_than_one_chunk(tmp_path: Path):
    """A million times "a" is the standard's long example."""
    path = tmp_path / "a"
    path.write_bytes(b"a" * 1_000_000)
    assert sha256_of(path) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    path.write_bytes(b"a" * (CHUNK + 1))
    assert len(sha256_of(path)) == 64
