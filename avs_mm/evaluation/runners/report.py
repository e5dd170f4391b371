"""What an evaluation leaves behind: ``results.json`` for programs, ``table.md`` for people."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from avs_mm.atomic_write import unfinished_folder
from avs_mm.output_file import without_nan, write_json, write_text

__all__ = ["OWN_FILES", "keeping_figures", "result_folder", "table", "write_results"]

# Section -> pattern of a metric's key -> what it is. Metrics of the same section share a protocol,
# and no two sections may be compared.
# fmt: off
SECTIONS = {
    "Per image (AVSBench's protocol, the paper's tables)": {
        r"avs/J": "mean over the frames of the IoU with the mask of what sounds",
        r"avs/F": "maximum of the F curve averaged over all frames (beta² = 0.3); no batch matters",
        r"avs/F_official@(\d+)frames": r"as AVSBench's code: maximum a batch of \1, then the mean",
    },
    "Whole set (one confusion matrix; 10 to 17 points higher, never to be mixed with the above)": {
        r"avs/mIoU_dataset": "mean IoU over the classes",
        r"avs/F_dataset": "F of the same matrix (beta² = 0.3)",
        r"avs/FDR": "false discovery rate: mean of the classes' FP / (FP + TP); lower is better",
    },
    "AVSS (71 classes, background included)": {
        r"avs/mIoU_AVSS_official": "as the official test: 224x224, padded frames are background",
        r"avs/F_AVSS_official": "F of the same protocol",
        r"avs/mIoU_AVSS": "mean over the classes of the mean IoU over the images that show them",
        r"avs/F_AVSS": "F of the same protocol",
    },
    "VPO (one confusion matrix of its classes, background included; pixels of 255 left out)": {
        r"vpo/mIoU": "mean IoU over the classes; one that is nowhere counts as 0",
        r"vpo/F1": "F of the same matrix (beta² = 1)",
        r"vpo/F0\.3": "F of the same matrix (beta² = 0.3)",
        r"vpo/FDR": "false discovery rate; lower is better",
    },
    "Candidates of stage 1": {
        r"candidates/I": "candidates in the whole set (Table 3)",
        r"candidates/I_per_frame": "candidates a frame",
        r"candidates/sounding_recall": "fraction of the sounding objects that are found",
        r"candidates/sounding_precision": "fraction of the candidates that are a sounding object",
        r"candidates/silent_recall": "fraction of the silent objects that are found",
        r"candidates/silent_precision": "fraction of the candidates that are a silent object",
        r"candidates/precision": "fraction of the candidates that are either",
        r"candidates/AP(\d+)": r"average precision of the sounding objects at an IoU of 0.\1",
        r"candidates/false_positive_masks": "candidates a frame that match no object",
        r"candidates/oracle_J": "J of the candidates whose category sounds (audio known)",
    },
    "Sound localisers: the heat map at 0.5 ... 0.9 (Tables 1 and 2)": {
        r"localiser/([JF])": r"\1 at the threshold that is best for J",
        r"localiser/threshold": "that threshold",
        r"localiser/([JF])_at_(0\.\d)": r"\1 at \2",
    },
    "One frame under several sound tracks": {
        r"tracks/all_right": "fraction of the frames on which the answer to every track is right",
        r"tracks/pictures": "number of such frames",
    },
}
NEGATIVES = {
    r"audio/RA_.+": "RA: fraction of the frames without a foreground pixel (Table 6)",
    r"audio/mIoU_.+": "mIoU: fraction of a frame that stays background, mean (Table 6)",
    r"audio/FPR_.+": "FPR: fraction of a frame predicted as foreground, mean; lower is better",
    r"audio/negative_J_.+": "negative J, against the masks of the original sound; lower is better",
    r"audio/negative_F_.+": "negative F, against the masks of the original sound; lower is better",
    r"inferred/G_J_.+": "G_J (inferred): harmonic mean of J and 1 - negative J",
    r"inferred/G_F_.+": "G_F (inferred): harmonic mean of F and 1 - negative F",
}
# fmt: on
OWN_FILES = (
    *("results.json", "table.md", "pairs_*.csv", "F_over_threshold.png", "J_per_category.png"),
    *("RA_per_condition.png", "worst_frames.png"),
)
Metrics = Mapping[str, float | None]


def write_results(results: dict[str, Any], folder: Path) -> None:
    """Write ``results.json`` and ``table.md``; a value that is no number (NaN) becomes null."""
    write_json(folder / "results.json", results)
    write_text(folder / "table.md", table(without_nan(results)))


def table(results: Mapping[str, Any]) -> str:
    """Lay out the content of ``results.json`` as Markdown, every metric with its meaning."""
    data = results["data"]
    conditions = dict(results["metrics"])
    original = conditions.pop("original", {})
    lines = [
        f"# {results['config']} on {data['subset']} {data['split']}",
        "",
        f"{results['frames']} frames of `{data['root']}`, checkpoint `{results['checkpoint']}` "
        f"(sha256 {results['checkpoint_sha256'][:12]}), {results['device']}, torch "
        f"{results['torch']}, {results['seconds']:.1f} s.",
        "",
        f"    {results['command']}",
    ]
    for title, meanings in _with_the_rest(original).items():
        rows = [
            f"| {name} | {_number(value)} | {meaning} |"
            for name, value in original.items()
            if (meaning := _meaning(name, meanings))
        ]
        if rows:
            heads = ["| metric | value | what it is |", "|---|---:|---|"]
            lines += ["", f"## {title}", "", *heads, *rows]
    if "coverage" in results:
        lines += ["", *_table_of_coverage(results["coverage"])]
    if conditions:
        lines += ["", *_table_of_negatives(conditions)]
    return "\n".join(lines) + "\n"


@contextmanager
def result_folder(out: Path) -> Iterator[Path]:
    """Give a new folder; on leaving it without an error, move its files to ``out``.

    Until then the files of an earlier run stay as they are; then those of ``OWN_FILES`` that have
    no successor are removed. No other file of ``out`` is touched.

    Raises:
        NotADirectoryError: ``out`` is a file.
    """
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(f"{out} is a file; give --out a folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(out) as folder:
        yield folder
        out.mkdir(exist_ok=True)
        new = {path.name for path in folder.iterdir()}
        old = {path for pattern in OWN_FILES for path in out.glob(pattern)}
        # results.json goes first and comes last: where it is, its neighbours are its own
        for path in sorted(old, key=lambda path: path.name != "results.json"):
            if path.name not in new or path.name == "results.json":
                path.unlink()
        for file in sorted(new, key=lambda file: file == "results.json"):
            (folder / file).replace(out / file)


@contextmanager
def keeping_figures(results: Mapping[str, Any], out: Path) -> Iterator[None]:
    """Let an OSError of the block carry the table, or hours of figures end with a full disk."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        raise OSError(
            error.errno,
            f"{out} could not be written ({reason}), so the figures stand here alone:\n\n"
            f"{table(without_nan(dict(results)))}",
        ) from error


