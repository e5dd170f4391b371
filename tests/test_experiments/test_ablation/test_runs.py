"""The ablation's tables build, its runs go on where they stopped, and its report averages seeds."""

import argparse
import copy
import dataclasses
import inspect
import json
import re
import sys
from pathlib import Path

import pytest
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

from avs_mm.datasets import AVSBenchDataset
from avs_mm.registry import MODELS, TRANSFORMS

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def tools_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY / "tools"))
    for name in ("ablation", "ablation_report"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def variants() -> list[tuple[str, str]]:
    tables = sorted((REPOSITORY / "configs" / "mini" / "ablations").glob("*.py"))
    return [(path.stem, name) for path in tables for name in Config.fromfile(path).variants]


@pytest.mark.parametrize(("table", "variant"), variants())
def test_every_variant_builds(table: str, variant: str):
    from ablation import read_tables, settings_of

    init_default_scope("mmseg")
    settings = settings_of(read_tables()[table], variant)
    config = Config.fromfile(REPOSITORY / settings["config"])
    config.merge_from_dict({**settings["options"], **dict.fromkeys(settings["starts_from"], "x")})
    MODELS.build(config.model)
    train_set = config.train_dataloader.dataset
    for step in [
        *train_set.get("pipeline", ()),
        *(step for part in train_set.get("datasets", ()) for step in part.pipeline),
    ]:
        TRANSFORMS.build(step)
    assert config.train_cfg.val_interval <= config.train_cfg.max_epochs

    accepted = inspect.signature(AVSBenchDataset).parameters
    for tool, *overrides in settings["tests"].values():
        assert (REPOSITORY / tool).is_file()
        tested = copy.deepcopy(config)
        tested.merge_from_dict(read_options(overrides))
        assert {*tested.test_dataloader.dataset} - {"type"} <= {*accepted}
        if any(override.startswith("model.") for override in overrides):
            MODELS.build(tested.model)


def read_options(given: list[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfg-options", nargs="*", action=DictAction, default={})
    return parser.parse_args(["--cfg-options", *given]).cfg_options


def test_the_makefile_names_what_there_is():
    from ablation import chosen, read_tables, runs_of

    commands = re.findall(r"tools/ablation\.py(.*)--out", (REPOSITORY / "Makefile").read_text())
    assert len(commands) == 2
    tables = read_tables()
    usual, peers = (
        {
            run.folder.split("/")[0]
            for run in chosen(
                runs_of(tables, [0]), tables, command.replace("--only", "").split() or None
            )
        }
        for command in commands
    )
    assert usual == {"pretrain", "scratch", "stage1", "stage2"}
    assert peers == {"localisers", "pretrain", "stage1", "stage2"}


def test_a_variant_replaces_what_its_table_says():
    from ablation import runs_of

    tests = {"test": ["tools/test.py"]}
    table = dict(config="configs/mini/seg.py", options={"a": 1}, starts_from={}, tests=tests)
    table["variants"] = dict(
        plain=dict(options={"b": 2}),
        other=dict(
            options={"a": 3},
            config="configs/mini/pretrain.py",
            starts_from={"c": "table/plain"},
            tests={"cut": ["tools/evaluate.py", "d=4"]},
        ),
    )
    plain, other = runs_of({"table": table}, [0])
    train, test = plain.commands
    assert train[1] == test[1] == "configs/mini/seg.py"
    assert train[-3:] == ("a=1", "b=2", "randomness.seed=0")
    assert plain.tests == (("test", "test"),)
    train, test = other.commands
    assert train[1] == test[1] == "configs/mini/pretrain.py"
    assert train[-3:] == ("a=3", "c={out}/table/plain/seed0", "randomness.seed=0")
    assert test[-3:] == ("a=3", "d=4", "randomness.seed=0")
    assert other.tests == (("cut", "cut/results.json"),)


def test_a_run_comes_after_what_it_starts_from():
    from ablation import chosen, read_tables, runs_of

    runs = runs_of(read_tables(), [0, 1])
    place = {run.folder: number for number, run in enumerate(runs)}
    assert len(place) == len(runs) == 2 * len(variants())
    assert all(place[need] < place[run.folder] for run in runs for need in run.needs)

    kept = chosen(runs, read_tables(), ["stage2/mixtures"])
    needed = ["pretrain/all_objects", "stage1/teacher_tolerant", "stage2/mixtures"]
    assert [run.folder for run in kept] == [f"{name}/seed{s}" for s in (0, 1) for name in needed]
    assert [run.needs for run in kept[:3]] == [(), (kept[0].folder,), (kept[1].folder,)]


def test_goes_on_where_it_stopped_and_repeats_what_was_changed(tmp_path, monkeypatch):
    import ablation

    started = []

    def run_logged(step, *, log, environment, on_progress):
        started.append(step.name)
        now = log.parent / "test" / str(len(started))
        now.mkdir(parents=True)
        (now / "now.json").write_text(json.dumps({"avs/J": 0.5}))

    monkeypatch.setattr(ablation, "run_logged", run_logged)
    tests = (("test", "test"),)
    first = ablation.Run("a/b/seed0", (("train",),), tests=tests, digest="1")
    second = ablation.Run("a/c/seed0", (("train",),), needs=("a/b/seed0",), tests=tests, digest="2")
    ablation.run_all([first, second], tmp_path, tmp_path, workers=2)
    assert started == ["a/b/seed0", "a/c/seed0"]
    assert ablation.figures_of(first, tmp_path) == {"test": {"avs/J": 0.5}}

    ablation.run_all([first, second], tmp_path, tmp_path, workers=2)
    assert len(started) == 2
    changed = dataclasses.replace(second, digest="3")
    assert ablation.figures_of(changed, tmp_path) is None
    ablation.run_all([first, changed], tmp_path, tmp_path, workers=2)
    assert started[2:] == ["a/c/seed0"]


def test_a_failure_ends_the_ablation(tmp_path, monkeypatch):
    import ablation

    def run_logged(step, *, log, environment, on_progress):
        raise ablation.StepError(f"{step.name} has failed")

    monkeypatch.setattr(ablation, "run_logged", run_logged)
    first = ablation.Run("a/b/seed0", (("train",),))
    second = ablation.Run("a/c/seed0", (("train",),), needs=("a/b/seed0",))
    with pytest.raises(ablation.StepError, match="a/b/seed0 has failed"):
        ablation.run_all([first, second], tmp_path, tmp_path, workers=1)


def test_another_config_is_another_run(monkeypatch):
    import ablation

    tables = ablation.read_tables()
    before = {run.folder: run.digest for run in ablation.runs_of(tables, [0])}
    text = ablation.config_text
    changed = tables["stage1"]["config"]
    monkeypatch.setattr(
        ablation, "config_text", lambda config: text(config) + "#" * (config == changed)
    )
    after = {run.folder: run.digest for run in ablation.runs_of(tables, [0])}
    differing = {folder.split("/")[0] for folder in before if before[folder] != after[folder]}
    assert differing == {"stage1", "scratch", "stage2"}  # stage 2 starts from stage 1


def test_the_report_averages_the_seeds(tmp_path):
    from ablation_report import write_report

    done = {
        f"stage1/tolerant/seed{seed}": {
            "test": {"candidates/silent_recall": recall, "candidates/I_per_frame": 3.0}
        }
        for seed, recall in enumerate((0.9, 0.92, 0.94))
    }
    variants = {"tolerant": {"title": "tolerance 0.3"}, "eq4": {"title": "+ Eq. 4"}}
    write_report({"stage1": {"variants": variants}}, {**done, "stage1/eq4/seed0": None}, tmp_path)
    table = (tmp_path / "table.md").read_text().splitlines()
    assert "| variant | silent ↑ | I a frame | seeds |" in table
    assert "| tolerance 0.3 | 0.920 ± 0.020 | 3.000 ± 0.000 | 3 |" in table
    assert not any("Eq. 4" in line for line in table)
    assert (tmp_path / "stage1.png").stat().st_size > 1000


def test_unknown_names_are_refused():
    from ablation import chosen, read_tables, runs_of

    tables = read_tables()
    with pytest.raises(SystemExit, match=r"nothing is called stage3; there are .*stage2/"):
        chosen(runs_of(tables, [0]), tables, ["stage2", "stage3"])
