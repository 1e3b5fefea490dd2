"""Servers that show fake builds, each started once for all tests."""

import http.client
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext

from scripts.demo.metropole import fill
from tests.fake_reading import KIND

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """A running dashboard: its address, its process, the link to write. Who opens its pages may write, if `writer`."""

    module = "tests.browser.fake_server"
    writer = True
    cookie = ""

    def __init__(self, home: Path, *options: str) -> None:
        command = [sys.executable, "-m", self.module, "--home", str(home), "--port", "0", *options]
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
            connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
            connection.request("GET", f"{where.path}?{where.query}")
            self.cookie = connection.getresponse().headers["set-cookie"].partition(";")[0]
            self.link = self.said()
        name, _, value = self.cookie.partition("=")
        browser.add_cookies([{"name": name, "value": value, "url": self.address}])

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self.process.terminate()
        self.process.wait(timeout=20)


class Dashboard(Server):
    """The dashboard on a real home."""

    module = "dashboard"


@pytest.fixture(scope="session")
def metropole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the invented métropole, to be read only."""
    home = tmp_path_factory.mktemp("metropole") / "home"
    fill(home)
    return home


@pytest.fixture(scope="session")
def dashboard(metropole: Path) -> Iterator[Server]:
    """The dashboard of the invented métropole."""
    running = Dashboard(metropole)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """The server of a kind of home: "sample", "plain", "hostile" or "empty"."""
    running: dict[str, Server] = {}

    def started(kind: str) -> Server:
        if kind not in running:
            home = tmp_path_factory.mktemp(kind)
            if kind != "empty":
                (home / KIND).write_text(kind)
            running[kind] = Server(home)
        return running[kind]

    yield started
    for server in running.values():
        server.stop()
