"""Every command of the pages: its program, arguments, configs and extras are there.

Nothing is run beyond the reading of the arguments. What the recipes of CONTRIBUTING.md make is made
and run by test_recipes.py; what the tools do with data is in test_tools and test_end_to_end.py.
"""

import argparse
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import setuptools
import typer
from mmengine.config import Config

from avs_mm.cli.app import app

REPOSITORY = Path(__file__).resolve().parents[1]
PAGES = [*(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md"))]
PAGES += sorted((REPOSITORY / "docs").glob("*.md"))
BLOCK = re.compile(r"^ *```bash\n(.*?)^ *```$", re.M | re.S)
ASSIGNMENT = re.compile(r"[A-Z_]+=")
LOOP = re.compile(r"for (\w+) in ([^;]+);\s*do\s(.*?);?\s*done", re.S)
# Of the shell and the system: nothing of this repository is in them.
OTHERS = {
    "{",
    "}",
    ".",
    "apt-get",
    "cd",
    "export",
    "find",
    "hash_files",
    "sha256sum",
    "sort",
    "xargs",
}
MADE_BY_RECIPES = re.compile(r"kitchen|frame_energies|triplet")


class Parsed(BaseException):
    """Raised in the place of what follows the reading of the arguments."""


def commands_of(text: str) -> Iterator[list[str]]:
    """The words of each command of a page, loops written out."""
    for block in BLOCK.findall(text):
        code = re.sub(r"\s#.*$", "", block.replace("\\\n", " "), flags=re.M)
        code = LOOP.sub(
            lambda loop: "\n".join(
                loop[3].replace(f"${loop[1]}", word) for word in loop[2].split()
            ),
            code,
        )
        tokens = shlex.shlex(code, posix=True, punctuation_chars="();|&\n")
        tokens.whitespace, tokens.whitespace_split, tokens.commenters = " \t", True, ""
        words: list[str] = []
        for token in [*tokens, "\n"]:
            if token.strip("();|&\n"):
                words += [token] if words or not ASSIGNMENT.match(token) else []
            elif words:
                yield words
                words = []


COMMANDS = {
    shlex.join(words): words for page in PAGES for words in commands_of(page.read_text("utf-8"))
}


def programs(*names: str) -> list:
    chosen = {text: words for text, words in COMMANDS.items() if program(words) in names}
    return [pytest.param(words, id=text) for text, words in chosen.items()]


def program(words: list[str]) -> str:
    """The name that says how a command is checked."""
    if words[1:3] == ["-m", "pip"]:
        return "pip"
    if re.fullmatch(r"python[\d.]*", Path(words[0]).name):
        return "python " + (words[2] if words[1] == "-m" and words[2] in ("pytest", "venv") else "")
    return Path(words[0]).name if words[0] not in OTHERS else "others"


def test_every_command_is_of_a_kind_that_is_checked():
    kinds = {program(words) for words in COMMANDS.values()}
    assert kinds <= {"make", "avs-mm", "pip", "python ", "python pytest", "python venv", "others"}
    assert len(COMMANDS) > 100


@pytest.mark.parametrize("words", programs("make"))
def test_make_has_the_target(words: list[str]):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "VENV"}
    command = [words[0], "--dry-run", *words[1:]]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", programs("pip"))
def test_extras_exist(words: list[str], extras: set[str]):
    assert "install" in words
    for word in words:
        if found := re.fullmatch(r"(?:\.|avs_mm)\[(.*)\]", word):
            assert set(found[1].split(",")) <= extras


@pytest.fixture(scope="module")
def extras() -> set[str]:
    found: dict[str, dict] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setuptools, "setup", lambda **arguments: found.update(arguments))
        runpy.run_path(str(REPOSITORY / "setup.py"))
    return set(found["extras_require"])


@pytest.mark.parametrize("words", programs("python pytest"))
def test_tests_exist(words: list[str]):
    braces = (re.split(r"[{}]", word) for word in words if word.startswith("tests/"))
    paths = [
        f"{parts[0]}{middle}{''.join(parts[2:])}"
        for parts in braces
        for middle in (parts[1].split(",") if parts[1:] else [""])
    ]
    assert paths
    for path in paths:
        assert (REPOSITORY / path).exists() or MADE_BY_RECIPES.search(path)


@pytest.mark.parametrize("words", programs("avs-mm"))
def test_avs_mm_takes_the_arguments(words: list[str]):
    group = typer.main.get_command(app)
    group.commands[words[1]].make_context(words[1], words[2:])  # raises what it cannot read


@pytest.mark.parametrize("words", programs("python "))
def test_python_takes_the_arguments(words: list[str], monkeypatch: pytest.MonkeyPatch):
    if MADE_BY_RECIPES.search(words[1]):
        return
    parse = argparse.ArgumentParser.parse_args

    def parse_alone(parser: argparse.ArgumentParser, args: list[str] | None = None) -> None:
        raise Parsed(parse(parser, args))

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse_alone)
    monkeypatch.chdir(REPOSITORY)
    is_module = words[1] == "-m"
    monkeypatch.setattr(sys, "argv", words[1 + is_module :])
    if not is_module:  # a script finds the files beside it
        monkeypatch.syspath_prepend(REPOSITORY / Path(words[1]).parent)
    run = runpy.run_module if is_module else runpy.run_path
    with pytest.raises(Parsed) as parsed:
        run(words[1 + is_module], run_name="__main__")
    for path in re.findall(r"configs/[\w/]+\.py", " ".join(words)):
        assert (REPOSITORY / path).is_file() or MADE_BY_RECIPES.search(path)
    (arguments,) = parsed.value.args
    if (REPOSITORY / (getattr(arguments, "config", None) or "CONFIG")).is_file():
        config = Config.fromfile(arguments.config)
        for key in getattr(arguments, "cfg_options", None) or ():
            reduce(entry, key.split(".")[:-1], config)


def entry(options: Any, key: str) -> Any:
    return options[int(key) if isinstance(options, list) else key]
