"""Of several processes one writes the metrics of a test."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from avs_mm.engine import main_process_logger_hook
from avs_mm.engine.main_process_logger_hook import MainProcessLoggerHook


@pytest.mark.parametrize("main", [True, False])
def test_metrics_are_written_by_the_main_process(tmp_path: Path, monkeypatch, main: bool):
    monkeypatch.setattr(main_process_logger_hook, "is_main_process", lambda: main)
    processor = SimpleNamespace(get_log_after_epoch=lambda *_, **__: ({"avs/J": 0.5}, "J 0.5"))
    runner = SimpleNamespace(
        log_processor=processor,
        test_dataloader=[],
        logger=logging.getLogger("test"),
        log_dir=str(tmp_path),
    )
    hook = MainProcessLoggerHook(interval=20)
    hook.json_log_path = "metrics.json"
    hook.after_test_epoch(runner, {"avs/J": 0.5})
    written = [json.loads(file.read_text()) for file in tmp_path.iterdir()]
    assert written == ([{"avs/J": 0.5}] if main else [])
