"""Each page in a real browser, in both languages, wide and narrow: what people see, and what their browser asks for."""

import json
import re
from collections.abc import Callable
from itertools import product
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.shared.texts import t
from tests.browser.conftest import Server
from tests.home import HOSTILE, KEYS, OPENED, row_id
from tests.support import kept

Serve = Callable[[str], Server]
VIEWS = {
    "accueil": "/",
    "mesures": "/mesures",
    "corriger": "/mesures?voir=corriger",
    "executions": "/mesures?voir=executions",
    "execution": f"/mesures?execution={row_id(OPENED)}",
    "explication": "/explication?id=total.gwp",
    "facteurs": "/facteurs",
    "facteur": "/facteurs?facteur=grid_gwp/FRA/2025",
    "methode": "/methode",
    "validation": "/validation",
}
LANGUAGES = ("fr", "en")
TROUBLE = re.compile(r"Traceback|StreamlitAPIException|Page not found|n’a pas pu être calculée|could not be computed")
GRAVE = ("serious", "critical")
AXE_AT = {"fr": 1280, "en": 360}  # each page passes under axe in each language and at each width, not in their product
HEAVIEST = {
    "/": 800_000,
    "/synthese": 800_000,
    "/comparer?exemple=oui&voir=volume": 2_500_000,
}  # [bytes], the last with Plotly
# Every interval in the text must be in, or beside, a link to its explanation. The words of a picture, a step or a note
# repeat a number that has its link in the same block.
ORPHANS = """() => {
  const walker = document.createTreeWalker(document.querySelector('.st-key-content'), NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!/(entre|between) .*\\d/.test(node.data)) continue;
    if (node.parentElement.closest('li:has(a.warn)')) continue;  // a check says what is possible, not a figure
    const block = node.parentElement.closest('a, tr, .tile, .bars li, .answer');
    const link = block && (block.matches('a') ? block : block.querySelector('a[href*="explication?id="]'));
    if (!link) found.push(node.data);
  }
  return found;
}"""

ICONS = """() => [...document.querySelectorAll('*')]  // their font is not sent: none may be used
  .filter(e => /Material/.test(getComputedStyle(e).fontFamily)).map(e => e.outerHTML.slice(0, 100))"""

FOUND = """() => axe.run({resultTypes: ['violations']})
  .then(said => said.violations.map(v => [v.id, v.impact, v.nodes[0].html.slice(0, 160)]))"""


def open_page(screen: Page, server: Server, path: str, lang: str) -> None:
    """Go to a page and wait until it is whole."""
    joint = "&" if "?" in path else "?"
    if server.writer:
        server.admit(screen.context)
    screen.goto(f"{server.address}{path}{joint}lang={lang}")
    settled(screen)


def settled(screen: Page) -> None:
    """Wait until the page has its foot and its script has ended."""
    screen.wait_for_selector("footer", timeout=60_000)
    screen.wait_for_selector("[data-test-script-state=notRunning]", state="attached", timeout=60_000)


def ran(screen: Page) -> None:
    """Wait until what was done to the page is drawn: it has asked for a run, which has ended."""
    screen.wait_for_timeout(200)
    settled(screen)


def until(screen: Page, condition: str) -> None:
    """Wait until a condition of the page holds, asked anew each time from outside: the page's own policy forbids that
    a condition be kept in it and evaluated there again."""
    for _ in range(100):
        if screen.evaluate(condition):
            return
        screen.wait_for_timeout(50)
    raise AssertionError(f"not so after five seconds: {condition}")


def violations(screen: Page) -> list[list[str]]:
    """Everything that axe finds, slight faults too: the rule, its impact, the first element."""
    if not screen.evaluate("'axe' in window"):
        screen.evaluate(AXE_SCRIPT)
    found: list[list[str]] = screen.evaluate(FOUND)
    return found


def grave(screen: Page) -> list[list[str]]:
    """What axe finds that keeps people out."""
    return [fault for fault in violations(screen) if fault[1] in GRAVE]


def troubles(screen: Page) -> list[str]:
    """What the browser will write in its console as an error, and the scripts that will fail: filled as it goes."""
    found: list[str] = []
    screen.on("pageerror", lambda error: found.append(str(error)))
    screen.on("console", lambda said: found.append(f"{said.text} {said.location}") if said.type == "error" else None)
    return found


