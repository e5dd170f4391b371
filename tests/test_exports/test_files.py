"""Every export is read back by the library that its format belongs to."""

import csv
import json

import av
import cv2
import numpy as np
import pytest
from drawn_objects import mask
from pycocotools import mask as coco_mask

from avs_mm.exports import AlphaVideos, CsvTable, MaskImages, YouTubeVis, write_painted_video
from avs_mm.media import probe_video, read_audio, read_video_frames


def test_pycocotools_reads_youtube_vis(frames, tmp_path):
    path = tmp_path / "new" / "video.json"
    with YouTubeVis(path, video="dog.mp4", categories=["cat", "dog"]) as table:
        for frame in frames:
            table.add(frame)
    contents = json.loads(path.read_text())
    (video,) = contents["videos"]
    assert (video["width"], video["height"], video["length"]) == (64, 48, 6)
    assert video["times"][3] == 0.5
    dog, cat = contents["annotations"]
    assert [dog["category_id"], cat["category_id"]] == [2, 1]
    assert cat["segmentations"][3] is None
    assert cat["areas"] == [400, 400, 400, None, 400, 400]
    decoded = coco_mask.decode(dog["segmentations"][4])
    np.testing.assert_array_equal(decoded, mask(8))
    assert coco_mask.area(dog["segmentations"][4]) == dog["areas"][4] == 400
    assert coco_mask.toBbox(dog["segmentations"][4]).tolist() == dog["bboxes"][4] == [8, 10, 20, 20]
    assert dog["sounding"] == [False, False, True, True, True, True]


def test_a_csv_has_a_line_an_object_and_frame(frames, tmp_path):
    path = tmp_path / "video.csv"
    with CsvTable(path) as table:
        for frame in frames:
            table.add(frame)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 11
    assert rows[4] == {
        "time": "0.3333", "id": "1", "category": "dog", "sounding": "1", "visual_score": "0.9",
        "audio_score": "0.45", "left": "4.0", "top": "10.0", "right": "24.0", "bottom": "30.0",
        "area": "400",
    }  # fmt: skip


def test_opencv_reads_the_ids_of_what_sounds(frames, tmp_path):
    with MaskImages(tmp_path / "masks") as images:
        for frame in frames:
            images.add(frame)
    files = sorted((tmp_path / "masks").iterdir())
    assert [file.name for file in files] == [f"{place:06d}.png" for place in range(6)]
    silent, sounding = (cv2.imread(str(files[i]), cv2.IMREAD_UNCHANGED) for i in (1, 4))
    assert not silent.any()
    assert sounding.dtype == np.uint16
    np.testing.assert_array_equal(sounding, mask(8) * 1)


def test_ffmpeg_reads_an_alpha_channel_an_object(frames, tmp_path):
    with AlphaVideos(tmp_path, fps=6) as videos:
        for frame in frames:
            videos.add(frame)
    (path,) = tmp_path.iterdir()
    assert path.name == "object_1_dog.mov"  # the cat never sounds
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "prores"
        decoded = [frame.to_ndarray(format="rgba") for frame in container.decode(video=0)]
    assert len(decoded) == 6
    assert decoded[1][..., 3].max() == 0
    for place in (2, 5):
        np.testing.assert_array_equal(decoded[place][..., 3] > 127, mask(2 * place))
    inside = decoded[4][15:25, 12:24, :3].reshape(-1, 3).mean(axis=0)
    assert inside == pytest.approx([200, 40, 80], abs=6)


def test_a_painted_video_has_the_sound_and_the_objects(frames, tmp_path):
    path = tmp_path / "painted.mp4"
    time = np.arange(16_000) / 16_000
    sound = (0.5 * np.sin(2 * np.pi * 500 * time)).astype(np.float32)
    write_painted_video(path, frames, fps=6, sound=sound)
    assert (probe_video(path).num_frames, probe_video(path).fps) == (6, 6)
    assert np.abs(read_audio(path)[2000:14_000]).max() == pytest.approx(0.5, abs=0.1)
    images = [image.astype(int) for _, image in read_video_frames(path)]
    assert np.abs(images[4][20, 18] - [200, 40, 80]).max() > 30  # the dog sounds
    assert np.abs(images[0][20, 10] - [200, 40, 0]).max() < 25  # and does not yet


def fail_in(export, frame):
    with export:
        export.add(frame)
        raise ZeroDivisionError


def test_a_failure_leaves_no_file(frames, tmp_path):
    for export in (
        CsvTable(tmp_path / "a.csv"),
        YouTubeVis(tmp_path / "a.json", video="a", categories=["cat", "dog"]),
        AlphaVideos(tmp_path, fps=6),
    ):
        with pytest.raises(ZeroDivisionError):
            fail_in(export, frames[4])
    assert not list(tmp_path.iterdir())
