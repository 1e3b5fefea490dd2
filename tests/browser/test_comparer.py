"""« Comparer » in a real browser: at every width, in both languages, by keyboard, from an empty home to a result."""

import re
from collections.abc import Callable
from itertools import product
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.shared.texts import t
from estimator.comparison.five_fields import scenario_from
from estimator.comparison.scenario import read_scenario, scenario_of
from estimator.comparison.scenario_link import encode
from estimator.core.errors import say
from tests.browser.conftest import ROOT, Server
from tests.browser.test_answer_first import TOWN
from tests.browser.test_pages import (
    ICONS,
    TROUBLE,
    grave,
    is_wider_than_its_window,
    open_page,
    settled,
    violations,
)
from tests.browser.test_pictures import picture
from tests.home import HOSTILE
from tests.support import kept

Serve = Callable[[str], Server]
LANGUAGES = ("fr", "en")
EXAMPLE = ROOT / "docs" / "scenario.toml"
HARD = ROOT / "tests" / "browser" / "hard_scenario.toml"
WIDTHS = (1280, 768, 360, 320)
FEW_TABS = 80  # keys to reach a field of the form from the top of the page


def address(**option: object) -> str:
    """The address of the example with its light model changed."""
    values = read_scenario(EXAMPLE).model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    values["options"][1] |= option
    return "/comparer?scenario=" + encode(scenario_of(values))


def pick(screen: Page, label: str, typed: str) -> None:
    """Type into a list and take the first that answers."""
    box = screen.get_by_role("combobox", name=label)
    box.scroll_into_view_if_needed()
    screen.wait_for_timeout(300)  # the list closes when the page scrolls under it
    box.click()
    screen.keyboard.type(typed)
    screen.get_by_role("option").filter(has_text=typed).first.click()


def town(lang: str = "fr") -> str:
    """The address of five answers."""
    return "/comparer?scenario=" + encode(scenario_from(TOWN, lang))


PARTS = ("lieux", "ecart", "volume", "modele", "chiffres")
VIEWS = {
    "blank": "/comparer",
    "example": "/comparer?exemple=oui",
    "figure": "/comparer?exemple=oui&calcul=leger.gwp",
    "refused": "/comparer?scenario=x",
    **{part: f"/comparer?exemple=oui&voir={part}" for part in PARTS},
}


AXED = (
    ("blank", "fr", 1280), ("example", "en", 768), ("figure", "fr", 360), ("refused", "en", 320),
    ("volume", "fr", 768), ("hostile", "en", 1280),
)  # fmt: skip


@pytest.mark.parametrize(("view", "lang", "axe_at"), kept(product([*VIEWS, "hostile"], LANGUAGES, WIDTHS), *AXED))
def test_the_page_is_whole_at_every_width(screen: Page, serve: Serve, view: str, lang: str, axe_at: int) -> None:
    """In each state, each part opened: nothing wider than its window, nothing for axe, nothing asked outside."""
    asked: set[str | None] = set()
    said: list[str] = []
    screen.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    screen.on("pageerror", lambda error: said.append(str(error)))
    screen.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    screen.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    open_page(screen, serve("empty"), VIEWS.get(view) or address(label=HOSTILE, why=HOSTILE), lang)
    screen.evaluate("document.querySelectorAll('.stHtml details').forEach(d => d.open = true)")
    for width in WIDTHS:
        screen.set_viewport_size({"width": width, "height": 800})
        assert not TROUBLE.search(screen.inner_text("body"))
        assert not is_wider_than_its_window(screen), width
        assert width != axe_at or violations(screen) == []
    assert screen.locator("h1").count() == 1
    assert screen.locator(".st-key-page script").count() == 0
    assert screen.evaluate(ICONS) == []
    assert asked - {"127.0.0.1", None, ""} == set()
    assert said == []


def test_the_first_view_holds_the_question_the_answer_and_the_picture(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), town(), "fr")
    for part in ("h1", ".answer", "figure.chart .bars >> nth=0", "figure.chart .axis >> nth=0"):
        box = screen.locator(part).first.bounding_box()
        assert box and box["y"] + box["height"] <= 800, part


