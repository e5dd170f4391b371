import hashlib

import pytest

from avs_mm.checksum import PART, sha256_of


@pytest.mark.parametrize("size", [0, 3, PART, PART + 1])
def test_it_is_the_hash_of_the_whole_content(tmp_path, size):
    content = (b"sound" * (size // 5 + 1))[:size]
    (tmp_path / "file").write_bytes(content)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth"):
        sha256_of(tmp_path / "none.pth")
