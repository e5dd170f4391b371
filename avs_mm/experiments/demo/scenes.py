"""Draw the demo's video: scenes of the mini data set in which the sounding object changes.

    python -m avs_mm.experiments.demo.scenes --out scenes.mp4

The mini data set's own clips hold one frame a second; here such scenes move smoothly.
"""

import argparse
from pathlib import Path

import numpy as np

from avs_mm.media import write_video
from avs_mm.mini import CATEGORIES
from avs_mm.mini.scenes import lay_out
from avs_mm.mini.sounds import draw_source, mix

FPS = 12
SIDE = 336  # pixels

# Objects in the scene, and what sounds in each second: the scene stays, the sound changes.
SCENES: list[tuple[list[str], list[list[str]]]] = [
    (
        ["bell", "bird", "drum"],
        [["bell"], ["bell"], ["bird"], ["bird"], ["drum"], ["drum"]],
    ),
    (
        ["engine", "whistle"],
        [["engine"], ["engine"], [], ["whistle"], ["engine", "whistle"], ["engine", "whistle"]],
    ),
    (
        ["siren", "bird", "bell", "engine"],
        [["siren"], ["siren"], ["siren", "bird"], ["bird"], [], ["engine"]],
    ),
    (
        ["drum", "whistle", "siren"],
        [["drum"], ["drum"], ["whistle"], ["whistle"], ["siren"], ["siren"]],
    ),
]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m avs_mm.experiments.demo.scenes",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="video to write")
    parser.add_argument("--seed", type=int, default=0, help="of places, looks and sounds")
    args = parser.parse_args()

    drawn = [
        draw_scene(np.random.default_rng([args.seed, index]), objects, seconds)
        for index, (objects, seconds) in enumerate(SCENES)
    ]
    frames, sounds = zip(*drawn, strict=True)
    write_video(args.out, np.concatenate(frames), fps=FPS, audio=np.concatenate(sounds))
    print(f"{sum(map(len, frames)) / FPS:.0f} seconds are in {args.out}")


def draw_scene(
    rng: np.random.Generator, objects: list[str], sounding: list[list[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a scene of some objects, of which those named for a second sound in it.

    Returns:
        Frames, RGB uint8 (12 * seconds, 336, 336, 3), and the sound, (16000 * seconds,).
    """
    categories = [CATEGORIES.index(name) for name in objects]
    laid_out = lay_out(rng, categories, num_frames=FPS * len(sounding), height=SIDE, width=SIDE)
    scene = laid_out.draw()
    activity = np.array([[name in names for names in sounding] for name in objects])
    sources = [draw_source(category, len(sounding), rng) for category in categories]
    return scene.frames, mix(sources, activity, rng)


if __name__ == "__main__":
    main()
