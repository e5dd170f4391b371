"""How often objects change their ids, and decisions flicker, with and without avs_mm.tracking.

    python benchmarks/tracking.py                       # drawn clips, whose objects are known
    python benchmarks/tracking.py --model WORK_DIR --videos dog.mp4 cows.mp4

Drawn: six of the mini data set's sprites, three of each of two categories, cross each other; a
tenth of the visible objects is missed, masks are a little too large or small. An id switch is a
known object whose id is another than when it was last found. With a model the objects are not
known: ids that begin, and changes between silent and sounding, are counted instead.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from pycocotools import mask as coco_mask

from avs_mm.mini.scenes import SceneObject
from avs_mm.mini.sprites import draw_sprite
from avs_mm.tracking import Tracker

HEIGHT, WIDTH = 180, 320
SECONDS, EVERY = 10, 0.2
LEAST_VISIBLE = 0.2  # part of an object's own area below which nothing finds it
MISSED = 0.1  # part of the visible objects
MARGINS = (0.0, 0.05, 0.1, 0.15, 0.2)


@dataclass(frozen=True)
class Found:
    """What a segmentor finds in a drawn frame: of each candidate its mask, category and object."""

    time: float
    rles: list[dict]
    labels: list[int]
    objects: list[int]
    embeddings: np.ndarray


def draw_clip(rng: np.random.Generator) -> Iterator[Found]:
    things = [
        SceneObject(
            category=index % 2,
            label=index + 1,
            sprite=draw_sprite(index % 2, 80, rng),
            center=tuple(rng.uniform(-0.25, 0.25, 2)),
            travel=tuple(rng.uniform(-1.2, 1.2, 2) * (1.0, 0.5)),
            bend=tuple(rng.uniform(-0.3, 0.3, 2)),
            radius=rng.uniform(0.12, 0.2),
            growth=rng.uniform(-0.2, 0.2),
            angle=rng.uniform(-0.6, 0.6),
            spin=rng.uniform(-1, 1),
            stretch=1.0,
            mirrored=False,
        )
        for index in range(6)
    ]
    looks = rng.normal(size=(len(things), 32))
    for step in range(round(SECONDS / EVERY)):
        place = step * EVERY / SECONDS
        owner = np.full((HEIGHT, WIDTH), -1)
        areas = []
        for index, thing in enumerate(things):  # the last one is in front
            matrix = thing.matrix(place, HEIGHT, WIDTH)
            cover = cv2.warpAffine(thing.sprite[..., 3], matrix, (WIDTH, HEIGHT)) > 0.5
            owner[cover] = index
            side = thing.sprite.shape[0]
            shrink = abs(np.linalg.det(matrix[:, :2]))
            areas.append((thing.sprite[..., 3] > 0.5).sum() * shrink if side else 0)
        rles, labels, objects = [], [], []
        for index in rng.permutation(len(things)):
            visible = owner == index
            if visible.sum() < LEAST_VISIBLE * areas[index] or rng.random() < MISSED:
                continue
            change = cv2.erode if rng.random() < 0.5 else cv2.dilate
            kernel = np.ones((int(rng.integers(1, 4)),) * 2, np.uint8)
            mask = change(visible.astype(np.uint8), kernel)
            rles.append(coco_mask.encode(np.asfortranarray(mask)))
            labels.append(things[index].category)
            objects.append(int(index))
        embeddings = looks[objects] + rng.normal(size=(len(objects), 32)) * 0.7
        yield Found(step * EVERY, rles, labels, objects, embeddings)


class Ranks:
    """No tracking: the number of a candidate among those of its category, as they come."""

    def update(self, time: float, labels: list[int], rles: list, embeddings: object) -> list[int]:
        return [100 * label + labels[:index].count(label) for index, label in enumerate(labels)]


def count_switches(clip: list[Found], tracker: Tracker | Ranks) -> tuple[int, int]:
    """Return the switches, and those of objects that were found in the half second before."""
    last: dict[int, tuple[int, float]] = {}
    switches = short = 0
    for found in clip:
        ids = tracker.update(found.time, found.labels, found.rles, found.embeddings)
        for thing, track in zip(found.objects, ids, strict=True):
            known, seen = last.get(thing, (track, found.time))
            switches += known != track
            short += known != track and found.time - seen <= 0.5 + 1e-6
            last[thing] = track, found.time
    return switches, short


TRACKERS: dict[str, Callable[[], Tracker | Ranks]] = {
    "no tracking": Ranks,
    "masks and motion, no memory": lambda: Tracker(memory=EVERY, use_embeddings=False),
    "masks and motion": lambda: Tracker(use_embeddings=False),
    "masks, motion, embeddings": Tracker,
}


def drawn(clips: int) -> None:
    minutes = clips * SECONDS / 60
    made = [list(draw_clip(np.random.default_rng(index))) for index in range(clips)]
    print(f"{clips} clips of {SECONDS} s, a frame every {EVERY} s, 6 objects")
    for name, build in TRACKERS.items():
        counts = [count_switches(clip, build()) for clip in made]
        switches, short = (sum(count) / minutes for count in zip(*counts, strict=True))
        print(
            f"{name:30} {switches:7.1f} id switches a minute, {short:7.1f} of them "
            "of objects found in the half second before"
        )


def changes(sounding: dict[int, list[bool]]) -> int:
    return sum(a != b for states in sounding.values() for a, b in pairwise(states))


def with_model(model: str, videos: list[str], device: str | None) -> None:
    from avs_mm.cli.inputs import load_model

    inferencer = load_model(model, device=device)
    for video in videos:
        encoded = inferencer.set_video(video, every=EVERY)
        minutes = encoded.duration / 60
        plain = Tracker(use_embeddings=False)
        without = [
            track
            for frame in encoded.frames
            for track in plain.update(frame.time, frame.labels.tolist(), frame.rles)
        ]
        ids = {track for frame in encoded.frames for track in frame.ids}
        print(
            f"{video}: {len(encoded.frames)} frames; ids that begin, a minute: "
            f"{len(ids) / minutes:.1f}, without embeddings {len(set(without)) / minutes:.1f}"
        )
        for hop in (None, 1.0):
            for margin in MARGINS if inferencer.uses_sound else ():
                sounding: dict[int, list[bool]] = {}
                for frame in encoded.with_audio(audio_every=hop, hysteresis=margin):
                    for found in frame.objects:
                        sounding.setdefault(found.id, []).append(found.sounding)
                scored = "every frame" if hop is None else "once a second"
                print(
                    f"  sound scored {scored}, hysteresis {margin:4}: "
                    f"{changes(sounding) / minutes:6.1f} changes a minute"
                )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=30)
    parser.add_argument("--model", help="as of avs-mm segment")
    parser.add_argument("--videos", nargs="+", default=[])
    parser.add_argument("--device")
    args = parser.parse_args()
    if args.model:
        with_model(args.model, args.videos, args.device)
    else:
        drawn(args.clips)


if __name__ == "__main__":
    main()
