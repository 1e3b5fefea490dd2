"""Smoke test of the dashboard on a ledger: every page in both languages, then the running server.

A page that raises still answers 200 with the same bytes, so pages are run by Streamlit's AppTest; HTTP only proves
that the server listens and that our own routes answer.
"""

import logging
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from scripts.messages import LANGUAGES, ROOT, say

PAGES = ROOT / "dashboard" / "pages"
HEALTH = "/_stcore/health"
NOWHERE = "/no-such-page"
UNASKED = {  # what answers nothing to one who says no use, no commune or has no file of a commune: with which status
    **dict.fromkeys(("/fiche-usage", "/evaluation-usage", "/sci-usage", "/preuves-usage"), 404),
    **dict.fromkeys(("/bilan-commune.json", "/preuves-usages", "/bilan-territoire"), 400),
}
PAGE_SECONDS = 120
START_SECONDS = 90
STOP_SECONDS = 15


def everything(home: Path, serve: list[str], url: str) -> int:
    """Check the pages then the server on one home; return the exit code."""
    page_results = [check_page(home, page, lang) for page in pages() for lang in LANGUAGES]
    route_results = check_server(serve, url)
    failures = page_results.count(False) + route_results.count(False)
    if failures:
        say("check", "failed", count=failures)
        return 1
    say("check", "passed", pages=len(page_results), routes=len(route_results))
    return 0


def pages() -> list[Path]:
    return sorted(page for page in PAGES.glob("*.py") if not page.name.startswith("_"))


def check_page(home: Path, page: Path, lang: str) -> bool:
    """Run one page on the ledger of a home; False, with a message, when it raises."""
    os.environ["SOBRIA_HOME"] = str(home)
    from streamlit.testing.v1 import AppTest

    logging.disable(logging.WARNING)
    app = AppTest.from_file(str(page), default_timeout=PAGE_SECONDS)
    app.query_params["lang"] = lang
    try:
        app.run()
    except RuntimeError as late:
        raised = [str(late)]
    else:
        raised = [f"{exception.message}\n{''.join(exception.stack_trace)}" for exception in app.exception]
    if raised:
        say("check", "page_failed", page=page.stem, lang=lang, what="\n".join(raised))
    else:
        say("check", "page_passed", page=page.stem, lang=lang)
    return not raised


def check_server(serve: list[str], url: str) -> list[bool]:
    """Start the server, request its health and each of our own routes in both languages, stop it; a result a route."""
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(serve, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            if not wait_until_healthy(server, url):
                log.seek(0)
                say("check", "no_server", seconds=START_SECONDS, log=log.read())
                return [False]
            return [check_route(url, route) for route in own_routes()]
        finally:
            stop(server)


def own_routes() -> list[str]:
    """The paths served by the dashboard itself, in both languages."""
    from dashboard.server.app import ROUTES

    return [f"{path}?lang={lang}" for path in (r.path for r in ROUTES) for lang in LANGUAGES]


def wait_until_healthy(server: subprocess.Popen[bytes], url: str) -> bool:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit and server.poll() is None:
        if ask(url + HEALTH)[0] == 200:
            return True
        time.sleep(0.2)
    return False


def check_route(url: str, route: str) -> bool:
    """Whether one of our routes responds, and with more than the shell that Streamlit sends for any URL; one that is
    asked for no use may say so."""
    expected = (200, UNASKED.get(route.partition("?")[0], 200))
    status, body = ask(url + route)
    _, anything = ask(url + NOWHERE + route[route.find("?") :])
    shell = status == expected[0] and body == anything
    result = "route_failed" if status not in expected else "route_not_ours" if shell else "route_passed"
    say("check", result, route=route, status=status)
    return result == "route_passed"


def ask(address: str) -> tuple[int, bytes]:
    """Status and body of a GET on this machine, never through a proxy; status 0 without a response."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""
    except OSError:
        return 0, b""


def stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server and its child process: terminate, then kill."""
    for way in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, way)
            server.wait(STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
