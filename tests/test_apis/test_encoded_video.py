"""A tiny network with random weights on a clip of moving noise: the calls that a program makes."""

import av
import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from tiny_network import CLASSES, PALETTE, save_checkpoint, save_work_dir, tiny_config

from avs_mm.apis import AVSInferencer, segment_video
from avs_mm.apis.object_models import check_tells_objects
from avs_mm.apis.video import second_ending_at
from avs_mm.media import read_video_frames, write_video
from avs_mm.output_file import to_int16, write_image, write_wav
from avs_mm.visualization import sounding_candidates


@pytest.fixture(scope="module")
def work_dir(tmp_path_factory):
    return save_work_dir(tmp_path_factory.mktemp("avsc"))


@pytest.fixture(scope="module")
def inferencer(work_dir):
    return AVSInferencer(work_dir, device="cpu", batch_size=4)


@pytest.fixture(scope="module")
def sound():
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 32_000).astype(np.float32)
    noise[16_000:] *= 0.1
    return noise


@pytest.fixture(scope="module")
def clip(tmp_path_factory, sound):
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    random = np.random.default_rng(1)
    start = random.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    write_video(path, [np.roll(start, 3 * i, axis=1) for i in range(10)], fps=5, audio=sound)
    return path


def test_a_work_dir_is_enough(inferencer):
    assert inferencer.classes == list(CLASSES)


def test_a_folder_without_a_config_or_with_two_is_refused(work_dir, tmp_path):
    with pytest.raises(FileNotFoundError, match="no config lies in it"):
        AVSInferencer(tmp_path)
    (tmp_path / "a.py").touch()
    (tmp_path / "b.py").touch()
    with pytest.raises(ValueError, match=r"a\.py, b\.py lie in it"):
        AVSInferencer(tmp_path)


def test_a_stream_says_what_the_model_says(inferencer, clip):
    frames = list(inferencer.stream(clip, np.zeros(32_000, np.float32), audio_every=None))
    assert [frame.time for frame in frames] == pytest.approx([i / 5 for i in range(10)])
    images = [image for _, image in read_video_frames(clip)]
    samples = inferencer(images, [np.zeros(16_000, np.float32)] * 10)
    number = 0
    for frame, image, sample in zip(frames, images, samples, strict=True):
        candidates = sample.pred_instances
        number += len(candidates)
        np.testing.assert_array_equal(frame.image, image)
        assert frame.size == (48, 64)
        assert [o.category for o in frame.objects] == [CLASSES[k] for k in candidates.labels]
        masks = [found.mask for found in frame.objects]
        np.testing.assert_array_equal(np.array(masks), candidates.masks.numpy())
        scores = [found.audio_score for found in frame.objects]
        torch.testing.assert_close(torch.tensor(scores), candidates.audio_scores)
        assert [found.sounding for found in frame.objects] == sounding_candidates(sample)
    assert number >= 10


def test_a_stream_ranks_instances_as_the_model_does(tmp_path, clip):
    folder = save_work_dir(tmp_path, instance_head=dict(visual_dims=120))
    inferencer = AVSInferencer(folder, device="cpu", batch_size=4)
    segmentor = inferencer.model.segmentor
    segmentor.split_parts = 0.01
    with torch.no_grad():  # masks of several parts, and parts that look alike rank apart
        torch.manual_seed(0)
        segmentor.decode_head.mask_embed[0].weight.normal_(std=3.0)
        segmentor.decode_head.pixel_decoder.mask_feature.weight.normal_()
        inferencer.model.instance_head.visual[1].weight.mul_(30)
    silence = np.zeros(32_000, np.float32)
    frames = list(inferencer.stream(clip, silence, audio_every=None))
    again = inferencer.set_video(clip).with_audio(silence, audio_every=None)
    images = [image for _, image in read_video_frames(clip)]
    below = 0
    for frame, other, sample in zip(
        frames, again, inferencer(images, [np.zeros(16_000, np.float32)] * 10), strict=True
    ):
        candidates = sample.pred_instances
        below += int((candidates.ranks < 0.999).sum())
        for objects in (frame.objects, other.objects):
            scores = [found.audio_score for found in objects]
            torch.testing.assert_close(torch.tensor(scores), candidates.audio_scores)
            assert [found.sounding for found in objects] == sounding_candidates(sample)
    assert below > 0
    assert inferencer.set_video(clip).category_scores(silence).shape == (2, len(CLASSES))


def test_a_stream_takes_the_videos_own_sound(inferencer, clip, sound):
    frames = list(inferencer.stream(clip, audio_every=None))
    images = [image for _, image in read_video_frames(clip)]
    seconds = [second_ending_at(sound, frame.time) for frame in frames]
    for frame, sample in zip(frames, inferencer(images, seconds), strict=True):
        scores = [found.audio_score for found in frame.objects]  # aac has changed it a little
        assert scores == pytest.approx(sample.pred_instances.audio_scores.tolist(), abs=0.05)


