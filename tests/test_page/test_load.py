"""Ten people at once ask a page behind which a tiny network of random weights stands."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from page_visitor import ServedPage
from tiny_network import save_work_dir

from avs_mm.apis import AVSInferencer
from avs_mm.media import write_video
from avs_mm.page.limits import Limits
from avs_mm.page.media_check import check_media
from avs_mm.page.media_store import MediaStore
from avs_mm.page.network import Network
from avs_mm.page.session import Session

PEOPLE = 10
GAINS = ({"own": 1.0}, {"noise": 1.0})
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Network:
    folder = save_work_dir(tmp_path_factory.mktemp("avsc"))
    return Network(AVSInferencer(folder, device="cpu"), "Tiny", "Of a test.")


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> list:
    """Clips of noise, no two alike."""
    folder = tmp_path_factory.mktemp("clips")
    for place in range(PEOPLE):
        random = np.random.default_rng(place)
        images = random.integers(0, 256, (5, 48, 64, 3), dtype=np.uint8)
        sound = random.uniform(-0.5, 0.5, 16_000).astype(np.float32) * (place + 1) / PEOPLE
        write_video(folder / f"{place}.mp4", images, fps=5, audio=sound)
    return sorted(folder.iterdir())


@pytest.fixture
def serve(needs_gradio, network, tmp_path) -> Iterator:
    served = []

    def start(**limits) -> ServedPage:
        served.append(ServedPage(network, tmp_path, Limits(**limits)))
        return served[-1]

    yield start
    for one in served:
        one.close()


def answers_of(ask, video) -> list:
    silence = {"own": 0.0, "other": 0.0, "noise": 0.0, "clip": ""}
    answers = [ask(video, **silence | gains) for gains in GAINS]
    return [{key: answer[key] for key in ("objects", "categories", "peaks")} for answer in answers]


def test_nobody_gets_anothers_answer(serve, network, clips, tmp_path):
    expected = []
    for clip in clips:  # one after the other, without a page
        store = MediaStore(tmp_path, Limits())
        key = store.add(clip, name="", facts=check_media(clip, name="", limits=Limits())).key
        session = Session(network.inferencer, store)
        session.find_candidates(key)
        expected.append((session.candidates(key), answers_of(session.judge, key)))
    assert len({json.dumps(one, sort_keys=True) for one in expected}) == PEOPLE

    page = serve(jobs=2, waiting=PEOPLE)
    together = threading.Barrier(PEOPLE)

    def visit(clip):
        visitor = page.visitor()
        together.wait()
        key = visitor.upload(clip)
        together.wait()
        assert visitor.call("find_candidates", key)["frames"] == 5
        together.wait()
        told = visitor.client.get(f"/candidates/{key}").json()
        answers = answers_of(visitor.judge, key)
        assert visitor.client.get(f"/files/{key}").content == clip.read_bytes()
        visitor.client.delete(f"/files/{key}")
        return told, answers

    with ThreadPoolExecutor(PEOPLE) as pool:
        got = list(pool.map(visit, clips))
    assert json.loads(json.dumps(got)) == json.loads(json.dumps(expected))
    assert list(page.folder.iterdir()) == []


def test_who_comes_over_the_limit_is_told_so(serve, network, clips, monkeypatch):
    page = serve(jobs=1, waiting=2)
    found, go_on = network.inferencer.set_video, threading.Event()

    def slow(path, **options):
        assert go_on.wait(timeout=600)
        return found(path, **options)

    monkeypatch.setattr(network.inferencer, "set_video", slow)
    visitor = page.visitor()
    keys = [visitor.upload(clip) for clip in clips]
    address = "/gradio/gradio_api/call/find_candidates"
    replies = []
    for key in keys:
        replies.append(visitor.client.post(address, json={"data": [key]}))
        time.sleep(0.2)  # the first has begun before the others wait
    assert [reply.status_code for reply in replies].count(503) == PEOPLE - 3
    go_on.set()
    for reply in replies:
        if reply.status_code == 200:  # waits for its turn, and has it
            stream = visitor.client.get(f"{address}/{reply.json()['event_id']}").text
            assert '"frames": 5' in stream.replace('":5', '": 5')


def test_who_leaves_makes_room(serve, network, clips, monkeypatch):
    """The job of a deleted upload ends after a frame, and what it had found is let go."""
    page = serve(jobs=1)
    steps, begun, deleted = [], threading.Event(), threading.Event()
    found = network.inferencer.set_video

    def watched(path, *, is_wanted, **options):
        def is_still_wanted():
            steps.append(path)
            begun.set()
            assert deleted.wait(timeout=600)
            return is_wanted()

        return found(path, is_wanted=is_still_wanted, **options)

    monkeypatch.setattr(network.inferencer, "set_video", watched)
    visitor = page.visitor()
    key = visitor.upload(clips[0])
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(page.visitor().call, "find_candidates", key)
        assert begun.wait(timeout=600)
        visitor.client.delete(f"/files/{key}")
        deleted.set()
        assert "is not wanted any more" in job.result()["error"]
    assert len(steps) == 1
    assert list(page.folder.iterdir()) == []
