"""The register in a real browser: every view at every width, and a use case led from an idea by the keyboard."""

import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from estimator.governance.register.register import Register, author
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
    violations,
)
from tests.home import HOSTILE, copied
from tests.support import kept, spread

DSI = author("Direction du numérique", "essai")
ID = "tri-du-courrier"
FACTS = {
    "name": "Tri du courrier",
    "task": "Classer les courriers",
    "unit": "un courrier classé",
    "service": "Relations usagers",
    "commune": "54395",
    "owner_role": "Responsable du courrier",
}
ANSWER = {"answer": "etudiee_et_ecartee", "description": "à la main", "reason": "deux jours", "date": "2026-01-10"}
VIEWS = {
    "liste": "/registre",
    "usage": f"/registre?cas={ID}",
    "fait sans IA": "/registre?cas=faq",
    "modifier": f"/registre?cas={ID}&faire=modifier",
    "sans IA": f"/registre?cas={ID}&faire=sans-ia",
    "décider": f"/registre?cas={ID}&faire=decision",
    "rattacher": f"/registre?cas={ID}&faire=rattacher",
    "ajouter": "/registre?faire=ajouter",
    "importer": "/registre?faire=importer",
}


def filled(home: Path) -> Register:
    """A register with a pilot, a use case done without AI, and a hostile one."""
    held = Register(home)
    held.create(FACTS | {"alternative": ANSWER}, DSI)
    held.move(ID, "experimentation", DSI)
    held.record_quality(ID, {"value": 0.92, "test": "200 courriers", "date": "2026-02-01", "by": "Courrier"}, DSI)
    held.attach(ID, {"service_key": "assistant-courrier"}, DSI)
    held.create(FACTS | {"name": "FAQ", "alternative": ANSWER | {"answer": "trouvee_et_retenue"}}, DSI)
    reasons = {"what": "fait_sans_ia", "date": "2026-02-03", "reasons": "une page suffit", "by": "Comité"}
    held.decide("faq", reasons, DSI)
    held.create(FACTS | {"name": HOSTILE, "task": HOSTILE, "model": HOSTILE, "service": HOSTILE}, DSI, "hostile")
    return held


