"""What everyone needs of a page, on the invented métropole: structure, keyboard, zoom, spacing, paper, less motion."""

import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dashboard.shared.screens import SCREENS
from dashboard.shared.texts import t
from tests.browser.conftest import Server
from tests.browser.test_page_structure import zones
from tests.browser.test_pages import LANGUAGES, is_wider_than_its_window, open_page, settled, violations
from tests.browser.test_registre import reach
from tests.support import kept

VIEWS = {screen.address: f"/{screen.path}" for screen in SCREENS} | {
    "facile": "/synthese?simple=1",
    "usage": "/registre?cas=assistant-agents",
    "formulaire": "/registre?faire=ajouter",
    "facteur": "/facteurs?facteur=grid_gwp/FRA/2025",
    "explication": "/explication?id=total.gwp",
    "voie": "/brancher?voie=vllm",
    "explorer": "/comparer?exemple=oui&voir=volume",
}
STATES = {  # home, address
    "empty": ("empty", ("/", "/synthese", "/registre", "/accessibilite")),
    "hostile": ("sample", ("/", "/mesures", "/accessibilite")),
    "refused": ("plain", ("/comparer?scenario=x", "/explication?id=x", "/registre?cas=x", "/nulle-part")),
}
PAPER = 680  # width of an A4 page between its margins [px]
PRINTED = {  # pages, with everything closed
    "/": 2, "/synthese": 2, "/leviers": 2, "/comparer": 2, "/registre": 2, "/registre?cas=assistant-agents": 3,
    "/mesures": 3, "/brancher": 1, "/lieux": 1, "/facteurs": 2, "/facteurs?facteur=grid_gwp/FRA/2025": 3, "/methode": 2,
    "/validation": 3, "/glossaire": 3, "/explication?id=total.gwp": 2, "/accessibilite": 4, "/plan": 1,
}  # fmt: skip
SPLIT = re.compile(
    r"\d (?:[kMG]?Wh|m?L|m³|[kmµ]?g|t|%)(?![\w’])"
)  # a value and its unit on two lines, by a plain space
MOST_STOPS = 600
VALUES = "[...document.querySelectorAll('main a.number')].filter(e => e.checkVisibility()).map(e => e.textContent)"

