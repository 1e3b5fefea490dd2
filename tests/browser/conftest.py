"""Servers of real homes, each started once for all tests."""

import http.client
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.home import copied

ROOT = Path(__file__).resolve().parents[2]
expect.set_options(timeout=20_000)  # [ms]: a page is as slow as what runs beside it


class Server:
    """A running dashboard: its address, its process, the link to write. Who opens its pages may write, if `writer`."""

    writer = True
    cookie = ""

    def __init__(self, home: Path, *options: str) -> None:
        command = [sys.executable, "-m", "dashboard", "--home", str(home), "--port", "0", "--lang", "fr", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address, self.link = self.said(), self.said()

    def said(self) -> str:
        """The next address that it shows in its terminal."""
        assert self.process.stdout is not None
        return next(word for word in self.process.stdout.readline().split() if word.startswith("http"))

    def admit(self, browser: BrowserContext) -> None:
        """Give a browser the right to write, as the link does."""
        if not self.cookie:
            where = urlsplit(self.link)
            connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
            connection.request("GET", f"{where.path}?{where.query}")
            self.cookie = connection.getresponse().headers["set-cookie"].partition(";")[0]
            self.link = self.said()
        name, _, value = self.cookie.partition("=")
        browser.add_cookies([{"name": name, "value": value, "url": self.address}])

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def dashboard(metropole: Path) -> Iterator[Server]:
    """The dashboard of the invented métropole."""
    running = Server(metropole)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def serve(
    real_home: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Server]]:
    """The server of a kind of home: "plain", "sample", "empty" or "many"."""
    running: dict[str, Server] = {}

    def started(kind: str) -> Server:
        if kind not in running:
            home = tmp_path_factory.mktemp(kind)
            if kind in ("plain", "sample"):
                copied(real_home, home, sample=kind == "sample")
            running[kind] = Server(request.getfixturevalue("many_services") if kind == "many" else home)
        return running[kind]

    yield started
    for server in running.values():
        server.stop()
