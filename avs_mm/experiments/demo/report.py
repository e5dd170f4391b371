"""Write the demo's report: test frames under their own sound, silence and another sound.

    python tools/demo_report.py --config configs/mini/avsc.py --checkpoint work_dirs/avsc \\
        --figures figures.json --video demo.mp4 -o report.html

The frames are chosen by their place in the data set, not by how well they come out.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from avs_mm.experiments.demo.page import Example, page
from mmseg.structures import SegDataSample

from avs_mm.apis import AVSInferencer
from avs_mm.datasets import AVSBenchDataset
from avs_mm.visualization import draw_candidates, draw_objects, sounding_candidates
from avs_mm.whole_file import replaced_when_whole

NUMBER = 6  # examples of each subset
BACKGROUND = 255
PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
]
Place = tuple[str, int]  # clip, frame


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", required=True, help="config of stage 2")
    parser.add_argument("--checkpoint", required=True, help="of that config, or its work dir")
    parser.add_argument("--data", type=Path, default=Path("data/mini"), help="the mini data set")
    parser.add_argument("--figures", type=Path, required=True, help="JSON with the tests' figures")
    parser.add_argument("--video", required=True, help="video to show, as seen from the report")
    parser.add_argument("-o", "--out", type=Path, required=True, help="HTML file to write")
    args = parser.parse_args()

    inferencer = AVSInferencer(args.config, args.checkpoint)
    objects, silent = args.data / "AVSBench-object", args.data / "silent-objects"
    s4 = dict(subset="s4", data_root=objects / "Single-source", silent_root=silent / "s4")
    ms3 = dict(
        subset="ms3",
        data_root=objects / "Multi-sources",
        semantic_root=args.data / "AVSBench-semantic",
        silent_root=silent / "ms3",
    )
    sections = [
        ("One sounding object (S4)", examples_of(inferencer, s4, one_of_each_category)),
        ("The same picture under three sounds (MS3)", examples_of(inferencer, ms3, three_sounds)),
    ]
    html = page(json.loads(args.figures.read_text()), sections, video=args.video)
    with replaced_when_whole(args.out) as temporary:
        temporary.write_text(html, encoding="utf-8")
    print(f"{sum(len(examples) for _, examples in sections)} examples are in {args.out}")


def one_of_each_category(dataset: AVSBenchDataset) -> Iterable[Place]:
    """Choose the middle frame of every category's first clip."""
    seen = set()
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        if info["frame"] == 2 and info["category"] not in seen:
            seen.add(info["category"])
            yield info["clip"], info["frame"]


def three_sounds(dataset: AVSBenchDataset) -> Iterable[Place]:
    """Choose frames in which two objects sound, and the same frames with each sound alone."""
    done = set()
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        picture, _, variant = info["clip"].rpartition("_")
        if variant == "both" and picture not in done:
            category_map = dataset[index]["gt_seg_map"]
            if len(np.unique(category_map[category_map != BACKGROUND])) == 2:
                done.add(picture)
                for sound in ("both", "first", "second"):
                    yield f"{picture}_{sound}", info["frame"]


def examples_of(
    inferencer: AVSInferencer, source: dict, choose: Callable[[AVSBenchDataset], Iterable[Place]]
) -> list[Example]:
    """Predict and draw the chosen frames of a test set under their three sounds."""
    datasets = [
        AVSBenchDataset(
            **source,
            split="test",
            audio=audio,
            metainfo=dict(classes=inferencer.classes, palette=inferencer.palette),
            pipeline=PIPELINE,
            test_mode=True,
        )
        for audio in ("original", "silence", "unmatched")
    ]
    infos = [datasets[0].get_data_info(index) for index in range(len(datasets[0]))]
    places = {(info["clip"], info["frame"]): index for index, info in enumerate(infos)}
    chosen = [places[place] for place in choose(datasets[0]) if place in places][:NUMBER]

    frames, silent, unmatched = ([dataset[index] for index in chosen] for dataset in datasets)
    images = [frame["img"][..., ::-1].copy() for frame in frames]  # RGB
    samples = [
        inferencer(images, [heard["audio"] for heard in condition])
        for condition in (frames, silent, unmatched)
    ]
    return [
        draw_example(inferencer, image, frame, other["audio_path"], predictions)
        for image, frame, other, predictions in zip(
            images, frames, unmatched, zip(*samples, strict=True), strict=True
        )
    ]


def draw_example(
    inferencer: AVSInferencer,
    image: np.ndarray,
    frame: dict,
    other_sound: str,
    samples: Sequence[SegDataSample],
) -> Example:
    """Draw a frame, its ground truth, its candidates, and the results under the three sounds."""
    classes, palette = inferencer.classes, inferencer.palette
    sounding, silent = objects_in(frame["gt_seg_map"]), objects_in(frame["gt_silent_map"])
    labels = [*sounding, *silent]
    truth = draw_objects(
        image,
        np.array([*sounding.values(), *silent.values()], bool).reshape(-1, *image.shape[:2]),
        names=[classes[label] for label in sounding] + [""] * len(silent),
        colours=[palette[label] for label in labels],
        filled=[True] * len(sounding) + [False] * len(silent),
    )
    candidates = samples[0].pred_instances
    found = candidates.labels.tolist()
    seen = draw_objects(
        image,
        candidates.masks.numpy(),
        names=[
            f"{classes[label]} {score:.2f}"
            for label, score in zip(found, candidates.scores.tolist(), strict=True)
        ],
        colours=[palette[label] for label in found],
        filled=[True] * len(found),
    )
    results = [
        draw_candidates(image, sample, classes=classes, palette=palette) for sample in samples
    ]

    quiet = ", ".join(classes[label] for label in silent)
    loud = ", ".join(classes[label] for label in sounding) or "nothing"
    return Example(
        pictures=[image, truth, seen, *results],
        captions=[
            f"{frame['clip']}, second {frame['frame'] + 1}",
            f"sounding: {loud}" + (f"; silent: {quiet}" if quiet else ""),
            f"{len(found)} found",
            answer(samples[0], classes),
            answer(samples[1], classes),
            f"{answer(samples[2], classes)} (under {Path(other_sound).stem})",
        ],
    )


def objects_in(category_map: np.ndarray) -> dict[int, np.ndarray]:
    """Split a category map (H, W) into the region of each category, bool (H, W)."""
    categories = np.unique(category_map[category_map != BACKGROUND]).tolist()
    return {category: category_map == category for category in categories}


def answer(sample: SegDataSample, classes: list[str]) -> str:
    """Name what the model takes to sound."""
    labels = sample.pred_instances.labels[sounding_candidates(sample)].tolist()
    return ", ".join(classes[label] for label in labels) or "nothing"


if __name__ == "__main__":
    main()
