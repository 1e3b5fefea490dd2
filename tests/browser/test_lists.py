"""The lists to choose from: what is chosen is read whole, and what empties one gives the keyboard back to it."""

import re

import pytest
from playwright.sync_api import Page, expect

from dashboard.shared.texts import t
from tests.browser.conftest import Server
from tests.browser.test_accessibility import SPACED
from tests.browser.test_page_structure import OPENED
from tests.browser.test_pages import LANGUAGES, open_page, ran
from tests.support import kept

# Of each list, what is chosen in it, seen in its field of one line or in its box of as many as it needs; None if cut.
CHOSEN = """() => [...document.querySelectorAll('[data-testid=stSelectbox] input')].map(e => {
  const box = e.parentElement, said = e.value || e.placeholder, before = getComputedStyle(box, '::before');
  const [cut, over] = [e, box].map(e => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight);
  const alone = [getComputedStyle(e).opacity, before.opacity];
  if (before.content === 'none') return cut ? null : said;
  return over || alone.join() !== '0,1' || !before.content.startsWith(JSON.stringify(said)) ? null : said; })"""


def test_what_empties_a_list_gives_its_place_to_the_field(screen: Page, dashboard: Server) -> None:
    """RGAA 7.3: the button goes with the choice, and the keyboard goes on from the field."""
    open_page(screen, dashboard, "/registre", "fr")
    field = screen.get_by_role("combobox", name="Étape")
    field.fill("Exp")
    screen.keyboard.press("Enter")
    empty = screen.get_by_role("button", name="Effacer ce choix, Étape")
    empty.focus()
    screen.keyboard.press("Enter")
    expect(empty).to_have_count(0)
    expect(field).to_be_focused()


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_list_that_has_nothing_says_so_without_haste(screen: Page, dashboard: Server, lang: str) -> None:
    """RGAA 7.5: told as it is seen, once what is read is over; it was « 0 choix possibles », said at once."""
    open_page(screen, dashboard, "/registre", lang)
    screen.get_by_role("combobox", name=t("register.stage", lang)).press_sequentially("zzzz")
    nothing = t("streamlit.nothing", lang)
    expect(screen.get_by_role("option", name=nothing)).to_be_visible()
    expect(screen.locator("[data-live-announcer] [aria-live=polite]")).to_have_text(nothing)
    expect(screen.locator("[data-live-announcer] [aria-live=assertive]")).not_to_contain_text(re.compile(r"\b0\b"))


@pytest.mark.parametrize(
    ("code", "name"), [("mistral-small-3.2", "Mistral Small 3.2"), ("gpt-4o-mini", "GPT-4o mini"), ("gpt-4o", "GPT-4o")]
)
def test_a_model_is_found_by_its_code(screen: Page, dashboard: Server, code: str, name: str) -> None:
    """Its hyphens are spaces where its name has none, typed one by one or pasted; what the name has stays."""
    open_page(screen, dashboard, "/comparer?exemple=oui", "fr")
    field = screen.get_by_role("combobox", name="Ajouter une option")
    field.press_sequentially(code)
    expect(screen.get_by_role("option", name=name, exact=True)).to_be_visible()
    field.fill("")
    field.fill(code)
    expect(screen.get_by_role("option", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_what_is_seen_beside_a_field_that_is_typed_in_is_read_with_none(
    screen: Page, dashboard: Server, lang: str
) -> None:
    """RGAA 10.8: what is seen beside a field and described by nothing, the key that applies it, is shown to nobody."""
    open_page(screen, dashboard, "/comparer?exemple=oui", lang)
    field = screen.get_by_role("textbox", name=t("compare_form.quality_of", lang, letter="A"), exact=True)
    field.press_sequentially("9")
    expect(field).to_have_value(re.compile("9"))
    expect(screen.get_by_text(t("streamlit.apply", lang), exact=True)).to_be_hidden()


def test_a_choice_is_read_whole_when_text_is_spaced(screen: Page, dashboard: Server) -> None:
    """RGAA 10.12: the choices of a list, with the spacing that the criterion gives."""
    open_page(screen, dashboard, "/comparer?exemple=oui", "fr")
    screen.add_style_tag(content="* { letter-spacing: .12em !important; word-spacing: .16em !important; }")
    where = screen.get_by_role("combobox", name="Hébergement (A)")
    where.scroll_into_view_if_needed()
    screen.wait_for_timeout(500)  # a list closes when its page moves
    where.click()
    choices = screen.get_by_role("option")
    choices.first.wait_for()
    inside = "e => [e, ...e.querySelectorAll('*')].filter(e => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1)"
    cut = f"all => all.flatMap({inside}).map(e => e.textContent)"
    assert choices.count() > 5 and choices.evaluate_all(cut) == []


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_what_is_chosen_in_a_list_is_read_whole_when_text_is_spaced(screen: Page, dashboard: Server, lang: str) -> None:
    """RGAA 10.12: at every width, « Préciser » opened too, and while what was just chosen from has the focus."""
    open_page(screen, dashboard, "/comparer?exemple=oui&compare_need=true&compare_more_1=true&voir=ecart", lang)
    while screen.evaluate(OPENED):
        ran(screen)
    screen.evaluate(SPACED)
    for width in (1280, 360, 320):
        screen.set_viewport_size({"width": width, "height": 800})
        screen.wait_for_timeout(300)
        chosen = screen.evaluate(CHOSEN)
        assert len(chosen) > 10 and None not in chosen, (width, chosen)
    where = screen.get_by_role("combobox", name=t("compare_form.host_of", lang, letter="A"))
    where.scroll_into_view_if_needed()
    screen.wait_for_timeout(500)  # a list closes when its page moves
    where.click()
    where.fill("Paris")
    seen = where.evaluate("e => [getComputedStyle(e).opacity, getComputedStyle(e.parentElement, '::before').opacity]")
    assert seen == ["1", "0"], "what is typed is seen"
    screen.get_by_role("option").filter(has_text="Paris").first.wait_for()
    screen.keyboard.press("ArrowDown")
    screen.keyboard.press("Enter")
    expect(where).to_have_value(re.compile("Paris"))
    expect(where).to_be_focused()
    assert None not in screen.evaluate(CHOSEN)


def test_what_is_chosen_in_a_list_stays_in_its_box(screen: Page, dashboard: Server) -> None:
    """RGAA 10.11: at 320 pixels, the box of several sites grows, and covers nothing of what follows."""
    screen.set_viewport_size({"width": 320, "height": 800})
    open_page(screen, dashboard, "/comparer?exemple=oui&voir=lieux", "fr")
    over = "all => all.filter(e => e.clientHeight > 1 && e.scrollHeight > e.clientHeight + 2).map(e => e.outerHTML)"
    assert screen.locator("[data-tag]").count() > 3 and screen.locator(".stMultiSelect div").evaluate_all(over) == []
