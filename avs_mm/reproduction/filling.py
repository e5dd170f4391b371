"""Fill a table of the paper with measured figures; what was not measured stays empty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from avs_mm.reproduction.results import Result
from avs_mm.reproduction.table import Column, Row, Table

__all__ = ["Cell", "check_rows", "check_used", "fill", "unused"]


@dataclass(frozen=True)
class Cell:
    """A figure, and where it comes from; both are None where the cell is empty."""

    row: Row
    column: Column
    paper: str | None
    value: float | None = None
    source: Result | None = None

    @property
    def shown(self) -> str:
        """The figure on the table's scale, "" where there is none."""
        return "" if self.value is None else self.column.scale.show(self.value)

    @property
    def key(self) -> str:
        """Where in the results.json the figure is."""
        return f"metrics[{self.column.condition!r}][{self.column.metric!r}]"


def fill(
    table: Table, results: Iterable[Result], given: Mapping[str, Iterable[Result]] | None = None
) -> list[Cell]:
    """Give every cell the figure of the one result that answers to it, row by row.

    Args:
        results: Each goes where its config and its subset belong, unless it is also ``given`` or
            was evaluated with a changed model.
        given: Row -> results that are this row's whatever their config.

    Raises:
        ValueError: Two results for one cell, a figure that is none, or a fraction outside [0, 1].
    """
    of_rows = {name: list(of_row) for name, of_row in (given or {}).items()}
    taken = {result.path.resolve() for of_row in of_rows.values() for result in of_row}
    free = [result for result in results if result.path.resolve() not in taken]
    return [
        _fill_cell(table, row, column, paper, free, of_rows.get(row.name, []))
        for row in table.rows
        for column, paper in table.columns_of(row)
    ]


def check_rows(tables: Iterable[Table], names: Iterable[str]) -> None:
    """Raise a ValueError that lists the rows if a name is none of them."""
    rows = {row.name for table in tables for row in table.rows}
    unknown = sorted(set(names) - rows)
    if unknown:
        raise ValueError(
            f"--row {unknown[0]!r}: no such row. The rows are: {', '.join(sorted(rows))}"
        )


def unused(tables: Iterable[Table], results: Iterable[Result]) -> list[str]:
    """Say of every result that belongs to no row of these tables, why."""
    rows = [row for table in tables for row in table.rows]
    reasons = []
    for result in results:
        of_config = any(result.config in row.configs.get(result.subset, ()) for row in rows)
        if any(_is_of(result, row) for row in rows):
            continue
        if of_config and result.split not in (None, "test"):
            reason = f"its split is {result.split}, the tables are of test"
        elif of_config and result.changed:
            reason = f"it was evaluated with another {result.changed} than its config's"
        elif of_config:
            reason = f"its config {result.config} is in these tables only under other training"
        else:
            reason = f"its config {result.config} on {result.subset} is no row of these tables"
        reasons.append(f"{result.path}: {reason}. It is used where --row names its row.")
    return reasons


def check_used(cells: Iterable[Cell], given: Mapping[str, Iterable[Result]]) -> None:
    """Raise a ValueError if a result that was given for a row has no figure for any cell of it."""
    used = {(cell.row.name, id(cell.source)) for cell in cells}
    for name, results in given.items():
        for result in results:
            if (name, id(result)) not in used:
                raise ValueError(
                    f"--row {name}={result.path}: fills no cell, as it is of {result.subset} and "
                    f"has the conditions {', '.join(result.metrics) or '(none)'}. Evaluate the "
                    "conditions of the table, or leave the result out."
                )


def _is_of(result: Result, row: Row) -> bool:
    return (
        not row.variant
        and not result.changed
        and result.split in (None, "test")
        and result.config in row.configs.get(result.subset, ())
    )


def _fill_cell(
    table: Table,
    row: Row,
    column: Column,
    paper: str | None,
    results: list[Result],
    given: list[Result],
) -> Cell:
    column = replace(column, metric=row.metrics.get(column.metric, column.metric))
    candidates = given + [result for result in results if _is_of(result, row)]
    found = [
        (result, value)
        for result in candidates
        if result.subset == column.subset
        and (value := result.figure(column.condition, column.metric)) is not None
    ]
    if not found:
        return Cell(row, column, paper)
    place = f"table {table.number}, {row.name}, {column.name}"
    if len(found) > 1:
        names = " and ".join(str(result.path) for result, _ in found)
        raise ValueError(f"{place}: two results for one cell, {names}. Leave one of them out.")
    [(result, value)] = found
    cell = Cell(row, column, paper, value, result)
    if value < 0 or (column.scale.factor == 100 and value > 1):
        raise ValueError(
            f"{result.path}: {cell.key} is {value}, not in [0, 1] as {place} needs it. Evaluate "
            "again with this version of tools/evaluate.py."
        )
    return cell
