"""Who may write: a browser that opened a link shown in the terminal, or a proxy that shows a shared secret."""

import hmac
import math
import os
import secrets
import stat
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from dashboard.shared.html_shell import alone_page
from dashboard.shared.texts import lang_of, t

LINK, KEY = "/ecrire", "cle"
SECRET = "x-sobria-proxy-secret"  # what a proxy shows; it goes no further than the guard
BYTES = 32  # of each secret made here
HOURS = 12  # that a browser may write after it opened a link, and no longer than the server runs
SHORTEST, LONGEST = 32, 1024  # characters of the secret of a proxy
EARLY = ("sec-purpose", "purpose", "x-moz")  # how a browser says that it fetches a page that nobody opened yet


class SecretRefused(ValueError):
    """A secret that cannot be trusted; the argument is the word that says why."""


class Access:
    """The link that is open, the browsers that used one, the secret of the proxy. Announces each link once."""

    def __init__(self, announce: Callable[[str], None], port: int = 0, proxy: str = "") -> None:
        self._announce = announce
        self._proxy = proxy
        self.cookie = f"sobria-ecriture-{port}"  # browsers keep one jar for all the ports of a machine
        self._browsers: dict[str, float] = {}  # secret of a browser → when its right ends
        self._renew()

    def _renew(self) -> None:
        self._key = secrets.token_urlsafe(BYTES)
        self._announce(f"{LINK}?{KEY}={self._key}")

    def spend(self, key: str) -> str | None:
        """The secret of one more browser when the key is that of the link, which is then replaced; else None."""
        if not _same(key, self._key):
            return None
        now, secret = time.monotonic(), secrets.token_urlsafe(BYTES)
        self._browsers = {held: end for held, end in self._browsers.items() if end > now}
        self._browsers[secret] = now + HOURS * 3600
        self._renew()
        return secret

    def until(self, headers: Headers) -> float:
        """Until when whoever sends these headers may write, on time.monotonic; 0 for a reader."""
        if self._proxy and any([_same(shown, self._proxy) for shown in headers.getlist(SECRET)]):
            return math.inf
        shown = cookie_parser("; ".join(headers.getlist("cookie"))).get(self.cookie, "")
        return max([end for held, end in self._browsers.items() if _same(shown, held)], default=0.0)


def read_secret(file: Path) -> str:
    """The secret of a proxy, from a file that nobody else may read. SecretRefused, OSError."""
    with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:
        mode = os.fstat(opened.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise SecretRefused("no_file")
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SecretRefused("shared")
        content = opened.read(LONGEST + 2).rstrip(b"\r\n")
    if not all(0x21 <= byte <= 0x7E for byte in content):
        raise SecretRefused("not_text")
    if not SHORTEST <= len(content) <= LONGEST:
        raise SecretRefused("length")
    return content.decode("ascii")


def writing_routes(access: Access) -> list[Route]:
    """The route of the link."""
    return [Route(LINK, partial(_open, access=access))]


async def _open(request: Request, access: Access) -> Response:
    """Give the browser that opens the link the right to write, once, and take the key out of its address."""
    lang = lang_of(request.query_params)
    kept = {"cache-control": "no-store"}
    if request.method != "GET" or any("prefetch" in request.headers.get(name, "") for name in EARLY):
        return Response(status_code=503, headers=kept)  # nobody opened it: a link is not used up for a preview
    secret = access.spend(request.query_params.get(KEY, ""))
    if secret is None:
        said = alone_page(t("state.link_title", lang), t("state.link_answer", lang), lang)
        return HTMLResponse(said, status_code=403, headers=kept)
    answer = RedirectResponse(f"./?lang={lang}", status_code=303, headers=kept)
    encrypted = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
    answer.set_cookie(
        access.cookie, secret, max_age=HOURS * 3600, path="/", secure=encrypted, httponly=True, samesite="strict"
    )
    return answer


def _same(shown: str, held: str) -> bool:
    return hmac.compare_digest(shown.encode(), held.encode())
