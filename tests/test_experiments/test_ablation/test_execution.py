"""The runs go on where they stopped, repeat what was changed, and end with the first failure."""

import dataclasses
import json

import pytest

from avs_mm.experiments.ablation import execution
from avs_mm.experiments.ablation.execution import metrics_of_run, run_all
from avs_mm.experiments.ablation.runs import Run
from avs_mm.experiments.steps import StepError


def test_goes_on_where_it_stopped_and_repeats_what_was_changed(tmp_path, monkeypatch):
    started = []

    def run_logged(step, *, log, environment, on_progress):
        started.append(step.name)
        now = log.parent / "test" / str(len(started))
        now.mkdir(parents=True)
        (now / "now.json").write_text(json.dumps({"avs/J": 0.5}))

    monkeypatch.setattr(execution, "run_logged", run_logged)
    tests = (("test", "test"),)
    first = Run("a/b/seed0", (("train",),), tests=tests, digest="1")
    second = Run("a/c/seed0", (("train",),), needs=("a/b/seed0",), tests=tests, digest="2")
    run_all([first, second], tmp_path, tmp_path, workers=2)
    assert started == ["a/b/seed0", "a/c/seed0"]
    assert metrics_of_run(first, tmp_path) == {"test": {"avs/J": 0.5}}

    run_all([first, second], tmp_path, tmp_path, workers=2)
    assert len(started) == 2
    changed = dataclasses.replace(second, digest="3")
    assert metrics_of_run(changed, tmp_path) is None
    run_all([first, changed], tmp_path, tmp_path, workers=2)
    assert started[2:] == ["a/c/seed0"]


def test_a_failure_ends_the_ablation(tmp_path, monkeypatch):
    def run_logged(step, *, log, environment, on_progress):
        raise StepError(f"{step.name} has failed")

    monkeypatch.setattr(execution, "run_logged", run_logged)
    first = Run("a/b/seed0", (("train",),))
    second = Run("a/c/seed0", (("train",),), needs=("a/b/seed0",))
    with pytest.raises(StepError, match="a/b/seed0 has failed"):
        run_all([first, second], tmp_path, tmp_path, workers=1)


def test_all_conditions_of_an_evaluation_are_kept(tmp_path, monkeypatch):
    def run_logged(step, *, log, environment, on_progress):
        (log.parent / "s4").mkdir()
        metrics = {"original": {"avs/J": 0.5}, "mute": {"audio/RA_mute": 1.0}}
        (log.parent / "s4" / "results.json").write_text(json.dumps({"metrics": metrics}))

    monkeypatch.setattr(execution, "run_logged", run_logged)
    run = Run("a/b/seed0", (("evaluate",),), tests=(("s4", "s4/results.json"),), digest="1")
    run_all([run], tmp_path, tmp_path, workers=1)
    assert metrics_of_run(run, tmp_path) == {"s4": {"avs/J": 0.5, "audio/RA_mute": 1.0}}


@pytest.mark.parametrize("name", ["metrics", "figures"])
def test_metrics_under_an_old_key_are_refused(tmp_path, name):
    run = Run("a/b/seed0", (), digest="1")
    (tmp_path / run.folder).mkdir(parents=True)
    note = {"digest": "0", name: {"test": {"candidates/masks_of_nothing": 0.1}}}
    (tmp_path / run.folder / "done.json").write_text(json.dumps(note))
    fault = r"a/b/seed0/done\.json: .*'candidates/masks_of_nothing'.*; remove it"
    with pytest.raises(ValueError, match=fault):
        metrics_of_run(run, tmp_path)
