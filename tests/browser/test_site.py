"""The documentation site in a real browser: each page is opened, nothing but the site is asked, every link arrives."""

import functools
import http.server
import threading
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Request

from scripts.environment import tools_are_ready
from scripts.messages import LANGUAGES
from scripts.site.__main__ import SITE, main
from tests.skipped import NO_SITE

pytestmark = [pytest.mark.browser, pytest.mark.long]
LINKS = "anchors => anchors.map(anchor => anchor.href)"
NAMES = "marked => marked.map(one => one.id)"
OWN = ("data:", "blob:")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def address(monkeypatch_module: pytest.MonkeyPatch) -> Iterator[str]:
    """The site, built strictly from the pages as they are, and served."""
    if not tools_are_ready("site"):
        pytest.skip(NO_SITE)
    monkeypatch_module.setattr("sys.argv", ["scripts.site"])
    assert main() == 0
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def pages() -> list[str]:
    """The address of each page, after that of the site."""
    found = (path.relative_to(SITE).as_posix() for path in SITE.rglob("index.html"))
    return sorted(path.removesuffix("index.html") for path in found)


def test_the_site_asks_nobody_else_and_each_link_arrives(address: str, browser: BrowserContext) -> None:
    asked: set[str] = set()

    def seen(request: Request) -> None:
        asked.add(request.url)

    browser.on("request", seen)
    tab, named, led = browser.new_page(), dict[str, set[str]](), dict[str, list[str]]()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    for page in pages():
        tab.goto(address + page, wait_until="load")
        led[address + page] = tab.eval_on_selector_all("a[href]", LINKS)
        named[address + page] = set(tab.eval_on_selector_all("[id]", NAMES))
    for lang, word in zip(LANGUAGES, ("eau", "water"), strict=True):
        tab.goto(address if lang == LANGUAGES[0] else f"{address}{lang}/")
        tab.keyboard.press("s")
        tab.keyboard.type(word)
        tab.locator(".md-search-result__item").first.wait_for()
    tab.close()
    browser.remove_listener("request", seen)
    assert {url for url in asked if not url.startswith((address, *OWN))} == set() and errors == []
    assert len(led) > 200 and dead(address, led, named) == []  # noqa: PLR2004


def dead(address: str, led: dict[str, list[str]], named: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The links to the site itself that lead to no file, or to no part of a page, with the page that has each."""
    found = []
    for page, links in led.items():
        for link in (link for link in links if link.startswith(address)):
            parts = urlsplit(link)
            file, part = SITE / unquote(parts.path.lstrip("/")), unquote(parts.fragment)
            there = file.is_file() or (file / "index.html").is_file()
            known = named.get(link.partition("#")[0].partition("?")[0])
            if not there or (part and known is not None and part not in known):
                found.append((page, link))
    return found


def test_a_link_to_nowhere_is_seen(address: str) -> None:
    page = f"{address}docs/faq/"
    links = [f"{address}docs/absent/", f"{page}#nowhere", f"{page}#here", "https://example.org/"]
    assert dead(address, {page: links}, {page: {"here"}}) == [(page, links[0]), (page, links[1])]
