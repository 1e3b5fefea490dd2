"""What those who see no page are told of it: which form a field is of, its zones, what a copy or a hover did."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.shared.screens import SCREENS
from dashboard.shared.texts import t
from estimator.reporting.summary.sentences import tell
from tests.browser.conftest import Server
from tests.browser.test_pages import LANGUAGES, open_page, ran, until
from tests.ingestion.formats import FORMATS
from tests.support import kept, spread

WITH_FIELDS = {
    "comparer": "/comparer?exemple=oui",
    "lieux": "/lieux",
    "corriger": "/mesures?voir=corriger",
    "executions": "/mesures?voir=executions",
    "deposer": "/brancher",
    "sieges": "/brancher?voie=seats",
    "registre": "/registre",
    "modifier": "/registre?cas=assistant-agents&faire=modifier",
    "revue": "/registre?cas=assistant-agents&faire=revue",
}
MOST_FIELDS = 8  # of a group
PRECEDING, FOLLOWING = 2, 4  # Node.DOCUMENT_POSITION_…
FOLDED = "[...document.querySelectorAll('[data-testid=stExpander] details:not([open]) > summary')]"
OPENED = f"{FOLDED}.filter(e => e.checkVisibility()).slice(0, 1).map(e => e.click()).length"
# Each field by its name, after those of the groups it is in.
NAMED = """() => {
  const name = e => e.ariaLabel || (e.getAttribute('aria-labelledby') || '').split(' ')
    .map(id => document.getElementById(id)?.innerText.trim()).join(' ') || e.labels?.[0]?.innerText.trim() || '';
  const groups = e => { const group = e.parentElement.closest('[role=group], [role=radiogroup], fieldset');
    return group ? [...groups(group), name(group)] : []; };
  return [...document.querySelectorAll('main :is(input:not([type=hidden]), textarea, [role=spinbutton])')]
    .filter(e => !e.closest('[hidden], [aria-hidden=true]')).map(e => [...groups(e), name(e)].join(' > '));
}"""


@pytest.mark.parametrize(("path", "lang"), spread(WITH_FIELDS, LANGUAGES))
def test_a_field_is_told_from_those_of_the_same_name_by_its_group(
    screen: Page, dashboard: Server, path: str, lang: str
) -> None:
    """RGAA 11.5: of two options, or of two forms, everything that folds being opened."""
    open_page(screen, dashboard, WITH_FIELDS[path], lang)
    screen.locator("main input").first.wait_for(state="attached")
    before, names = Counter({"": 1}), Counter[str]()
    while screen.evaluate(OPENED) or names != before:  # each fold asks for a run, and draws its fields after it
        ran(screen)
        before, names = names, Counter(screen.evaluate(NAMED))
    assert names and all(name.rpartition(" > ")[2] for name in names)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_the_fields_of_a_long_form_are_in_named_groups(screen: Page, dashboard: Server, lang: str) -> None:
    """RGAA 11.5: of the thirty fields of a use case, each is in a group of a kind, and no group has too many."""
    open_page(screen, dashboard, "/registre?cas=assistant-agents&faire=modifier", lang)
    screen.locator("main textarea").last.wait_for()
    before, told = [""], list[str]()
    while not told or told != before:  # drawn, then named, one after the other
        ran(screen)
        before, told = told, screen.evaluate(NAMED)
    names = [name.split(" > ") for name in told]
    asked = [name for name in names if name[-1] not in {t(f"register_forms.{n}", lang) for n in ("who", "why")}]
    groups = Counter(name[0] for name in asked if len(name) > 1)
    assert sum(groups.values()) == len(asked) > 25 and len(groups) == 5 and max(groups.values()) <= MOST_FIELDS, groups


def zones(screen: Page) -> None:
    """RGAA 9.2, one of each element: a head with the menus, a main zone with neither them nor the foot, a foot."""
    for role, element in (("banner", "header"), ("main", "main"), ("contentinfo", "footer")):
        expect(screen.get_by_role(role)).to_have_count(1)  # type: ignore[arg-type]
        assert screen.get_by_role(role).evaluate("e => e.localName") == element  # type: ignore[arg-type]
    main, head = screen.get_by_role("main"), screen.get_by_role("banner")
    expect(main.locator("h1")).to_have_count(1)
    assert main.locator(".top, .languages, footer").count() == 0
    assert head.get_by_role("navigation").count() >= 2 and head.locator(".skip").count() == 1
    order = "[...document.querySelectorAll('header.zone, main, footer')].map(e => e.localName).join()"
    assert screen.evaluate(order) == "header,main,footer"


@pytest.mark.parametrize(
    ("path", "lang"), kept(product([f"/{screen.path}" for screen in SCREENS], LANGUAGES), ("/registre", "en"))
)
def test_the_menu_and_the_foot_are_out_of_the_main_zone(screen: Page, dashboard: Server, path: str, lang: str) -> None:
    open_page(screen, dashboard, path, lang)
    zones(screen)


def test_the_zones_stay_when_a_page_is_drawn_again(screen: Page, dashboard: Server) -> None:
    """The head is new, since its link to the other language leads to what was chosen."""
    open_page(screen, dashboard, "/registre", "fr")
    screen.get_by_role("combobox", name="Étape").fill("Exp")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("banner").locator("a[lang=en]")).to_have_attribute("href", re.compile("etape="))
    zones(screen)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_what_is_copied_is_announced(screen: Page, dashboard: Server, lang: str) -> None:
    """RGAA 7.5: in a zone that was there before, which then falls silent."""
    screen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy, copied = t("streamlit.copy", lang), t("streamlit.copied", lang)
    open_page(screen, dashboard, "/synthese", lang)
    screen.get_by_role("button", name=tell("to_say", lang)).click()
    _announces(screen, screen.get_by_role("button", name=f"{copy}, ").first, copied)
    open_page(screen, dashboard, "/brancher?voie=vllm", lang)
    button = screen.get_by_role("button", name=f"{copy}, sobria build", exact=True)
    button.hover()
    screen.wait_for_timeout(1500)
    assert screen.locator("[role=tooltip]:visible").count() == 0, "what shows then is the title, of the browser"
    expect(button).to_have_attribute("title", f"{copy}, sobria build")
    _announces(screen, button, copied)


def _announces(screen: Page, button: Locator, copied: str) -> None:
    """What a button copies is said, and is then silent."""
    button.wait_for()
    what = (button.get_attribute("aria-label") or "").partition(", ")[2]
    status = screen.locator("body > [role=status]")
    assert what and status.evaluate("e => e.textContent === '' && e.checkVisibility()")
    assert status.get_attribute("aria-hidden") is None
    button.click()
    expect(status).to_have_text(f"{copied}, {what}")
    assert status.get_attribute("aria-hidden") is None
    expect(status).to_have_text("")


def test_what_shows_under_the_pointer_can_be_left_and_pointed_at(screen: Page, dashboard: Server) -> None:
    """RGAA 10.13: Escape takes it away, the pointer may go on it, and it goes when the pointer has left both."""
    open_page(screen, dashboard, "/comparer?exemple=oui&voir=volume", "fr")
    point = screen.locator(".main-svg .points path").nth(2)
    point.scroll_into_view_if_needed()
    screen.wait_for_timeout(300)
    told, box = screen.locator(".hovertext"), point.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    screen.mouse.move(x, y)
    expect(told).to_have_count(1)
    screen.keyboard.press("Escape")
    expect(told).to_have_count(0)
    screen.mouse.move(x + 1, y)
    expect(told).to_have_count(1)
    label, said = told.bounding_box(), told.text_content()
    assert label
    screen.mouse.move(label["x"] + label["width"] - 3, label["y"] + 3, steps=12)
    screen.wait_for_timeout(300)
    assert told.count() == 1 and told.text_content() == said
    screen.mouse.move(label["x"] + label["width"] + 40, label["y"] - 300, steps=12)
    expect(told).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "key"), {"/comparer": "compare_files.reopen", "/comparer?exemple=oui": "compare_files.title"}.items()
)
def test_a_panel_follows_its_button_under_the_keyboard(screen: Page, dashboard: Server, path: str, key: str) -> None:
    """RGAA 12.8: what opens is next, what comes after it is what follows the button, and the way back is the same."""
    open_page(screen, dashboard, path, "fr")
    panel, inside = screen.locator("[data-testid=stPopoverBody]"), "e => e.contains(document.activeElement)"
    button = screen.get_by_role("button", name=t(key, "fr"), exact=True)
    button.focus()
    screen.keyboard.press("Enter")
    panel.locator("a, textarea").first.wait_for()
    screen.keyboard.press("Tab")
    assert panel.evaluate(inside)
    screen.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    screen.keyboard.press("Tab")
    for _ in range(30):
        if not panel.evaluate(inside):
            break
        screen.keyboard.press("Tab")
    assert button.evaluate("e => e.compareDocumentPosition(document.activeElement)") == FOLLOWING
    assert panel.evaluate("e => e.compareDocumentPosition(document.activeElement)") == PRECEDING
    screen.keyboard.press("Shift+Tab")
    assert panel.evaluate(inside)
    screen.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(button).to_be_focused()
    screen.keyboard.press("Enter")
    panel.locator("a, textarea").first.wait_for()
    screen.get_by_role("contentinfo").get_by_role("link").last.focus()
    screen.keyboard.press("Tab")
    assert not panel.evaluate(inside), "its stops come once"


def test_what_empties_a_date_gives_its_place_to_it(screen: Page, dashboard: Server) -> None:
    """RGAA 12.8: the keyboard was sent to the start of the page, the button being gone."""
    open_page(screen, dashboard, "/registre?cas=assistant-agents&faire=revue", "fr")
    empty = screen.get_by_role("button", name="Effacer la date, Revue faite le", exact=True)
    empty.focus()
    screen.keyboard.press("Enter")
    expect(empty).to_have_count(0)
    expect(
        screen.get_by_role("group", name="Revue faite le", exact=True).get_by_role("spinbutton").first
    ).to_be_focused()


def test_escape_closes_a_calendar_and_leaves_the_focus_where_it_is(screen: Page, dashboard: Server) -> None:
    """RGAA 10.13: what the focus opens is closed without leaving it. RGAA 10.7: a day that has the focus has a ring."""
    open_page(screen, dashboard, WITH_FIELDS["revue"], "fr")
    field, calendar = screen.get_by_test_id("stDateInputField").first, screen.get_by_test_id("stDateInputCalendar")
    parts = field.get_by_role("spinbutton")
    expect(parts).to_have_count(3)  # their script comes after the page is drawn
    for part in parts.all():
        part.focus()
        calendar.wait_for()
        screen.keyboard.press("Escape")
        expect(calendar).to_have_count(0)
        screen.wait_for_timeout(150)
        expect(part).to_be_focused()
    screen.keyboard.press("Alt+ArrowDown")
    screen.locator("[data-testid=stDateInputCalendar] [role=button]:focus").wait_for()
    screen.keyboard.press("ArrowLeft")
    assert screen.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_field_of_files_is_named_by_its_label(screen: Page, dashboard: Server, lang: str) -> None:
    """RGAA 11.1: what is seen above it is in its name."""
    open_page(screen, dashboard, "/brancher", lang)
    field = screen.locator("input[type=file]").first
    expect(field).to_have_attribute("aria-label", re.compile(f", {t('connect.file', lang)}$"))


@pytest.mark.parametrize("part", ["", "stAppSkeleton"])
def test_what_waits_stops_moving(screen: Page, dashboard: Server, part: str) -> None:
    """RGAA 13.8: a part that is drawn, and a whole page, has what turns meanwhile; it does not turn for ever."""
    open_page(screen, dashboard, "/brancher", "fr")
    screen.evaluate(
        """part => { document.head.insertAdjacentHTML('beforeend', '<style>@keyframes turn {}</style>');
      document.querySelector(part ? 'body' : '.st-key-page').insertAdjacentHTML('beforeend',
        `<div data-testid="${part}"><i id="turns" style="animation: turn 1s infinite">…</i></div>`); }""",
        part,
    )
    assert screen.locator("#turns").evaluate("e => getComputedStyle(e).animationIterationCount") == "2"


ICONED = ("/comparer", "/brancher", "/lieux", "/registre?cas=assistant-agents&faire=modifier")


@pytest.mark.parametrize("path", kept(ICONED, "/comparer", "/lieux"))
def test_the_name_of_an_icon_is_no_word_of_the_page(screen: Page, dashboard: Server, path: str) -> None:
    """RGAA 10.3: its font, which draws it, goes with the style sheet, and would leave « keyboard_arrow_right »."""
    open_page(screen, dashboard, path, "fr")
    icons = screen.locator("[data-testid=stIconMaterial]")
    icons.first.wait_for(state="attached")
    for fold in screen.locator("[data-testid=stExpander] summary").all()[:2]:
        fold.click()
        screen.wait_for_timeout(300)  # it then has another icon
    assert set(icons.all_text_contents()) == {""}


BARE = """() => {
  for (const style of document.querySelectorAll('style, link[rel=stylesheet]')) style.remove();
  for (const styled of document.querySelectorAll('[style]')) styled.removeAttribute('style'); }"""


PICTURES = ("modele", "ecart", "lieux", "volume")


@pytest.mark.parametrize("part", kept(PICTURES, "lieux", "volume"))
def test_a_picture_to_explore_stays_without_any_style(screen: Page, dashboard: Server, part: str) -> None:
    """RGAA 10.2: what is pointed at, over it, stays transparent; its marks and words keep their colours; drawn again at
    the width that it then has, it is where it was, after the words before it and before those after it."""
    open_page(screen, dashboard, f"/comparer?exemple=oui&voir={part}", "fr")
    plots = screen.locator(".js-plotly-plot")
    plots.locator(".drag").first.wait_for(state="attached")
    named = screen.get_by_role("img", name="Ses chiffres sont dans le tableau qui suit")  # RGAA 1.1
    expect(named).to_have_count(plots.count())
    paint = """() => [...document.querySelectorAll('.js-plotly-plot .main-svg :is(rect, path, text, circle)')]
      .map(e => { const look = getComputedStyle(e); return [look.fill, look.stroke, look.opacity]; })"""
    before = screen.evaluate(paint)
    screen.evaluate(BARE)
    assert len(before) > 20 and screen.evaluate(paint) == before
    screen.wait_for_timeout(1000)
    apart = """all => all.every(plot => {
      const box = plot.getBoundingClientRect(), near = e => e.getBoundingClientRect();
      const layers = [...plot.querySelectorAll('.main-svg')].map(near), {top, bottom} = layers[0];
      return layers.every(layer => layer.top === top) && Math.abs(top - box.top) < 1 && bottom - top > 100
        && box.bottom >= bottom - 1; })"""
    assert plots.evaluate_all(apart)


def test_a_picture_to_explore_keeps_its_legend_without_a_style_sheet(screen: Page, dashboard: Server) -> None:
    """RGAA 10.2: its layers are one upon the other, and not one below the other, where the picture ends."""
    open_page(screen, dashboard, "/comparer?exemple=oui&voir=volume", "fr")
    layers = screen.locator(".js-plotly-plot .main-svg")
    layers.nth(1).wait_for()
    screen.evaluate("for (const sheet of document.styleSheets) sheet.disabled = true")
    assert len(set(layers.evaluate_all("all => all.map(e => e.getBoundingClientRect().top)"))) == 1


@pytest.mark.parametrize("part", kept(PICTURES, "modele", "volume"))
def test_no_word_of_a_picture_is_cut_and_its_legend_hides_nothing(screen: Page, dashboard: Server, part: str) -> None:
    """RGAA 10.4: at two widths each word is inside its picture. RGAA 7.3: the mouse alone could hide a series."""
    edge = "(w, e) => w.left < e.left - 1 || w.right > e.right + 1 || w.top < e.top - 1 || w.bottom > e.bottom + 1"
    cut = f"""all => all.flatMap(plot => {{ const edge = plot.querySelector('.main-svg').getBoundingClientRect();
      return [...plot.querySelectorAll('.main-svg text')].filter(e => e.getBoundingClientRect().width &&
        ({edge})(e.getBoundingClientRect(), edge)).map(e => e.textContent); }})"""
    plots = screen.locator(".js-plotly-plot")
    open_page(screen, dashboard, f"/comparer?exemple=oui&voir={part}", "fr")
    plots.locator(".main-svg").first.wait_for()
    for width in (640, 320):
        screen.set_viewport_size({"width": width, "height": 800})
        screen.wait_for_timeout(700)  # a picture is drawn again at its new width
        assert plots.evaluate_all(cut) == [], width
    if part != "volume":  # the one whose series have a legend
        return
    plots.first.locator(".legendtext").first.scroll_into_view_if_needed()
    screen.wait_for_timeout(500)  # it is where it will be clicked
    entry = plots.first.locator(".legendtext").first.bounding_box()
    assert entry
    screen.mouse.click(entry["x"] + 2, entry["y"] + entry["height"] / 2)
    screen.wait_for_timeout(700)
    assert set(plots.first.evaluate("plot => plot._fullData.map(e => e.visible)")) == {True}


def test_the_months_of_the_picture_are_one_link_away(screen: Page, dashboard: Server) -> None:
    """RGAA 1.6: what describes it in full is told beside it, and is opened by its link."""
    open_page(screen, dashboard, "/synthese", "fr")
    table = screen.locator("#months-table table")
    assert not table.is_visible()
    screen.get_by_role("link", name="Tableau des mois").click()
    expect(table).to_be_visible()


def test_a_picture_stays_and_a_choice_is_seen_without_colour_or_style(screen: Page, dashboard: Server) -> None:
    """RGAA 10.2, the bars of the sheet are drawn by attributes; RGAA 3.1, the open part has a line of its own."""
    open_page(screen, dashboard, "/mesures?voir=executions", "fr")
    chosen = screen.locator("[role=radio][aria-checked=true]")
    shadows = "e => getComputedStyle(e).boxShadow"
    assert "inset" in chosen.first.evaluate(shadows)
    assert "inset" not in screen.locator("[role=radio][aria-checked=false]").first.evaluate(shadows)
    screen.goto(f"{dashboard.address}/fiche-synthese")
    screen.evaluate("document.querySelectorAll('style').forEach(e => e.remove())")
    screen.evaluate("document.querySelectorAll('[style]').forEach(e => e.removeAttribute('style'))")
    rects = screen.locator("svg[role=img] rect").evaluate_all("all => all.map(e => e.getBBox().width)")
    assert rects and min(rects) > 0


def test_the_icon_of_a_button_stays_without_any_style(screen: Page, dashboard: Server) -> None:
    """RGAA 10.2: copy, choose and clear a date, the month before and after: their words are in no text."""
    for path, icon, least in (
        ("/brancher?voie=track", "[data-testid=stCode] button svg", 1),
        (WITH_FIELDS["revue"], "[data-testid=stDateInputCalendarButton] svg", 1),
    ):
        open_page(screen, dashboard, path, "fr")
        screen.locator(icon).first.wait_for()
        if "registre" in path:
            screen.get_by_role("button", name=re.compile("^Choisir la date")).first.click()
            screen.get_by_role("button", name="Mois suivant").wait_for()
            least = 4
        screen.evaluate(BARE)
        sizes = screen.locator("button svg").evaluate_all("all => all.map(e => e.getBoundingClientRect().width)")
        assert len(sizes) >= least and min(sizes) > 0, path


def test_a_file_that_is_taken_away_gives_its_place_to_the_button_of_files(
    screen: Page, serve: Callable[[str], Server]
) -> None:
    """RGAA 12.8: one that is refused, one that is taken; the keyboard fell to the start of the page."""
    server = serve("plain")
    server.admit(screen.context)
    refused = {"name": "a.exe", "mimeType": "application/octet-stream", "buffer": b"rien"}
    taken = {"name": "b.csv", "mimeType": "text/csv", "buffer": b"rien"}
    open_page(screen, server, "/lieux", "fr")
    while screen.evaluate(OPENED):
        ran(screen)
    uploader = screen.locator("[data-testid=stFileUploader]")
    for file in (refused, taken):
        uploader.locator("input[type=file]").set_input_files([file])
        remove = uploader.get_by_role("button", name=f"Retirer {file['name']}", exact=True)
        remove.focus()
        screen.keyboard.press("Enter")
        expect(remove).to_have_count(0)
        expect(uploader.get_by_role("button", name="Choisir des fichiers")).to_be_focused()


def test_what_is_drawn_again_or_gone_keeps_the_keyboard_where_it_was(
    screen: Page, dashboard: Server, serve: Callable[[str], Server]
) -> None:
    """RGAA 12.8: a refused form, then another one; a button that leaves. The keyboard fell to the start: it is at the
    first field refused of the form that was sent, else at the part where it was."""
    for server in (dashboard, serve("plain")):
        server.admit(screen.context)
    open_page(screen, dashboard, "/lieux", "fr")
    while screen.evaluate(OPENED):
        ran(screen)
    for word in ("places.withdraw_save", "places.place_save", "places.own_save"):
        button = screen.get_by_role("button", name=t(word, "fr"), exact=True)
        if not button.count():
            continue
        button.focus()
        screen.keyboard.press("Enter")
        screen.get_by_role("alert").filter(has_text=t("register_forms.who", "fr")).first.wait_for()
        form = screen.locator("[data-testid=stForm]").filter(has=button)
        expect(form.locator("[aria-invalid=true]").first).to_be_focused()
    open_page(screen, serve("plain"), "/brancher", "fr")
    said = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"rien"}
    screen.locator("input[type=file]").first.set_input_files([said])
    another = screen.get_by_role("button", name=t("connect.another", "fr"))
    another.focus()
    screen.keyboard.press("Enter")
    expect(another).to_have_count(0)
    expect(screen.locator(":is(.st-key-connect_drop, .st-key-connect_drop *):focus")).to_have_count(1)


# Of each field that is said to be wrong: its name, that of its date, and what describes it.
WRONG = """() => [...document.querySelectorAll('[aria-invalid=true]')].map(e => [
  e.closest('[data-testid=stDateInput]')?.querySelector('[role=group]').ariaLabel ?? e.ariaLabel,
  e.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id).textContent).join(' ')])"""


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_field_that_is_refused_says_so_and_why(screen: Page, dashboard: Server, lang: str) -> None:
    """RGAA 11.10, 11.11: those that the refusal names, of its form alone, and until they are no longer refused."""
    open_page(screen, dashboard, "/registre?cas=assistant-agents&faire=revue", lang)
    send = screen.get_by_role("button", name=t("register_forms.check", lang), exact=True)
    send.click()
    alert = screen.get_by_role("alert")
    alert.wait_for()
    wanted = [t(f"register_forms.{name}", lang) for name in ("who", "conclusion", "by_review")]
    wrong = screen.locator("[aria-invalid=true]")
    expect(wrong).to_have_count(3)
    found = screen.evaluate(WRONG)
    assert sorted(name for name, _ in found) == sorted(wanted)
    said = " ".join(alert.inner_text().split())
    assert all(name in told and " ".join(told.split()) in said for name, told in found)
    screen.get_by_role("textbox", name=wanted[0], exact=True).fill("DSI")
    send.click()
    expect(wrong).to_have_count(2)
    open_page(screen, dashboard, "/lieux", lang)
    while screen.evaluate(OPENED):
        ran(screen)
    screen.get_by_role("button", name=t("places.own_save", lang), exact=True).click()
    screen.get_by_role("alert").wait_for()
    expect(wrong.first).to_be_focused()
    forms = "all => new Set(all.map(e => e.closest('[data-testid=stForm]'))).size"
    assert wrong.evaluate_all(forms) == 1
    assert t("register_forms.why", lang) in [name for name, _ in screen.evaluate(WRONG)]
    screen.get_by_role("button", name=t("places.answers_save", lang), exact=True).click()
    expect(wrong.and_(screen.locator("[type=file]"))).to_have_count(1)
    expect(wrong).to_have_count(2)
    (file, told), (who, _) = screen.evaluate(WRONG)
    assert file.endswith(t("places.file", lang)) and t("places.file", lang) in told
    assert who == t("register_forms.who", lang)
    open_page(screen, dashboard, "/comparer?exemple=oui", lang)
    quality = screen.get_by_role("textbox", name=t("compare_form.quality_of", lang, letter="A"), exact=True)
    quality.fill("beaucoup")
    quality.press("Tab")
    expect(quality).to_have_attribute("aria-invalid", "true")
    assert "beaucoup" in screen.evaluate(WRONG)[0][1]
    open_page(screen, dashboard, "/comparer", lang)
    counts = {t(f"compare_form.{name}", lang): text for name, text in (("people", "beaucoup"), ("uses", "x"))}
    for label, text in counts.items():
        screen.get_by_role("textbox", name=label, exact=True).fill(text)
        screen.keyboard.press("Tab")
    expect(wrong).to_have_count(2)
    found = dict(screen.evaluate(WRONG))
    assert all(text in found[label] for label, text in counts.items())
    emptied, put_right = (screen.get_by_role("textbox", name=label, exact=True) for label in counts)
    for field, text in ((emptied, ""), (put_right, "3")):
        field.fill(text)
        screen.keyboard.press("Tab")
    expect(put_right).not_to_have_attribute("aria-invalid", "true")
    expect(emptied).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_count(1)
    [(name, _)] = screen.evaluate(WRONG)
    assert name == next(iter(counts)), "the one that is emptied"
    open_page(screen, dashboard, "/comparer?exemple=oui", lang)
    quality.fill("beaucoup")
    quality.press("Tab")
    expect(quality).to_have_attribute("aria-invalid", "true")
    quality.fill("80 %")
    quality.press("Tab")
    expect(quality).not_to_have_attribute("aria-invalid", "true")
    screen.get_by_text(t("compare_form.more_need", lang), exact=True).click()
    tokens = screen.get_by_role("textbox", name=t("compare_form.output_tokens", lang), exact=True)
    tokens.fill("")
    tokens.press("Tab")
    expect(tokens).to_have_attribute("aria-invalid", "true")
    assert "--" not in screen.evaluate(WRONG)[0][1]


REFUSED = {  # each kind of form that writes, its button, and its first field that is refused when it is sent empty
    "registre": ("/registre?cas=assistant-agents&faire=decision", "register_forms.check", "register_forms.what"),
    "fiche": ("/registre?cas=assistant-agents&faire=modifier", "register_forms.check", "register_forms.who"),
    "tableau": ("/registre?faire=importer", "register_forms.check", "register_forms.rows"),
    "lieux": ("/lieux?voir=own", "places.own_save", "places.name"),
    "questionnaire": ("/lieux?voir=answers", "places.answers_save", "places.file"),
    "corriger": ("/mesures?voir=corriger", "mend.save", ""),
    "sieges": ("/brancher?voie=seats", "seats.save", "seats.product"),
    "comparer": ("/comparer?exemple=oui", "register_forms.check", "register_forms.service"),
    "import": ("/brancher", "", "register_forms.who"),
}
# Of the field that is reached: its name, whether it and what stands below it are in the window, and its border.
REACHED = """() => {
  const e = document.activeElement, box = e.closest('[data-fault]'), {top, bottom} = box?.getBoundingClientRect() ?? {};
  return {name: box?.querySelector('label').textContent.trim(), seen: top >= 0 && bottom <= innerHeight,
    told: box && getComputedStyle(box, '::after').content, border: box && getComputedStyle(box).borderLeftWidth,
    invalid: !!box?.querySelector('[aria-invalid=true]')};
}"""


@pytest.mark.parametrize(("width", "form"), [*product((1280,), REFUSED), (360, "registre"), (360, "import")])
def test_a_refusal_leads_to_its_first_field_which_says_why(
    screen: Page, dashboard: Server, form: str, width: int
) -> None:
    """RGAA 11.10, 11.11: of a long page, the refusal was out of the window, and what it names looked as before."""
    path, word, field = REFUSED[form]
    screen.set_viewport_size({"width": width, "height": 800})
    open_page(screen, dashboard, path, "fr")
    if form == "import":
        sample = {"name": "a.jsonl", "mimeType": "text/plain", "buffer": (FORMATS / "litellm.jsonl").read_bytes()}
        screen.set_input_files("input[type=file]", [sample])
        screen.get_by_label(t("places.cards", "fr"), exact=True).fill("2")
        screen.keyboard.press("Tab")
        ran(screen)
    if form == "comparer":
        screen.get_by_role("button", name=t("compare_save.title", "fr"), exact=True).click()
    name = re.compile("^Importer ces") if form == "import" else re.compile(f"^{t(word, 'fr')}$")
    button = screen.get_by_role("button", name=name)
    for _ in range(2):  # refused again, it leads there again
        button.focus()
        screen.keyboard.press("Enter")
        screen.locator(":focus:is([data-fault] *)").wait_for()
        until(screen, f"({REACHED})().seen")
        found = screen.evaluate(REACHED)
        assert not field or found["name"] == t(field, "fr").strip()
        assert found["invalid"] and found["border"] == "4px" and "attendu" in found["told"]


FILTERED = ("/synthese", "/registre", "/mesures?voir=executions", "/facteurs?voir=liste")


@pytest.mark.parametrize("path", FILTERED)
def test_a_page_says_before_its_first_filter_that_a_choice_redraws_it(
    screen: Page, dashboard: Server, path: str
) -> None:
    """RGAA 7.4: its title and its first figures change with a choice, and stand before the field."""
    open_page(screen, dashboard, path, "fr")
    screen.locator(".st-key-filters input").first.wait_for()
    assert screen.evaluate(
        """said => { const e = [...document.querySelectorAll('main p')].find(p => p.textContent === said);
      const first = document.querySelector('.st-key-content :is(input, textarea)');
      return e?.checkVisibility() && !!(e.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_FOLLOWING); }""",
        t("accessibility.redraws", "fr"),
    )


@pytest.mark.parametrize("path", ["/synthese?voir=charter", "/mesures?voir=executions"])
def test_on_a_narrow_page_each_cell_says_its_column(screen: Page, dashboard: Server, path: str) -> None:
    """There a row is a block without its heads: each cell that holds something begins with the head of its column."""
    screen.set_viewport_size({"width": 360, "height": 800})
    open_page(screen, dashboard, path, "fr")
    cells = screen.evaluate("""() => [...document.querySelectorAll('main table')].flatMap(table => {
      const heads = [...table.tHead.rows[0].cells].map(head => head.textContent), rows = [...table.tBodies[0].rows];
      return rows.flatMap(row => [...row.cells].map((cell, at) =>
        [cell.matches('td:not(:empty)'), getComputedStyle(cell, '::before').content, heads[at]])); })""")
    named = [(before, head) for says, before, head in cells if says]
    assert len(named) > 20
    for before, head in named:
        assert before == f'"{head}\xa0: "'
    assert all(before == "none" for says, before, _ in cells if not says)
