"""The table of scores: beside each number the protocol it belongs to, and who reports it."""

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["PROTOCOLS", "scores_table"]

IMAGE = "AVSBench, image by image"
SET = "whole set, one confusion matrix"
# Metric -> its name, protocol, meaning, and whose published numbers it may be compared with
PROTOCOLS = (
    (
        r"avs/J",
        "J",
        IMAGE,
        "IoU at prob > 0.5; an empty mask scores the fraction left empty",
        "the paper, TPAVI, AVSegFormer, COMBO, Stepping-Stones",
    ),
    (
        r"avs/F",
        "F, all frames",
        IMAGE,
        "the F curve averaged over all frames, then its maximum",
        "results of avs_mm: no batch matters",
    ),
    (
        r"avs/F_official@5frames",
        "F, batches of 5 frames",
        IMAGE,
        "the maximum of each batch's curve, then the mean",
        "COMBO, Stepping-Stones, VCT (one clip)",
    ),
    (
        r"avs/F_official@10frames",
        "F, batches of 10 frames",
        IMAGE,
        "the same",
        "AVSegFormer (two clips)",
    ),
    (
        r"avs/F_official@20frames",
        "F, batches of 20 frames",
        IMAGE,
        "the same",
        "TPAVI (four clips)",
    ),
    (
        r"avs/mIoU_dataset",
        "mIoU",
        SET,
        "mean over the classes; 10 to 17 points above J",
        "CAVP, CPM, DDESeg, AuralSAM2",
    ),
    (r"avs/F_dataset", "F", SET, "beta² = 0.3", "CAVP, CPM, DDESeg, AuralSAM2"),
    (r"avs/FDR", "FDR", SET, "FP / (FP + TP); lower is better", "CAVP"),
    (
        r"avs/mIoU_AVSS_official",
        "mIoU",
        "AVSS, official",
        "224x224, the padding of clips of 5 s counts as background",
        "TPAVI, AVSegFormer, COMBO, Stepping-Stones",
    ),
    (
        r"avs/F_AVSS_official",
        "F",
        "AVSS, official",
        "the same",
        "TPAVI, AVSegFormer, COMBO, Stepping-Stones",
    ),
    (
        r"avs/mIoU_AVSS",
        "mIoU",
        "AVSS, native",
        "at the size of the labels, without padding",
        "results of avs_mm",
    ),
    (r"avs/F_AVSS", "F", "AVSS, native", "the same", "results of avs_mm"),
    (
        r"audio/RA_(.+)",
        r"RA, \1",
        "the paper's Table 6",
        "fraction of frames without a foreground pixel",
        "the paper",
    ),
    (
        r"audio/mIoU_(.+)",
        r"mIoU, \1",
        "the paper's Table 6",
        "fraction of a frame left empty",
        "the paper",
    ),
    (
        r"audio/FPR_(.+)",
        r"FPR, \1",
        "AVSBench-Robust",
        "fraction of foreground; lower is better",
        "AVSBench-Robust",
    ),
    (
        r"audio/negative_J_(.+)",
        r"negative J, \1",
        "AVSBench-Robust",
        "J with the masks of the original sound; lower is better",
        "AVSBench-Robust",
    ),
    (
        r"audio/negative_F_(.+)",
        r"negative F, \1",
        "AVSBench-Robust",
        "F with the masks of the original sound; lower is better",
        "AVSBench-Robust",
    ),
    (
        r"inferred/G_([JF])_(.+)",
        r"G_\1, \2",
        "AVSBench-Robust, inferred",
        "harmonic mean of the original's and 1 - negative",
        "AVSBench-Robust, with care",
    ),
)
OF_CATEGORIES = "mean over the categories and the background"


def scores_table(results: Mapping[str, Any]) -> str:
    """Lay out the content of ``score_folders`` as Markdown."""
    data = results["data"]
    lines = [f"# {results['config']} on {data['subset']} {data['split']}", ""]
    lines.append(f"{results['frames']} frames of `{data['root']}`. The files were read as:")
    lines += ["", *(f"- {name}: {text}" for name, text in results["readings"].items()), ""]
    lines += [
        "Numbers of different protocols must not be compared.",
        "",
        "| number | value | protocol | what it is | compare with |",
        "|---|---:|---|---|---|",
    ]
    for metrics in results["metrics"].values():
        for pattern, name, protocol, meaning, compare in PROTOCOLS:
            for key, value in metrics.items():
                if found := re.fullmatch(pattern, key):
                    shown = found.expand(name) if found.groups() else name
                    lines.append(f"| {shown} | {value:.4f} | {protocol} | {meaning} | {compare} |")
    if any("binary masks" in text for text in results["readings"].values()):
        lines += [
            "",
            "F of binary masks has one threshold; published values, of probabilities, have 255 and "
            "are higher. Save probabilities as .npy to compare F.",
        ]
    return "\n".join(lines) + "\n"
