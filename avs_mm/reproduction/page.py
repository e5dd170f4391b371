"""A filled table as Markdown for people and as a JSON object that traces every cell."""

from collections.abc import Iterable, Sequence
from typing import Any

from avs_mm.reproduction.filling import Cell
from avs_mm.reproduction.results import Result
from avs_mm.reproduction.table import Table

__all__ = ["as_json", "as_markdown"]


def as_markdown(
    table: Table, cells: Sequence[Cell], *, remarks: Sequence[str], remedies: Sequence[str]
) -> str:
    """Lay out a table: our value, with the number of its source, and the paper's where it has one.

    Below it stand the sources, the remarks and what to run for the cells that are empty.
    """
    sources = _sources(cells)
    numbers = {id(source): number for number, source in enumerate(sources, 1)}
    lines = [f"## Table {table.number}: {table.title}", ""]
    heads = []
    for column in table.columns:
        heads += [column.name, "paper"] if column.printed else [column.name]
    lines += [_line(["", *heads]), _line(["---", *["---:"] * len(heads)])]
    for row in table.rows:
        texts = [row.name]
        for cell in cells:
            if cell.row is row:
                mark = "" if cell.source is None else f" [{numbers[id(cell.source)]}]"
                texts += [cell.shown + mark, *([cell.paper or ""] if cell.column.printed else [])]
        lines.append(_line(texts))
    lines += _section("Sources", [_describe(source) for source in sources], numbered=True)
    lines += _section("Remarks", [*remarks, *table.notes])
    lines += _section("Empty cells", remedies)
    return "\n".join(lines) + "\n"


def as_json(
    table: Table, cells: Iterable[Cell], *, remarks: Sequence[str], remedies: Sequence[str]
) -> dict[str, Any]:
    """Give every cell with its value as measured, as shown, the paper's, and its source."""
    return {
        "table": table.number,
        "title": table.title,
        "cells": [
            {
                "row": cell.row.name,
                "column": cell.column.name,
                "value": cell.value,
                "shown": cell.shown or None,
                "paper": cell.paper,
                "source": cell.source and {**_trace(cell.source), "key": cell.key},
            }
            for cell in cells
        ],
        "remarks": [*remarks, *table.notes],
        "empty": list(remedies),
    }


def _trace(result: Result) -> dict[str, Any]:
    return {
        "results": str(result.path),
        "config": result.config,
        "checkpoint": result.checkpoint,
        "checkpoint_sha256": result.checkpoint_sha256,
        "subset": result.subset,
        "split": result.split,
        "root": result.root,
        "frames": result.frames,
        "device": result.device,
    }


def _describe(result: Result) -> str:
    if result.checkpoint_sha256 is None:
        return f"`{result.path}`: {result.config}, no checkpoint needed, {result.device}"
    return (
        f"`{result.path}`: {result.config}, checkpoint `{result.checkpoint}` (sha256 "
        f"{result.checkpoint_sha256[:12]}), {result.frames} frames of {result.subset} "
        f"{result.split}, {result.device}"
    )


def _sources(cells: Iterable[Cell]) -> list[Result]:
    sources = {id(cell.source): cell.source for cell in cells if cell.source is not None}
    return list(sources.values())


def _section(title: str, items: Sequence[str], *, numbered: bool = False) -> list[str]:
    if not items:
        return []
    marks = [f"[{number}] " if numbered else "" for number in range(1, len(items) + 1)]
    lines = [f"- {mark}{item}" for mark, item in zip(marks, items, strict=True)]
    return ["", f"{title}:", "", *lines]


def _line(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |"
