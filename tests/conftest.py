"""What every test may ask for: the shared data beside the checkout, a real browser."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from hypothesis import settings
from playwright.sync_api import BrowserContext, Error, Page, ViewportSize, sync_playwright

from estimator.builds import build_identity
from estimator.core import duckdb_engine
from estimator.reporting.exports import current
from scripts.demo.metropole import fill as fill_metropole
from tests import home, support
from tests.kept_builds import keeping
from tests.skipped import NO_BROWSER, NO_DATA, pytest_sessionfinish

__all__ = ["pytest_sessionfinish"]  # a hook: pytest calls it by its name
ROOT = Path(__file__).resolve().parents[1]
settings.register_profile("shared-cores", deadline=None)  # a slow machine is no wrong result
settings.register_profile("long", deadline=None)  # scripts.proofs
settings.load_profile("shared-cores")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    "--disable-component-update",
)
SIZE = ViewportSize(width=1280, height=800)
LIGHT = "/_stcore/health"  # what any dashboard answers, without a page
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


gc.disable()  # a third of the time of the collection: nothing that it makes is garbage


def pytest_collection_finish() -> None:
    """What was collected stays until the end: it is not looked at again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def no_wait_for_the_disk() -> Iterator[None]:
    """No test cuts the power: what is written need not have reached the disk, for which each file waits 5 ms, and each
    table of a build, which are eighty."""
    connect = duckdb_engine.duckdb.connect

    def connected(*given: Any, config: Mapping[str, Any] | None = None, **more: Any) -> object:
        return connect(*given, config={**(config or {}), "fsync_mode": "NONE"}, **more)

    with patch.object(os, "fsync", lambda _: None), patch.object(duckdb_engine.duckdb, "connect", connected):
        yield


@pytest.fixture(scope="session", autouse=True)
def no_source_is_bared_twice() -> Iterator[None]:
    """A build in a new home takes the words out of all our sources, a quarter of its time: once a process is enough."""
    with patch.object(build_identity, "without_words", cache(build_identity.without_words)):
        yield


@pytest.fixture(scope="session", autouse=True)
def no_reading_is_asked_for_again() -> Iterator[None]:
    """Nothing asks twice of what other software reads: on a loaded machine, the first time may take more than what such
    a software would wait."""
    with patch.object(current, "PREPARED_S", 120.0):
        yield


OF_FIGURES = ("dashboard", "governance", "ingestion", "reporting")  # whose tests are not of how a build is made


@pytest.fixture(scope="session")
def kept_builds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], AbstractContextManager[None]]:
    """Context in which the same rows are built once a process."""
    return partial(keeping, tmp_path_factory.mktemp("builds"), {})


@pytest.fixture(autouse=True)
def the_same_rows_are_built_once(
    request: pytest.FixtureRequest, kept_builds: Callable[[], AbstractContextManager[None]]
) -> Iterator[None]:
    """Half of the builds of a test that compares two ledgers are of rows that were built: a build is what its id says,
    as the tests of its room see, of one secret here. Each test numbers its rows anew, from the same number."""
    if request.path.parent.name not in OF_FIGURES:
        yield
        return
    with kept_builds(), patch.object(support, "NUMBERS", count(1_000_000)), patch.object(build_identity, "drawn", same):
        yield


def same() -> bytes:
    """The secret of every home of these tests."""
    return b"0" * 64


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Traces, oracles and source tables that do not ship with the project; without them a test is skipped, counted."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(NO_DATA)
    return folder


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without anything, which the pages show."""
    monkeypatch.setenv("SOBRIA_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of tests/home.py, to be read only; who writes works in a copy."""
    return home.made_once(tmp_path_factory, "real_home", home.fill)


@pytest.fixture(scope="session")
def sample_home(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, that says that it is invented."""
    return home.copied(real_home, tmp_path_factory.mktemp("sample"), sample=True)


@pytest.fixture(scope="session")
def metropole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the invented métropole, to be read only; who writes works in a copy."""
    return home.made_once(tmp_path_factory, "metropole", fill_metropole)


@pytest.fixture(scope="session")
def many_services(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of sixty services, to be read only."""
    return home.made_once(tmp_path_factory, "many", home.fill_many)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser: $CHROMIUM, else one on the PATH. Without any, a failure in CI, a skip elsewhere."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(NO_BROWSER, pytrace=False)
    pytest.skip(NO_BROWSER)


@pytest.fixture(scope="session")
def browser(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser without a window, that asks nothing of the network by itself and keeps the scripts it compiled."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("browser"),
            executable_path=chromium,
            args=QUIET,
            viewport=SIZE,
            locale="fr-FR",
        )
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def tabs() -> list[Page]:
    """The tab that a test leaves to the next one."""
    return []


@pytest.fixture
def screen(browser: BrowserContext, tabs: list[Page]) -> Iterator[Page]:
    """A tab as new, of a browser that has no cookie and no permission of another one: the same for each test, as one
    that stays on its site opens a page in half the time of a new one; who listens to it or slows it is its last."""
    tab = tabs.pop() if tabs else browser.new_page()
    slow = BrowserContext.new_cdp_session
    with (
        patch.object(Page, "on", autospec=True, side_effect=Page.on) as listened,
        patch.object(BrowserContext, "new_cdp_session", autospec=True, side_effect=slow) as slowed,
    ):
        yield tab
    where = urlsplit(tab.url)
    try:
        if listened.called or slowed.called or where.scheme != "http":
            tab.close()
        else:
            tab.emulate_media(media="null", reduced_motion="null")
            tab.set_viewport_size(SIZE)
            tab.mouse.move(0, 0)
            tab.goto(f"http://{where.netloc}{LIGHT}")
            tabs.append(tab)
    except Error:  # its server is gone
        tab.close()
    browser.clear_cookies()
    browser.clear_permissions()
