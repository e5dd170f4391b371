"""Reproduce tables of the paper: gather results, run what is asked for, fill and write tables."""

import shlex
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from avs_mm.output_file import write_json, write_text
from avs_mm.reproduction.cost import measure_cost
from avs_mm.reproduction.filling import check_rows, check_used, fill, unused
from avs_mm.reproduction.page import as_json, as_markdown
from avs_mm.reproduction.paper_tables import OFFICIAL_F, TABLES
from avs_mm.reproduction.remedies import remarks, remedies
from avs_mm.reproduction.results import Result, find_results, read_result
from avs_mm.reproduction.table import Table
from avs_mm.shipped import configs_dir, tools_dir

__all__ = [
    "FilledTable",
    "evaluate",
    "fill_tables",
    "measure",
    "results_of_rows",
    "tables_of",
    "write_tables",
]


class FilledTable(NamedTuple):
    """A table's number in the paper, its Markdown, and the content of its JSON."""

    number: int
    markdown: str
    content: dict


def fill_tables(
    tables: Sequence[Table],
    places: Iterable[str | Path],
    given: Mapping[str, Sequence[Result]],
    *,
    f_key: str = OFFICIAL_F,
) -> tuple[list[FilledTable], list[str]]:
    """Fill tables with the results at some places.

    Args:
        places: Files of results, and folders that hold some.
        given: Row -> results that are this row's whatever their config.
        f_key: The metric that is shown beside the paper's F.

    Returns:
        The tables, and of each result that belongs to none of them why.

    Raises:
        FileNotFoundError: A place holds no result.
        ValueError: A result is damaged, of an older version, or one too many; no evaluation has
            ``f_key``.
    """
    results = [read_result(path) for path in find_results(places)]
    of_rows = [result for of_row in given.values() for result in of_row]
    _check_f_key(f_key, [*results, *of_rows])
    filled = [(table, fill(table, results, given)) for table in tables]
    check_used([cell for _, cells in filled for cell in cells], given)
    pages = []
    for table, cells in filled:
        texts = {
            "remarks": remarks(cells),
            "remedies": remedies(table, cells, configs=configs_dir()),
        }
        markdown = as_markdown(table, cells, **texts)
        pages.append(FilledTable(table.number, markdown, as_json(table, cells, **texts)))
    used = {result.path.resolve() for result in of_rows}
    return pages, unused(tables, [r for r in results if r.path.resolve() not in used])


def write_tables(pages: Iterable[FilledTable], folder: Path) -> None:
    """Write table_N.md and table_N.json of each table."""
    for page in pages:
        write_text(folder / f"table_{page.number}.md", page.markdown)
        write_json(folder / f"table_{page.number}.json", page.content)


def tables_of(numbers: Iterable[int], *, f_key: str = OFFICIAL_F) -> list[Table]:
    """Return tables of the paper, with another metric beside the paper's F."""
    return [TABLES[number].reading(f_key, OFFICIAL_F) for number in numbers]


def results_of_rows(texts: Iterable[str], tables: Sequence[Table]) -> dict[str, list[Result]]:
    """Read the results that ROW=FILE texts name, by their rows.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A text is not of this form, or a row is in none of the tables.
    """
    given: defaultdict[str, list[Result]] = defaultdict(list)
    for text in texts:
        name, path = _split(text, "--row", "ROW=FILE")
        check_rows(tables, [name])
        given[name] += [read_result(found) for found in find_results([path])]
    return dict(given)


def evaluate(text: str, tables: Sequence[Table]) -> Path:
    """Run tools/evaluate.py on a CONFIG=CHECKPOINT under the conditions that tables need.

    Returns:
        The results.json.

    Raises:
        ValueError: The text is not of this form, or the evaluation fails.
    """
    config, checkpoint = _split(text, "--checkpoint", "CONFIG=FILE")
    columns = [column for table in tables for column in table.columns if column.subset is not None]
    conditions = list(dict.fromkeys(column.condition for column in columns))
    out = Path("work_dirs", Path(config).stem, "evaluate")
    command = [sys.executable, str(tools_dir() / "evaluate.py"), config, checkpoint]
    command += ["--out", str(out), "--conditions", *conditions]
    if subprocess.run(command, check=False).returncode != 0:
        raise ValueError(f"--checkpoint {text}: the evaluation failed: {shlex.join(command)}")
    return out / "results.json"


def measure(config: str, *, device: str, repeat: int, warm_up: int, command: str) -> Path:
    """Measure a model's cost into work_dirs/CONFIG/cost.json.

    Args:
        device, repeat, warm_up: As in ``measure_cost``.
        command: By which this was called, for the file.

    Returns:
        The cost.json.
    """
    content = measure_cost(config, device=device, repeat=repeat, warm_up=warm_up)
    path = Path("work_dirs", Path(config).stem, "cost.json")
    write_json(path, {**content, "command": command})
    return path


def _check_f_key(key: str, results: Iterable[Result]) -> None:
    """Raise a ValueError that lists the keys if another F is asked for that no evaluation has."""
    if key == OFFICIAL_F:
        return
    found = {name for result in results for name in result.metrics.get("original", {})}
    if any(name.startswith("avs/F") for name in found) and key not in found:
        known = ", ".join(sorted(name for name in found if name.startswith("avs/F")))
        raise ValueError(f"--f-key {key}: no evaluation has it. There are: {known}")


def _split(text: str, option: str, form: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise ValueError(f"{option} {text!r} is not {form}")
    return name.strip(), path