def test_the_answer_stays_in_sight_and_on_a_phone_one_link_away(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), town(), "fr")
    screen.get_by_role("combobox", name="Modèle B").scroll_into_view_if_needed()
    expect(screen.locator(".answer")).to_be_in_viewport()
    screen.set_viewport_size({"width": 360, "height": 800})
    screen.get_by_label("Qui s’en sert (personnes)").scroll_into_view_if_needed()
    expect(screen.locator(".answer")).not_to_be_in_viewport()
    screen.get_by_role("link", name="Voir la réponse").click()
    expect(screen.locator(".answer")).to_be_in_viewport()


def test_a_page_prints_its_answer_without_its_form(screen: Page, serve: Serve) -> None:
    """On at most two sheets, no unit cut from its number."""
    open_page(screen, serve("empty"), town(), "fr")
    screen.emulate_media(media="print")
    assert not screen.locator(".st-key-compare_edit").is_visible()
    assert screen.locator(".answer").is_visible() and screen.locator("figure.chart").first.is_visible()
    printed = screen.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 2
    screen.emulate_media(media="screen")


@pytest.mark.parametrize("part", ["lieux", "chiffres"])
def test_a_part_prints_what_is_open_and_no_field(screen: Page, serve: Serve, part: str) -> None:
    """Of the lists, as those of the questions to each supplier, the one that was opened; the table of a picture that
    moves, in its place."""
    open_page(screen, serve("empty"), f"{town()}&voir={part}", "fr")
    lists = screen.locator(".st-key-parts details:not(.drawn, .keep, td details)")
    lists.last.locator("summary").click()
    screen.emulate_media(media="print")
    seen = [found.get_attribute("open") is not None for found in lists.all() if found.is_visible()]
    assert seen == [True] and lists.count() > 1
    assert screen.locator(".st-key-parts .drawn table").locator("visible=true").count() == (part == "lieux")
    assert screen.locator(".st-key-parts input").locator("visible=true").count() == 0
    screen.emulate_media(media="screen")


def test_what_is_typed_as_soon_as_a_field_shows_is_kept(screen: Page, serve: Serve) -> None:
    """On a slow computer, and in the second field while the page computes what the first one changed."""
    screen.context.new_cdp_session(screen).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    screen.goto(f"{serve('empty').address}/comparer?lang=fr", wait_until="commit")
    people, uses = (screen.get_by_role("textbox", name=name) for name in ("Qui s’en sert", "Combien de fois chacune"))
    people.focus()
    screen.keyboard.type("40000")
    screen.keyboard.press("Tab")
    screen.keyboard.type("3", delay=100)
    screen.wait_for_url("**manque=uses**")
    screen.keyboard.type("0")
    screen.keyboard.press("Tab")
    expect(screen.locator(".st-key-compare_answer figure")).to_be_visible()
    assert (people.input_value(), uses.input_value()) == ("40000", "30")


def test_a_sentence_says_that_it_is_computing(screen: Page, serve: Serve) -> None:
    """As long as a script runs, on any page, and no longer: the run is said to be one, then to have ended. What is
    typed again as it was asks for nothing, and nothing is said (300 ms: thrice the moment after which it would be)."""
    open_page(screen, serve("empty"), town(), "fr")
    said = screen.get_by_role("status").filter(has_text=t("app.computing", "fr"))
    expect(said).to_have_count(0)
    for state, count in (("running", 1), ("notRunning", 0)):
        screen.mouse.click(1, 1)  # a page that runs by itself says nothing
        screen.evaluate(f"document.querySelector('[data-test-script-state]').dataset.testScriptState = '{state}'")
        expect(said).to_have_count(count)
    screen.get_by_label("Qui s’en sert (personnes)").dispatch_event("change")
    screen.wait_for_timeout(300)
    assert said.count() == 0


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_a_picture_to_explore_has_its_words_and_its_files(screen: Page, serve: Serve, lang: str) -> None:
    """Loaded with the part that has it; its SVG and its values as CSV, from the same place as any picture."""
    open_page(screen, serve("empty"), "/comparer?exemple=oui", lang)
    expect(screen.locator("[data-testid=stPlotlyChart]")).to_have_count(0)
    screen.get_by_role("radio", name=t("compare.part_volume", lang)).click()
    chart = screen.locator("[data-testid=stPlotlyChart]")
    expect(chart).to_have_count(1)
    words = screen.locator(".st-key-parts [role=figure]").first.get_attribute("aria-label") or ""
    assert t("compare.growth", lang).rstrip("?\u00a0\u202f ") in words
    table = screen.locator(".st-key-parts details:has(table)").first
    table.locator("summary").click()
    assert table.locator("tbody tr").count() == 4 and "0" in table.inner_text(), "where its name says that they are"
    drawn = picture(screen.locator(".st-key-parts"), "image", lang)
    assert drawn.suggested_filename == "sobria-volume.svg" and "<svg" in drawn.path().read_text("utf-8")
    rows = picture(screen.locator(".st-key-parts"), "values", lang).path().read_text("utf-8-sig").splitlines()
    assert len(rows) == 1 + 4 * 3 and rows[1].count(";" if lang == "fr" else ",") >= 5  # four options, three volumes