def is_wider_than_its_window(screen: Page) -> bool:
    return bool(
        screen.evaluate(
            "() => [document.documentElement, ...document.querySelectorAll('main, :has(> main)')]"
            ".some(e => e.scrollWidth > e.clientWidth)"
        )
    )


SCROLLED = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.clientWidth > 1
    && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 160))"""  # what is read with a second scrollbar


WHOLE = (("accueil", "fr"), ("corriger", "en"), ("executions", "fr"), ("execution", "en"), ("explication", "fr"))


@pytest.mark.parametrize(("view", "lang"), kept(product(VIEWS, LANGUAGES), *WHOLE))
def test_a_page_is_whole_at_every_width(screen: Page, serve: Serve, view: str, lang: str) -> None:
    server, asked = serve("sample"), set()
    screen.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    faults = troubles(screen)
    open_page(screen, server, VIEWS[view], lang)
    for width in (1280, 360):
        screen.set_viewport_size({"width": width, "height": 800})
        text = screen.inner_text("body")
        assert not TROUBLE.search(text), TROUBLE.search(text)
        assert not is_wider_than_its_window(screen), width
        assert width != AXE_AT[lang] or grave(screen) == []
    screen.set_viewport_size({"width": 320, "height": 800})
    assert not is_wider_than_its_window(screen) and screen.evaluate(SCROLLED) == []
    assert screen.get_attribute("html", "lang") == lang
    assert screen.title().endswith("– SobrIA")
    assert screen.locator("h1").count() == 1
    assert screen.evaluate(ICONS) == []
    assert not screen.get_by_text(t("app.loading", lang)).is_visible()
    assert asked - {"127.0.0.1", None, ""} == set()
    assert faults == []


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_an_empty_home_says_what_to_do(screen: Page, serve: Serve, lang: str) -> None:
    for path in ("/", "/mesures", "/explication?id=total.energy"):
        open_page(screen, serve("empty"), path, lang)
        assert not TROUBLE.search(screen.inner_text("body"))
        assert grave(screen) == []


@pytest.mark.parametrize("nth", kept([1, 5], 5))
def test_every_number_on_screen_opens_its_explanation(screen: Page, serve: Serve, nth: int) -> None:
    """All of them, and each fifth in the suite."""
    server, numbers = serve("plain"), set()
    for view in ("accueil", "mesures", "executions", "execution"):
        open_page(screen, server, VIEWS[view], "fr")
        screen.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert screen.evaluate(ORPHANS) == [], view
        links = screen.locator('a[href*="explication?id="]').evaluate_all("all => all.map(a => a.href)")
        numbers |= {link.replace("/explication?", "/explication.json?") for link in links}
    assert len(numbers) > 30
    for link in sorted(numbers)[::nth]:
        with urlopen(link) as answer:
            body = json.load(answer)
        assert "attachment" in answer.headers["content-disposition"]
        assert body["amount"]["unit"]
    open_page(screen, server, "/", "fr")
    screen.click("a.number >> nth=0")
    screen.wait_for_selector("h1:has-text('D’où vient ce chiffre')")
    assert "explication?id=total.energy" in screen.url


def test_the_first_view_holds_the_question_the_answer_and_the_picture(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("plain"), "/", "fr")
    for part in ("h1", ".answer", "figure.chart .bars >> nth=0", "figure.chart .axis >> nth=0"):
        box = screen.locator(part).first.bounding_box()
        assert box and box["y"] + box["height"] <= 800, part


def test_a_wide_window_does_not_stretch_the_text(screen: Page, serve: Serve) -> None:
    screen.set_viewport_size({"width": 1920, "height": 900})
    open_page(screen, serve("plain"), "/", "fr")
    box = screen.locator(".st-key-page").bounding_box()
    assert box and box["width"] == 1120 and abs(box["x"] - (1920 - 1120) / 2) < 10


def test_the_language_stays_and_the_other_one_shows_the_same_screen(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("plain"), "/mesures?service=regles-de-tri", "en")
    screen.click(".brand a")
    screen.wait_for_selector("h1:has-text('What does our AI cost')")
    screen.go_back()
    screen.wait_for_selector(".st-key-parts table")
    screen.click("nav >> text=Français")
    screen.wait_for_selector("h1:has-text('Qu’avons-nous mesuré')")
    screen.wait_for_selector(".st-key-parts table")
    assert screen.get_attribute("html", "lang") == "fr"
    assert "service=regles-de-tri" in screen.url
    services = screen.locator(".st-key-parts tbody tr td:nth-child(2)").all_inner_texts()
    assert set(services) == {"regles-de-tri"}


def test_a_choice_is_written_into_the_address(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("plain"), "/mesures?voir=executions", "fr")
    box = screen.get_by_role("combobox", name="À corriger ou remarque")
    box.scroll_into_view_if_needed()
    screen.wait_for_timeout(300)  # the list closes when the page scrolls under it
    box.click()
    screen.get_by_role("option", name="La durée est nulle").click()
    screen.wait_for_url("**verifier=zero_duration**")
    assert "verifier=zero_duration" in screen.url


def test_a_link_to_runs_leads_to_their_table(screen: Page, serve: Serve) -> None:
    """The table stands below the head, the picture and the filters: the link to it led to the start of the page."""
    screen.set_viewport_size({"width": 1280, "height": 800})
    open_page(screen, serve("plain"), "/mesures?voir=services", "fr")
    screen.get_by_role("link", name=re.compile(r"^\d+ exécution")).first.click()
    screen.wait_for_url("**service=**")
    expect(screen.locator("#liste")).to_be_focused()
    assert 0 <= screen.locator("#liste").bounding_box()["y"] < 400


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_hostile_name_stays_text(screen: Page, serve: Serve, lang: str) -> None:
    said: list[str] = []
    screen.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    paths = (
        "/",
        "/mesures",
        f"/mesures?execution={row_id(KEYS.index(HOSTILE))}",
        f"/explication?id=service.{HOSTILE}.energy",
    )
    for path in (*paths, f"/facteurs?sujet={HOSTILE}", f"/mesures?service={HOSTILE}"):
        open_page(screen, serve("sample"), path.replace("[", "%5B").replace("]", "%5D"), lang)
        assert screen.locator('a[href^="javascript" i]').count() == 0
        assert screen.locator(".st-key-page script").count() == 0
        if path == "/":
            assert HOSTILE in screen.inner_text(".bars >> nth=0")
    assert said == []


def test_the_keyboard_reaches_numbers_and_shows_where_it_is(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("plain"), "/", "fr")
    for _ in range(12):
        screen.keyboard.press("Tab")
        if screen.evaluate("document.activeElement.matches('a.number')"):
            break
    style = screen.evaluate("getComputedStyle(document.activeElement).outlineStyle + document.activeElement.className")
    assert style == "solidnumber"


@pytest.mark.parametrize("path", HEAVIEST)
def test_a_first_visit_is_light(browser: BrowserContext, dashboard: Server, path: str) -> None:
    """Everything is counted: files, and what the page receives from its server once opened (base64, four bytes for
    three). A tab of its own has nothing in memory."""
    sizes: list[float] = []
    screen = browser.new_page()
    client = screen.context.new_cdp_session(screen)
    client.send("Network.enable")
    client.send("Network.clearBrowserCache")
    client.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    client.on("Network.webSocketFrameReceived", lambda e: sizes.append(0.75 * len(e["response"]["payloadData"])))
    open_page(screen, dashboard, path, "fr")
    drawn = "[...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('.main-svg'))"
    until(screen, drawn)
    screen.close()
    assert sum(sizes) < HEAVIEST[path], sum(sizes)


def test_an_address_that_leads_nowhere_is_said_in_the_readers_language(screen: Page, serve: Serve) -> None:
    answer = screen.goto(serve("plain").address + "/nulle-part")
    assert answer and answer.status == 404
    assert "Page introuvable" in screen.inner_text("h1")
    left = "all => all.map(e => e.getBoundingClientRect().left)"
    assert len(set(screen.locator("h1, footer").evaluate_all(left))) == 1, "its foot is in line with it"


@pytest.mark.parametrize("path", ["/nulle-part", "/ecrire?cle=x", "/fiche-usage?cas=x"])
def test_a_refusal_has_the_way_to_its_content_and_to_the_map(screen: Page, serve: Serve, path: str) -> None:
    """RGAA 12.4 and 12.7: the first stop leads past it, the first link of the foot to the map, as on any page."""
    screen.goto(serve("plain").address + path)
    assert screen.get_by_role("contentinfo").get_by_role("link").first.inner_text() == t("nav.map", "fr")
    screen.keyboard.press("Tab")
    box = screen.locator(".skip:focus").bounding_box()
    assert box and box["height"] > 20 and box["x"] >= 0
    screen.keyboard.press("Enter")
    assert screen.evaluate("document.activeElement.tagName") == "MAIN"
