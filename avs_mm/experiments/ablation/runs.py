"""The runs of the ablation: what is trained and tested, and what each run depends on."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mmengine.config import Config

from avs_mm.experiments.ablation.code_version import code_version
from avs_mm.launch import read_config
from avs_mm.shipped import configs_dir

__all__ = ["Run", "choose_runs", "read_tables", "runs_of", "settings_of"]


@dataclass(frozen=True)
class Run:
    """One variant with one seed: its training, then its tests.

    Args:
        folder: Work dir, relative to the output folder.
        commands: Arguments of the tools; ``{out}`` is the output folder, ``{data}`` the data set.
        needs: Folders of the runs whose checkpoints this one starts from.
        tests: Name of a test -> its folder (tools/test.py) or results.json (tools/evaluate.py),
            relative to ``folder``.
        digest: Of the code, the commands, the config with its bases, and the runs that are needed.
    """

    folder: str
    commands: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...] = ()
    tests: tuple[tuple[str, str], ...] = ()
    digest: str = ""


def read_tables() -> dict[str, dict[str, Any]]:
    """Read every table of configs/mini/ablations, by its file's name."""
    folder = configs_dir() / "mini" / "ablations"
    return {path.stem: Config.fromfile(path).to_dict() for path in sorted(folder.glob("*.py"))}


def runs_of(tables: dict[str, dict[str, Any]], seeds: Iterable[int]) -> list[Run]:
    """List the runs of all tables, seed by seed, those that others need before these."""
    runs: dict[str, Run] = {}

    def add(name: str, variant: str, seed: int) -> Run:
        folder = f"{name}/{variant}/seed{seed}"
        if folder not in runs:
            settings = settings_of(tables[name], variant)
            needed = []
            for source in settings["starts_from"].values():
                source_table, source_variant = source.split("/")
                needed.append(add(source_table, source_variant, seed))
            runs[folder] = run_of(folder, settings, seed, needed)
        return runs[folder]

    for seed in seeds:
        for name, table in tables.items():
            for variant in table["variants"]:
                add(name, variant, seed)
    return list(runs.values())


def settings_of(table: dict[str, Any], variant: str) -> dict[str, Any]:
    """Merge a variant into its table: options are added to its options, all else replaces."""
    settings = table["variants"][variant]
    return {**table, **settings, "options": {**table["options"], **settings["options"]}}


def run_of(folder: str, settings: dict[str, Any], seed: int, needed: Sequence[Run]) -> Run:
    """Build the commands of one variant: its training, then its tests."""
    work_dir = f"{{out}}/{folder}"
    config = settings["config"]
    given = [f"{key}={value}" for key, value in settings["options"].items()]
    starts = zip(settings["starts_from"], needed, strict=True)
    checkpoints = [f"{key}={{out}}/{run.folder}" for key, run in starts]
    seeded = [f"randomness.seed={seed}"]
    train = ("tools/train.py", config, "--work-dir", work_dir, "--cfg-options")
    commands = [(*train, *given, *checkpoints, *seeded)]
    tests = []
    # What a training has started from is in its checkpoint, and not looked for again.
    for test, (tool, *overrides) in settings["tests"].items():
        where = "--work-dir" if tool == "tools/test.py" else "--out"
        tested = (tool, config, work_dir, where, f"{work_dir}/{test}", "--cfg-options")
        commands.append((*tested, *given, *overrides, *seeded))
        tests.append((test, test if tool == "tools/test.py" else f"{test}/results.json"))
    content = [
        code_version(),
        config_text(config),
        repr(commands),
        *(run.digest for run in needed),
    ]
    digest = hashlib.sha256("\n".join(content).encode()).hexdigest()
    return Run(folder, tuple(commands), tuple(run.folder for run in needed), tuple(tests), digest)


@cache
def config_text(config: str) -> str:
    """Return a config with its bases, as one text."""
    content = read_config(configs_dir().parent / config).to_dict()
    return json.dumps(content, default=str)


def choose_runs(
    runs: list[Run], tables: dict[str, dict[str, Any]], names: list[str] | None
) -> list[Run]:
    """Keep the runs of the named tables or variants (or of the usual tables) and their needs.

    Raises:
        ValueError: Nothing has one of the names.
    """
    if names is None:
        names = [name for name, table in tables.items() if not table.get("only_when_named")]
    by_folder = {run.folder: run for run in runs}
    kept = set()
    for name in names:
        named = {folder for folder in by_folder if f"{folder}/".startswith(f"{name}/")}
        if not named:
            variants = sorted({folder.rpartition("/")[0] for folder in by_folder})
            raise ValueError(f"nothing is called {name}; there are {', '.join(variants)}")
        kept |= named
    pending = list(kept)
    while pending:
        new = set(by_folder[pending.pop()].needs) - kept
        kept |= new
        pending += new
    return [run for run in runs if run.folder in kept]
