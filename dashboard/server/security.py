"""Security middleware: allowed clients, host names and methods; security headers of responses."""

import gzip
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.server.write_access import SECRET, Access
from dashboard.shared.html_shell import not_found_page
from dashboard.shared.permissions import WRITER
from dashboard.shared.texts import lang_of, t

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
OPEN = ("static", "media")  # below these prefixes, paths are Streamlit's; below any other, there is nothing
CORE = {"http": ("/_stcore/health", "/_stcore/host-config"), "websocket": ("/_stcore/stream",)}  # but these
UPLOADS = "/_stcore/upload_file"
READING = ("GET", "HEAD")
DROPPING = ("PUT", "DELETE")  # upload of a file to a page, and its deletion
INNER = (WRITER.encode(), SECRET.encode())  # headers that the guard removes or replaces
SPARED = ("/static/media/MaterialSymbols-", "/static/media/SourceSansVF-Upright")  # fonts fetched, never shown: 546 kB
FOR_A_YEAR = "public, immutable, max-age=31536000"


POLICY = (  # content security policy: only resources of this server
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; object-src 'none'; frame-src 'none'; worker-src 'self';"
    " base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


class Guard:
    """Refuses unknown host names, other origins, writes and internal paths; adds the security headers.

    access: write permissions, by secret. hosts: accepted host names; neither they nor the client address
    give any permission.
    """

    def __init__(self, app: ASGIApp, access: Access, hosts: Sequence[str] = ()) -> None:
        self._app = app
        self._access = access
        self._hosts = {host.lower().strip("[]") for host in (*THIS_MACHINE, *hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or one web socket."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(self._with_write_expiry(scope), receive, self._with_security_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, self._with_security_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        lang = lang_of(QueryParams(scope.get("query_string", b"")))
        host = headers.get("host", "")
        if _name(host) not in self._hosts:
            return PlainTextResponse(t("server.wrong_host", lang), status_code=400)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return PlainTextResponse(t("server.wrong_origin", lang), status_code=403)
        if self._drops(scope, origin):
            return None
        if scope["type"] == "http" and scope["method"] not in READING:
            return PlainTextResponse(t("server.wrong_method", lang), status_code=405, headers={"allow": "GET, HEAD"})
        first, deeper, _ = scope["path"].strip("/").partition("/")
        if deeper and first not in OPEN and scope["path"] not in CORE[scope["type"]]:
            return HTMLResponse(not_found_page(lang), status_code=404)
        return None

    def _with_write_expiry(self, scope: Scope) -> Scope:
        """The request, with its write expiry, and without the headers reserved to the guard."""
        headers = [(key, value) for key, value in scope["headers"] if key.lower() not in INNER]
        headers.append((WRITER.encode(), str(self._access.until(Headers(scope=scope))).encode()))
        return {**scope, "headers": headers}

    def _drops(self, scope: Scope, origin: str | None) -> bool:
        """Whether this is a file upload of one of our own pages, by someone who may write. Streamlit then requires the
        token and the open session of that page, and enforces server.maxUploadSize."""
        asked = scope["type"] == "http" and scope["method"] in DROPPING and scope["path"].startswith(UPLOADS + "/")
        return asked and origin is not None and self._access.until(Headers(scope=scope)) > time.monotonic()

    @staticmethod
    def _with_security_headers(send: Send) -> Send:
        async def sender(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        return sender


class PackedAssets:
    """Serves Streamlit's scripts and styles gzipped (it serves them raw), each compressed once, on first request.

    Two unused fonts that it fetches on every first visit are replaced by our own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._root = (Path(st.__file__).parent / "static").resolve()
        self._packed: dict[Path, bytes] = {}
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; all but scripts, styles and what is no file are passed through."""
        asset = scope["type"] == "http" and scope["path"].startswith("/static/")
        packed = await run_in_threadpool(self._answer, scope) if asset else None
        if packed is None:
            await self._app(scope, receive, send)
        else:
            await packed(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        kind = {".js": "text/javascript", ".css": "text/css"}.get(Path(scope["path"]).suffix)
        if scope["path"].startswith(SPARED):
            return RedirectResponse("/inter.woff2", headers={"cache-control": FOR_A_YEAR})
        try:
            file = (self._root / scope["path"].lstrip("/")).resolve()
            there = file.is_relative_to(self._root) and file.is_file()
        except (OSError, ValueError):  # an impossible file name
            there = False
        if not there:
            return HTMLResponse(not_found_page(lang_of(QueryParams(scope.get("query_string", b"")))), status_code=404)
        if kind is None or "gzip" not in Headers(scope=scope).get("accept-encoding", ""):
            return None
        with self._lock:  # keyed by the file itself: a path has many spellings
            if file not in self._packed:
                self._packed[file] = gzip.compress(file.read_bytes(), 9)
            body = self._packed[file]
        headers = {"content-encoding": "gzip", "cache-control": FOR_A_YEAR, "vary": "accept-encoding"}
        return Response(body, media_type=kind, headers=headers)


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit("//" + host).hostname or "").lower()
    except ValueError:
        return ""
