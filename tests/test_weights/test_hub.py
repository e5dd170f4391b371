"""Against a hub of our own: an HTTP server on the loopback that speaks as the real one does."""

import hashlib
import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from avs_mm import weights
from avs_mm.weights import PublishedWeights

hub_client = pytest.importorskip("huggingface_hub")

COMMIT = "c0" * 20
CONTENT = bytes(range(256)) * 40
SMALL = b'{"model_type": "tiny"}'


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@dataclass
class Hub:
    """What the server has, how it misbehaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)  # instead of the true ones
    breaks: int = 0  # so many downloads of the weights break ...
    cut_after: int = 4_000  # ... at this byte
    commit: str = COMMIT
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)

    def etag(self, file: str) -> str:
        content = self.files[file]
        large = file.endswith((".safetensors", ".bin"))
        true = hashlib.sha256(content).hexdigest() if large else git_sha1(content)
        return self.etags.get(file, true)

    def downloads(self) -> list[tuple[str, str | None]]:
        return [(file, range_) for method, file, range_ in self.requests if method == "GET"]


def handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self):
            self.answer()

        def do_GET(self):
            self.answer()

        def answer(self) -> None:
            file = self.path.split("/tiny/network/resolve/main/")[-1]
            range_ = self.headers.get("Range")
            hub.requests.append((self.command, file, range_))
            if file not in hub.files:
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound")
                self.send_header("X-Repo-Commit", hub.commit)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = hub.files[file]
            start = int(range_.removeprefix("bytes=").split("-")[0]) if range_ else 0
            self.send_response(206 if range_ else 200)
            self.send_header("ETag", f'"{hub.etag(file)}"')
            self.send_header("X-Repo-Commit", hub.commit)
            self.send_header("Content-Length", str(len(content) - start))
            if range_:
                whole = f"bytes {start}-{len(content) - 1}/{len(content)}"
                self.send_header("Content-Range", whole)
            self.end_headers()
            if self.command == "GET":
                breaks = hub.breaks > 0 and file == "model.safetensors"
                hub.breaks -= breaks
                self.wfile.write(content[start : hub.cut_after if breaks else None])
                self.close_connection = breaks

        def log_message(self, *arguments) -> None:
            pass

    return Handler


def point_client_at(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what HF_ENDPOINT does before the hub's client is imported."""
    template = endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", endpoint)
    monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch):
    """A hub with the files of one network, which is in the table under the name "tiny"."""
    hub = Hub(
        files={
            "model.safetensors": CONTENT,
            "config.json": SMALL,
            "preprocessor_config.json": b"{}",
        }
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(hub))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    point_client_at(f"http://127.0.0.1:{server.server_port}", monkeypatch)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1_000)
    monkeypatch.setattr("time.sleep", lambda seconds: None)  # between the client's tries
    monkeypatch.setitem(weights.NAMES, "tiny", PublishedWeights("tiny/network", "mit", 1))
    yield hub
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """$AVS_WEIGHTS."""
    monkeypatch.setenv("AVS_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path / "weights"


def test_a_name_becomes_a_verified_file_and_is_recorded(hub: Hub, folder: Path):
    path = weights.get("tiny")
    assert path.name == "model.safetensors"
    assert path.read_bytes() == CONTENT
    assert (path.parent / "config.json").read_bytes() == SMALL
    assert json.loads((folder / "tiny.lock.json").read_text()) == {
        "source": "tiny/network",
        "revision": COMMIT,
        "files": {
            "model.safetensors": {"sha256": hashlib.sha256(CONTENT).hexdigest(), "bytes": 10_240},
            "config.json": {"sha256": hashlib.sha256(SMALL).hexdigest(), "bytes": 22},
            "preprocessor_config.json": {"sha256": hashlib.sha256(b"{}").hexdigest(), "bytes": 2},
        },
    }


def test_the_second_time_nothing_is_asked(hub: Hub, folder: Path):
    path = weights.get("tiny")
    hub.requests.clear()
    assert weights.get("tiny") == path
    assert hub.requests == []


def test_all_files_are_of_one_revision(hub: Hub, folder: Path):
    hub_client.hf_hub_download("tiny/network", "model.safetensors", cache_dir=folder)
    hub.commit = "d1" * 20
    path = weights.get("tiny")
    assert path.parent.name == "d1" * 20
    assert sorted(file.name for file in path.parent.iterdir()) == sorted(hub.files)


def test_the_hubs_own_cache_without_avs_weights(hub: Hub, tmp_path: Path, monkeypatch):
    monkeypatch.delenv("AVS_WEIGHTS", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(tmp_path))
    path = weights.get("tiny")
    assert path.is_relative_to(tmp_path / "hub" / "models--tiny--network")
    assert (tmp_path / "avs_mm" / "tiny.lock.json").is_file()
    assert weights.get("tiny") == path


def test_a_pickle_is_taken_only_where_there_is_no_safetensors(hub: Hub, folder: Path):
    hub.files["pytorch_model.bin"] = b"pickle"
    assert weights.get("tiny").name == "model.safetensors"
    assert not [file for file, _ in hub.downloads() if file == "pytorch_model.bin"]


def test_a_pickle_where_there_is_nothing_else(hub: Hub, folder: Path):
    hub.files["pytorch_model.bin"] = hub.files.pop("model.safetensors")
    path = weights.get("tiny")
    assert (path.name, path.read_bytes()) == ("pytorch_model.bin", CONTENT)
    hub.requests.clear()
    assert weights.get("tiny") == path
    assert hub.requests == []


@pytest.mark.parametrize(
    ("file", "etag"), [("model.safetensors", "a" * 64), ("config.json", "a" * 40)]
)
def test_a_wrong_checksum_is_refused_and_the_file_removed(
    hub: Hub, folder: Path, file: str, etag: str
):
    hub.etags[file] = etag
    with pytest.raises(ValueError, match=rf"{file}: came damaged.* the hub's is {etag}; it was re"):
        weights.get("tiny")
    assert not (folder / "tiny.lock.json").exists()
    assert not list(folder.rglob(file))
    del hub.etags[file]
    assert weights.get("tiny").read_bytes() == CONTENT


def test_a_download_goes_on_from_where_it_broke(hub: Hub, folder: Path):
    hub.breaks = 1
    assert weights.get("tiny").read_bytes() == CONTENT
    expected = [("model.safetensors", None), ("model.safetensors", "bytes=4000-")]
    assert hub.downloads()[:2] == expected


def test_a_download_that_breaks_for_good_is_one_sentence(hub: Hub, folder: Path):
    hub.breaks = 100
    with pytest.raises(FileNotFoundError) as error:
        weights.get("tiny")
    text = str(error.value)
    assert "\n" not in text
    assert "/tiny/network/resolve/main/model.safetensors elsewhere" in text
    assert f"into {folder / 'tiny'} (AVS_WEIGHTS is {folder})" in text
    assert not (folder / "tiny.lock.json").exists()
    assert not list(folder.rglob("model.safetensors"))
    hub.breaks = 0
    assert weights.get("tiny").read_bytes() == CONTENT


def test_offline_is_one_sentence_with_the_address_and_the_place(
    hub: Hub, folder: Path, monkeypatch
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(FileNotFoundError) as error:
        weights.get("tiny")
    text = str(error.value)
    assert text.startswith("tiny could not be downloaded (")
    assert "\n" not in text
    assert "/tiny/network/resolve/main/model.safetensors elsewhere and put it, with conf" in text
    assert text.endswith(f"into {folder / 'tiny'} (AVS_WEIGHTS is {folder})")
    assert hub.requests == []


def test_without_a_network(folder: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch):
    point_client_at("http://127.0.0.1:9", monkeypatch)  # nobody listens there
    with pytest.raises(FileNotFoundError, match=r"tiny could not be downloaded .*127\.0\.0\.1:9/"):
        weights.get("tiny")


def test_offline_after_a_download(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch):
    path = weights.get("tiny")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert weights.get("tiny") == path


def test_a_file_that_the_hub_no_longer_has(hub: Hub, folder: Path):
    del hub.files["config.json"]
    with pytest.raises(FileNotFoundError, match=r"tiny/network has no config\.json any more"):
        weights.get("tiny")


def test_a_file_that_changed_since_it_came(hub: Hub, folder: Path):
    path = weights.get("tiny")
    lock = folder / "tiny.lock.json"
    lock.write_text(lock.read_text().replace(hashlib.sha256(CONTENT).hexdigest(), "b" * 64))
    with pytest.raises(ValueError, match=rf"b{{64}} came first; .* remove {lock}"):
        weights.get("tiny")
    lock.unlink()
    assert weights.get("tiny") == path


def test_the_sha256_of_the_table(hub: Hub, folder: Path, monkeypatch: pytest.MonkeyPatch):
    pinned = PublishedWeights("tiny/network", "mit", 1, sha256="d" * 64)
    monkeypatch.setitem(weights.NAMES, "tiny", pinned)
    with pytest.raises(ValueError, match=rf"but that of tiny is {'d' * 64}; remove the file"):
        weights.get("tiny")


def test_files_put_there_by_hand_need_no_hub(folder: Path, hub: Hub, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"pip install huggingface_hub, or get the files of http"):
        weights.get("tiny")
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny" / "pytorch_model.bin").write_bytes(CONTENT)
    with pytest.raises(FileNotFoundError, match=r"lacks config\.json, preprocessor_config\.json: "):
        weights.get("tiny")
    for file in ("config.json", "preprocessor_config.json"):
        (folder / "tiny" / file).write_bytes(SMALL)
    assert weights.get("tiny") == folder / "tiny" / "pytorch_model.bin"
    assert json.loads((folder / "tiny.lock.json").read_text())["revision"] == "put there by hand"
    (folder / "tiny" / "config.json").write_bytes(b"{}")
    with pytest.raises(ValueError, match=r"config\.json: its sha256 is .* came first"):
        weights.get("tiny")


def test_beats_is_only_taken_by_hand(folder: Path):
    with pytest.raises(FileNotFoundError, match=r"cpt1\.pt from https://github\.com/.*beats-audio"):
        weights.get("beats-audioset")
    file = folder / "beats-audioset" / "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt"
    file.parent.mkdir(parents=True)
    file.write_bytes(CONTENT)
    assert weights.get("beats-audioset") == file


def test_an_unknown_name():
    with pytest.raises(ValueError, match="'maskformer-swin-b'; near names are maskformer-swin-"):
        weights.get("maskformer-swin-b")


def test_the_page_lists_every_name():
    page = (Path(__file__).resolve().parents[2] / "docs" / "weights.md").read_text(encoding="utf-8")
    for name, entry in weights.NAMES.items():
        assert f"| `{name}` | {entry.source} | {entry.licence} | {entry.megabytes} MB |" in page


def test_a_sha256_stands_in_the_table_only_with_its_source():
    assert len(weights.NAMES) == 13
    assert all(entry.sha256 is None for entry in weights.NAMES.values())
    assert all(entry.revision is None for entry in weights.NAMES.values())
