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
    path: Path,
    columns: Sequence[str],
    split: str | None = None,
    *,
    folders: Sequence[str] = (),
    by_name: bool = False,
) -> list[dict[str, str]]:
    """Read a csv with a header, by position or by the header's names; ``split`` keeps its rows.

    Args:
        folders: Columns that name the folders of a clip, and so tell clips of a split apart.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A column or the header is missing, a row is too short, of an unknown split, of
            a clip that has one already or leads elsewhere, or no row is left.
    """
    try:
        lines = [line for line in csv.reader(read_text(path).splitlines()) if line]
    except csv.Error as error:
        raise ValueError(f"{path}: is no csv ({error}); restore the official file") from error
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
    clips: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[1:], start=2):
        if len(line) <= max(places):
            raise ValueError(f"{path}: row {number} has {len(line)} columns; needs {list(columns)}")
        row = {column: line[place] for column, place in zip(columns, places, strict=True)}
        if row["split"] not in SPLITS:
            raise ValueError(f"{path}: row {number} has split {row['split']!r}; use {SPLITS}")
        for column in folders:
            _check_folder(row[column], f"{path}: row {number} has {column}")
        clip = (row["split"], *(row[column] for column in folders))
        if folders and (first := clips.setdefault(clip, number)) != number:
            raise ValueError(
                f"{path}: row {number} is clip {clip[1]} of row {first} once more, which would "
                "weigh more than others; take one of them out"
            )
        if split in (None, row["split"]):
            rows.append(row)
    if not rows:
        raise ValueError(f"{path}: holds no clips{f' of split {split!r}' if split else ''}")
    return rows


def _check_folder(name: str, where: str) -> None:
    if name in ("", ".", "..") or set(name) & set("/\\\0"):
        raise ValueError(f"{where} {name!r}, which is no name of a folder; correct the csv")