def _table_of_coverage(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "## Categories that the segmentor has a name for, and the others (J, mean over frames)"
    yield ""
    yield "| | J | frames | categories |"
    yield "|---|---:|---:|---|"
    for name, part in parts.items():
        categories = ", ".join(part["categories"])
        yield f"| {name} | {_number(part['J'])} | {part['frames']} | {categories} |"


def _table_of_negatives(conditions: Mapping[str, Metrics]) -> Iterator[str]:
    yield "## Other sounds (the right answer is an empty mask)"
    yield ""
    yield "| metric | " + " | ".join(conditions) + " |"
    yield "|---|" + "---:|" * len(conditions)
    for pattern, meaning in NEGATIVES.items():
        values = [
            next((value for name, value in metrics.items() if re.fullmatch(pattern, name)), None)
            for metrics in conditions.values()
        ]
        if any(value is not None for value in values):
            yield f"| {meaning} | " + " | ".join(map(_number, values)) + " |"


def _with_the_rest(metrics: Metrics) -> dict[str, dict[str, str]]:
    """Add a section for the metrics that no section knows, so that none is lost."""
    patterns = [pattern for meanings in SECTIONS.values() for pattern in meanings]
    rest = [name for name in metrics if not any(re.fullmatch(p, name) for p in patterns)]
    return {**SECTIONS, "Other": {re.escape(name): "see the metric" for name in rest}}


def _meaning(name: str, meanings: Mapping[str, str]) -> str:
    for pattern, meaning in meanings.items():
        found = re.fullmatch(pattern, name)
        if found:
            return found.expand(meaning)
    return ""


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.4f}"
