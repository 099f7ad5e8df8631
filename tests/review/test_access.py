"""Who is let in: nobody without the token, no foreign page, no path that leads out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from engine.errors import UsageError
from engine.review.access import COOKIE, Access, is_loopback
from engine.review.app import application
from engine.review.server import Place, address, serve
from tests.review.conftest import BASE, EVENTS, PORT, Review, shared


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    yield from shared(tmp_path_factory.mktemp("review"))


@pytest.fixture
def stranger(review: Review) -> TestClient:
    """Somebody who can reach the server and knows nothing."""
    return TestClient(review.client.app, base_url=BASE, follow_redirects=False)


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_nobody_is_let_in_without_the_token(stranger: TestClient, token: str | None) -> None:
    headers = {} if token is None else {"x-reelmend-token": token.encode("latin-1")}
    for path in ("/api/session", "/", "/api/clips/1/frames/1003/picture/before", "/index.html"):
        answer = stranger.get(path, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["kind"] == "Unauthorized"
    assert stranger.post("/api/clips/1/undo", headers=headers).status_code == 401


def test_the_address_with_the_token_gives_a_cookie_and_nothing_else_does(
    review: Review, stranger: TestClient
) -> None:
    refused = stranger.get("/?token=wrong")
    assert refused.status_code == 401
    assert "set-cookie" not in refused.headers
    answer = stranger.get(f"/?token={review.access.token}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/api/session").status_code == 200
    assert stranger.get(f"/api/session?token={review.access.token}").status_code == 200
    stranger.cookies.clear()
    assert stranger.get(f"/api/session?token={review.access.token}").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:1", "127.0.0.1", ""])
def test_a_foreign_host_is_refused_even_with_the_token(review: Review, host: str) -> None:
    answer = review.client.get("/api/session", headers={"host": host})
    assert answer.status_code == 403
    assert answer.json()["error"]["kind"] == "Forbidden"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"http://127.0.0.1:{PORT + 1}"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_foreign_page_is_refused_even_with_the_token(review: Review, headers: dict[str, str]) -> None:
    for answer in (
        review.client.get("/api/session", headers=headers),
        review.client.post("/api/clips/1/undo", headers=headers),
        review.client.get(f"/?token={review.access.token}", headers=headers, follow_redirects=False),
    ):
        assert answer.status_code == 403
    with pytest.raises(WebSocketDisconnect), review.client.websocket_connect(EVENTS, headers=headers):
        pass


def test_the_own_page_is_let_in(review: Review) -> None:
    headers = {"origin": BASE, "sec-fetch-site": "same-origin"}
    assert review.client.get("/api/session", headers=headers).status_code == 200
    with review.client.websocket_connect(EVENTS, headers=headers) as socket:
        assert socket.receive_json()["type"] == "hello"


def test_events_need_the_token(stranger: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect), stranger.websocket_connect(EVENTS):
        pass


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml",
        "/..%2f..%2fpyproject.toml",
        "/assets/../../app.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/%2fetc%2fpasswd",
        "//etc/passwd",
        "/app.py",
        "/api/jobs/j1/files/..%2f..%2fscan.1003.dpx",
        "/api/clips/..%2f1/frames/1003",
        "/api/clips/1/frames/..%2f1003/picture/before",
        "/api/clips/1/frames/1003/picture/..%2f..%2fbefore",
    ],
)
def test_no_path_leads_out_of_what_is_served(review: Review, path: str) -> None:
    answer = review.client.get(path)
    assert answer.status_code in (400, 404)
    assert b"root:" not in answer.content
    assert b"import" not in answer.content


@pytest.mark.parametrize("name", ["../x", "a/b", "/tmp/x", "..", "", ".hidden", "a..b", "x" * 99, "a\\b"])
def test_a_render_cannot_be_sent_elsewhere(review: Review, name: str) -> None:
    if name:
        told = review.post("/renders", 400, name=name)
        assert told["error"]["kind"] == "BadRequest"
    assert not [path for path in review.folder.rglob("*.dpx") if "scan" not in path.parent.name]


def test_pages_are_held_to_the_server(review: Review) -> None:
    answer = review.client.get("/api/session")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_beyond_loopback_a_password_is_demanded() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("example.org")
    with pytest.raises(UsageError, match="password"):
        serve([], Place("0.0.0.0"), lambda _: None)


def test_the_password_opens_the_page_and_no_other_word_does(review: Review) -> None:
    access = Access("0.0.0.0", PORT, "open sesame")
    app = application(review.place, review.client.app.state.crew, access)
    guest = TestClient(app, base_url="http://studio.example:8123", follow_redirects=False)
    assert "password" in guest.get("/").text
    assert guest.post("/login", data={"password": "guess"}).status_code == 401
    assert guest.get("/api/session").status_code == 401
    assert guest.post("/login", data={"password": "open sesame"}).status_code == 303
    assert guest.cookies.get(COOKIE) == access.token
    assert guest.get("/api/session").status_code == 200
    assert guest.post("/api/clips/1/undo", headers={"origin": "http://other.example:8123"}).status_code == 403


def test_the_printed_address_can_be_opened() -> None:
    assert address("127.0.0.1", 80, "t") == "http://127.0.0.1:80/?token=t"
    assert address("::1", 80, "t") == "http://[::1]:80/?token=t"
    assert address("0.0.0.0", 80, "t") == "http://127.0.0.1:80/?token=t"
