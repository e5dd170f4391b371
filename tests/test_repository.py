"""What stands around the package: licence, citation, change log, CI, and no path of one machine."""

import hashlib
import re
from pathlib import Path

import pytest
import yaml

import avs_mm
from avs_mm.stack import LEAST_TORCH

REPOSITORY = Path(__file__).resolve().parents[1]
NOT_OURS = {".git", ".venv", "build", "dist", "work_dirs", "data", "__pycache__", ".hypothesis"}
TEXTS = {".py", ".md", ".toml", ".txt", ".sh", ".yml", ".yaml", ".cff", ".in", ""}


def texts() -> list[Path]:
    """Every text of the repository, without what is made or downloaded."""
    paths = (path for path in REPOSITORY.rglob("*") if path.suffix in TEXTS and path.is_file())
    relative = [path.relative_to(REPOSITORY) for path in paths]
    return [
        path
        for path in relative
        if path.parts[0] not in NOT_OURS and not path.parts[0].endswith("_cache")
    ]


def test_no_file_names_a_folder_outside_the_repository():
    """Real data is found through AVS_REAL; CI alone may know where a machine has it."""
    outside = re.compile(r"\.\.[/]shared|(?<![\w.])[/](?:work|home|root)[/]")
    found = {
        str(path)
        for path in texts()
        if outside.search((REPOSITORY / path).read_text(encoding="utf-8", errors="ignore"))
    }
    assert found <= {".ci/run"}


def test_licence_is_apache_2():
    text = (REPOSITORY / "LICENSE").read_text()
    terms = text[text.index("Apache License") : text.index("APPENDIX")]
    digest = hashlib.sha256(" ".join(terms.split()).encode()).hexdigest()
    assert digest == "59d8f0ba87ad9a2f1a431123c8d16646e5b89ba53653e818f16d136d77263c99"


def test_citation_is_of_this_version_and_of_the_paper():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["version"] == avs_mm.__version__
    assert citation["license"] == "Apache-2.0"
    paper = citation["preferred-citation"]
    names = [author["family-names"] for author in paper["authors"]]
    assert names == ["Liu", "Li", "Qi", "Zhang", "Li", "Wang", "Yu"]
    assert paper["identifiers"][0]["value"] == "arXiv:2307.16620"


def test_change_log_knows_this_version():
    assert f"## [{avs_mm.__version__}] - " in (REPOSITORY / "CHANGELOG.md").read_text()


def commands_of_job(job: str) -> list[str]:
    workflow = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "test.yml").read_text())
    return [step["run"] for step in workflow["jobs"][job]["steps"] if "run" in step]


@pytest.mark.parametrize(
    ("job", "target"), [("test", "test"), ("docs", "docs"), ("onedl", "test-onedl")]
)
def test_workflow_runs_make_with_the_pinned_torch(job: str, target: str):
    (command,) = commands_of_job(job)
    assert command.startswith(f"make {target} TORCH=")
    (pin,) = re.findall(r"^torch==\S+$", (REPOSITORY / "constraints.txt").read_text(), re.M)
    assert pin in command


def test_workflow_runs_make_with_the_oldest_torch():
    _, install, command = commands_of_job("oldest")
    assert f"torch=={LEAST_TORCH}.0 " in install
    assert command == "make test VENV=build/oldest"


@pytest.mark.parametrize("check", ["ruff check", "ruff format", "mypy"])
def test_pre_commit_makes_the_checks_of_make_test(check: str):
    (local,) = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"]
    entries = [hook["entry"].replace('"', "") for hook in local["hooks"]]
    assert sum(f"exec ${{VENV:-.venv}}/bin/{check}" in entry for entry in entries) == 1
    assert f"$(BIN)/{check}" in (REPOSITORY / "Makefile").read_text()


def test_every_page_of_the_site_is_in_a_table_of_contents():
    docs = REPOSITORY / "docs"
    trees = re.findall(r"```\{toctree\}\n(.*?)```", (docs / "index.md").read_text(), re.S)
    listed = [line for tree in trees for line in tree.split("\n") if line and line[0] != ":"]
    pages = {path.stem for path in docs.glob("*.md")} - {"index"}
    assert pages <= set(listed)
    assert len(listed) == len(set(listed))
