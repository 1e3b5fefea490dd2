"""The page for elected officials in a real browser, on the invented métropole, and its sheet on paper."""

import re
from datetime import date
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.shared.texts import t
from estimator.governance.indicators.open_scope import scope_of
from estimator.reporting.documents.rendering import rendered
from estimator.reporting.summary.one_page import document
from estimator.reporting.summary.sentences import tell, territory_text
from estimator.reporting.summary.summary import synthesis
from estimator.reporting.summary.use_cases import TOLD
from tests.browser.conftest import Server
from tests.browser.test_answer_first import WORD
from tests.browser.test_pages import (
    AXE_AT,
    ICONS,
    LANGUAGES,
    TROUBLE,
    grave,
    is_wider_than_its_window,
    open_page,
    settled,
    troubles,
    until,
    violations,
)
from tests.support import kept, spread

VIEWS = {
    "métropole": "/synthese",
    "tout le territoire": "/synthese?territoire=all&periode=2025",
    "une commune, un mois": "/synthese?territoire=99002&periode=2026-03",
    "facile à lire": "/synthese?simple=1",
    "un chiffre ouvert": "/explication?id=sheet.metropole.2026.water",
}
TOLD_ON_PAPER = ".kind, h1, .lead, h2, main li, main th, main td"  # all but caveats, at its foot, and ticks of axes
MOST_ON_PAPER = 200  # words
SHEETS = (
    "", "territoire=all&periode=2026-T1", "territoire=all&periode=2026", "territoire=99002&periode=2026",
    "territoire=99005&periode=2026-03",
)  # fmt: skip


WHOLE = (("tout le territoire", "en"), ("une commune, un mois", "fr"), ("facile à lire", "en"))