def test_a_picture_is_a_video_of_one_frame(inferencer, sound, tmp_path):
    image = np.random.default_rng(2).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    write_image(tmp_path / "picture.png", image)
    (frame,) = inferencer.stream(tmp_path / "picture.png", sound)
    (sample,) = inferencer([image], [sound[:16_000]])
    np.testing.assert_array_equal(frame.image, image)
    scores = [found.audio_score for found in frame.objects]
    torch.testing.assert_close(torch.tensor(scores), sample.pred_instances.audio_scores)
    assert len(scores) > 0


def test_candidates_are_found_once_for_any_number_of_sounds(inferencer, clip, sound, monkeypatch):
    encoded = inferencer.set_video(clip, every=0.4)
    assert encoded.times == pytest.approx([0, 0.4, 0.8, 1.2, 1.6])
    assert encoded.has_audio
    assert (encoded.fps, encoded.duration) == (5.0, 2.0)
    monkeypatch.setattr(inferencer.model.segmentor, "extract_feat", None)
    own, silent = encoded.with_audio(), encoded.with_audio(np.zeros(1, np.float32))
    ids = [[found.id for found in frame.objects] for frame in own]
    assert ids == [[found.id for found in frame.objects] for frame in silent]
    assert own != silent
    assert encoded.with_audio(clip) == own


def test_ids_of_a_set_video_are_those_of_a_stream(inferencer, clip, sound):
    encoded = inferencer.set_video(clip, every=0.4)
    assert list(inferencer.stream(clip, sound, every=0.4)) == encoded.with_audio(sound)


def test_sound_is_scored_once_a_second(inferencer, clip, sound):
    encoded = inferencer.set_video(clip)
    scores = encoded.category_scores(sound)
    assert scores.shape == (2, 6)
    for frame in encoded.with_audio(sound):
        second = max(0, int(np.ceil(frame.time)) - 1)
        for found in frame.objects:
            expected = scores[second, CLASSES.index(found.category)]
            assert found.audio_score == pytest.approx(expected, abs=1e-6)


def test_stage_1_needs_no_sound(tmp_path, clip):
    checkpoint = save_checkpoint(
        tiny_config("seg.py"),
        tmp_path / "seg.pth",
        dataset_meta={"classes": CLASSES, "palette": PALETTE},
    )
    inferencer = AVSInferencer(tiny_config("seg.py"), checkpoint, device="cpu")
    encoded = inferencer.set_video(clip, every=1.0)
    for frame in encoded.with_audio():
        assert sum(found.sounding for found in frame.objects) == min(1, len(frame.objects))
        assert all(found.audio_score is None for found in frame.objects)
    with pytest.raises(ValueError, match="uses no sound"):
        encoded.category_scores()