# What is not as it should be, said; nothing when all is well.
FAULTS = """() => {
  const all = s => [...document.querySelectorAll(s)], seen = e => e.checkVisibility(), said = [];
  const wrong = (what, found) => found.length && said.push(what + ': ' + found[0].outerHTML.slice(0, 160));
  wrong('table without caption', all('table').filter(e => !e.caption?.textContent.trim()));
  wrong('head cell without scope', all('th').filter(e => !['row', 'col'].includes(e.scope)));
  wrong('row without head', all('tbody tr').filter(e => !e.querySelector('th')));
  const heads = e => [...e.querySelectorAll('th')].map(h => h.textContent.trim()).join(' | ');
  wrong('two rows of one head', all('table').flatMap(e => { const rows = [...e.querySelectorAll('tbody tr')];
    return rows.filter((r, i) => rows.findIndex(o => heads(o) === heads(r)) < i); }));
  wrong('image without alternative', all('img:not([alt])'));
  wrong('figure without name', all('figure').filter(e => !e.getAttribute('aria-label')));
  wrong('picture that is read', all('svg:not([role=img])').filter(e => !e.closest('[aria-hidden=true]')));
  wrong('picture to explore without alternative', all('.js-plotly-plot').filter(e =>
    !document.getElementById(e.querySelector('.main-svg[role=img]')?.getAttribute('aria-labelledby'))?.ariaLabel));
  wrong('link without text', all('a').filter(e => !e.textContent.trim()));
  wrong('number that does not say of what it is',
    all('a.number').filter(e => !/\\p{L}/u.test(e.querySelector('.unseen')?.textContent || '')));
  wrong('link that opens a window', all('[target]:not([target=_self])'));
  wrong('frame', all('iframe, frame, object, embed, video, audio'));
  wrong('mark of presentation', all('center, font, [align], [bgcolor], [border], [valign], [color]:not(svg *),'
    + ' :is([width], [height]):not(svg, svg *, img, canvas)'));
  wrong('attribute that HTML has not',
    all(':is([overflow], [direction], [kind]):not(svg, svg *), [autocomplete=""], [form=""]'));
  wrong('words that only the style sets apart', all('.stHtml :is(span, b, a) + :is(span, b, a)').filter(e =>
    e.previousSibling.nodeType === 1 && /[\\p{L}\\d]$/u.test(e.previousSibling.textContent)
    && /^[\\p{L}\\d]/u.test(e.textContent)));
  wrong('links in a row that are no list', all('.st-key-page *').filter(e => e.children.length > 1
    && [...e.children].every(c => c.tagName === 'A') && [...e.childNodes].every(n => n.tagName || !n.data.trim())));
  wrong('marks between links', all('.st-key-page a').filter(e => /^\\s*[·|]/.test(e.nextSibling?.data || '')));
  wrong('wrong language', all('[lang]').filter(e => !['fr', 'en'].includes(e.lang)));
  wrong('identifier used twice', all('[id]').filter(e => document.querySelectorAll('#' + CSS.escape(e.id)).length > 1));
  const levels = all('h1, h2, h3, h4, h5, h6').map(e => +e.tagName[1]);
  if (levels[0] !== 1 || levels.filter(n => n === 1).length !== 1) said.push('h1: ' + levels);
  if (levels.some((n, i) => i && n > levels[i - 1] + 1)) said.push('level skipped: ' + levels);
  wrong('part without a title', all('.all > details > summary').filter(e => !e.querySelector('h2, h3')));
  if (all('main').length !== 1) said.push('main: ' + all('main').length);
  wrong('menu without name', all('nav').filter(e => !e.getAttribute('aria-label')));
  wrong('group without name', all('[role=group], [role=radiogroup], fieldset').filter(e =>
    !e.ariaLabel && !e.querySelector('legend') && !(e.getAttribute('aria-labelledby') || '').split(' ')
      .some(id => document.getElementById(id)?.textContent.trim())));
  wrong('mark without text', all('.st-key-page :is(p, li, h1, h2, h3, h4, h5, h6)')
    .filter(e => seen(e) && !e.textContent.trim() && !e.querySelector('img, input, a')));
  const app = getComputedStyle(document.querySelector('.stApp'));
  if (app.color + app.backgroundColor !== 'rgb(27, 31, 36)rgb(255, 255, 255)') said.push('colours of text and ground');
  wrong('line broken for its look', all('.stHtml br, .zone br'));
  if (!document.querySelector('header nav a')) said.push('no menu');
  if (!document.querySelector('footer a[href^="plan"]')) said.push('no site map at the foot');
  wrong('foot without title', all('footer').filter(e => !e.querySelector('h2')));
  return said;
}"""
# WCAG 1.4.12: lines 1.5, paragraphs 2, letters 0.12, words 0.16 of the size of the text.
SPACED = """() => { const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important }'
    + '* { word-spacing: .16em !important } p { margin-bottom: 2em !important }');
  document.adoptedStyleSheets = [sheet]; }"""
CUT = """() => [...document.querySelectorAll('.st-key-page *')].filter(e => e.checkVisibility()
    && !e.closest('.unseen, .skip, thead, pre, input') && e.clientHeight > 1
    && ['hidden', 'clip'].includes(getComputedStyle(e).overflowX)
    && (e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2))
  .map(e => e.outerHTML.slice(0, 160))"""
ASKED = """() => [...document.querySelectorAll('.st-key-page input')].filter(e => { // an example, cut in its field
    if (!e.checkVisibility() || e.clientWidth < 2 || e.value || !e.placeholder) return false;
    e.value = e.placeholder; const cut = e.scrollWidth > e.clientWidth; e.value = ''; return cut; })
  .map(e => e.ariaLabel + ': ' + e.placeholder)"""
CROSSED = """() => [...document.querySelectorAll('.st-key-page .axis')].flatMap(axis => {
    const all = [...axis.children].filter(e => e.checkVisibility()).map(e => [e, e.getBoundingClientRect()]);
    return all.filter(([e, a]) => a.left < 0 || a.right > innerWidth || all.some(([other, b]) => other !== e
      && a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1)); })
  .map(([e, {left, right}]) => `${e.textContent}: ${left} to ${right}`)"""
OUTSIDE = """() => [...document.querySelectorAll('details.keep > div')].filter(e => { e.parentElement.open = true;
    const {left, right} = e.getBoundingClientRect(), wide = e.scrollWidth > e.clientWidth;
    e.parentElement.open = false; return left < 0 || right > innerWidth || wide; })
  .map(e => e.outerHTML.slice(0, 160))"""