def test_the_promises_not_held_are_listed_in_one_action(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/synthese", "fr")
    every = t("synthese.verdict", "fr", name=t("synthese.every_not_held", "fr"), n=10)
    screen.get_by_role("link", name=every, exact=True).click()
    expect(screen.locator("#charter")).to_be_focused()
    statuses = screen.locator("#charter .status")
    assert set(statuses.all_inner_texts()) == {t("synthese.status_not_held", "fr")} and statuses.count() == 10
    until(screen, "innerHeight / 2 > document.getElementById('charter').getBoundingClientRect().top")
    expect(screen.locator("summary").filter(has_text=t("synthesis.part_charter", "fr"))).to_be_in_viewport(ratio=1)
    expect(screen).to_have_title(re.compile(t("synthese.status_not_held", "fr")))


@pytest.mark.parametrize(("view", "lang"), kept(product(VIEWS, LANGUAGES), *WHOLE))
def test_a_view_is_whole_at_every_width(screen: Page, dashboard: Server, view: str, lang: str) -> None:
    asked, faults = set(), troubles(screen)
    screen.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    open_page(screen, dashboard, VIEWS[view], lang)
    for width in (1280, 360, 320):
        screen.set_viewport_size({"width": width, "height": 800})
        assert not TROUBLE.search(screen.inner_text("body"))
        assert not is_wider_than_its_window(screen), width
        assert width != AXE_AT[lang] or grave(screen) == []
    assert screen.locator("h1").count() == 1
    assert screen.get_attribute("html", "lang") == lang
    assert screen.evaluate(ICONS) == []
    assert asked - {"127.0.0.1", None, ""} == set() and faults == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_first_view_holds_the_question_the_answer_and_the_picture(
    screen: Page, dashboard: Server, lang: str
) -> None:
    open_page(screen, dashboard, "/synthese", lang)
    for part in ("h1", ".answer", "figure.chart"):
        box = screen.locator(part).first.bounding_box()
        assert box and box["y"] + box["height"] <= 800, part


def test_a_choice_is_written_into_the_address_and_kept_by_the_links(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/synthese", "fr")
    screen.get_by_role("combobox", name="Période").click()
    screen.get_by_role("option", name="2e trimestre 2026").click()
    screen.wait_for_url("**periode=2026-T2**")
    expect(screen.locator(".caveat").first).to_contain_text("2e trimestre 2026")
    screen.click("text=Version facile à lire")
    screen.wait_for_url("**simple=1**")
    expect(screen.locator(".note").first).to_contain_text("2e trimestre 2026")


def test_the_proof_of_a_phrase_leads_to_its_indicator_and_numbers_open(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/synthese", "fr")
    screen.get_by_text("Tenons-nous la charte").click()
    screen.locator(".checks a").first.click()
    screen.wait_for_timeout(1000)  # a page drawn again would have closed it
    expect(screen.locator("#indicateur-energy")).to_be_in_viewport()
    screen.locator("section a.number").first.click()
    screen.wait_for_selector("h1:has-text('D’où vient ce chiffre')")
    expect(screen.locator(".answer")).to_contain_text("Services de la métropole, année 2026")


def test_a_part_that_is_opened_is_in_the_address(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/synthese", "fr")
    part = screen.locator("details[data-part=claims]")
    part.locator("summary").click()
    screen.wait_for_url("**voir=claims**")
    screen.reload()
    settled(screen)
    expect(part.get_by_text("Ce que je ne peux pas dire")).to_be_visible()
    part.locator("summary").first.click()
    screen.wait_for_url(lambda url: "voir" not in url)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_three_sentences_can_be_copied(screen: Page, dashboard: Server, lang: str) -> None:
    open_page(screen, dashboard, "/synthese", lang)
    screen.get_by_role("button", name=tell("to_say", lang)).click()
    said = screen.locator("[data-testid=stPopoverBody] code")
    expect(said).to_have_count(3)
    expect(said.nth(1)).to_contain_text(re.compile(r"2026 .*2025"))
    assert "%" not in said.nth(1).inner_text(), "of a year whose small uses are told together"
    assert violations(screen) == [] and screen.evaluate(ICONS) == []


@pytest.mark.parametrize(("path", "lang"), spread(["/synthese", "/synthese?simple=1"], LANGUAGES))
def test_what_is_to_be_said_is_seen_whole_on_a_telephone(screen: Page, dashboard: Server, path: str, lang: str) -> None:
    """The third sentence was below the edge of a panel that showed nothing of it."""
    screen.set_viewport_size({"width": 360, "height": 740})
    open_page(screen, dashboard, path, lang)
    screen.get_by_role("button", name=tell("to_say", lang)).click()
    expect(screen.get_by_test_id("stPopoverBody").locator("code").last).to_be_in_viewport(ratio=1)


def test_what_is_to_be_said_is_walked_through_in_a_smaller_window(screen: Page, dashboard: Server) -> None:
    screen.set_viewport_size({"width": 320, "height": 640})
    open_page(screen, dashboard, "/synthese", "fr")
    screen.get_by_role("button", name=tell("to_say", "fr")).press("Enter")
    last = screen.get_by_test_id("stPopoverBody").get_by_test_id("stCode").last
    last.wait_for()
    for _ in range(5):  # each sentence, then its button
        screen.keyboard.press("Tab")
    expect(last).to_be_focused()
    expect(last.locator("code")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("lang", kept(LANGUAGES, "en"))
def test_the_page_prints_on_two_pages(screen: Page, dashboard: Server, lang: str) -> None:
    open_page(screen, dashboard, "/synthese", lang)
    printed = screen.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= 2


@pytest.mark.parametrize(("asked", "lang"), spread(SHEETS, LANGUAGES))
def test_the_sheet_is_one_light_tagged_page(screen: Page, dashboard: Server, asked: str, lang: str) -> None:
    answer = screen.goto(f"{dashboard.address}/fiche-synthese?{asked}&lang={lang}")
    assert answer and answer.status == 200 and len(answer.body()) < 20_000
    assert violations(screen) == []
    scripts = screen.locator("script").evaluate_all("all => all.map(e => e.getAttribute('src'))")
    assert scripts == ["./parts.js"], "the button that prints, and nothing else"
    said = screen.locator(TOLD_ON_PAPER).all_inner_texts()
    where = asked.split("&")[0].removeprefix("territoire=") or "metropole"
    assert territory_text(where, lang) in screen.inner_text("header"), "on paper too"
    assert 0 < len(WORD.findall(" \n".join(said))) <= MOST_ON_PAPER and "…" not in screen.inner_text("body")
    if not asked:  # what is not held, by name, with what to do
        told = {
            "fr": "Promesses non tenues : [0-9]+ .Synthèse., d’abord « [^«]* ». Appliquer",
            "en": "Promises not kept: [0-9]+ .Summary., first “[^“]*”. Apply",
        }
        assert re.search(told[lang], " ".join(said).replace("\u00a0", " ").replace("\u202f", " "))
    screen.emulate_media(media="print")
    heights = screen.locator(".values tr").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert not heights or min(heights) > 8 and len(heights) > 9, "the bars of the months have their numbers on paper"
    assert (len(heights) > 0) == screen.locator("img.wide").is_visible() == ("99" not in asked)
    printed = screen.pdf(prefer_css_page_size=True, tagged=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    assert b"StructTreeRoot" in printed
    screen.emulate_media(media="null")
    screen.set_viewport_size({"width": 320, "height": 800})
    assert not screen.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


@pytest.mark.parametrize(("width", "shown"), [(1280, "table-cell"), (768, "table-cell"), (360, "block")])
def test_the_table_of_the_sheet_is_one_where_it_fits(screen: Page, dashboard: Server, width: int, shown: str) -> None:
    """Stacked on a telephone alone, where the scale of the bars is no proof."""
    screen.set_viewport_size({"width": width, "height": 800})
    screen.goto(f"{dashboard.address}/fiche-synthese?lang=fr")
    cells = screen.locator("section > table td:visible")
    assert set(cells.evaluate_all("all => all.map(e => getComputedStyle(e).display)")) == {shown}
    assert cells.last.evaluate("e => getComputedStyle(e, '::before').content") == "none"


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_a_full_sheet_with_long_names_still_prints_on_one_page(screen: Page, metropole: Path, lang: str) -> None:
    body = synthesis(scope_of(metropole, "metropole", "2026", date(2026, 11, 25)))
    energy, long = body["indicators"]["energy"], "Rédaction des délibérations du conseil " * 4  # nothing is cut
    energy["objective"]["document"] = long
    for name in ("water", "adpe", "gwp"):
        body["indicators"][name] |= {key: energy[key] for key in ("objective", "path", "budget")}
    body["uses"] = [use | {"name": long} for use in body["uses"]] * 3
    body["uses_rest"] = body["uses"][0] | {"kind": "rest", "count": len(body["uses"]) - TOLD}
    told = {"fr": long, "en": long}
    body["decisions"] = [{"kind": "lighter", "cases": [], "title": told, "proof": told}] * 3
    screen.set_content(rendered(document(body, lang), "html"))
    printed = screen.pdf(prefer_css_page_size=True, tagged=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
