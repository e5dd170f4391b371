"""The recipes of CONTRIBUTING.md, followed step by step in a copy of the repository."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fork_server import ForkServer

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDERS = ("avs_mm", "configs", "tools", "tests")
STEP = re.compile(r"^(?P<text>\S.*?):\n\n```(?P<language>\w+)\n(?P<code>.*?)^```$", re.M | re.S)

pytestmark = pytest.mark.slow


def steps_of(title: str) -> Iterator[tuple[str, str, str]]:
    """Each step of a recipe: the sentence before the block, the block's language and code."""
    contributing = (REPOSITORY / "CONTRIBUTING.md").read_text()
    _, _, recipe = contributing.partition(f"\n## {title}\n")
    recipe, _, _ = recipe.partition("\n## ")
    for step in STEP.finditer(recipe):
        sentence = step["text"].rpartition("\n\n")[2]
        yield sentence, step["language"], step["code"]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns(".mim")
    for folder in FOLDERS:
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=ignored)
    for path in REPOSITORY.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path)
    return tmp_path


def add_import(path: Path, line: str) -> None:
    """Import a name before ``__all__``, and put it in there."""
    text = path.read_text()
    assert text.count("\n__all__ = [") == 1
    name = line.split()[-1]
    path.write_text(text.replace("\n__all__ = [", f'\n{line}\n__all__ = ["{name}", '))


def run(commands: str, clone: Path, fork_server: ForkServer) -> None:
    """Run each line, and the checks of style; make format is ruff on this copy's code.

    A line that starts Python runs in a fork, the others by a shell that finds this Python's tools.
    """
    binaries = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(binaries), os.environ["PATH"]]),
        "PYTHONPATH": str(clone),
        "OMP_NUM_THREADS": "1",
    }
    code = " ".join(FOLDERS)
    commands = commands.replace("make format", f"ruff check --fix {code}\nruff format {code}")
    for line in [*commands.splitlines(), f"ruff check {code}", f"ruff format --check {code}"]:
        program, *arguments = shlex.split(line)
        if program == "python":
            done = fork_server.run(*arguments, cwd=clone, env=environment)
        else:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", line],
                cwd=clone,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        assert done.returncode == 0, line + done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize(
    ("recipe", "steps"),
    [
        ("Add an audio encoder", 4),
        ("Add a data set with other categories", 3),
        ("Add a baseline", 5),
    ],
)
def test_recipe(clone: Path, openmmlab_server: ForkServer, recipe: str, steps: int):
    followed = 0
    for sentence, language, code in steps_of(recipe):
        if language == "bash":
            run(code, clone, openmmlab_server)
        else:
            (path, *_) = re.findall(r"`([^`]+\.py)`", sentence)
            if sentence.startswith("Add one line to "):
                (clone / path).write_text((clone / path).read_text() + code)
            elif sentence.startswith("Import it in "):
                add_import(clone / path, code.strip())
            else:
                assert sentence.startswith("Write "), sentence
                assert not (clone / path).exists()
                (clone / path).parent.mkdir(parents=True, exist_ok=True)
                (clone / path).write_text(code)
        followed += 1
    assert followed == steps
