"""Fill tables of the paper with what was measured here, the paper's own values beside.

    python tools/reproduce.py 1 4 6 --results work_dirs --out work_dirs/reproduce
    python tools/reproduce.py 3 --row "w/o L_soas: avs_mm default=RESULTS.json"
    python tools/reproduce.py 5 --measure configs/avs_r50_avsc.py --repeat 5

A result of tools/evaluate.py fills the cells of its config and its subset; --row gives it to a row
whatever its config. Cells without a result stay empty, and the command for each is named.
"""

import argparse
import shlex
import sys
from pathlib import Path

from avs_mm.one_line_errors import add_traceback_option, one_line_errors
from avs_mm.reproduction import TABLES, reproduce
from avs_mm.reproduction.paper_tables import OFFICIAL_F


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("tables", nargs="+", type=int, choices=TABLES, metavar="TABLE", help="1 to 8")
    add("--results", nargs="+", default=[], help="results.json files, or folders that hold them")
    add("--row", action="append", default=[], metavar="ROW=FILE", help="a result for this row")
    run_first = "run tools/evaluate.py first, into work_dirs/CONFIG/evaluate"
    add("--checkpoint", action="append", default=[], metavar="CONFIG=FILE", help=run_first)
    add("--out", type=Path, help="folder for table_N.md and table_N.json")
    which_f = "the F beside the paper's, e.g. avs/F_official@5frames (default: %(default)s)"
    add("--f-key", default=OFFICIAL_F, help=which_f)
    add = parser.add_argument_group("table 5").add_argument
    measure = "measure these models now, into work_dirs/CONFIG/cost.json"
    add("--measure", nargs="+", default=[], metavar="CONFIG", help=measure)
    add("--repeat", type=int, default=20, help="timed runs (default 20)")
    add("--warm-up", type=int, default=3, help="runs before those (default 3)")
    add("--device", default="cpu", help="e.g. cuda (default cpu)")
    add_traceback_option(parser)
    args = parser.parse_args()
    if args.repeat < 1 or args.warm_up < 0:
        parser.error("--repeat is at least 1, --warm-up at least 0")
    return args


@one_line_errors
def main() -> None:
    args = parse_args()
    cost = dict(device=args.device, repeat=args.repeat, warm_up=args.warm_up)
    command = shlex.join(["python", *sys.argv])
    tables = reproduce.tables_of(args.tables, f_key=args.f_key)
    given = reproduce.results_of_rows(args.row, tables)
    new = [reproduce.evaluate(text, tables) for text in args.checkpoint]
    new += [reproduce.measure(config, **cost, command=command) for config in args.measure]
    pages, remarks = reproduce.fill_tables(tables, [*args.results, *new], given, f_key=args.f_key)
    for remark in remarks:
        print(f"reproduce: {remark}", file=sys.stderr)
    print("\n".join(page.markdown for page in pages))
    if args.out is not None:
        reproduce.write_tables(pages, args.out)


if __name__ == "__main__":
    main()
