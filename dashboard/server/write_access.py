"""Write permissions: a browser that opened a link printed in the terminal, or a proxy with a shared secret."""

import hmac
import math
import os
import secrets
import stat
import time
from collections.abc import Callable
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.shared.html_shell import alone_page
from dashboard.shared.texts import lang_of, t

LINK, KEY = "/ecrire", "cle"
SECRET = "x-sobria-proxy-secret"  # header of the proxy's secret; removed by the guard
BYTES = 32  # bytes of each generated secret
HOURS = 20  # validity of a browser's permission after opening a link, at most as long as the server runs (RGAA 13.1)
PATIENCE_S = 120  # during which a link that was opened answers again, until a browser shows what it was given
SHORTEST, LONGEST = 32, 1024  # length of the secret of a proxy
EARLY = ("sec-purpose", "purpose", "x-moz")  # header of browser prefetches


class SecretRefused(ValueError):
    """An unsafe secret; the argument is the key of the reason."""


class Access:
    """The current link, the browsers that used one, the secret of the proxy. Prints each link once."""

    def __init__(self, announce: Callable[[str], None], port: int = 0, proxy: str = "") -> None:
        self._announce = announce
        self._proxy = proxy
        self.cookie = f"sobria-ecriture-{port}"  # browsers share cookies between all ports of a machine
        self._browsers: dict[str, float] = {}  # secret of a browser -> expiry of its permission
        self._given = ("", "", 0.0)  # the last key spent, its secret, until when it is given again
        self._renew()

    def _renew(self) -> None:
        self._key = secrets.token_urlsafe(BYTES)
        self._announce(f"{LINK}?{KEY}={self._key}")

    def spend(self, key: str) -> str | None:
        """A new browser secret when the key is that of the link, which is then replaced; else None. A page loaded anew
        before it had its answer gets the same secret, once more."""
        now, (spent, given, end) = time.monotonic(), self._given
        if _same(key, spent) and now < end:
            return given
        if not _same(key, self._key):
            return None
        secret = secrets.token_urlsafe(BYTES)
        self._given = (self._key, secret, now + PATIENCE_S)
        self._browsers = {held: end for held, end in self._browsers.items() if end > now}
        self._browsers[secret] = now + HOURS * 3600
        self._renew()
        return secret

    def until(self, headers: Headers) -> float:
        """Write expiry of the sender of these headers, on time.monotonic; 0 for a reader."""
        if self._proxy and any([_same(shown, self._proxy) for shown in headers.getlist(SECRET)]):
            return math.inf
        shown = cookie_parser("; ".join(headers.getlist("cookie"))).get(self.cookie, "")
        if shown and _same(shown, self._given[1]):
            self._given = ("", "", 0.0)  # it arrived: the link is used up
        return max([end for held, end in self._browsers.items() if _same(shown, held)], default=0.0)


def read_secret(file: Path) -> str:
    """The secret of a proxy, from a file that only its owner may read. SecretRefused, OSError."""
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


async def open_link(request: Request, access: Access) -> Response:
    """Give the browser that opens the link the right to write, once, and take the key out of its address."""
    lang = lang_of(request.query_params)
    kept = {"cache-control": "no-store"}
    if request.method != "GET" or any("prefetch" in request.headers.get(name, "") for name in EARLY):
        return Response(status_code=503, headers=kept)  # a prefetch does not use up the link
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