def test_a_slide_is_searched_once(inferencer, sound, tmp_path, monkeypatch):
    """Three slides of half a second, by every way: three images go through the network."""
    random = np.random.default_rng(3)
    slides = [random.integers(0, 256, (48, 64, 3), dtype=np.uint8) for _ in range(3)]
    with av.open(str(tmp_path / "slides.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=10)  # which keeps every pixel
        stream.width, stream.height, stream.pix_fmt = 64, 48, "bgr0"
        for place in range(15):
            frame = av.VideoFrame.from_ndarray(slides[place // 5], format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    expected = inferencer([slides[place // 5] for place in range(15)], [sound[:16_000]] * 15)
    images = []
    extract = inferencer.model.segmentor.extract_feat

    def count(inputs):
        images.append(len(inputs["img"]))
        return extract(inputs)

    monkeypatch.setattr(inferencer.model.segmentor, "extract_feat", count)
    frames = list(inferencer.stream(tmp_path / "slides.mkv", sound))
    assert images == [1, 1, 1]  # in batches of four frames
    assert len(frames) == 15
    for frame, sample in zip(frames[:10], expected, strict=False):
        candidates = sample.pred_instances
        masks = [found.mask for found in frame.objects]
        np.testing.assert_array_equal(np.array(masks), candidates.masks.numpy())
        scores = [found.audio_score for found in frame.objects]
        torch.testing.assert_close(torch.tensor(scores), candidates.audio_scores)
    images.clear()
    inferencer.set_video(tmp_path / "slides.mkv", every=0.2)
    assert sum(images) == 3
    images.clear()
    write_wav(tmp_path / "sound.wav", to_int16(sound), sample_rate=16_000)
    segment_video(
        inferencer,
        tmp_path / "slides.mkv",
        tmp_path / "out.mp4",
        audio=tmp_path / "sound.wav",
        progress=False,
    )
    assert sum(images) == 3


def test_candidates_are_judged_as_a_call_does(inferencer, sound):
    images = [*np.random.default_rng(4).integers(0, 256, (3, 48, 64, 3), dtype=np.uint8)]
    sounds = [sound[:16_000], sound[8_000:24_000], sound[16_000:]]
    judged = inferencer.judge_candidates(inferencer.find_candidates(images), sounds)
    for found, expected in zip(judged, inferencer(images, sounds), strict=True):
        torch.testing.assert_close(found.pred_sounding_map.data, expected.pred_sounding_map.data)
        assert found.pred_sem_seg.data.equal(expected.pred_sem_seg.data)
        assert found.pred_instances.masks.equal(expected.pred_instances.masks)
        assert found.ori_shape == (48, 64)


@pytest.mark.parametrize(
    ("lengths", "fault"),
    [((16_000,), "2 images, but 1 waveforms"), ((16_000, 15_999), r"one second .* not \(15999,\)")],
)
def test_candidates_need_a_second_of_sound_each(inferencer, lengths, fault):
    candidates = inferencer.find_candidates([np.zeros((48, 64, 3), np.uint8)] * 2)
    with pytest.raises(ValueError, match=fault):
        inferencer.judge_candidates(candidates, [np.zeros(length) for length in lengths])


def test_a_model_without_objects_is_named():
    with pytest.raises(ValueError, match=r"without telling objects apart.*tools/test\.py --out"):
        check_tells_objects(torch.nn.Identity())


def test_masks_are_carried_to_the_frames_between(inferencer, clip, sound):
    key = list(inferencer.stream(clip, sound, every=0.6))
    carried = list(inferencer.stream(clip, sound, every=0.6, carry=True))
    assert [frame.time for frame in carried] == pytest.approx([i / 5 for i in range(10)])
    assert [frame.carried for frame in carried] == [i not in (0, 3, 6, 9) for i in range(10)]
    nearest = [0, 0, 1, 1, 1, 2, 2, 2, 3, 3]
    for frame, place in zip(carried, nearest, strict=True):
        expected = [(found.id, found.rle) for found in key[place].objects]
        assert [(found.id, found.rle) for found in frame.objects] == expected
        assert frame.image.shape == (48, 64, 3)
    # The sound is that of the frame itself, not of the one whose masks it has.
    scores = inferencer.set_video(clip, every=1.0).category_scores(sound)
    for found in carried[6].objects:
        assert found.audio_score == pytest.approx(
            scores[1, CLASSES.index(found.category)], abs=1e-6
        )


@pytest.mark.parametrize("every", [0, -1])
def test_a_negative_interval_is_refused(inferencer, clip, every):
    with pytest.raises(ValueError, match="seconds above 0"):
        list(inferencer.stream(clip, every=every))


def test_an_hour_of_video_is_not_held(inferencer, clip, monkeypatch):
    read = 0

    def thousand_frames(path):
        nonlocal read
        for read in range(1, 1001):
            yield read / 50, np.zeros((8, 8, 3), np.uint8)

    def find_nothing(images):
        nothing = InstanceData(
            masks=torch.zeros(0, 8, 8, dtype=torch.bool),
            labels=torch.zeros(0, dtype=torch.long),
            scores=torch.zeros(0),
        )
        return [nothing] * len(images)

    monkeypatch.setattr("avs_mm.apis.inferencer.read_video_frames", thousand_frames)
    monkeypatch.setattr(inferencer, "find_candidates", find_nothing)
    for carry, ahead in ((False, 8), (True, 8 * 5)):
        every = 0.1 if carry else None
        frames = inferencer.stream(clip, np.zeros(32_000, np.float32), every=every, carry=carry)
        for number, _ in enumerate(frames):
            assert read - number <= ahead
        assert number == 999


def test_a_video_that_nobody_wants_any_more_is_left(inferencer, clip):
    answers = iter([True, True, False])
    with pytest.raises(InterruptedError, match=r"clip\.mp4: is not wanted any more"):
        inferencer.set_video(clip, every=None, is_wanted=lambda: next(answers))
    assert next(answers, None) is None


def test_instances_by_synchrony(inferencer, clip, sound):
    """What only some objects of a category do is said of them alone; the rest stays."""
    encoded = inferencer.set_video(clip, every=None)
    assert all(len(frame.motion) == len(frame.ids) for frame in encoded.frames)
    every, told = encoded.with_audio(sound), encoded.with_audio(sound, instances="synchrony")
    for before, after in zip(every, told, strict=True):
        assert [one.id for one in after.objects] == [one.id for one in before.objects]
        sounding = {one.id for one in after.sounding}
        assert sounding <= {one.id for one in before.sounding}
        # the best of a category always goes on
        assert {one.label for one in after.sounding} == {one.label for one in before.sounding}
    with pytest.raises(ValueError, match="instances is 'category' or 'synchrony', not 'motion'"):
        encoded.with_audio(sound, instances="motion")
