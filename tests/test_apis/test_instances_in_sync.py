"""Objects of one category under a sound, told apart by their motion."""

import numpy as np
import pytest

from avs_mm.apis.encoded_frames import EncodedFrame
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.apis.instances_in_sync import synchrony_of_objects, tell_instances_apart

RLE = {"size": [2, 2], "counts": b"04"}


def found(number: int, *, label: int = 0, sounding: bool = True) -> AVSObject:
    return AVSObject(
        id=number,
        category="drum",
        rle=RLE,
        visual_score=0.9,
        audio_score=0.8,
        sounding=sounding,
        label=label,
    )


def judged(objects: list[AVSObject], of_objects: dict[int, float], **options) -> list[AVSObject]:
    frame = Frame(time=0.0, size=(2, 2), objects=objects)
    (told,) = tell_instances_apart([frame], of_objects, **options)
    return told.objects


def test_of_two_the_one_in_time_sounds():
    first, second = judged([found(1), found(2)], {1: 0.2, 2: 0.8})
    assert (first.sounding, second.sounding) == (False, True)
    assert first.audio_score == pytest.approx(0.2)
    assert second.audio_score == pytest.approx(0.8)


def test_two_that_are_as_much_in_time_both_sound():
    assert all(one.sounding for one in judged([found(1), found(2)], {1: 0.7, 2: 0.8}))
    marked = judged([found(1), found(2)], {1: 0.7, 2: 0.8}, least_fraction=1.0)
    assert [one.sounding for one in marked] == [False, True]


def test_nothing_changes_where_there_is_nothing_to_tell_apart():
    alone = [found(1), found(2, label=1), found(3, sounding=False)]
    assert judged(alone, {1: -0.3, 2: 0.1, 3: 0.9}) == alone
    out_of_time = [found(1), found(2)]
    assert judged(out_of_time, {1: -0.3, 2: 0.0}) == out_of_time


def test_synchrony_is_of_an_object_over_the_frames_it_is_in():
    times = np.arange(30) / 10
    struck = (5, 13, 20)
    instants = np.arange(48_000) / 16_000
    sound = np.zeros(48_000, np.float32)
    for frame in struck:
        since = instants - (times[frame] - 0.05)
        sound += np.where((since >= 0) & (since < 0.05), np.sin(3000 * instants), 0) * 0.5
    frames = []
    for place, time in enumerate(times):
        # 1 moves with the sound, 2 does not; 3 is seen too briefly
        energies = {1: 9.0 * (place in struck), 2: 9.0 * (place + 3 in struck), 3: place}
        ids = [1, 2, 3] if place < 6 else [2, 1]
        frames.append(
            EncodedFrame(
                time=time,
                size=(2, 2),
                ids=ids,
                labels=np.zeros(len(ids), int),
                scores=np.ones(len(ids)),
                rles=[RLE] * len(ids),
                overlaps=np.zeros((0, len(ids)), bool),
                motion=np.array([energies[number] for number in ids], float),
            )
        )
    of_objects = synchrony_of_objects(frames, sound)
    assert of_objects[1] > 0.9
    assert of_objects[2] < 0.3
    assert of_objects[3] == 0.0
