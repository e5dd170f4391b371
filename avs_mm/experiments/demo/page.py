"""The demo's report as one HTML page with its images inside."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

import numpy as np

from avs_mm.output_file import encode_image

__all__ = ["SOUNDS", "TWINS", "Example", "Section", "page"]

SOUNDS = {  # columns: a title, and what it shows
    "Frame": "A frame of the test set.",
    "Ground truth": "Filled: what sounds. Outlined: silent objects, which no training label shows.",
    "Candidates": "Stage 1: every object that could sound, with its visual score.",
    "Its own sound": "Stage 2: filled if the audio has its category, with the audio score.",
    "Silence": "The same frame without sound: the right answer is nothing.",
    "Unmatched sound": "The sound of something that is not in the frame: again nothing.",
}
TWINS = {
    "Frame": "The middle frame of a drawn clip of three seconds.",
    "Ground truth": "Filled: the one that sounds. Outlined: its silent twin, which moves, too.",
    "By category": "Which category sounds is given; all of it is marked.",
    "By synchrony": "Of these, the ones that move when something sets in.",
    "By stage 2": "Its own audio scores find the category, then synchrony the object.",
}
MEANINGS = {
    "sounding_recall": "fraction of the sounding objects with a candidate (IoU > 0.5)",
    "silent_recall": "the same for silent objects, which the labels of S4 leave out",
    "false_positive_masks": "candidates a frame that match no object",
    "I_per_frame": "candidates a frame",
    "J": "mean IoU with the mask of what sounds",
    "F": "F-score of the same (beta² = 0.3)",
    "oracle_J": "J of the candidates whose category sounds, the audio being known",
    "RA_silence": "fraction of frames that stay empty under silence",
    "RA_unmatched": "fraction of frames that stay empty under the sound of an absent object",
    "all_tracks_right": "fraction of frames that are right under each of their sounds",
    "both_found": "fraction of pictures in which stage 1 has a mask of either object",
    "right_by_category": "fraction in which the right one alone is marked; a guess reaches 0.5",
    "right_by_synchrony": "the same, by synchrony",
    "right_by_stage2": "the same, the category by stage 2's own audio scores",
    "AP50_by_category": "average precision of the one that sounds",
    "AP50_by_synchrony": "the same, by synchrony",
}
STAGES = {
    "stage1": "Stage 1: what could sound",
    "stage2": "Stage 2: what does sound",
    "stage2_ms3": "Stage 2, several sources",
    "instances": "Two objects of one category",
}
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1d2733; background: #f6f7f9;
       max-width: 1380px; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; }
p { max-width: 46rem; margin: 0 0 1rem; }
.top { display: flex; flex-wrap: wrap; gap: 2.5rem; align-items: flex-start; }
video { width: 420px; max-width: 100%; border-radius: 10px; background: #000; }
table { border-collapse: collapse; font-size: .93rem; }
td, th { text-align: left; padding: .22rem .9rem .22rem 0; }
th { padding-top: .9rem; }
tr:first-child th { padding-top: 0; }
td.figure { text-align: right; font-variant-numeric: tabular-nums; font-weight: 600; }
td.meaning { color: #5a6675; }
.row { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 1fr); gap: .7rem;
       margin-bottom: .9rem; }
.head { position: sticky; top: 0; z-index: 1; background: #f6f7f9; padding: .5rem 0;
        border-bottom: 1px solid #d9dee5; font-size: .8rem; color: #5a6675; line-height: 1.35; }
.head b { display: block; font-size: .95rem; color: #1d2733; }
figure { margin: 0; font-size: .78rem; line-height: 1.3; color: #5a6675; }
img { width: 100%; display: block; border-radius: 6px; margin-bottom: .25rem; }
"""


@dataclass(frozen=True)
class Example:
    """A row: an image, RGB uint8 (H, W, 3), and a caption for every column."""

    images: list[np.ndarray]
    captions: list[str]


@dataclass(frozen=True)
class Section:
    """Examples under a title, with the same columns: the title and the meaning of each."""

    title: str
    columns: Mapping[str, str]
    examples: list[Example]


def page(metrics: dict[str, dict[str, float]], sections: list[Section], *, video: str) -> str:
    """Lay out the page: the metrics, the video, and the examples of every section."""
    body = "".join(_section(section) for section in sections)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What sounds here?</title>
<style>{STYLE}</style>
</head>
<body>
<h1>What sounds here?</h1>
<p>Stage 1 segments every object that could sound; stage 2 keeps those whose category its audio
encoder finds in the sound. Both were trained on the synthetic data set a few minutes ago; the
frames below are from its test set, of which no training has a frame, and were chosen by their place
in it, not by their result. The clips at the end are drawn for this page.</p>
<div class="top">
<video controls src="{escape(video)}"></video>
<table>
{"".join(_stage(stage, values) for stage, values in metrics.items())}</table>
</div>
{body}</body>
</html>
"""


def _stage(stage: str, metrics: dict[str, float]) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="figure">{value:.3f}</td>'
        f'<td class="meaning">{MEANINGS[name]}</td></tr>\n'
        for name, value in metrics.items()
    )
    return f'<tr><th colspan="3">{STAGES[stage]}</th></tr>\n{rows}'


def _section(section: Section) -> str:
    heads = "".join(f"<div><b>{title}</b>{text}</div>" for title, text in section.columns.items())
    rows = "".join(_row(section.columns, example) for example in section.examples)
    return f'<h2>{escape(section.title)}</h2>\n<div class="row head">{heads}</div>\n{rows}'


def _row(columns: Iterable[str], example: Example) -> str:
    figures = "".join(
        f'<figure><img alt="{escape(column)}" src="{_data_url(image)}">{escape(caption)}</figure>\n'
        for column, image, caption in zip(columns, example.images, example.captions, strict=True)
    )
    return f'<div class="row">\n{figures}</div>\n'


def _data_url(image: np.ndarray) -> str:
    content = encode_image(image, ".jpg", quality=90)
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()
