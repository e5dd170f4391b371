"""The ablation's tables build, and a run comes after and depends on what it starts from."""

import argparse
import copy
import inspect
import re
from pathlib import Path

import pytest
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope

from avs_mm.datasets import AVSBenchDataset
from avs_mm.experiments.ablation import runs
from avs_mm.experiments.ablation.runs import choose_runs, read_tables, runs_of, settings_of
from avs_mm.registry import MODELS, TRANSFORMS
from avs_mm.shipped import configs_dir, tools_dir

MAKEFILE = Path(__file__).resolve().parents[3] / "Makefile"


TABLES = read_tables()
VARIANTS = [(name, variant) for name, table in TABLES.items() for variant in table["variants"]]


@pytest.mark.parametrize(("table", "variant"), VARIANTS)
def test_every_variant_builds(table: str, variant: str):
    init_default_scope("mmseg")
    if table == "real":
        pytest.importorskip("efficientnet_lite_pytorch", reason="needs avs_mm[real]")
    settings = settings_of(TABLES[table], variant)
    config = Config.fromfile(configs_dir().parent / settings["config"])
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
        assert (tools_dir().parent / tool).is_file()
        tested = copy.deepcopy(config)
        tested.merge_from_dict(read_options(overrides))
        assert {*tested.test_dataloader.dataset} - {"type"} <= {*accepted}
        assert "all-objects" not in tested.test_dataloader.dataset.data_root  # has no test split
        if any(override.startswith("model.") for override in overrides):
            MODELS.build(tested.model)


def read_options(given: list[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cfg-options", nargs="*", action=DictAction, default={})
    return parser.parse_args(["--cfg-options", *given]).cfg_options


def test_the_makefile_names_what_there_is():
    commands = re.findall(r"experiments\.ablation(.*)--out", MAKEFILE.read_text())
    assert len(commands) == 2
    usual, baselines = (
        {
            run.folder.split("/")[0]
            for run in choose_runs(
                runs_of(TABLES, [0]), TABLES, command.replace("--only", "").split() or None
            )
        }
        for command in commands
    )
    assert usual == {"pretrain", "scratch", "stage1", "stage2"}
    assert baselines == {"localisers", "negatives", "pretrain", "stage1", "stage2"}


def test_a_variant_replaces_what_its_table_says():
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
    listed = runs_of(TABLES, [0, 1])
    place = {run.folder: number for number, run in enumerate(listed)}
    assert len(place) == len(listed) == 2 * len(VARIANTS)
    assert all(place[need] < place[run.folder] for run in listed for need in run.needs)

    kept = choose_runs(listed, TABLES, ["stage2/mixtures"])
    needed = ["pretrain/all_objects", "stage1/teacher_tolerant", "stage2/mixtures"]
    assert [run.folder for run in kept] == [f"{name}/seed{s}" for s in (0, 1) for name in needed]
    assert [run.needs for run in kept[:3]] == [(), (kept[0].folder,), (kept[1].folder,)]


def test_another_config_is_another_run(monkeypatch):
    before = {run.folder: run.digest for run in runs_of(TABLES, [0])}
    text = runs.config_text
    changed = TABLES["stage1"]["config"]
    monkeypatch.setattr(
        runs, "config_text", lambda config: text(config) + "#" * (config == changed)
    )
    after = {run.folder: run.digest for run in runs_of(TABLES, [0])}
    differing = {folder.split("/")[0] for folder in before if before[folder] != after[folder]}
    # stage 2 starts from stage 1
    assert differing == {"stage1", "scratch", "literal", "convnext", "stage2"}


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"nothing is called stage3; there are .*stage2/"):
        choose_runs(runs_of(TABLES, [0]), TABLES, ["stage2", "stage3"])


def test_other_code_is_another_run(monkeypatch):
    table = {"pretrain": TABLES["pretrain"]}
    before = [run.digest for run in runs_of(table, [0])]
    assert before == [run.digest for run in runs_of(table, [0])]
    monkeypatch.setattr(runs, "code_version", lambda: "another")
    after = [run.digest for run in runs_of(table, [0])]
    assert all(old != new for old, new in zip(before, after, strict=True))
