"""Write the demo's report: test frames under their own sound, silence and an unmatched sound.

    python -m avs_mm.experiments.demo.report --config configs/mini/avsc.py \\
        --checkpoint work_dirs/mini_avsc --metrics metrics.json --video demo.mp4 -o report.html

The frames are chosen by their place in the data set, not by how well they come out. The clips with
two objects of one category are drawn and judged here; their figures join those in metrics.json.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import init_default_scope
from mmseg.structures import SegDataSample

from avs_mm.apis import AVSInferencer
from avs_mm.datasets import AVSBenchDataset, conditioned_frames
from avs_mm.evaluation.metrics.sample_fields import category_regions
from avs_mm.evaluation.runners.frame_choice import sounding_categories
from avs_mm.experiments.demo.page import SOUNDS, Example, Section, page
from avs_mm.experiments.demo.twins import twins_told_apart
from avs_mm.output_file import write_json, write_text
from avs_mm.visualization import (
    draw_annotation,
    draw_candidates,
    draw_objects,
    sounding_candidates,
)
from avs_mm.visualization.data_samples import image_of

__all__ = ["examples_of", "one_of_each_category", "three_sounds", "write_report"]

NUMBER = 6  # examples of each subset
CONDITIONS = ("original", "silence", "unmatched")
PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
Place = tuple[str, int]  # clip, frame


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m avs_mm.experiments.demo.report",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", required=True, help="config of stage 2")
    parser.add_argument("--checkpoint", required=True, help="of that config, or its work dir")
    parser.add_argument("--data", type=Path, default=Path("data/mini"), help="the mini data set")
    parser.add_argument(
        "--metrics", type=Path, required=True, help="JSON with the tests' metrics, which grows"
    )
    parser.add_argument("--video", required=True, help="video to show, as seen from the report")
    parser.add_argument("-o", "--out", type=Path, required=True, help="HTML file to write")
    args = parser.parse_args()
    metrics = write_report(
        AVSInferencer(args.config, args.checkpoint),
        data=args.data,
        metrics=json.loads(args.metrics.read_text()),
        video=args.video,
        out=args.out,
    )
    write_json(args.metrics, metrics)
    print(f"the report is {args.out}")


def write_report(
    inferencer: AVSInferencer,
    *,
    data: Path,
    metrics: dict[str, dict[str, float]],
    video: str,
    out: Path,
) -> dict[str, dict[str, float]]:
    """Write the page, whole or not at all.

    Args:
        inferencer: Of stage 2.
        data: Folder of the mini data set.
        metrics: The summary's, stage -> name -> value.
        video: As seen from the page.
        out: HTML file.

    Returns:
        The metrics with those of ``instances``, as the page shows them.
    """
    objects, silent = data / "AVSBench-object", data / "silent-objects"
    s4 = dict(subset="s4", data_root=objects / "Single-source", silent_root=silent / "s4")
    ms3 = dict(
        subset="ms3",
        data_root=objects / "Multi-sources",
        semantic_root=data / "AVSBench-semantic",
        silent_root=silent / "ms3",
    )
    single = examples_of(inferencer, s4, one_of_each_category)
    several = examples_of(inferencer, ms3, three_sounds)
    figures, twins = twins_told_apart(inferencer)  # last: the inferencer finds two from here on
    sections = [
        Section("One sounding object (S4)", SOUNDS, single),
        Section("The same frame under three sounds (MS3)", SOUNDS, several),
        twins,
    ]
    metrics = {**metrics, "instances": figures}
    write_text(out, page(metrics, sections, video=video))
    return metrics


def one_of_each_category(dataset: AVSBenchDataset) -> Iterable[Place]:
    """Choose the middle frame of every category's first clip."""
    chosen = set()
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        if info["frame"] == 2 and info["category"] not in chosen:
            chosen.add(info["category"])
            yield info["clip"], info["frame"]