BARE = """() => [...document.querySelectorAll('body *')].filter(e => { // a text whose ground nothing declares
  if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) return false;
  for (; e; e = e.parentElement) if (getComputedStyle(e).backgroundColor !== 'rgba(0, 0, 0, 0)') return false;
  return true; }).map(e => e.outerHTML.slice(0, 160))"""
STOP = """() => { const e = document.activeElement; if (e === document.body) return null;
  const box = e.getBoundingClientRect();
  return {kind: [e.tagName, e.getAttribute('role'), e.type, e.className, e.parentElement.className].join(' '),
    html: e.outerHTML.slice(0, 160),
    x: Math.max(0, box.x - 8), y: Math.max(0, box.y - 8), width: box.width + 16, height: box.height + 16}; }"""
RUNS = """() => { window.drawnAgain = 0;
  new MutationObserver(changes => { window.drawnAgain += changes.length; }).observe(
    document.querySelector('[data-test-script-state]'), {attributeFilter: ['data-test-script-state']}); }"""
FIELDS = """() => [...document.querySelectorAll('.st-key-page :is(input[type=text], textarea)')].map(field => {
  let edge = field; while (edge && !parseFloat(getComputedStyle(edge).borderTopWidth)) edge = edge.parentElement;
  return getComputedStyle(edge).borderTopColor; })"""
RING = """() => { // the colour of the outline of what has the focus, drawn around it or what holds it
  for (let up = document.activeElement, n = 0; up && n < 4; up = up.parentElement, n++) {
    const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(up);
    if (outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2) return outlineColor; } }"""
UNDERLINED = """e => { const {fontWeight, borderBottomStyle, borderBottomColor} = getComputedStyle(e);
  return [parseInt(fontWeight), borderBottomStyle === 'none' ? 'none' : borderBottomColor]; }"""
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
MOVING = """() => [...document.querySelectorAll('.st-key-page *')].filter(e => { const s = getComputedStyle(e);
  return s.transitionDuration.split(', ').some(d => parseFloat(d) > 0) || s.animationName !== 'none'; })
  .map(e => e.outerHTML.slice(0, 160))"""


@pytest.fixture(scope="module", params=kept(VIEWS, *(screen.address for screen in SCREENS)))
def view(request: pytest.FixtureRequest, browser: BrowserContext, dashboard: Server) -> Iterator[Page]:
    """A page opened once for the tests that look at it; each leaves it as it found it."""
    page = browser.new_page()
    open_page(page, dashboard, VIEWS[request.param], "fr")
    yield page
    page.close()


@pytest.fixture
def sized(view: Page) -> Iterator[Page]:
    """The same, at any width and on any medium, put back after."""
    yield view
    view.emulate_media(media="screen", reduced_motion="no-preference")
    view.evaluate("document.adoptedStyleSheets = []")
    view.set_viewport_size({"width": 1280, "height": 800})


@pytest.fixture(scope="module")
def titles() -> set[str]:
    """The titles of the pages that were opened."""
    return set()


def test_a_page_is_built_as_it_should_be(view: Page, titles: set[str]) -> None:
    assert view.evaluate(FAULTS) == []
    assert view.evaluate("document.doctype.name") == "html"
    assert view.get_attribute("html", "lang") == "fr"
    assert view.title().endswith("– SobrIA") and view.title() not in titles
    titles.add(view.title())


def test_the_menu_and_the_foot_are_out_of_the_main_zone_of_each_page(view: Page) -> None:
    zones(view)


def test_axe_finds_nothing(sized: Page) -> None:
    """Wide and narrow, the rows of tables being blocks there; the other widths are those of test_every_state.py."""
    sized.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (1280, 320):
        sized.set_viewport_size({"width": width, "height": 800})
        sized.evaluate(DRAWN)
        assert violations(sized) == [], width
    sized.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")


@pytest.mark.parametrize(("state", "lang"), kept(product(STATES, LANGUAGES), ("empty", "fr"), ("refused", "en")))
def test_axe_finds_nothing_in_a_page_that_has_little_to_show(
    screen: Page, serve: Callable[[str], Server], state: str, lang: str
) -> None:
    home, paths = STATES[state]
    for path in paths:
        screen.goto(f"{serve(home).address}{path}{'&' if '?' in path else '?'}lang={lang}")
        screen.wait_for_selector("[data-test-script-state=notRunning] footer, body.alone", timeout=20_000)
        assert screen.get_attribute("html", "lang") == lang
        assert violations(screen) == [], path
        assert screen.evaluate(BARE) == [], path


