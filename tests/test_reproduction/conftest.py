"""Made results.json files, as tools/evaluate.py writes them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def write_result(tmp_path) -> Callable[..., Path]:
    """Write a results.json into a folder of its own; give its path."""

    def write(
        folder: str,
        *,
        config: str = "configs/avs_avsc.py",
        subset: str = "s4",
        split: str = "test",
        frames: int = 3700,
        options: str = "",
        **metrics: dict[str, float | None],
    ) -> Path:
        path = tmp_path / folder / "results.json"
        path.parent.mkdir(parents=True)
        content = {
            "config": config,
            "checkpoint": f"work_dirs/{folder}/best.pth",
            "checkpoint_sha256": folder.encode().hex().ljust(64, "0"),
            "data": {"subset": subset, "split": split, "root": "data/S4"},
            "frames": frames,
            "device": "a slide rule",
            "torch": "2.13.0",
            "seconds": 1.5,
            "command": f"python tools/evaluate.py {config} best.pth {options}",
            "metrics": metrics,
        }
        path.write_text(json.dumps(content))
        return path

    return write
