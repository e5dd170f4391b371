import pytest

CALL = "/gradio/gradio_api/call/judge"


@pytest.mark.parametrize(
    "address",
    [
        "/gradio/",
        "/gradio/config",
        "/gradio/gradio_api/upload",
        "/gradio/gradio_api/file=/etc/hostname",
        "/gradio/gradio_api/file/etc/hostname",
        "/gradio/gradio_api/proxy=http://localhost/",
        "/gradio/gradio_api/queue/join",
        "/gradio/gradio_api/info",
        "/gradio/gradio_api/run/judge",
        "/gradio/gradio_api/call/judge/../../info",
        "/gradio/monitoring",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_of_gradio_the_calls_alone_come_through(anybody, method, address):
    assert anybody.client.request(method, address).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"path": "/etc/hostname", "meta": {"_type": "gradio.FileData"}}, 1, 0, 0, ""]},
        {"data": [["nested"], 1, 0, 0, ""]},
        {"data": ["key", 1, 0, 0, ""], "session_hash": "of somebody"},
        {"data": ["x" * 5000, 1, 0, 0, ""]},
        {"data": "text"},
        ["data"],
        "data",
    ],
)
def test_arguments_are_texts_and_numbers(anybody, body):
    reply = anybody.client.post(CALL, json=body)
    assert (reply.status_code, reply.json()) == (400, {"error": "arguments are texts and numbers"})


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"null"])
def test_a_body_that_is_no_call(anybody, content):
    assert anybody.client.post(CALL, content=content).status_code == 400


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://testserver", 200),
        ("http://elsewhere.example", 403),
        ("http://testserver.elsewhere.example", 403),
        ("null", 403),
    ],
)
def test_other_sites_cannot_use_the_page(anybody, high_sound, origin, status):
    reply = anybody.client.post(
        "/files",
        params={"name": "a.wav"},
        content=high_sound.read_bytes(),
        headers={"origin": origin},
    )
    assert reply.status_code == status