@pytest.mark.parametrize("width", [640, 320])
def test_a_page_holds_at_every_zoom(sized: Page, width: int) -> None:
    """1280 px at 200 % are 640 px, and at 400 %, 320 px."""
    sized.set_viewport_size({"width": width, "height": 256})
    sized.evaluate(DRAWN)
    assert not is_wider_than_its_window(sized)


@pytest.mark.parametrize("width", [1280, 360, 320])
def test_wider_text_loses_nothing(sized: Page, width: int) -> None:
    sized.evaluate(SPACED)
    sized.set_viewport_size({"width": width, "height": 800})
    sized.evaluate(DRAWN)
    assert not is_wider_than_its_window(sized)
    assert sized.evaluate(CUT) == []
    assert sized.evaluate(CROSSED) == [], "two values of an axis are read apart"
    assert sized.evaluate(OUTSIDE) == [], "a menu of documents stays in the page"


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_wider_text_cuts_no_example_of_a_field(screen: Page, dashboard: Server, lang: str) -> None:
    """At 320 pixels, on the pages whose fields filter a list or mend a trace."""
    screen.set_viewport_size({"width": 320, "height": 800})
    for path in ("/mesures?voir=executions", "/facteurs?voir=liste", "/mesures?voir=corriger"):
        open_page(screen, dashboard, path, lang)
        screen.locator(".st-key-page input[role=combobox]").first.wait_for()
        screen.evaluate(SPACED)
        screen.evaluate(DRAWN)
        assert screen.evaluate(ASKED) == [], path


def test_a_page_prints_whole(sized: Page) -> None:
    sized.set_viewport_size({"width": PAPER, "height": 960})
    sized.emulate_media(media="print")
    sized.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    sized.evaluate(DRAWN)
    for hidden in (".top", ".skip", ".ways", ".st-key-filters"):
        assert sized.locator(hidden).locator("visible=true").count() == 0, hidden
    assert sized.locator("h1").is_visible() and sized.locator("footer").is_visible()
    wide = f"all => all.filter(e => e.getBoundingClientRect().right > {PAPER}).map(e => e.caption.textContent)"
    assert sized.locator("table").evaluate_all(wide) == []
    assert sized.locator("tbody tr").evaluate_all("all => all.every(e => getComputedStyle(e).breakInside === 'avoid')")
    sized.evaluate("document.querySelectorAll('details').forEach(d => d.open = false)")


def test_nothing_moves_for_whom_motion_hurts(sized: Page) -> None:
    sized.emulate_media(reduced_motion="reduce")
    assert sized.evaluate(MOVING) == []


def test_the_edge_of_a_field_is_seen(view: Page) -> None:
    """Contrast of the edge with the white page: 3 at least, for fields that hold a text."""
    for colour in set(view.evaluate(FIELDS)):
        assert _contrast(colour) >= 3, colour


def test_a_switch_turned_off_is_seen(screen: Page, dashboard: Server) -> None:
    """Contrast of what is drawn with the white page: 3 at least, on and off, under the pointer and not."""
    open_page(screen, dashboard, "/brancher?voie=track", "fr")
    switch, drawn = screen.get_by_role("switch"), screen.locator("[data-testid=stCheckbox] label > div").first
    for on in (True, False):
        for x in (0, 2):
            drawn.hover() if x else screen.mouse.move(0, 0)
            screen.wait_for_timeout(500)  # the colour goes by steps
            colour = drawn.evaluate("e => getComputedStyle(e).backgroundColor")
            assert "rgba" not in colour and _contrast(colour) >= 3, (on, x)
        if on:
            drawn.click()
            expect(switch).not_to_be_checked()


