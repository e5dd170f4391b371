"""What a table of the paper is: rows of models, columns of measures, the values as printed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = ["COUNT", "PERCENT", "Column", "Configs", "Row", "Scale", "Table"]

Configs = Mapping[str | None, tuple[str, ...]]  # subset -> configs below configs/, without .py


@dataclass(frozen=True)
class Scale:
    """From a figure as results.json holds it to a figure as the table shows it."""

    factor: float
    decimals: int

    def show(self, value: float) -> str:
        return f"{value * self.factor:.{self.decimals}f}"


PERCENT = Scale(100, 2)
COUNT = Scale(1, 0)


@dataclass(frozen=True)
class Column:
    """A measure: ``metrics[condition][metric]`` of a result on ``subset`` (None: on no data).

    Args:
        printed: Whether the paper has this column; else it stands beside one that the paper has.
    """

    name: str
    metric: str
    condition: str = "original"
    subset: str | None = None
    scale: Scale = PERCENT
    printed: bool = True


@dataclass(frozen=True)
class Row:
    """A model of a table.

    Args:
        paper: Value of each column of the paper, exactly as printed; None where it has none.
        configs: Those whose results are this row's. A measure that needs no data has the subset
            None.
        metrics: Metric of a column -> the one that is meant for this row, where it is another.
        variant: How the model was trained otherwise than these configs say. Their results do not
            tell, so that the row can only be filled by ``--row``.
    """

    name: str
    paper: tuple[str | None, ...]
    configs: Configs
    metrics: Mapping[str, str] = field(default_factory=dict)
    variant: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the paper, a model a row also where the paper has it the other way round."""

    number: int
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        printed = sum(column.printed for column in self.columns)
        wrong = [row.name for row in self.rows if len(row.paper) != printed]
        if wrong:
            raise ValueError(f"table {self.number}: not one value a column in {wrong}")

    def columns_of(self, row: Row) -> list[tuple[Column, str | None]]:
        """Return each column with the paper's value of a row, None where there is none."""
        paper = iter(row.paper)
        return [(column, next(paper) if column.printed else None) for column in self.columns]

    def reading(self, metric: str, instead_of: str) -> "Table":
        """Return the table with one metric of the results in the place of another."""
        if metric == instead_of:
            return self
        columns = tuple(
            replace(
                column,
                name=f"{column.name.partition(' (')[0]} ({metric.removeprefix('avs/')})",
                metric=metric,
            )
            if column.metric == instead_of
            else column
            for column in self.columns
        )
        return replace(self, columns=columns)
