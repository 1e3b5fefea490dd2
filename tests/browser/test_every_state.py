"""Every page in every state that people bring it to, under axe: closed, all its parts opened, each panel, the lists and
calendars of its fields, its forms refused, files dropped; empty homes and refused addresses too; at four widths."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from playwright.sync_api import Locator, Page

from dashboard.connect.methods import WAYS
from dashboard.register.forms import ALONE, FORMS
from dashboard.shared.screens import SCREENS
from tests.browser.conftest import ROOT, Server
from tests.browser.test_accessibility import BARE, DRAWN, VIEWS
from tests.browser.test_pages import LANGUAGES, open_page, ran, violations
from tests.home import OPENED, row_id
from tests.support import kept

Serve = Callable[[str], Server]
WIDTHS = (1280, 768, 360, 320)  # [px]
PARTS = {
    "mesures": ("corriger", "executions", "mois", "services", "remarques", "ecartees"),
    "comparer": ("lieux", "ecart", "volume", "modele", "chiffres"),
}
ADDRESSES = (
    *VIEWS.values(),
    "/comparer?exemple=oui",
    *(f"/mesures?voir={part}" for part in PARTS["mesures"]),
    *(f"/comparer?exemple=oui&voir={part}" for part in PARTS["comparer"]),
    *(f"/registre?faire={form}" for form in ALONE),
    *(f"/registre?cas=assistant-agents&faire={form}" for form in FORMS),
    *(f"/brancher?voie={way.name}" for way in WAYS),
)
ELSEWHERE = {  # a home and what is opened of it
    "empty": (*(f"/{screen.path}" for screen in SCREENS if screen.door or not screen.path), "/accessibilite"),
    "sample": ("/", "/mesures", f"/mesures?execution={row_id(OPENED)}"),
    "plain": ("/comparer?scenario=x", "/explication?id=x", "/registre?cas=x", "/nulle-part"),
    "many": ("/", "/synthese", "/mesures?voir=services"),
}
IN_THE_SUITE = [
    ("/synthese", "en", (320,)),
    ("/mesures?voir=corriger", "fr", (1280, 360)),
    ("/brancher", "fr", (360,)),
    ("/lieux", "en", (768,)),
]
UNREADABLE = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"}
READ = ROOT / "dashboard" / "static" / "modele-declaration.csv"
DROP = ".st-key-connect_drop input[type=file]"
PANEL = "[data-testid=stPopoverBody]"
OPENED_TO = "e => { const part = e.closest('details'); if (part && !part.open) part.querySelector('summary').click(); }"
SEND = "[data-testid=stFormSubmitButton] button"


def states(screen: Page) -> Iterator[str]:
    """Bring a page to each of its states in turn; say which, once it is there. Nothing is written."""
    yield "closed"
    for part in screen.query_selector_all("[data-testid=stExpander] details:not([open]) > summary"):
        part.click()
        ran(screen)
    screen.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    yield "opened"
    for panel in _each(screen, "[data-testid=stPopoverButton]"):
        panel.click()
        screen.wait_for_selector(PANEL)
        ran(screen)
        yield "panel"
        if (save := screen.locator(f"{PANEL} [data-testid=stBaseButton-primary]")).count():
            save.first.dispatch_event("click")  # a panel that was narrow may still be below the window
            ran(screen)
            yield "panel refused"
        screen.keyboard.press("Escape")
        screen.wait_for_selector(PANEL, state="detached")
    for kind, opens in {"listbox": "[data-testid=stSelectbox]", "dialog": "[data-testid=stDateInput]"}.items():
        for field in _each(screen, f"{opens} button:last-of-type")[:1]:
            field.scroll_into_view_if_needed()
            screen.wait_for_timeout(300)  # the list closes when the page scrolls under it
            field.click()
            screen.get_by_role(kind).wait_for()  # type: ignore[arg-type]
            yield kind
            screen.keyboard.press("Escape")
            screen.get_by_role(kind).wait_for(state="detached")  # type: ignore[arg-type]
    for send in screen.locator(SEND).all():
        send.evaluate(OPENED_TO)  # of several forms, one is open at a time
        ran(screen)
        send.click()
        screen.get_by_role("alert").first.wait_for()
        ran(screen)
        yield "refused"
    for name, file in {"refused file": UNREADABLE, "read file": READ}.items():
        if screen.locator(DROP).count():
            screen.set_input_files(DROP, file)  # type: ignore[arg-type]
            screen.wait_for_selector(DROP, state="detached")
            ran(screen)
            yield name
            screen.locator(".st-key-connect_drop [data-testid=stBaseButton-secondary]").last.click()
            screen.wait_for_selector(DROP, state="attached")


def _each(screen: Page, selector: str) -> list[Locator]:
    return [element for element in screen.locator(selector).all() if element.is_visible()]


def found_in(screen: Page, widths: tuple[int, ...]) -> tuple[int, list[object]]:
    """How many states were looked at, at these widths; what axe found, and texts whose ground nothing declares."""
    looked, found = 0, list[object]()
    for state in states(screen):
        for width in widths:
            screen.set_viewport_size({"width": width, "height": 800})
            screen.evaluate(DRAWN)
            faults = [*violations(screen), *screen.evaluate(BARE)]
            found += [(state, width, fault) for fault in faults]
            looked += 1
        screen.set_viewport_size({"width": 1280, "height": 800})
        screen.evaluate(DRAWN)
    return looked, found


@pytest.mark.parametrize(("address", "lang", "widths"), [*IN_THE_SUITE, *kept(product(ADDRESSES, LANGUAGES, [WIDTHS]))])
def test_axe_finds_nothing_in_any_state(
    screen: Page, dashboard: Server, address: str, lang: str, widths: tuple[int, ...]
) -> None:
    open_page(screen, dashboard, address, lang)
    looked, found = found_in(screen, widths)
    assert looked and found == []


@pytest.mark.parametrize(("home", "lang"), kept(product(ELSEWHERE, LANGUAGES)))
def test_axe_finds_nothing_where_there_is_little_or_much_to_show(
    screen: Page, serve: Serve, home: str, lang: str
) -> None:
    for address in ELSEWHERE[home]:
        joint = "&" if "?" in address else "?"
        serve(home).admit(screen.context)
        screen.goto(f"{serve(home).address}{address}{joint}lang={lang}")
        screen.wait_for_selector("[data-test-script-state=notRunning] footer, body.alone", timeout=20_000)
        assert screen.get_attribute("html", "lang") == lang
        _, found = found_in(screen, WIDTHS) if screen.locator("footer").count() else (0, violations(screen))
        assert found == [], address
