import numpy as np

from avs_mm.experiments.demo.scenes import SCENES, draw_scene
from avs_mm.mini import CATEGORIES


def test_every_scene_names_objects_of_its_own():
    for objects, seconds in SCENES:
        assert set(objects) <= set(CATEGORIES)
        assert {name for names in seconds for name in names} <= set(objects)


def test_the_scene_stays_and_the_sound_changes():
    seconds = [["bell"], []]
    frames, sound = draw_scene(np.random.default_rng(0), ["bell", "drum"], seconds)
    assert (frames.shape, frames.dtype) == ((24, 336, 336, 3), np.uint8)
    assert np.abs(np.diff(frames.astype(int), axis=0)).mean() < 10  # it moves smoothly
    loud, quiet = (np.sqrt(np.mean(part**2)) for part in sound.reshape(2, 16_000))
    assert loud > 10 * quiet
