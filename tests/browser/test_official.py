"""The new official's walk, on a tablet, by roles and visible words alone: five answers, each within two actions of the
first page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.test_pages import is_wider_than_its_window, open_page, settled, violations
from tests.support import kept

SAID = {
    "fr": {
        "read": "Lire la synthèse : services de la métropole, année 2026",
        "title": "Nos usages d’IA sont-ils sobres ?",
        "say": "À dire",
        "told": r"^Services de la métropole, année 2026 .*: l’IA consomme plus d’électricité qu’en 2025",
        "grows": r"consomme \d+\s% d’électricité de plus qu’en 2025 \(entre \d+ et \d+\s%\)",
        "weighs": "Ce qui pèse",
        "first": r"Assistant de rédaction des agents entre \d+ et \d+ % du total",
        "promises": "Nos promesses",
        "not_held": r"Empreintes dont la trajectoire votée serait tenue 0 %.*Que faire.\? Appliquer",
        "print": "Imprimer la fiche",
        "button": "Imprimer",
        "back": "Revenir à « Synthèse »",
    },
    "en": {
        "read": "Read the summary: services of the métropole, year 2026",
        "title": "Are our uses of AI sober?",
        "say": "To say",
        "told": r"^Services of the métropole, year 2026 .*: AI uses more electricity than in 2025",
        "grows": r"\d+% more electricity than in 2025 \(between \d+ and \d+%\)",
        "weighs": "What weighs",
        "first": r"Assistant de rédaction des agents between \d+ and \d+% of the total",
        "promises": "Our promises",
        "not_held": r"Footprints whose voted path would be kept 0%.*What to do\? Apply",
        "print": "Print the sheet",
        "button": "Print",
        "back": "Back to “Summary”",
    },
}


@pytest.mark.parametrize("lang", kept(SAID, "fr"))
def test_five_answers_are_two_actions_away_on_a_tablet(screen: Page, dashboard: Server, lang: str) -> None:
    said = SAID[lang]
    screen.set_viewport_size({"width": 768, "height": 1024})
    open_page(screen, dashboard, "/", lang)
    screen.get_by_role("link", name=said["read"]).click()  # the first action: three answers are there
    expect(screen.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(said["title"][:-1].strip())))
    settled(screen)
    assert not is_wider_than_its_window(screen) and violations(screen) == []
    expect(screen.get_by_role("status").filter(has_text=re.compile(said["grows"]))).to_be_in_viewport()
    told = " ".join(screen.get_by_role("main").inner_text().split())
    order = [told.index(said["weighs"]), re.search(said["first"], told), told.index(said["promises"])]
    assert order[1] and order[0] < order[1].start() < order[2], "what weighs most is named first, with its share"
    assert re.search(said["not_held"], told[order[2] :]), "promises not held come first, with what to do"

    screen.get_by_role("button", name=said["say"]).click()  # a second action
    expect(screen.get_by_text(re.compile(said["told"])).last).to_be_visible()
    screen.keyboard.press("Escape")

    screen.get_by_role("link", name=said["print"]).click()  # another second action
    expect(screen.get_by_role("button", name=said["button"])).to_be_visible()
    screen.evaluate("window.print = () => { document.title = 'printed'; }")
    screen.get_by_role("button", name=said["button"]).click()
    assert screen.title() == "printed"
    screen.get_by_role("link", name=said["back"]).click()
    expect(screen.get_by_role("heading", level=1)).to_have_text(re.compile(re.escape(said["title"][:-1].strip())))
