"""Who may write in the dashboard: by which secret, for how long, and what gives no right at all."""

import os
import time
import tomllib
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from dashboard.__main__ import main
from dashboard.server import security, write_access
from dashboard.server.write_access import HOURS, LINK, SECRET, SHORTEST, Access, open_link, read_secret
from dashboard.shared import permissions
from dashboard.shared.texts import t
from tests.support import waited

LANGUAGES = ("fr", "en")
SHARED = "s" * SHORTEST
NOWHERE = ("--address", "192.0.2.1")  # no machine has it: what is not refused before ends there, with 1
FORGED = (
    (permissions.WRITER, "inf"),
    ("X-Sobria-Writer", "9999999999"),
    (SECRET, "guess"),
    (SECRET, ""),
    ("X-Forwarded-For", "127.0.0.1"),
    ("Cookie", "sobria-ecriture-8501=guess"),
    ("Cookie", "sobria-ecriture-8501="),
)


class Site:
    """A page behind the guard: the links that were announced, the headers that the page was shown."""

    def __init__(self, proxy: str = "") -> None:
        self.links: list[str] = []
        self.seen = Headers()
        access = Access(self.links.append, 8501, proxy)
        socket = WebSocketRoute("/_stcore/stream", self._socket)
        app = Starlette(routes=[Route(LINK, partial(open_link, access=access)), Route("/registre", self._page), socket])
        self._guard = security.Guard(app, access, hosts=("sobria.exemple",))

    async def _page(self, request: Request) -> Response:
        self.seen = request.headers
        return PlainTextResponse("")

    async def _socket(self, socket: WebSocket) -> None:
        self.seen = socket.headers
        await socket.accept()
        await socket.close()

    def ask(self, address: str, *headers: tuple[str, str], **more: Any) -> tuple[int, Headers, str]:
        """Status, headers and text of the answer; `more` of the scope: client, method, type."""
        path, _, query = address.partition("?")
        sent: list[Any] = []
        named = headers if any(name == "Host" for name, _ in headers) else (("Host", "127.0.0.1:8501"), *headers)
        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), **more}
        scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in named]

        async def receive() -> Any:
            return {"type": f"{scope['type']}.{'request' if scope['type'] == 'http' else 'connect'}"}

        async def send(message: Any) -> None:
            sent.append(message)

        waited(self._guard(scope, receive, send))
        started = next((message for message in sent if message["type"] == "http.response.start"), None)
        body = b"".join(message.get("body", b"") for message in sent)
        return started["status"] if started else 0, Headers(raw=started["headers"] if started else []), body.decode()

    def may_write(self, *headers: tuple[str, str], **more: Any) -> bool:
        """What the page is told of someone who sends these headers."""
        self.seen = Headers()
        self.ask("/registre", *headers, **more)
        assert SECRET not in self.seen and len(self.seen.getlist(permissions.WRITER)) == 1
        return float(self.seen[permissions.WRITER]) > time.monotonic()

    def opened(self, *headers: tuple[str, str]) -> tuple[str, str]:
        """The cookie that the latest link gives, as a browser sends it back."""
        return "Cookie", self.ask(self.links[-1], *headers)[1]["set-cookie"].partition(";")[0]


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.0.0.7"])
@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "[::1]", "sobria.exemple"])
def test_neither_the_address_nor_the_name_gives_the_right(peer: str, host: str) -> None:
    assert Site().may_write(("Host", host), *FORGED, client=(peer, 1)) is False


def test_the_link_gives_the_right_to_the_browser_that_opens_it_from_anywhere() -> None:
    site = Site()
    cookie = site.opened()
    assert site.may_write(cookie, ("Host", "sobria.exemple"), client=("10.0.0.7", 1)) is True
    assert site.may_write() is False
    assert Site().may_write(cookie) is False


def test_the_right_is_kept_where_neither_a_script_nor_another_site_reaches_it() -> None:
    site = Site()
    status, headers, _ = site.ask(f"{site.links[0]}&lang=en")
    parts = headers["set-cookie"].split("; ")
    assert status == 303 and headers["location"] == "./?lang=en" and headers["cache-control"] == "no-store"
    assert set(parts[1:]) == {"HttpOnly", "Max-Age=72000", "Path=/", "SameSite=strict"}
    assert site.links[0].partition("=")[2] not in parts[0]


def test_what_is_typed_outlives_a_cut_as_long_as_the_right_to_write_it() -> None:
    """RGAA 13.1: past this time, a page that finds its server again begins anew, its fields empty."""
    held = tomllib.loads(Path(write_access.__file__).with_name("streamlit.toml").read_text("utf-8"))["server"]
    assert held["disconnectedSessionTTL"] == HOURS * 3600


