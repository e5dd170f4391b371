import io
import threading
import wave
from concurrent.futures import ThreadPoolExecutor

import pytest


def test_a_video_is_segmented_once_and_judged_by_any_sound(
    visitor, inferencer, low_clip, high_sound
):
    video, clip = visitor.upload(low_clip), visitor.upload(high_sound)
    assert visitor.call("find_candidates", video)["frames"] == 15
    told = visitor.client.get(f"/candidates/{video}").json()
    assert [found["category"] for found in told["objects"]] == ["drum", "bird", "engine"]
    assert len(told["masks"]) == len(told["times"]) == 15

    def sounding(**gains) -> list[str]:
        return [found["sounding"] for found in visitor.judge(video, **gains)["objects"]]

    never = "--------0000000"
    assert sounding(own=1) == ["1" * 15, "0" * 15, never]
    assert sounding() == ["0" * 15, "0" * 15, never]
    assert sounding(other=1, clip=clip) == ["0" * 15, "1" * 15, never]
    assert sounding(own=0.5, other=1, clip=clip) == ["1" * 15, "1" * 15, never]
    assert visitor.call("find_candidates", video)["frames"] == 15
    assert inferencer.calls == 1


def test_scores_and_sound_are_plotted(anybody, low_clip):
    video = anybody.upload(low_clip)
    anybody.call("find_candidates", video)
    answer = anybody.judge(video, own=1)
    assert answer["categories"] == [{"category": "drum", "scores": [1.0, 1.0, 1.0]}]
    assert answer["peaks"][30] == pytest.approx(100 * 0.3**0.5, abs=2)
    assert answer["seconds"] >= 0


def test_what_is_played_is_what_was_judged(anybody, low_clip, high_sound):
    video, clip = anybody.upload(low_clip), anybody.upload(high_sound)
    reply = anybody.client.get(f"/sound/{video}.wav", params={"other": 1, "clip": clip})
    assert reply.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(reply.content)) as file:
        assert file.getnframes() == 48_000


def test_the_video_comes_back_in_parts(anybody, low_clip):
    video = anybody.upload(low_clip)
    reply = anybody.client.get(f"/files/{video}", headers={"range": "bytes=4-11"})
    assert reply.status_code == 206
    assert reply.content == low_clip.read_bytes()[4:12]
    assert reply.headers["content-type"] == "video/mp4"


def test_examples_are_everybodys(visitor, inferencer):
    (example,) = visitor.client.get("/about").json()["examples"]
    assert (example["name"], example["duration"]) == ("low", pytest.approx(3.0, abs=0.05))
    assert visitor.client.get(f"/thumbnails/{example['key']}.jpg").content[:2] == b"\xff\xd8"
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(visitor.call, "find_candidates", example["key"]) for _ in range(2)]
        assert [job.result()["frames"] for job in jobs] == [15, 15]
    assert inferencer.calls == 1
    visitor.client.delete(f"/files/{example['key']}")
    assert visitor.client.get(f"/files/{example['key']}").status_code == 200


def test_a_text_file_is_one_sentence_and_leaves_nothing(visitor, uploads, tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("no video at all")
    reply = visitor.send(text)
    assert reply.status_code == 400
    assert reply.json() == {
        "error": "notes.mp4 is no video or sound known to this page; give an MP4, WebM or WAV"
    }
    assert list(uploads.iterdir()) == []


def test_too_large_with_and_without_a_length(visitor, uploads):
    large = bytes(2_100_000)
    for content in (large, (large[i : i + 100_000] for i in range(0, len(large), 100_000))):
        reply = visitor.client.post("/files", params={"name": "big.mp4"}, content=content)
        assert reply.status_code == 413
        assert reply.json()["error"].startswith("big.mp4 is larger than 2 MB")
    assert list(uploads.iterdir()) == []


def test_as_many_files_as_the_page_takes(visitor, high_sound):
    for _ in range(5):
        visitor.upload(high_sound)
    assert visitor.send(high_sound).status_code == 503


def test_deleted_is_gone(visitor, low_clip, uploads):
    video = visitor.upload(low_clip)
    visitor.client.delete(f"/files/{video}")
    assert visitor.client.get(f"/files/{video}").status_code == 404
    assert list(uploads.iterdir()) == []
    assert "upload it again" in visitor.call("find_candidates", video)["error"]


@pytest.mark.parametrize(
    "name", ["../../etc/hostname.mp4", "<script>.mp4", "a\x00b.mp4", "x" * 500, ""]
)
def test_a_name_is_never_a_path(visitor, low_clip, uploads, name):
    reply = visitor.client.post("/files", params={"name": name}, content=low_clip.read_bytes())
    assert reply.status_code == 200
    (path,) = uploads.iterdir()
    assert len(path.name) == 32
    assert set(path.name) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    "address",
    [
        "/files/..%2f..%2fetc%2fhostname",
        "/files/%2fetc%2fhostname",
        "/files/../../setup.py",
        "/candidates/..%2f..",
        "/sound/..%2f..%2fx.wav",
        "/thumbnails/..%2fx.jpg",
        "/static/../app.py",
        "/app.py",
        "/docs",
        "/openapi.json",
    ],
)
def test_no_other_file_can_be_had(anybody, address):
    assert anybody.client.get(address).status_code == 404


def test_bad_questions_are_one_sentence(anybody, silent_clip, high_sound):
    video, sound = anybody.upload(silent_clip), anybody.upload(high_sound)
    assert "has not been segmented yet" in anybody.judge(video)["error"]
    assert "has no pictures" in anybody.call("find_candidates", sound)["error"]
    anybody.call("find_candidates", video)
    assert anybody.judge(video, own=1)["error"] == (
        "silent.mp4 has no sound; choose silence, noise or another clip"
    )
    assert "between 0 and 2" in anybody.judge(video, noise=9)["error"]
    assert "not here any more" in anybody.judge(video, other=1, clip="/etc/hostname")["error"]


def test_a_failing_network_is_told_without_the_path(visitor, inferencer, low_clip, uploads):
    def fails(path, *, every, is_wanted):
        raise ValueError(f"{path}: not readable as sound or video")

    inferencer.set_video = fails
    video = visitor.upload(low_clip)
    assert visitor.call("find_candidates", video)["error"] == (
        "low.mp4: not readable as sound or video"
    )


def test_a_sound_does_not_wait_for_another_video(visitor, inferencer, low_clip):
    first, second = visitor.upload(low_clip), visitor.upload(low_clip)
    visitor.call("find_candidates", first)
    found, judged = inferencer.set_video, threading.Event()

    def slow(path, *, every, is_wanted):
        assert judged.wait(timeout=300)
        return found(path, every=every)

    inferencer.set_video = slow
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(visitor.call, "find_candidates", second)
        assert visitor.judge(first, own=1)["objects"]
        assert not job.done()
        judged.set()
        assert job.result()["frames"] == 15


def test_nothing_of_an_upload_is_run(anybody, low_clip):
    from avs_mm.page.gate import HEADERS

    replies = [anybody.client.get(f"/files/{anybody.upload(low_clip)}"), anybody.client.get("/")]
    for reply in replies:
        assert {name: reply.headers[name] for name in HEADERS} == HEADERS
    assert "script-src 'self';" in HEADERS["content-security-policy"]