def hard() -> str:
    """The address of a hard scenario: many options, unknowns, a huge volume, names that break lines and pages."""
    return "/comparer?scenario=" + encode(read_scenario(HARD))


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hard_scenario_breaks_nothing_and_stays_readable(screen: Page, serve: Serve, lang: str) -> None:
    said: list[str] = []
    screen.on("pageerror", lambda error: said.append(str(error)))
    screen.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    open_page(screen, serve("empty"), hard(), lang)
    text = screen.inner_text("body")
    assert t("compare.first_missing", lang) in text and say("compare", "not_studied", lang) in text
    assert t("compare.overbooked", lang, times="280") in text
    assert not TROUBLE.search(text)
    for part in PARTS:
        screen.goto(screen.url.partition("&voir=")[0] + f"&voir={part}")
        settled(screen)
        screen.evaluate("document.querySelectorAll('.stHtml details').forEach(d => d.open = true)")
        for width in (1280, 360, 320):
            screen.set_viewport_size({"width": width, "height": 800})
            assert not is_wider_than_its_window(screen), (part, width)
        assert grave(screen) == [], part
    assert "Anthropic" in screen.locator("details", has_text="Anthropic").first.text_content()  # its site is supposed
    assert said == []


@pytest.mark.parametrize(("lang", "sign"), kept([("fr", "\xa0%"), ("en", "%")], ("fr", "\xa0%")))
def test_the_shares_of_an_axis_are_written_as_the_page_writes_them(
    screen: Page, serve: Serve, lang: str, sign: str
) -> None:
    open_page(screen, serve("empty"), "/comparer?exemple=oui&voir=modele", lang)
    ticks = screen.locator(".js-plotly-plot .ytick text")
    ticks.first.wait_for(state="attached")
    told = ticks.all_text_contents()
    assert len(told) > 2 and all(re.fullmatch(rf"\d+{sign}", tick) for tick in told), told


def test_an_option_that_is_removed_gives_the_keyboard_to_its_neighbour(screen: Page, serve: Serve) -> None:
    """RGAA 12.8: the last of four, to the first field of the one before; it went to the start of the page."""
    open_page(screen, serve("empty"), "/comparer?exemple=oui&compare_more_4=true", "fr")
    remove = screen.get_by_role("button", name=t("compare_form.remove", "fr", letter="D"), exact=True)
    remove.focus()
    screen.keyboard.press("Enter")
    expect(remove).to_have_count(0)
    before = screen.get_by_role("combobox", name=t("compare_form.model_of", "fr", letter="C"), exact=True)
    expect(before).to_be_focused()
    settled(screen)
    screen.wait_for_timeout(500)
    expect(before).to_be_focused()


def test_a_quality_that_goes_with_its_model_is_said_in_a_zone_of_status(screen: Page, serve: Serve) -> None:
    """RGAA 7.5: on its card, until the next change; it was a notification without a name, announced by nothing."""
    open_page(screen, serve("empty"), "/comparer?exemple=oui", "fr")
    quality = screen.get_by_role("textbox", name=t("compare_form.quality_of", "fr", letter="A"), exact=True)
    quality.fill("93 %")
    quality.press("Tab")
    settled(screen)
    pick(screen, t("compare_form.model_of", "fr", letter="A"), "GPT-5")
    told = screen.locator(".st-key-compare_card_1").get_by_role("status")
    expect(told).to_contain_text(re.compile(r"pas repris ici.*93\s%"))
    expect(screen.get_by_role("alertdialog")).to_have_count(0)
    assert grave(screen) == []
    quality.fill("91 %")
    quality.press("Tab")
    expect(told).to_have_count(0)


