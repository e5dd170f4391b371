"""Files to try the demo's network on: drawn scenes, and sounds to lay over them."""

from pathlib import Path

import numpy as np

from avs_mm.experiments.demo.scenes import FPS, draw_scene
from avs_mm.media import SAMPLE_RATE, write_video
from avs_mm.mini import CATEGORIES
from avs_mm.mini.sounds import draw_source, mix
from avs_mm.output_file import to_int16, write_wav

__all__ = ["draw_examples"]

SECONDS = 10
SEED = 16  # no scene of the demo's own video
SCENES: dict[str, list[list[str]]] = {  # what sounds in each of the seconds
    "bell_bird_drum": 3 * [["bell"]] + 2 * [["bird"]] + 3 * [["bird", "drum"]] + 2 * [["drum"]],
    "engine_siren_whistle": 4 * [["engine"]] + 3 * [["siren"]] + [[]] + 2 * [["whistle"]],
    "engine_bird": 5 * [["bird"]] + 2 * [[]] + 3 * [["engine", "bird"]],
}


def draw_examples(folder: Path) -> list[Path]:
    """Draw three videos of ten seconds, and the sound of each category.

    Returns:
        The files: the videos first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for index, (name, seconds) in enumerate(SCENES.items()):
        rng = np.random.default_rng([SEED, index])
        frames, sound = draw_scene(rng, name.split("_"), seconds)
        paths.append(folder / f"{name}.mp4")
        write_video(paths[-1], frames, fps=FPS, audio=sound)
    for category, name in enumerate(CATEGORIES):
        rng = np.random.default_rng([SEED, len(SCENES) + category])
        source = draw_source(category, SECONDS, rng)
        sound = mix([source], np.ones((1, SECONDS), bool), rng)
        paths.append(folder / f"{name}.wav")
        write_wav(paths[-1], to_int16(sound), sample_rate=SAMPLE_RATE)
    return paths