@pytest.fixture(scope="module")
def home(real_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a build and a register."""
    folder = copied(real_home, tmp_path_factory.mktemp("registre"))
    filled(folder)
    return folder


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    running = Server(home)
    yield running
    running.stop()


WHOLE = (("usage", "fr"), ("modifier", "en"), ("décider", "fr"), ("rattacher", "en"), ("importer", "fr"))


@pytest.mark.parametrize(("view", "lang"), kept(product(VIEWS, LANGUAGES), *WHOLE))
def test_a_view_is_whole_at_every_width(screen: Page, server: Server, view: str, lang: str) -> None:
    faults: list[str] = []
    screen.on("pageerror", lambda error: faults.append(str(error)))
    open_page(screen, server, VIEWS[view], lang)
    for width in (1280, 360):
        screen.set_viewport_size({"width": width, "height": 800})
        assert not TROUBLE.search(screen.inner_text("body"))
        assert not is_wider_than_its_window(screen), width
        assert width != AXE_AT[lang] or grave(screen) == []
    screen.set_viewport_size({"width": 320, "height": 800})
    assert not is_wider_than_its_window(screen)
    assert screen.locator("h1").count() == 1
    assert screen.evaluate(ICONS) == []
    assert faults == []


def test_an_idea_is_written_and_moved_with_the_keyboard_alone(screen: Page, serve: Callable[[str], Server]) -> None:
    """From an empty register: each step is reached with Tab, written by typing, sent with Enter."""
    open_page(screen, serve("empty"), "/registre", "fr")
    follow(screen, "Ajouter un usage")
    for typed in ("Chatbot", "Répondre", "une réponse", "Accueil", "54395", "Chef de service"):
        screen.keyboard.press("Tab")
        screen.keyboard.type(typed)
    for typed in ("", "Accueil", "demande"):
        screen.keyboard.press("Tab")
        screen.keyboard.type(typed)
    screen.keyboard.press("Tab")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("heading", name="Ce qui sera écrit")).to_be_visible()
    expect(screen.locator("#contenu")).to_be_focused()  # the fields are gone: what follows is read from its start
    expect(screen.locator(".st-key-form dl")).to_contain_text("Chatbot")
    assert violations(screen) == []
    reach(screen, ".st-key-form button")
    screen.keyboard.press("Tab")
    screen.keyboard.press("Enter")  # « Corriger »: the fields are back, as they were
    expect(screen.locator("#contenu")).to_be_focused()
    expect(screen.get_by_role("textbox", name="Nom de l’usage")).to_have_value("Chatbot")
    reach(screen, "[data-testid=stFormSubmitButton] button")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("button", name="Inscrire cet usage")).to_be_visible()
    reach(screen, ".st-key-form button")
    screen.keyboard.press("Enter")
    screen.wait_for_selector("h1:has-text('Chatbot : où en est')")
    assert "Enregistré" in screen.inner_text(".banner.done")
    expect(screen.locator("#contenu")).to_be_focused()  # the form is gone: the next page is read from its start
    follow(screen, "Changer d’étape")
    reach(screen, "input[type=text]")
    screen.keyboard.type("Accueil")
    screen.keyboard.press("Tab")
    screen.keyboard.type("essayer")
    screen.keyboard.press("Tab")
    screen.keyboard.press("Enter")
    screen.wait_for_selector("[role=alert]")
    said = screen.inner_text("[role=alert]")
    assert "La question sans IA a une réponse" in said and "Existe-t-il des solutions alternatives" in said
    assert "essayer" in screen.input_value("textarea")


def reach(screen: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(120):
        screen.keyboard.press("Tab")
        if screen.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(selector)


def follow(screen: Page, text: str) -> None:
    """Reach a link with Tab and open it; the focus is then before the first field."""
    for _ in range(120):
        screen.keyboard.press("Tab")
        if screen.evaluate("document.activeElement.innerText") == text:
            break
    screen.keyboard.press("Enter")
    screen.wait_for_url("**faire=**")
    screen.wait_for_selector("[data-testid=stForm]")
    settled(screen)
    screen.wait_for_timeout(500)  # Streamlit redraws once more, and the focus would go with what it replaces
    reach(screen, ".head a")


def test_a_filter_is_written_into_the_address(screen: Page, server: Server) -> None:
    open_page(screen, server, "/registre", "fr")
    box = screen.get_by_role("combobox", name="Étape")
    box.scroll_into_view_if_needed()
    screen.wait_for_timeout(300)  # the list closes when the page scrolls under it
    box.click()
    screen.get_by_role("option", name="Expérimentation").click()
    screen.wait_for_url("**etape=experimentation**")
    expect(screen.locator(".st-key-list tbody tr")).to_have_count(1)


def test_a_hostile_name_stays_text(screen: Page, server: Server) -> None:
    said: list[str] = []
    screen.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    for path in ("/registre", "/registre?cas=hostile", "/registre?cas=hostile&faire=modifier"):
        open_page(screen, server, path, "fr")
        assert screen.locator('a[href^="javascript" i]').count() == 0
        screen.set_viewport_size({"width": 320, "height": 800})
        assert not is_wider_than_its_window(screen)
    screen.goto(f"{server.address}/fiche-usage?cas=hostile")
    assert HOSTILE in screen.inner_text("h1") and said == []


@pytest.mark.parametrize(("length", "lang"), spread((60, 1), LANGUAGES))
def test_the_sheet_is_one_tagged_page(screen: Page, server: Server, home: Path, lang: str, length: int) -> None:
    """One page, or two of facts of sixty words each: none is printed smaller than 8 pt for it."""
    held, long = Register(home), "texte " * length
    facts: dict[str, Any] = {
        name: long for name in ("task", "benefit", "model", "host", "data_sensitivity", "unit", "service", "owner_role")
    }
    facts["alternative"] = ANSWER | {"description": long, "reason": long}
    facts["threshold"] = {"value": 0.9, "test": long}
    facts["consulted"] = long
    held.change(ID, facts, DSI)
    if held.use_case(ID).stage == "experimentation":
        held.move(ID, "pilote", DSI)
    for n in range(6):
        held.decide(ID, {"what": "continuer", "date": f"2026-03-0{n + 1}", "reasons": long, "by": "Comité"}, DSI)
    screen.goto(f"{server.address}/fiche-usage?cas={ID}&lang={lang}")
    assert violations(screen) == []
    printed = screen.pdf(prefer_css_page_size=True, tagged=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= (2 if length > 1 else 1)
    screen.set_viewport_size({"width": 320, "height": 800})
    assert not screen.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
