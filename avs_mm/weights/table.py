"""Rename a state dict by a table of patterns that accounts for every key."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

__all__ = ["Row", "Table", "TableByPrefix"]

# What a field of a source matches; any other field, such as {s} for a stage, is a number.
FIELDS = {
    "wb": "weight|bias",
    "bn": "weight|bias|running_mean|running_var|num_batches_tracked",
    "rest": ".+",
}


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Args:
        source: Regular expression of the whole key, in which a dot is a dot and a field in braces
            is a number; ``{wb}`` is weight or bias, ``{bn}`` also a batch norm's statistics,
            ``{rest}`` anything, ``{part}`` one of ``parts``.
        target: New name, in which the same fields stand for what they matched; ``{s-1}``,
            ``{s+1}`` and ``{2-s}`` are numbers counted otherwise.
        change: What happens to the tensor.
        parts: Tensors that become one, in the order in which they are concatenated.
    """

    source: str
    target: str
    change: Callable[[Tensor], Tensor] | None = None
    parts: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The source as a regular expression."""
        return _compile(self.source, self.parts)

    def rename(self, fields: Mapping[str, str]) -> str:
        """Return the target with what the fields matched."""

        def value(match: re.Match[str]) -> str:
            minuend, name, shift = match.groups()
            if minuend or shift:
                number = int(fields[name])
                return str(int(minuend) - number if minuend else number + int(shift))
            return fields[name]

        return re.sub(r"\{(?:(\d+)-)?([a-z]+)([+-]\d+)?\}", value, self.target)


@dataclass(frozen=True)
class Table:
    """How the keys of one kind of file become those of this package's models.

    Args:
        file: What the table reads, in words, for the messages.
        rows: Tried from the first to the last; every one must match at least one key.
        dropped: Pattern of the keys that are not needed -> the reason. None has to be there.
        complete: Adds what the file lacks to the converted weights.
    """

    file: str
    rows: tuple[Row, ...]
    dropped: Mapping[str, str] = field(default_factory=dict)
    complete: Callable[[dict[str, Tensor]], dict[str, Tensor]] | None = None

    def convert(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the weights under their new names.

        Raises:
            ValueError: Keys that the table does not name, keys that it needs and that are missing,
                or two keys of one name; the message lists them.
        """
        found: dict[str, dict[str, Tensor]] = defaultdict(dict)  # target -> part -> tensor
        rows: dict[str, Row] = {}
        dropped = [_compile(pattern) for pattern in self.dropped]
        unknown, twice = [], []
        for key, tensor in weights.items():
            if any(pattern.fullmatch(key) for pattern in dropped):
                continue
            row, fields = self._find(key)
            if row is None:
                unknown.append(key)
                continue
            part = fields.pop("part", "")
            target = row.rename(fields)
            if part in found[target]:
                twice.append(key)
            found[target][part] = tensor
            rows[target] = row

        missing = [row.source for row in self.rows if row not in rows.values()]
        missing += [
            f"{part} of {target}"
            for target, row in rows.items()
            for part in row.parts
            if part not in found[target]
        ]
        self._refuse({"unknown": unknown, "missing": missing, "given twice": twice})
        converted = {target: _join(found[target], row) for target, row in rows.items()}
        return self.complete(converted) if self.complete else converted

    def _find(self, key: str) -> tuple[Row | None, dict[str, str]]:
        for row in self.rows:
            if match := row.pattern.fullmatch(key):
                return row, match.groupdict()
        return None, {}

    def _refuse(self, faults: dict[str, list[str]]) -> None:
        listed = "; ".join(
            f"{fault}: {', '.join(sorted(keys)[:20])}"
            + (f" and {len(keys) - 20} more" if len(keys) > 20 else "")
            for fault, keys in faults.items()
            if keys
        )
        if listed:
            raise ValueError(
                f"these are not the weights of {self.file}. Keys {listed}. Give such a file, or "
                "another kind."
            )


@dataclass(frozen=True)
class TableByPrefix:
    """One kind of files in several forms, each of which has its own table.

    Args:
        tables: Beginning of keys that tell a form -> the table of such a file; the first counts.
    """

    tables: Mapping[str, Table]

    def convert(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the weights under their new names; see ``Table.convert``."""
        for prefix, table in self.tables.items():
            if any(key.startswith(prefix) for key in weights):
                return table.convert(weights)
        raise ValueError(
            f"no key begins with {' or '.join(self.tables)}, as those of {self._files} do. Give "
            "such a file, or another kind."
        )

    @property
    def _files(self) -> str:
        return " and ".join(table.file for table in self.tables.values())


def _compile(source: str, parts: tuple[str, ...] = ()) -> re.Pattern[str]:
    alternatives = {**FIELDS, "part": "|".join(parts)}

    def group(match: re.Match[str]) -> str:
        return f"(?P<{match[1]}>{alternatives.get(match[1], '[0-9]+')})"

    return re.compile(re.sub(r"\{([a-z]+)\}", group, source.replace(".", r"\.")))


def _join(tensors: dict[str, Tensor], row: Row) -> Tensor:
    tensor = torch.cat([tensors[part] for part in row.parts]) if row.parts else tensors[""]
    return row.change(tensor) if row.change else tensor
