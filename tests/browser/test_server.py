"""The server from outside: where it listens, whom it answers, what it refuses."""

import http.client
import json
from collections.abc import Callable
from urllib.parse import urlsplit

import psutil
import pytest

from dashboard.server.app import ROUTES
from dashboard.shared.texts import t
from scripts.check import UNASKED
from tests.browser.conftest import Server

Serve = Callable[[str], Server]


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    """One request, with headers that a browser would not let a page choose."""
    where = urlsplit(server.address)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    return connection.getresponse()


def test_it_listens_to_this_machine_only(serve: Serve) -> None:
    process = psutil.Process(serve("plain").process.pid)
    listening = [c.laddr.ip for c in process.net_connections() if c.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1"]


@pytest.mark.parametrize("path", ["/", "/mesures?lang=en", "/sante", "/_stcore/health", "/nulle-part"])
def test_every_answer_carries_the_headers_that_protect(serve: Serve, path: str) -> None:
    answer = ask(serve("plain"), path)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", [route.path for route in ROUTES])
def test_each_of_our_routes_answers(serve: Serve, path: str) -> None:
    assert ask(serve("plain"), path).status == UNASKED.get(path, 200)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("path", ["/", "/mesures", "/facteurs", "/explication"])
def test_the_first_bytes_say_the_language_and_call_nothing_else(serve: Serve, path: str, lang: str) -> None:
    text = ask(serve("plain"), f"{path}?lang={lang}").read().decode()
    assert f'<html lang="{lang}">' in text
    assert "://" not in text and "<script>" not in text and "style.css" in text
    assert t("app.loading", lang) in text
    assert text.index("streamlit.js") < text.index('type="module"') and "<script src" not in text, "in order, deferred"
    assert text.index(t("app.loading", lang)) < text.index('rel="stylesheet"'), "said at once"


def test_scripts_travel_packed(serve: Serve) -> None:
    page = ask(serve("plain"), "/").read().decode()
    script = page.split('src=".')[1].split('"')[0]
    packed, raw = (ask(serve("plain"), script, Accept_Encoding=coding) for coding in ("gzip", "identity"))
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.read()) < 0.5 * len(raw.read())


@pytest.mark.parametrize(
    "path", ["/static/../../../../etc/passwd", "/static/js/%2e%2e/%2e%2e/config.py", "/static/js/no.js"]
)
def test_no_file_outside_is_read(serve: Serve, path: str) -> None:
    body = ask(serve("plain"), path, Accept_Encoding="gzip").read()
    assert b"root:" not in body and b"import" not in body


@pytest.mark.parametrize(
    ("path", "method", "headers", "status"),
    [
        ("/", "GET", {"Host": "evil.example"}, 400),
        ("/", "GET", {"Host": "127.0.0.1.evil.example:80"}, 400),
        ("/", "GET", {"Origin": "http://evil.example"}, 403),
        ("/", "GET", {"Origin": "null"}, 403),
        ("/", "POST", {}, 405),
        ("/_stcore/upload_file/a/b", "PUT", {}, 405),
        ("/_stcore/upload_file/a/b", "GET", {}, 404),
        ("/_stcore/metrics", "GET", {}, 404),
        ("/_stcore/agent/openapi.json", "GET", {}, 404),
        ("/_stcore/nulle-part", "GET", {}, 404),
        ("/_stcore/stream", "GET", {}, 404),
        ("/explication.json?id=total.nothing", "GET", {}, 404),
        ("/nulle-part", "GET", {}, 404),
        ("/mesures/nulle-part", "GET", {}, 404),
        ("/auth/login", "GET", {}, 404),
        ("/static/nulle-part", "GET", {}, 404),
        ("/static/js/no.js", "GET", {"Accept_Encoding": "gzip"}, 404),
        ("/static/../../../../etc/passwd", "GET", {}, 404),
    ],
)
def test_what_is_refused(serve: Serve, path: str, method: str, headers: dict[str, str], status: int) -> None:
    assert ask(serve("plain"), path, method, **headers).status == status


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("path", ["/nulle-part", "/static/nulle-part", "/_stcore/nulle-part", "/_stcore/metrics"])
def test_an_address_that_is_none_says_so(serve: Serve, path: str, lang: str) -> None:
    assert t("state.not_found_title", lang) in ask(serve("plain"), f"{path}?lang={lang}").read().decode()


@pytest.mark.parametrize(("origin", "status"), [("http://evil.example", 403), (None, 101)])
def test_a_web_socket_from_another_site_is_refused(serve: Serve, origin: str | None, status: int) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13"}
    headers |= {"Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ=="} | ({"Origin": origin} if origin else {})
    assert ask(serve("plain"), "/_stcore/stream", **headers).status == status


def test_health_names_the_build(serve: Serve) -> None:
    assert json.load(ask(serve("plain"), "/sante"))["status"] == "ok"
    assert json.load(ask(serve("empty"), "/sante"))["build"] is None
