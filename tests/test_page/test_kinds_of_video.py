"""Every kind of video that people have, sent to a page behind which a tiny network stands."""

from collections.abc import Iterator

import pytest
from drawn_videos import turn_by_tag, write_clip
from page_visitor import Visitor
from tiny_network import save_work_dir

from avs_mm.apis import AVSInferencer
from avs_mm.page.limits import Limits
from avs_mm.page.network import Network

KINDS = {
    "two seconds": {},
    "half a second": dict(seconds=0.6),
    "varying rate": dict(times=[0, 0.05, 0.5, 0.55, 1.9]),
    "stereo at 44.1 kHz": dict(rate=44_100, channels=2),
    "HEVC": dict(codec="libx265"),
    "ten bits": dict(pix_fmt="yuv420p10le"),
    "odd sizes": dict(size=(47, 63), pix_fmt="yuv444p"),
}
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def visitor(needs_gradio, tmp_path_factory) -> Iterator[Visitor]:
    from fastapi.testclient import TestClient

    from avs_mm.page.app import build_app

    folder = save_work_dir(tmp_path_factory.mktemp("avsc"))
    network = Network(AVSInferencer(folder, device="cpu"), "Tiny", "Of a test.")
    app = build_app(network, folder=tmp_path_factory.mktemp("uploads"), limits=Limits())
    with TestClient(app) as client:
        yield Visitor(client)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_segmented_and_judged(visitor, kind, tmp_path):
    arguments = KINDS[kind]
    key = visitor.upload(write_clip(tmp_path / "clip.mp4", **arguments))
    assert "error" not in visitor.call("find_candidates", key)
    told = visitor.client.get(f"/candidates/{key}").json()
    assert tuple(told["size"]) == arguments.get("size", (48, 64))
    answer = visitor.judge(key, own=1.0)
    assert [len(found["sounding"]) for found in answer["objects"]] == (
        [len(told["times"])] * len(told["objects"])
    )
    assert visitor.client.get(f"/thumbnails/{key}.jpg").status_code == 200


def test_a_phones_video_is_turned_upright(visitor, tmp_path):
    key = visitor.upload(turn_by_tag(write_clip(tmp_path / "phone.mp4")))
    visitor.call("find_candidates", key)
    assert visitor.client.get(f"/candidates/{key}").json()["size"] == [64, 48]


def test_what_is_one_sentence(visitor, tmp_path):
    (tmp_path / "text.mp4").write_text("no video at all")
    reply = visitor.send(tmp_path / "text.mp4")
    assert (reply.status_code, "is no video or sound known" in reply.text) == (400, True)
    key = visitor.upload(write_clip(tmp_path / "sound.mp4", images=False))
    assert visitor.call("find_candidates", key)["error"] == (
        "sound.mp4 has no pictures; give a video"
    )
    key = visitor.upload(write_clip(tmp_path / "mute.mp4", rate=None))
    visitor.call("find_candidates", key)
    assert visitor.judge(key, own=1.0)["error"] == (
        "mute.mp4 has no sound; choose silence, noise or another clip"
    )
    assert "objects" in visitor.judge(key)
