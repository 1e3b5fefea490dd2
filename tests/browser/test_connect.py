"""« Brancher un service » in a real browser: every view at every width, a code copied, a file dropped and imported."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.connect.methods import BUILD, TEMPLATE
from estimator.ledger import Ledger
from estimator.results.reading import current_results
from tests.browser.conftest import Server
from tests.browser.test_pages import (
    AXE_AT,
    ICONS,
    LANGUAGES,
    TROUBLE,
    grave,
    is_wider_than_its_window,
    open_page,
    settled,
)
from tests.browser.test_server import ask
from tests.home import copied
from tests.ingestion.formats import FORMATS
from tests.ledger.test_ledger import snapshot
from tests.support import kept, spread
from tests.traces_support import text

VIEWS = {"liste": "/brancher", "vLLM": "/brancher?voie=vllm", "OpenAI": "/brancher?voie=openai_usage"}
TOLD = {
    "fr": {
        "import": "Importer cette ligne", "replaces": "Remplacera 1 ligne de", "undo": "Annuler un import",
        "who": "Qui écrit", "why": "Pourquoi", "save": "Annuler cet import", "undone": "compte de nouveau.",
        "redo": "Rétablir cet import", "redone": "est rétablie.",
    },
    "en": {
        "import": "Import this row", "replaces": "Will replace 1 row of", "undo": "Undo an import",
        "who": "Who writes", "why": "Why", "save": "Undo this import", "undone": "counts again.",
        "redo": "Bring back this import", "redone": "is back.",
    },
}  # fmt: skip
HOSTILE_NAME = "<img src=x onerror=alert(1)>" + "long" * 30 + ".jsonl"
SAMPLE = (FORMATS / "litellm.jsonl").read_bytes()
HEAVY = b"x" * (6 * 1024 * 1024)


@pytest.fixture(scope="module")
def home(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(real_home, tmp_path_factory.mktemp("brancher"))


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    running = Server(home)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("corriger")


@pytest.fixture(scope="module")
def empty(empty_folder: Path) -> Iterator[Server]:
    running = Server(empty_folder)
    yield running
    running.stop()


def drop(screen: Page, name: str, content: bytes) -> None:
    screen.set_input_files("input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": content})


def whole_at_every_width(screen: Page, lang: str) -> None:
    for width in (1280, 360):
        screen.set_viewport_size({"width": width, "height": 800})
        assert not TROUBLE.search(screen.inner_text("body"))
        assert not is_wider_than_its_window(screen), width
        assert width != AXE_AT[lang] or grave(screen) == []
    screen.set_viewport_size({"width": 320, "height": 800})
    assert not is_wider_than_its_window(screen)
    assert screen.evaluate(ICONS) == []


@pytest.mark.parametrize(("view", "lang"), spread(VIEWS, LANGUAGES))
def test_a_view_is_whole_at_every_width(screen: Page, server: Server, view: str, lang: str) -> None:
    open_page(screen, server, VIEWS[view], lang)
    whole_at_every_width(screen, lang)
    assert screen.locator("h1").count() == 1
    name = {"fr": "Choisir des fichiers", "en": "Upload"}[lang]
    expect(screen.get_by_role("button", name=name, exact=True)).to_be_visible()


def test_a_code_is_copied_with_its_button(screen: Page, server: Server) -> None:
    screen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(screen, server, VIEWS["vLLM"], "fr")
    button = screen.locator("[data-testid=stCode] button").last
    expect(button).to_be_visible()
    button.focus()
    screen.keyboard.press("Enter")
    screen.wait_for_timeout(300)
    assert screen.evaluate("navigator.clipboard.readText()") == BUILD.code


def test_a_hostile_file_is_checked_then_imported_and_stays_text(screen: Page, server: Server, home: Path) -> None:
    said, before = [], Ledger(home).imports.read()[0]
    screen.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    open_page(screen, server, "/brancher", "fr")
    drop(screen, HOSTILE_NAME, SAMPLE)
    expect(screen.get_by_text("3 lignes acceptées, 4 écartées")).to_be_visible(timeout=20_000)
    assert HOSTILE_NAME in screen.inner_text("body")
    whole_at_every_width(screen, "fr")
    assert Ledger(home).imports.read()[0] == before
    screen.get_by_role("button", name="Importer ces 3 lignes").click()
    expect(screen.locator(".banner.done")).to_contain_text("3 lignes acceptées, 4 écartées", timeout=20_000)
    settled(screen)
    whole_at_every_width(screen, "fr")
    assert len(Ledger(home).imports.read()[0]) == len(before) + 1 and said == []


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_corrected_file_is_said_before_its_import_which_is_then_undone_and_brought_back(
    screen: Page, empty: Server, empty_folder: Path, lang: str
) -> None:
    """0.2 kWh, mended to 0.1: « remplacera 1 ligne » before the place is asked; undone, 0.2 counts again; brought
    back at once, 0.1 does."""
    told = TOLD[lang]
    for kwh in (0.2, 0.1):
        open_page(screen, empty, "/brancher", lang)
        drop(screen, f"{lang}.csv", text(snapshot(lang, 2, 60, kwh)).encode())
        expect(screen.get_by_role("button", name=told["import"])).to_be_visible(timeout=20_000)
        said = screen.inner_text("body").replace("\u202f", " ").replace("\u00a0", " ")
        assert (told["replaces"] in said) is (kwh == 0.1)
        screen.get_by_role("button", name=told["import"]).click()
        expect(screen.locator(".banner.done")).to_be_visible(timeout=40_000)
    mended = current_results(empty_folder).totals().indicators["it_energy"].central
    screen.get_by_text(told["undo"], exact=True).click()
    undo = screen.locator(".st-key-form_undo")
    expect(undo.get_by_role("button", name=told["save"])).to_be_visible()
    picked = screen.get_by_role("option", name=f"{lang}.csv").first
    for _ in range(20):  # a list closes when its page moves, as the part does while it opens
        undo.get_by_role("combobox", name="Import").click()
        screen.wait_for_timeout(500)
        if picked.is_visible():
            break
    picked.click()
    undo.get_by_role("textbox", name=told["who"]).fill("DSI")
    undo.get_by_role("textbox", name=told["why"]).fill("essai")
    whole_at_every_width(screen, lang)
    undo.get_by_role("button", name=told["save"]).click()
    expect(screen.get_by_text(told["undone"])).to_be_visible(timeout=40_000)
    now = current_results(empty_folder).totals().indicators["it_energy"].central
    assert mended and now and now - mended == pytest.approx(0.1, rel=0.02)
    redo = screen.locator(".st-key-form_redo")
    expect(redo.get_by_role("button", name=told["redo"])).to_be_visible()  # open at once, its import and author said
    redo.get_by_role("textbox", name=told["why"]).fill("bon")
    whole_at_every_width(screen, lang)
    redo.get_by_role("button", name=told["redo"]).click()
    expect(screen.get_by_text(told["redone"])).to_be_visible(timeout=40_000)
    assert current_results(empty_folder).totals().indicators["it_energy"].central == mended


def test_a_heavy_file_that_is_no_trace_is_read_and_refused_in_words(screen: Page, server: Server) -> None:
    open_page(screen, server, "/brancher", "fr")
    drop(screen, "lourd.jsonl", HEAVY)
    expect(screen.get_by_role("alert").filter(has_text="lourd.jsonl")).to_be_visible(timeout=20_000)
    assert "lignes acceptées" not in screen.inner_text("body")


def test_the_server_takes_no_upload_without_the_token_of_a_page(screen: Page, server: Server) -> None:
    server.admit(screen.context)
    assert ask(server, "/_stcore/upload_file/a/b", "PUT", Origin=server.address, Cookie=server.cookie).status == 403
    assert ask(server, "/_stcore/upload_file/a/b", "PUT", Cookie=server.cookie).status == 405


def test_the_template_is_a_file(server: Server) -> None:
    answer = ask(server, "/" + TEMPLATE)
    assert answer.status == 200 and answer.read().startswith(b"service;start;end")


@pytest.mark.long
def test_a_visitor_who_may_not_write_is_told_why_there_is_no_drop_zone(screen: Page, home: Path) -> None:
    read_only = Server(home)
    read_only.writer = False
    try:
        open_page(screen, read_only, VIEWS["vLLM"], "fr")
        expect(screen.get_by_text("Lecture seule")).to_be_visible()
        assert screen.locator("input[type=file]").count() == 0
        whole_at_every_width(screen, "fr")
    finally:
        read_only.stop()
