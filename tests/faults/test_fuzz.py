"""Files with bytes cut, flipped, left out, repeated: each is read or refused by its name."""

import pytest
from damaged_files import LONGEST, MOST_MEMORY, make_kinds, try_damages
from mmengine.registry import init_default_scope

FILES = 300
KINDS = ("wav", "png", "png mask", "jpg", "mp4", "csv", "json", "checkpoint")


@pytest.mark.parametrize("name", KINDS)
def test_damaged_files(name, tmp_path, figure):
    init_default_scope("mmseg")
    outcome = try_damages(make_kinds(tmp_path)[name], range(FILES))
    figure(
        f"{FILES} damaged {name}",
        f"{outcome.named} refused by name, {outcome.read} read, {len(outcome.unnamed)} unnamed "
        f"errors, {len(outcome.silent)} wrong without a word; at most {outcome.slowest:.2f} s and "
        f"{outcome.memory >> 20} MB",
    )
    assert outcome.unnamed == []
    assert outcome.silent == []
    assert outcome.named + outcome.read == FILES
    assert outcome.slowest < LONGEST
    assert outcome.memory < MOST_MEMORY
