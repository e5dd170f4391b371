"""Draw a figure of the paper for any set of checkpoints side by side."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.figure import Figure
from mmseg.structures import SegDataSample
from rich.progress import track

from avs_mm.atomic_write import atomic_write
from avs_mm.datasets.category_maps import open_image
from avs_mm.evaluation.functional import jaccard
from avs_mm.evaluation.runners.model_comparison import (
    SOUND_CONDITIONS,
    ComparedModel,
    Place,
    choose_places,
    load_models,
    predict,
    queries_of,
    under_sounds,
)
from avs_mm.visualization.annotation import draw_annotation
from avs_mm.visualization.drawing import draw_candidates
from avs_mm.visualization.model_figure import (
    draw_heat_map,
    draw_queries,
    plot_grid,
)

__all__ = ["FIGURES", "draw_figure"]

Kind = Literal["masks", "heat", "queries", "sounds"]
FIGURES: dict[str, str] = {
    "masks": "what several models mark (the paper's Figures 4 and 7)",
    "heat": "heat maps of localisers beside masks (Figure 6)",
    "queries": "every query's mask of several stages 1 (Figure 3)",
    "sounds": "what several models mark when the sound changes (Figures 1 and 5)",
}
SUFFIXES = (".png", ".pdf")


def draw_figure(
    kind: Kind,
    models: Sequence[str],
    *,
    out: str | Path,
    number: int = 4,
    clips: Sequence[str] = (),
    seed: int | None = None,
    device: str | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Path:
    """Write one of ``FIGURES`` for models given as [TITLE=]CONFIG:CHECKPOINT.

    Args:
        out: PNG or PDF to write, whole or not at all.
        number: Of frames, chosen before any prediction (``choose_frames``).
        clips: The clips themselves, instead of a number.
        seed: Of the choice; by default the data set's ``audio_seed``.
        overrides: Of every config, by dotted keys.

    Returns:
        The path that was written.

    Raises:
        FileNotFoundError: A config, a checkpoint or data is missing.
        ValueError: Another kind of image or of model; an unknown clip; more frames than clips.
    """
    out = Path(out)
    if out.suffix not in SUFFIXES:
        raise ValueError(f"{out}: unknown kind of image; write a {' or '.join(SUFFIXES)}")
    conditions = SOUND_CONDITIONS if kind == "sounds" else ("original",)
    compared = load_models(models, conditions=conditions, device=device, overrides=overrides)
    places = choose_places(compared[0], number=number, clips=clips, seed=seed)
    figure = (
        _sounds(compared, places) if kind == "sounds" else _side_by_side(kind, compared, places)
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(out) as unfinished:
        figure.savefig(unfinished)
    return out


def _side_by_side(kind: Kind, compared: Sequence[ComparedModel], places: Sequence[Place]) -> Figure:
    cells, captions = [], []
    for place in track(places, "Predicting"):
        first = compared[0]
        annotation = first.frames.dataset[first.index_of(place)]["data_samples"]
        image = np.asarray(open_image(annotation.img_path).convert("RGB"))
        names = dict(
            classes=first.frames.metainfo["classes"], palette=first.frames.metainfo["palette"]
        )
        images, texts = [image, draw_annotation(image, annotation, **names)], ["", ""]
        for each in compared:
            drawn, text = _cell(kind, each, place, image)
            images.append(drawn)
            texts.append(text)
        cells.append(images)
        captions.append(texts)
    return plot_grid(
        cells,
        columns=["Image", "Ground truth", *(each.title for each in compared)],
        rows=[f"{clip}\nsecond {frame + 1}" for clip, frame in places],
        captions=captions,
        title=_title(kind, compared),
    )


def _cell(
    kind: Kind, each: ComparedModel, place: Place, image: np.ndarray
) -> tuple[np.ndarray, str]:
    metainfo = each.frames.metainfo
    if kind == "queries":
        sample, logits, categories = queries_of(each, place)
        drawn = draw_queries(image, logits, categories, palette=metainfo["palette"])
        objects = int((categories < len(metainfo["classes"])).sum())
        kept = len(sample.pred_instances)
        return drawn, f"{len(logits)} queries, {objects} of a category, {kept} candidates"
    sample = predict(each, place)
    text = f"J {_jaccard(sample):.2f}"
    if kind == "heat" and "pred_heat_map" in sample:
        return draw_heat_map(image, sample.pred_heat_map.data), text
    names = dict(classes=metainfo["classes"], palette=metainfo["palette"])
    return draw_candidates(image, sample, **names), text


def _sounds(compared: Sequence[ComparedModel], places: Sequence[Place]) -> Figure:
    of = under_sounds(compared)
    cells, captions, rows = [], [], []
    for place in track(places, "Predicting"):
        for each, frame in zip(compared, of(place), strict=True):
            image = np.asarray(open_image(frame.annotation.img_path).convert("RGB"))
            metainfo = each.frames.metainfo
            names = dict(classes=metainfo["classes"], palette=metainfo["palette"])
            cells.append(
                [
                    draw_candidates(image, sound.prediction, **names)
                    for sound in frame.sounds.values()
                ]
            )
            captions.append(
                [
                    f"{'right' if sound.right else 'wrong'}, J {sound.jaccard:.2f} "
                    + " + ".join(sound.sources)
                    for sound in frame.sounds.values()
                ]
            )
            rows.append(f"{each.title}\n{place[0]}\nsecond {place[1] + 1}")
            columns = [name.capitalize() for name in frame.sounds]
    return plot_grid(
        cells,
        columns=columns,
        rows=rows,
        captions=captions,
        title=_title("sounds", compared),
    )


def _jaccard(sample: SegDataSample) -> float:
    return float(jaccard(sample.pred_sounding_map.data, sample.gt_sounding_mask.data))


def _title(kind: Kind, compared: Sequence[ComparedModel]) -> str:
    dataset = compared[0].frames.dataset
    return f"{FIGURES[kind].partition(' (')[0].capitalize()}: {dataset.title} {dataset.split}"
