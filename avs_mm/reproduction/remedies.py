"""What to run for the cells that are empty."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from avs_mm.reproduction.filling import Cell
from avs_mm.reproduction.paper_tables import PAPER_FRAMES
from avs_mm.reproduction.table import Table

__all__ = ["remarks", "remedies"]


def remedies(table: Table, cells: Iterable[Cell], *, configs: Path) -> list[str]:
    """Name the empty cells of a table and the command for each, those of one command together.

    Args:
        configs: The folder of the configs, to say which are not there.
    """
    empty = [cell for cell in cells if cell.value is None]
    lines = []
    for (name, _), group in groupby(empty, key=lambda cell: (cell.row.name, cell.column.subset)):
        of_command = list(group)
        columns = ", ".join(cell.column.name for cell in of_command)
        lines.append(f"{name}: {columns}. {_command(table, of_command, configs)}")
    return lines


def remarks(cells: Iterable[Cell]) -> list[str]:
    """Say of which cells the frames are not the paper's, by their number."""
    lines = []
    for cell in cells:
        result = cell.source
        if result is None or result.subset is None:
            continue
        frames = PAPER_FRAMES[result.subset]
        if result.frames != frames or result.split != "test":
            lines.append(
                f"{result.path}: {result.frames} frames ({result.split}) of {result.root}, not "
                f"the {frames} of AVSBench's test set: not to be compared with the paper."
            )
    return list(dict.fromkeys(lines))


def _command(table: Table, cells: Sequence[Cell], configs: Path) -> str:
    row, subset = cells[0].row, cells[0].column.subset
    names = row.configs.get(subset, ())
    there = [name for name in names if (configs / f"{name}.py").is_file()]
    if not there:
        missing = " or ".join(f"configs/{name}.py" for name in names)
        return f"There is no {missing}; give a result with --row '{row.name}=RESULTS.json'."
    name = there[0]
    if subset is None:
        return f"Run `python tools/reproduce.py {table.number} --measure configs/{name}.py`."
    conditions = " ".join(dict.fromkeys(cell.column.condition for cell in cells))
    checkpoint = "" if name.startswith("zero_shot/") else f" work_dirs/{name}"
    if not row.variant:
        return (
            f"Run `python tools/evaluate.py configs/{name}.py{checkpoint} "
            f"--conditions {conditions}`, and give the results.json it writes to --results."
        )
    return (
        f"Needs configs/{name}.py with {row.variant}. Then run `python tools/evaluate.py "
        f"configs/{name}.py CHECKPOINT --conditions {conditions}`, and give "
        f"--row '{row.name}=RESULTS.json'."
    )
