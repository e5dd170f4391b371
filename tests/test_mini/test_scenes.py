"""The drawn frames: visible objects, smooth motion and the benchmark's bias."""

from itertools import pairwise

import numpy as np
import pytest

from avs_mm.mini.clips import draw_labelled_clip, draw_ms3_clips, draw_s4_clip
from avs_mm.mini.scenes import lay_out
from avs_mm.mini.sprites import CATEGORIES, draw_sprite


@pytest.mark.parametrize("category", range(len(CATEGORIES)), ids=CATEGORIES)
def test_sprites_differ_from_object_to_object(category: int) -> None:
    first, second = (draw_sprite(category, 96, np.random.default_rng(seed)) for seed in (0, 1))
    assert first.shape == (96, 96, 4)
    assert first.min() >= 0
    assert first.max() <= 1
    assert 0.3 < first[..., 3].mean() < 0.8
    assert np.abs(first - second).mean() > 0.01


def test_every_object_stays_visible_and_moves_little_from_frame_to_frame() -> None:
    for seed in range(6):
        scene = lay_out(np.random.default_rng(seed), range(4)).draw()
        assert scene.frames.shape == (5, 224, 224, 3)
        assert scene.frames.dtype == scene.labels.dtype == np.uint8
        for label in range(1, 5):
            masks = scene.labels == label
            assert masks.sum((1, 2)).min() > 300
            centers = np.array([np.argwhere(mask).mean(0) for mask in masks])
            steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
            assert steps.max() < 35
            assert np.linalg.norm(centers[0] - centers[-1]) > 0.5


def test_number_of_frames_and_size_are_free() -> None:
    scene = lay_out(np.random.default_rng(0), [2], num_frames=1, height=96, width=160).draw()
    assert scene.frames.shape == (1, 96, 160, 3)
    assert set(np.unique(scene.labels)) == {0, 3}


@pytest.mark.slow
def test_the_sounding_object_of_s4_is_nearly_always_the_most_salient() -> None:
    largest = []
    for index in range(40):
        clip = draw_s4_clip(0, "train", index)
        areas = np.bincount(clip.scene.labels.ravel(), minlength=len(CATEGORIES) + 1)[1:]
        assert 2 <= np.count_nonzero(areas) <= 4
        largest.append(np.argmax(areas) == clip.sounding[0] == index % len(CATEGORIES))
    assert 0.75 <= np.mean(largest) < 1


def test_sounding_and_silent_maps_share_out_what_is_visible() -> None:
    silent_objects = 0
    for index in range(6):
        for clip in draw_ms3_clips(0, "test", index):
            for second in range(5):
                sounding = clip.label_map(second)
                silent = clip.label_map(second, sounding=False)
                assert not np.any((sounding > 0) & (silent > 0))
                np.testing.assert_array_equal(sounding + silent, clip.scene.labels[second])
                active = np.flatnonzero(clip.activity[:, second]) + 1
                assert set(np.unique(sounding)) == {0, *active}
                silent_objects += len(np.unique(silent)) - 1
    assert silent_objects > 10


def test_three_tracks_of_a_scene_differ_in_sound_only() -> None:
    both, first, second = draw_ms3_clips(0, "test", 1)
    assert both.sounding == first.sounding + second.sounding
    np.testing.assert_array_equal(both.scene.frames, second.scene.frames)
    np.testing.assert_array_equal(both.activity, first.activity | second.activity)
    assert np.abs(first.sound - second.sound).max() > 0.1


def test_labelled_clips_show_five_different_images() -> None:
    clip = draw_labelled_clip(0, "train", 0)
    frames = clip.scene.frames.astype(float)
    for one, other in pairwise(frames):
        assert np.abs(one - other).mean() > 20
    assert not clip.sound.any()
    for second in range(5):
        np.testing.assert_array_equal(clip.label_map(second), clip.scene.labels[second])