def test_behind_a_server_that_encrypts_the_right_never_travels_in_clear() -> None:
    site = Site()
    assert "; Secure" in site.ask(site.links[0], ("X-Forwarded-Proto", "https"))[1]["set-cookie"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_link_works_once_and_the_next_is_announced(lang: str) -> None:
    site = Site()
    first = site.links[0]
    assert site.may_write(site.opened()) is True
    status, headers, said = site.ask(f"{first}&lang={lang}")
    assert status == 403 and "set-cookie" not in headers and t("state.link_title", lang) in said
    assert len(site.links) == 2 and site.may_write(site.opened()) is True


def test_a_link_opened_anew_before_its_answer_gives_the_same_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page slow to load is loaded again: one permission, one new link; used up once a browser shows it, or after two
    minutes."""
    site, now = Site(), time.monotonic()
    first, cookies = site.links[0], []
    for _ in range(2):
        cookies.append(site.ask(first)[1]["set-cookie"].partition(";")[0])
    assert cookies[0] == cookies[1] and len(site.links) == 2
    assert site.may_write(("Cookie", cookies[0])) is True and site.ask(first)[0] == 403
    second = site.links[1]
    assert site.ask(second)[0] == 303
    monkeypatch.setattr(write_access.time, "monotonic", lambda: now + write_access.PATIENCE_S + 60)
    assert site.ask(second)[0] == 403


def test_a_wrong_key_uses_up_nothing() -> None:
    site = Site()
    for wrong in ("/ecrire", "/ecrire?cle=", "/ecrire?cle=%C3%A9", "/ecrire?cle=" + "a" * 43):
        assert site.ask(wrong)[0] == 403
    assert site.may_write(site.opened()) is True


@pytest.mark.parametrize("name", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_a_preview_does_not_use_up_the_link(name: str) -> None:
    site = Site()
    assert site.ask(site.links[0], (name, "prefetch;prerender"))[0] == 503
    assert site.ask(site.links[0], method="HEAD")[0] == 503
    assert site.may_write(site.opened()) is True


def test_each_key_has_256_bits_of_its_own() -> None:
    sites = [Site(), Site()]
    keys = [site.links[0].partition("=")[2] for site in sites] + [site.opened()[1].partition("=")[2] for site in sites]
    assert len(set(keys)) == 4 and min(map(len, keys)) >= 43  # 256 bits are 43 letters of 6 bits


def test_the_right_ends_after_its_hours_on_a_page_left_open_too(monkeypatch: pytest.MonkeyPatch) -> None:
    site, now = Site(), time.monotonic()
    cookie = site.opened()
    assert site.may_write(cookie) is True
    headers = {permissions.WRITER: site.seen[permissions.WRITER]}
    monkeypatch.setattr(permissions, "st", SimpleNamespace(context=SimpleNamespace(headers=headers)))
    assert permissions.may_write() is True
    monkeypatch.setattr(write_access.time, "monotonic", lambda: now + HOURS * 3600 + 60)
    assert permissions.may_write() is False and site.may_write(cookie) is False


def test_the_socket_of_a_page_is_told_as_the_page_is() -> None:
    site = Site()
    cookie = site.opened()
    for headers, writes in (((cookie,), True), (FORGED, False)):
        site.ask("/_stcore/stream", *headers, type="websocket")
        assert (float(site.seen[permissions.WRITER]) > time.monotonic()) is writes


@pytest.mark.parametrize(
    ("shown", "writes"),
    [((SHARED,), True), ((SHARED.upper(),), False), (("",), False), (("é" * SHORTEST,), False), (("x", SHARED), True)],
)
def test_a_proxy_gives_the_right_by_its_secret(shown: tuple[str, ...], writes: bool) -> None:
    assert Site(SHARED).may_write(*((SECRET, value) for value in shown), client=("10.0.0.7", 1)) is writes


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    file = folder / "secret"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_the_secret_of_a_proxy_is_the_line_of_its_file(tmp_path: Path) -> None:
    assert read_secret(secret_file(tmp_path, SHARED.encode() + b"\n", 0o400)) == SHARED


@pytest.mark.parametrize(
    ("content", "mode", "word"),
    [
        (SHARED.encode()[1:], 0o600, "length"),
        (b"", 0o600, "length"),
        (b"s" * 1025, 0o600, "length"),
        (SHARED.encode() + b"\nmore", 0o600, "not_text"),
        ("é".encode() * SHORTEST, 0o600, "not_text"),
        (SHARED.encode(), 0o640, "shared"),
        (SHARED.encode(), 0o604, "shared"),
        (SHARED.encode(), 0o620, "shared"),
    ],
)
def test_a_secret_that_cannot_be_trusted_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, mode: int, word: str
) -> None:
    file = secret_file(tmp_path, content, mode)
    for lang in LANGUAGES:
        assert main([*NOWHERE, "--proxy-secret-file", str(file), "--lang", lang]) == 2
        assert capsys.readouterr().err == t(f"server.secret_{word}", lang, file=file, least=32, most=1024) + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_no_file_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name, word in (("missing", "unreadable"), (".", "unreadable"), ("pipe", "no_file")):
        file = tmp_path / name
        assert main([*NOWHERE, "--proxy-secret-file", str(file), "--lang", lang]) == 2
        start = t(f"server.secret_{word}", lang, file=file, reason="").partition("»" if lang == "fr" else "”")[0]
        assert capsys.readouterr().err.startswith(start)


def test_an_address_is_no_longer_trusted(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([*NOWHERE, "--trusted-proxy", "10.0.0.7"])
    assert "--proxy-secret-file" in capsys.readouterr().err
