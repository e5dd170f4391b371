"""The demo's steps are calls of what there is, and its summary comes from two evaluations."""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from avs_mm.experiments.demo import __main__ as demo
from avs_mm.experiments.demo import pipeline
from avs_mm.experiments.demo.page import page
from avs_mm.experiments.steps import Step
from avs_mm.launch import read_config
from avs_mm.shipped import tools_dir

STAGE1 = {
    "sounding_recall": 0.9,
    "silent_recall": 0.8,
    "false_positive_masks": 0.1,
    "I_per_frame": 2.5,
}


@pytest.fixture
def runs(tmp_path) -> Path:
    """A folder with the results of the two evaluations."""
    for subset, factor in (("s4", 1.0), ("ms3", 0.5)):
        original = {f"candidates/{name}": value for name, value in STAGE1.items()}
        original |= {"avs/J": 0.77 * factor, "avs/F": 0.85 * factor, "candidates/oracle_J": factor}
        metrics = {
            "original": original | {"tracks/all_right": 0.9},
            "silence": {"audio/RA_silence": 0.99},
            "unmatched": {"audio/RA_unmatched": 0.95},
        }
        (tmp_path / f"test-{subset}").mkdir()
        results = json.dumps({"metrics": metrics})
        (tmp_path / f"test-{subset}" / "results.json").write_text(results)
    return tmp_path


def test_the_summary_comes_from_the_two_evaluations(runs):
    metrics = pipeline.summary_metrics(runs)
    silent = {"RA_silence": 0.99, "RA_unmatched": 0.95}
    assert metrics == {
        "stage1": STAGE1,
        "stage2": {"J": 0.77, "F": 0.85, "oracle_J": 1.0, **silent},
        "stage2_ms3": {"J": 0.385, "F": 0.425, "oracle_J": 0.5, "all_tracks_right": 0.9, **silent},
    }
    shown = page(metrics, [], video="demo.mp4")
    assert all(name in shown for names in metrics.values() for name in names)


@pytest.mark.parametrize("gpu", [False, True])
def test_two_processes_share_the_batch_of_one(tmp_path, monkeypatch, gpu):
    monkeypatch.setattr(pipeline.torch.cuda, "is_available", lambda: gpu)
    for step in pipeline.demo_steps(tmp_path, tmp_path)[1:3]:
        assert ("--nproc_per_node=2" in step.command) == (not gpu)
        assert ("train_dataloader.batch_size=8" in step.command) == (not gpu)
        config = read_config(tools_dir().parent / "configs" / "mini" / f"{step.name}.py")
        assert config.train_dataloader.batch_size == pipeline.BATCH_SIZE


def test_results_of_an_older_version_are_refused(runs):
    path = runs / "test-ms3" / "results.json"
    path.write_text(path.read_text().replace("false_positive_masks", "masks_of_nothing"))
    with pytest.raises(ValueError, match=r"test-ms3/results\.json: .*masks_of_nothing.* evaluate"):
        pipeline.summary_metrics(runs)


def test_a_failure_leaves_no_result_of_an_earlier_run(tmp_path, monkeypatch):
    for name in pipeline.RESULTS:
        (tmp_path / name).write_text("of an earlier run")
    failing = Step("data", "drawing", 1, [str(tmp_path / "missing.py")])
    monkeypatch.setattr(pipeline, "demo_steps", lambda out, data: [failing, failing])
    monkeypatch.setattr(sys, "argv", ["demo", "--out", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"demo: drawing has failed \(exit code 2\)"):
        demo.main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["logs", "runs"]


def test_the_commands_are_those_of_what_there_is(tmp_path):
    steps = pipeline.demo_steps(tmp_path / "out", tmp_path / "mini")
    root = tools_dir().parent
    for step in steps:
        first, second = step.command[:2]
        assert find_spec(second) if first == "-m" else (root / first).is_file()
    configs = {arg for step in steps for arg in step.command if arg.startswith("configs/")}
    assert len(configs) == 3
    assert all((root / config).is_file() for config in configs)
    assert len({step.name for step in steps}) == len(steps) == 9
