"""Fill tables of the paper with what was measured here, the paper's own values beside.

    python tools/reproduce.py 1 4 6 --results work_dirs --out work_dirs/reproduce
    python tools/reproduce.py 3 --row "w/o L_soas=work_dirs/without_soas/evaluate/results.json"
    python tools/reproduce.py 5 --measure configs/avs_r50_avsc.py --repeat 5

A result of tools/evaluate.py fills the cells of its config and its subset; --row gives it to a row
whatever its config. Cells without a result stay empty, and the command for each is named.
"""

import argparse
import json
import shlex
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from avs_mm import configs_dir
from avs_mm.reproduction import TABLES, Result, fill, find_results, read_result
from avs_mm.reproduction.cost import measure_cost
from avs_mm.reproduction.filling import check_rows, check_used, unused
from avs_mm.reproduction.page import as_json, as_markdown, write_whole
from avs_mm.reproduction.remedies import remarks, remedies
from avs_mm.reproduction.table import Table

EVALUATE = Path(__file__).resolve().with_name("evaluate.py")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "tables", nargs="+", type=int, choices=TABLES, metavar="TABLE", help="1 to 8"
    )
    parser.add_argument(
        "--results", nargs="+", default=[], help="results.json files, or folders that hold them"
    )
    parser.add_argument(
        "--row", action="append", default=[], metavar="ROW=FILE", help="a result for this row"
    )
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="CONFIG=FILE",
        help="run tools/evaluate.py first, into work_dirs/CONFIG/evaluate",
    )
    parser.add_argument("--out", type=Path, help="folder for table_N.md and table_N.json")
    parser.add_argument(
        "--f-key",
        default="avs/F",
        help="which F to show, e.g. avs/F_official@20frames (default avs/F)",
    )
    cost = parser.add_argument_group("table 5")
    cost.add_argument(
        "--measure",
        nargs="+",
        default=[],
        metavar="CONFIG",
        help="measure these models now, into work_dirs/CONFIG/cost.json",
    )
    cost.add_argument("--repeat", type=int, default=20, help="timed runs (default 20)")
    cost.add_argument("--warm-up", type=int, default=3, help="runs before those (default 3)")
    cost.add_argument("--device", default="cpu", help="e.g. cuda (default cpu)")
    args = parser.parse_args()
    if args.repeat < 1 or args.warm_up < 0:
        parser.error("--repeat is at least 1, --warm-up at least 0")
    return args


def main() -> None:
    args = parse_args()
    try:
        tables = [TABLES[number].reading(args.f_key, "avs/F") for number in args.tables]
        given = results_of_rows(args.row, tables)
        new = [evaluate(text, tables) for text in args.checkpoint]
        new += [measure(config, args) for config in args.measure]
        results = [read_result(path) for path in find_results([*args.results, *new])]
        check_f_key(args.f_key, [*results, *(r for of_row in given.values() for r in of_row)])
        pages = fill_tables(tables, results, given)
    except (FileNotFoundError, ImportError, ValueError) as error:
        sys.exit(f"reproduce: {error}")
    used = {result.path.resolve() for of_row in given.values() for result in of_row}
    for line in unused(tables, [r for r in results if r.path.resolve() not in used]):
        print(f"reproduce: {line}", file=sys.stderr)
    print("\n".join(markdown for _, markdown, _ in pages))
    if args.out is not None:
        for number, markdown, content in pages:
            write_whole(args.out / f"table_{number}.md", markdown)
            write_whole(args.out / f"table_{number}.json", content)


def check_f_key(key: str, results: list[Result]) -> None:
    """Raise a ValueError that lists the keys if evaluations are given and none has this one."""
    found = {name for result in results for name in result.metrics.get("original", {})}
    if any(name.startswith("avs/F") for name in found) and key not in found:
        known = ", ".join(sorted(name for name in found if name.startswith("avs/F")))
        raise ValueError(f"--f-key {key}: no evaluation has it. There are: {known}")


def fill_tables(
    tables: list[Table], results: list[Result], given: dict[str, list[Result]]
) -> list[tuple[int, str, str]]:
    """Return each table's number, Markdown and JSON."""
    filled = [(table, fill(table, results, given)) for table in tables]
    check_used([cell for _, cells in filled for cell in cells], given)
    pages = []
    for table, cells in filled:
        texts = {
            "remarks": remarks(cells),
            "remedies": remedies(table, cells, configs=configs_dir()),
        }
        content = json.dumps(as_json(table, cells, **texts), indent=2, ensure_ascii=False)
        pages.append((table.number, as_markdown(table, cells, **texts), content + "\n"))
    return pages


def results_of_rows(texts: list[str], tables: list[Table]) -> dict[str, list[Result]]:
    given = defaultdict(list)
    for text in texts:
        name, path = split(text, "--row", "ROW=FILE")
        check_rows(tables, [name])
        given[name] += [read_result(found) for found in find_results([path])]
    return given


def evaluate(text: str, tables: list[Table]) -> Path:
    """Run tools/evaluate.py under the conditions that the tables need; return its results."""
    config, checkpoint = split(text, "--checkpoint", "CONFIG=FILE")
    columns = [column for table in tables for column in table.columns if column.subset is not None]
    conditions = list(dict.fromkeys(column.condition for column in columns))
    out = Path("work_dirs", Path(config).stem, "evaluate")
    command = [sys.executable, str(EVALUATE), config, checkpoint, "--out", str(out)]
    command += ["--conditions", *conditions]
    if subprocess.run(command, check=False).returncode != 0:
        raise ValueError(f"--checkpoint {text}: the evaluation failed: {shlex.join(command)}")
    return out / "results.json"


def measure(config: str, args: argparse.Namespace) -> Path:
    """Measure a model's cost; return the cost.json."""
    content = measure_cost(config, device=args.device, repeat=args.repeat, warm_up=args.warm_up) | {
        "command": shlex.join(["python", *sys.argv])
    }
    path = Path("work_dirs", Path(config).stem, "cost.json")
    write_whole(path, json.dumps(content, indent=2) + "\n")
    return path


def split(text: str, option: str, form: str) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise ValueError(f"{option} {text!r} is not {form}")
    return name.strip(), path


if __name__ == "__main__":
    main()
