"""Read the results.json files that ``tools/evaluate.py`` writes."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from avs_mm.evaluation import check_metric_keys

__all__ = ["FILE_NAMES", "Result", "find_results", "read_result"]

FILE_NAMES = ("results.json", "cost.json")
EXPECTED = "Give a results.json of tools/evaluate.py."
# An evaluation with such options is not that of the config it names.
CHANGED_MODEL = re.compile(r"[\s'\"](model(?:\.[\w.]+)?)=")


@dataclass(frozen=True)
class Result:
    """What an evaluation says that a table needs: what was evaluated, on what, and the figures.

    Args:
        config: Path of the config below ``configs/``, without ``.py``; else as it was given.
        changed: Option that made the model another than the config's, "" if there is none.
    """

    path: Path
    config: str
    changed: str
    checkpoint: str | None
    checkpoint_sha256: str | None
    subset: str | None
    split: str | None
    root: str | None
    frames: int | None
    device: str
    metrics: Mapping[str, Mapping[str, float | None]]

    def figure(self, condition: str, metric: str) -> float | None:
        """Return a figure, None where it was not measured.

        Raises:
            ValueError: It is no finite number.
        """
        value = self.metrics.get(condition, {}).get(metric)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and math.isfinite(value)):
            raise ValueError(
                f"{self.path}: metrics[{condition!r}][{metric!r}] is {value!r}, not a finite "
                f"number. {EXPECTED}"
            )
        return value


def read_result(path: str | Path) -> Result:
    """Read a results.json, or the cost.json of ``avs_mm.reproduction.cost``.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no JSON, a field is missing, or a metric has the name of an older version;
            the message names it.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file. {EXPECTED}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: is no JSON ({error}). {EXPECTED}") from error
    config = _field(path, content, "config", str)
    metrics = _field(path, content, "metrics", dict)
    if not all(isinstance(figures, dict) for figures in metrics.values()):
        raise ValueError(f"{path}: metrics is not condition -> metric -> value. {EXPECTED}")
    check_metric_keys(metrics, path)
    if content.get("data") is None:  # a cost: it needs neither data nor a checkpoint
        content = {**content, "data": {}, "checkpoint": None, "checkpoint_sha256": None}
        content["frames"] = None
    else:
        for name, kind in (("data", dict), ("checkpoint_sha256", str), ("frames", int)):
            _field(path, content, name, kind)
    data = content["data"]
    changed = CHANGED_MODEL.search(str(content.get("command", "")))
    return Result(
        path=path,
        config=_below_configs(config),
        changed=changed[1] if changed else "",
        checkpoint=content.get("checkpoint"),
        checkpoint_sha256=content["checkpoint_sha256"],
        subset=data.get("subset"),
        split=data.get("split"),
        root=data.get("root"),
        frames=content["frames"],
        device=str(content.get("device", "unknown device")),
        metrics=metrics,
    )


def find_results(places: Iterable[str | Path]) -> list[Path]:
    """List the files that ``places`` names: files themselves, and those anywhere in folders.

    Raises:
        FileNotFoundError: A place is not there, or a folder holds no result.
    """
    found: dict[Path, Path] = {}  # by its real path: the same file given twice is one result
    for place in map(Path, places):
        files = [place]
        if place.is_dir():
            files = sorted(file for name in FILE_NAMES for file in place.rglob(name))
        if not files or not files[0].is_file():
            raise FileNotFoundError(
                f"{place}: neither a results.json nor a folder that holds one. Make it with "
                "python tools/evaluate.py CONFIG CHECKPOINT"
            )
        for file in files:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _field(path: Path, content: Any, name: str, kind: type) -> Any:
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, kind):
        raise ValueError(f"{path}: has no field {name!r} ({kind.__name__}). {EXPECTED}")
    return value


def _below_configs(config: str) -> str:
    parts = PurePath(config).with_suffix("").parts
    if "configs" in parts:
        parts = parts[len(parts) - parts[::-1].index("configs") :]
    return "/".join(parts)