def test_a_number_opens_its_calculation_and_comes_back(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), address(label="le modèle de Metz"), "fr")
    screen.click("a.number:has-text('le modèle de Metz') >> nth=0")
    screen.wait_for_selector("h1:has-text('D’où vient ce chiffre')")
    expect(screen.locator(".answer")).to_contain_text("le modèle de Metz")
    with screen.expect_download() as file:
        screen.get_by_role("button", name=re.compile("Télécharger")).click()
    assert file.value.suggested_filename == "sobria-leger-energy.json"
    screen.click("text=Revenir à la comparaison")
    screen.wait_for_selector("h1:has-text('Quelle option')")
    assert "le modèle de Metz" in screen.inner_text("body")


def test_sites_are_chosen_and_kept_in_the_address(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), "/comparer?exemple=oui&voir=lieux&hotes=scaleway/fr-par-2", "fr")
    pick(screen, "Sites (six au plus)", "Hamina")
    screen.wait_for_url("**europe-north1**")
    screen.keyboard.press("Escape")
    expect(screen.locator(".js-plotly-plot").get_by_text("Hamina")).to_be_visible()


def test_going_back_gives_the_screen_and_the_fields_of_before(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), town(), "fr")
    field = screen.get_by_role("textbox", name="Combien de fois chacune", exact=True)
    for uses, volume in (("5", "2\\s400"), ("6", "2\\s880")):
        field.fill(uses)
        field.press("Enter")
        expect(screen.locator(".head")).to_contain_text(re.compile(volume + r"\s000 fois"))
    assert screen.evaluate("document.activeElement.getAttribute('aria-label')") == "Combien de fois chacune"
    screen.go_back()
    expect(screen.locator(".head")).to_contain_text(re.compile(r"2\s400\s000 fois"))
    # The field of the screen that is left stands beside the other for a moment, before or after the latter is filled.
    expect(field.and_(screen.locator("[value='5']"))).to_have_count(1)
    expect(field).to_have_count(1)


def test_a_town_is_answered_by_keyboard_from_an_empty_home(screen: Page, serve: Serve) -> None:
    """Five fields, one screen: the answer in its first view, then both cases of the search face both models."""
    open_page(screen, serve("empty"), "/comparer", "fr")
    keys, named = screen.keyboard, "document.activeElement.ariaLabel ?? document.activeElement.innerText.trim()"

    def reach(name: str, key: str = "Tab") -> None:
        for _ in range(FEW_TABS):
            if screen.evaluate(named) == name:
                screen.wait_for_timeout(150)  # a list opens once it has the focus
                return
            keys.press(key)
        pytest.fail(f"{name} is not reached")

    for label, typed in (("Qui s’en sert (personnes)", "40 000"), ("Combien de fois chacune", "3")):
        reach(label)
        keys.type(typed)
    for label, name in (("Modèle A", "Mistral Small 3.2"), ("Modèle B", "GPT-5")):
        reach(label)
        settled(screen)  # what was typed before it is counted: the page drawn anew would close the list
        keys.type(name)
        expect(screen.get_by_role("option").filter(has_text=name).first).to_be_visible()
        keys.press("Enter")
        expect(screen.locator("figure.chart").first).to_contain_text(name)
        settled(screen)
    expect(screen.locator(".answer")).to_contain_text("recherche plein texte (serveur partagé)")
    box = screen.locator(".answer").bounding_box()
    assert box is not None and box["y"] + box["height"] < 800
    reach("Où le faire tourner")  # the first of the parts: arrows lead from one to the next
    reach("Pourquoi cet écart", "ArrowRight")
    keys.press("Space")
    told = screen.locator(".st-key-parts .plain li")
    for case in ("serveur partagé", "serveur pour cela seul"):
        for model in ("Mistral Small 3.2", "GPT-5"):
            expect(told.filter(has_text=case).filter(has_text=model).first).to_be_visible()