def _contrast(colour: str) -> float:
    """Of a colour, as a style gives it, with the white page."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _stops(page: Page) -> Iterator[dict[str, Any]]:
    """Tab until the end, no trap: one stop of each kind, with the focus, once the page has scrolled to it."""
    kinds: set[str] = set()
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or kinds and stop["kind"].startswith("DIV dialog"):  # a panel, where its stops begin again
            break
        if stop["kind"] not in kinds:
            kinds.add(stop["kind"])
            page.evaluate(DRAWN)
            ring = page.evaluate(RING)
            assert ring and _contrast(ring) >= 3, stop["html"]
            yield page.evaluate(STOP)
    else:
        raise AssertionError("the keyboard never leaves the page")
    assert len(kinds) > 3


@pytest.mark.parametrize("view", kept(VIEWS, "accueil", "comparer", "mesures"), indirect=True)
def test_each_stop_of_the_keyboard_shows_itself(sized: Page) -> None:
    """Tab from the top: an outline of 2 pixels, of contrast 3 with the page; nothing above it hides it, as a picture of
    the stop with the focus, another without, shows."""
    sized.emulate_media(reduced_motion="reduce")  # no colour that is on its way to another
    sized.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    for stop in _stops(sized):
        box = {side: stop[side] for side in ("x", "y", "width", "height")}
        box["height"] = min(box["height"], 800 - box["y"])
        held = sized.evaluate_handle("document.activeElement")
        shown = sized.screenshot(clip=box)  # type: ignore[arg-type]
        sized.evaluate("document.activeElement.blur()")
        sized.evaluate(DRAWN)
        assert sized.screenshot(clip=box) != shown, stop["html"]  # type: ignore[arg-type]
        held.as_element().focus()  # type: ignore[union-attr]


RINGED = {
    "/mesures?voir=executions": "input[role=combobox]",
    "/registre?faire=etape&cas=assistant-agents": "[type=radio]",
    "/brancher?voie=track": "[type=checkbox]",
    "/comparer?exemple=oui": "[data-testid=stPopoverBody] input[type=text]",
}


@pytest.mark.parametrize("path", kept(RINGED, "/registre?faire=etape&cas=assistant-agents", "/comparer?exemple=oui"))
def test_a_field_with_the_focus_has_a_ring(screen: Page, dashboard: Server, path: str) -> None:
    """Texts and lists, radio buttons, a switch and code, a form drawn outside of the page: as any other stop."""
    open_page(screen, dashboard, path, "fr")
    if "PopoverBody" in RINGED[path]:
        screen.locator("[data-testid=stPopoverButton]").first.click()
    screen.locator(RINGED[path]).first.wait_for(state="attached")
    assert any([screen.evaluate("s => document.activeElement.matches(s)", RINGED[path]) for _ in _stops(screen)])


def test_one_letter_alone_does_nothing(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/", "fr")
    screen.evaluate(RUNS)
    for letter in "abcdefghijklmnopqrstuvwxyzRC":
        screen.keyboard.press(letter)
    screen.wait_for_timeout(300)
    assert screen.evaluate("window.drawnAgain") == 0 and screen.get_by_role("dialog").count() == 0


def test_what_a_filter_leaves_is_announced(screen: Page, dashboard: Server) -> None:
    for address in ("/mesures?voir=executions&preuve=declared", "/facteurs?sujet=pue", "/registre?etape=pilote"):
        open_page(screen, dashboard, address, "fr")
        expect(screen.locator(".paging").get_by_role("status")).to_have_text(re.compile(r"\d.* sur \d|Total.*\d"))
    open_page(screen, dashboard, "/mesures?voir=executions&recherche=zzz", "fr")
    expect(screen.get_by_role("status").filter(has_text="Aucune exécution")).to_have_count(1)


def test_what_the_pointer_pressed_can_be_left(screen: Page, dashboard: Server) -> None:
    """Nothing is chosen when the button goes up elsewhere; a link and a button act when it goes up, by nature."""
    open_page(screen, dashboard, "/facteurs", "fr")
    source = screen.get_by_role("combobox", name="Source")
    source.scroll_into_view_if_needed()
    screen.wait_for_timeout(300)  # a list closes when its page moves
    source.click()
    box = screen.get_by_role("option").nth(2).bounding_box()
    assert box
    screen.mouse.move(box["x"] + 20, box["y"] + 10)
    screen.mouse.down()
    screen.mouse.move(5, 5)
    screen.mouse.up()
    screen.wait_for_timeout(300)
    assert "source=" not in screen.url


def test_a_page_prints_on_few_pages_and_cuts_no_unit(sized: Page, request: pytest.FixtureRequest) -> None:
    prints(sized, PRINTED.get(VIEWS[request.node.callspec.params["view"]], 4))


@pytest.mark.parametrize(("path", "lang"), kept(product(PRINTED, LANGUAGES)))
def test_any_page_prints_so_in_both_languages(screen: Page, dashboard: Server, path: str, lang: str) -> None:
    open_page(screen, dashboard, path, lang)
    prints(screen, PRINTED[path])


def prints(screen: Page, most: int) -> None:
    """On this number of pages at most, all its values, no text cut."""
    shown = screen.evaluate(VALUES)
    printed = screen.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= most
    screen.emulate_media(media="print")
    assert screen.evaluate(VALUES) == shown, "a value that the screen shows is on the paper"
    screen.set_viewport_size({"width": PAPER, "height": 960})
    screen.evaluate(DRAWN)
    assert screen.evaluate(CUT) == []
    assert SPLIT.findall(screen.get_by_role("main").inner_text()) == []


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_the_skip_link_leads_to_the_content(screen: Page, dashboard: Server, lang: str) -> None:
    """RGAA 12.7; RGAA 12.2, past a menu that is at one place. RGAA 3.1: its current page is bold, and has a line."""
    menu = screen.get_by_role("navigation", name=t("nav.label", lang))
    places, lines = set(), list[tuple[int, str]]()
    for path in ("/", "/registre", "/accessibilite"):
        open_page(screen, dashboard, path, lang)
        places.add(menu.evaluate("e => [e.getBoundingClientRect().x, e.getBoundingClientRect().y].join()"))
        for current in menu.locator("a[aria-current]").all():
            lines.append(current.evaluate(UNDERLINED))
        reach(screen, "a")
        assert screen.evaluate("document.activeElement.innerText") == t("accessibility.skip", lang)
        box = screen.locator(".skip").bounding_box()
        assert box and box["height"] > 20 and box["x"] >= 0
        screen.keyboard.press("Enter")
        screen.keyboard.press("Tab")
        assert screen.evaluate("!document.activeElement.closest('.top')")
    assert len(places) == 1, places
    assert lines and all(weight >= 600 and line not in ("rgba(0, 0, 0, 0)", "none") for weight, line in lines), lines


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_foot_of_each_page_leads_to_the_statement(screen: Page, dashboard: Server, lang: str) -> None:
    open_page(screen, dashboard, "/", lang)
    screen.get_by_role("link", name=t("accessibility.mention_none", lang)).click()
    expect(screen.locator("h1")).to_have_text(t("accessibility.title", lang))
    for part in ("standing", "results", "gaps", "made", "contact", "appeal"):
        expect(screen.get_by_role("heading", name=t(f"accessibility.{part}", lang), exact=True)).to_be_visible()
    assert screen.get_attribute("html", "lang") == lang


def enter(screen: Page, selector: str, title: str) -> None:
    """Reach a link with Tab, open it with Enter, and wait for the page whose h1 holds the title."""
    reach(screen, selector)
    screen.keyboard.press("Enter")
    expect(screen.locator("h1")).to_contain_text(title)
    settled(screen)


def test_a_number_is_opened_and_left_with_the_keyboard_alone(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/", "fr")
    enter(screen, "nav a[href=synthese]", "Nos usages")
    enter(screen, "a.number", "D’où vient ce chiffre")
    enter(screen, "nav a[href=synthese]", "Nos usages")


def test_a_use_case_is_opened_with_the_keyboard_alone(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/", "fr")
    enter(screen, "nav a[href=comparer]", "Quelle option")
    enter(screen, "nav.within a[href=registre]", "Quels usages")
    enter(screen, "tbody th a[href*='cas=']", "où en est")


def test_under_700_px_the_menu_opens_from_one_word(screen: Page, dashboard: Server) -> None:
    screen.set_viewport_size({"width": 699, "height": 800})
    open_page(screen, dashboard, "/", "fr")
    assert screen.get_by_role("navigation", name=t("nav.label", "fr")).count() == 0
    screen.get_by_text(t("doors.menu", "fr"), exact=True).click()
    assert not is_wider_than_its_window(screen) and violations(screen) == []
    screen.get_by_role("navigation", name=t("nav.label", "fr")).get_by_role("link", name=t("nav.connect", "fr")).click()
    expect(screen.locator("h1")).to_have_text(t("connect.title", "fr"))