def three_sounds(dataset: AVSBenchDataset) -> Iterable[Place]:
    """Choose frames in which two objects sound, and the same frames with each sound alone."""
    done = set()
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        scene, _, variant = info["clip"].rpartition("_")
        if variant != "both" or scene in done:
            continue
        if len(sounding_categories(dataset[index]["data_samples"])) == 2:
            done.add(scene)
            for sound in ("both", "first", "second"):
                yield f"{scene}_{sound}", info["frame"]


def examples_of(
    inferencer: AVSInferencer,
    source: Mapping[str, Any],
    choose: Callable[[AVSBenchDataset], Iterable[Place]],
) -> list[Example]:
    """Predict and draw the chosen frames of a test set under their three sounds.

    Args:
        source: What sets the ``AVSBenchDataset`` apart: subset and folders.
        choose: Gives the frames; those that the data set has not are left out, and so are more than
            six.
    """
    init_default_scope("mmseg")
    frames = conditioned_frames(
        dict(
            type="avs_mm.AVSBenchDataset",
            **source,
            split="test",
            metainfo=dict(classes=inferencer.classes, palette=inferencer.palette),
            pipeline=PIPELINE,
            test_mode=True,
        ),
        CONDITIONS,
    )
    infos = [frames.dataset.get_data_info(index) for index in range(len(frames))]
    places = {(info["clip"], info["frame"]): index for index, info in enumerate(infos)}
    chosen = [places[place] for place in choose(frames.dataset) if place in places][:NUMBER]

    items = [frames[index] for index in chosen]
    images = [image_of(item) for item in items]
    predictions = [
        inferencer(images, [item["audios"][condition]["audio"].numpy() for item in items])
        for condition in CONDITIONS
    ]
    return [
        draw_example(inferencer, image, item, samples)
        for image, item, samples in zip(images, items, zip(*predictions, strict=True), strict=True)
    ]


def draw_example(
    inferencer: AVSInferencer,
    image: np.ndarray,
    item: Mapping[str, Any],
    predictions: Sequence[SegDataSample],
) -> Example:
    """Draw a frame, its annotation, its candidates, and the predictions under the three sounds.

    Args:
        image: RGB uint8 (H, W, 3).
        item: Of ``ConditionedFrames``.
        predictions: Of the image, under its own sound, silence and the unmatched sound.
    """
    classes, palette = inferencer.classes, inferencer.palette
    annotation = item["data_samples"]
    candidates = predictions[0].pred_instances
    labels = candidates.labels.tolist()
    drawn_candidates = draw_objects(
        image,
        candidates.masks.numpy(),
        names=[
            f"{classes[label]} {score:.2f}"
            for label, score in zip(labels, candidates.scores.tolist(), strict=True)
        ],
        colours=[palette[label] for label in labels],
        filled=[True] * len(labels),
    )
    sounding, silent = (
        ", ".join(classes[label] for label in category_regions(annotation, field)[0])
        for field in ("gt_sem_seg", "gt_silent_map")
    )
    named = [_sounding_names(sample, classes) for sample in predictions]
    unmatched = Path(item["audios"]["unmatched"]["metainfo"]["audio_path"]).stem
    return Example(
        images=[
            image,
            draw_annotation(image, annotation, classes=classes, palette=palette),
            drawn_candidates,
            *(
                draw_candidates(image, sample, classes=classes, palette=palette)
                for sample in predictions
            ),
        ],
        captions=[
            f"{annotation.clip}, second {annotation.frame + 1}",
            f"sounding: {sounding or 'nothing'}" + (f"; silent: {silent}" if silent else ""),
            f"{len(labels)} found",
            *named[:2],
            f"{named[2]} (under {unmatched})",
        ],
    )


def _sounding_names(sample: SegDataSample, classes: Sequence[str]) -> str:
    """Name what the model takes to sound."""
    labels = sample.pred_instances.labels[sounding_candidates(sample)].tolist()
    return ", ".join(classes[label] for label in labels) or "nothing"


if __name__ == "__main__":
    main()
