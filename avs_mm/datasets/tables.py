"""The csv tables that AVSBench lists its clips in."""

import csv
from collections.abc import Sequence
from pathlib import Path

__all__ = ["SPLITS", "read_table", "read_text"]

SPLITS = ("train", "val", "test")


def read_text(path: Path) -> str:
    """Read a file of UTF-8 text, with or without a byte order mark.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no UTF-8 text.
    """
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: no such file; data_root (or semantic_root) is the folder that holds it"
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: is not UTF-8 text ({error}); restore the official file"
        ) from error


def read_table(
    path: Path, columns: Sequence[str], split: str | None = None, *, by_name: bool = False
) -> list[dict[str, str]]:
    """Read a csv with a header, by position or by the header's names; ``split`` keeps its rows.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A column or the header is missing, a row is too short or of an unknown split,
            or no row is left.
    """
    lines = [line for line in csv.reader(read_text(path).splitlines()) if line]
    header = lines[0] if lines else []
    places = list(range(len(columns)))
    if by_name and not set(columns) - set(header):
        places = [header.index(column) for column in columns]
    elif by_name or len(header) < len(columns):
        raise ValueError(
            f"{path}: its header is {header}, but the columns {list(columns)} are needed; "
            "restore the official csv"
        )
    if header[places[columns.index("split")]] in SPLITS:
        raise ValueError(f"{path}: has no header line; put {','.join(columns)} first")

    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) <= max(places):
            raise ValueError(f"{path}: row {number} has {len(line)} columns; needs {list(columns)}")
        row = {column: line[place] for column, place in zip(columns, places, strict=True)}
        if row["split"] not in SPLITS:
            raise ValueError(f"{path}: row {number} has split {row['split']!r}; use {SPLITS}")
        if split in (None, row["split"]):
            rows.append(row)
    if not rows:
        raise ValueError(f"{path}: holds no clips{f' of split {split!r}' if split else ''}")
    return rows
