"""Screens that answer first: what each main page says before anything is opened, counted from its rendered text."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from estimator.comparison.five_fields import scenario_from
from estimator.comparison.scenario import Asked
from estimator.comparison.scenario_link import encode
from tests.browser.conftest import Server
from tests.browser.test_pages import LANGUAGES, open_page, ran
from tests.support import spread

MOST_WORDS, MOST_NUMBERS, MOST_CAVEAT = 350, 40, 80
CAVEATS_APART = ("synthese",)  # the page whose caveats are not among its words


class First(NamedTuple):
    """The address of a main page, and what its first sentence must show of its doubt."""

    path: str
    doubt: str


MODELS = ("set/light", "set/large")
TOWN = Asked(people=40_000, uses=3, per="month", task="question-rag", models=MODELS, place="class/server-room")
INTERVAL = r"(entre|between) .*\d"
FIRST = {
    "accueil": First("/", INTERVAL),
    "synthese": First("/synthese", INTERVAL),
    "comparer": First(f"/comparer?scenario={encode(scenario_from(TOWN, 'fr'))}", r"plus de|more than|(à|to) .*\d"),
    "comparer, blank": First("/comparer", r"sans IA d’abord|without AI first"),
    "comparer, example": First("/comparer?exemple=oui", r"plus de|more than|(à|to) .*\d"),
    "mesures": First("/mesures", r"\d\s*% .*(mesur|measured)|(mesur|measured).*\d\s*%|Rien n’est mesuré|Nothing is"),
}
# What is seen of the page between its menu and its foot: text, the text of pictures and of CSS, what fields show.
# Not counted: ticks of an axis and what only screen readers have.
SEEN = """() => {
  const apart = '.unseen, .skip, .axis, .ends, script, style, [data-testid=stIconMaterial]';
  const said = {body: [], caveat: []};
  const keep = (element, text) => {
    if (!text.trim() || element.closest(apart) || !element.checkVisibility({opacityProperty: true})) return;
    said[element.closest('.caveat') ? 'caveat' : 'body'].push(text.trim());
  };
  const walker = document.createTreeWalker(document.querySelector('.st-key-content'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) keep(walker.currentNode.parentElement, walker.currentNode.data);
  for (const e of document.querySelectorAll('.st-key-content *')) {
    if (e.matches('input:not([type=file]), textarea')) keep(e, e.value || e.placeholder || '');
    if (e.matches('img[src^="data:image/svg"]')) {
      const drawn = new DOMParser().parseFromString(atob(e.src.split(',')[1]), 'image/svg+xml');
      drawn.querySelectorAll('text:not(.tick)').forEach(text => keep(e, text.textContent));
    }
    for (const side of ['::before', '::after']) {
      const made = getComputedStyle(e, side).content;
      if (made.startsWith('"')) keep(e, made.replaceAll('"', ''));
    }
  }
  return said;
}"""
WORD = re.compile(r"[^\W_]+(?:[’'\-.,/\u202f\u00a0][^\W_]+)*")
NUMBER = re.compile(r"\d+(?:[.,\u202f\u00a0]\d+)*")


def test_words_and_numbers_are_counted_as_they_are_read() -> None:
    """« L’IA a consommé entre 6,2 et 1 200 kWh. »: 8 words, its numbers among them; 2 numbers, a thousand being one."""
    said = "L’IA a consommé entre 6,2 et 1\u202f200 kWh."
    assert WORD.findall(said) == ["L’IA", "a", "consommé", "entre", "6,2", "et", "1\u202f200", "kWh"]
    assert NUMBER.findall(said) == ["6,2", "1\u202f200"]


@pytest.mark.parametrize(("page", "lang"), spread(FIRST, LANGUAGES))
def test_a_page_answers_before_anything_is_opened(screen: Page, dashboard: Server, page: str, lang: str) -> None:
    open_page(screen, dashboard, FIRST[page].path, lang)
    assert_it_answers_first(screen, page)
    assert screen.locator(".banner").first.is_visible(), "invented data is said"


@pytest.mark.parametrize(("page", "lang"), spread(["accueil", "synthese", "comparer, example", "mesures"], LANGUAGES))
def test_it_does_so_of_sixty_services(screen: Page, serve: Callable[[str], Server], page: str, lang: str) -> None:
    open_page(screen, serve("many"), FIRST[page].path, lang)
    assert_it_answers_first(screen, page)


def assert_it_answers_first(screen: Page, page: str) -> None:
    """Few words, few numbers, its caveats and the doubt of its first sentence, before anything is opened."""
    expect(screen.locator(".head").first).to_have_text(re.compile(FIRST[page].doubt, re.DOTALL))  # it is drawn whole
    seen, before = screen.evaluate(SEEN), None
    while seen != before:  # what follows it is drawn too
        ran(screen)
        screen.wait_for_timeout(100)
        seen, before = screen.evaluate(SEEN), seen
    said = {part: " \n".join(texts) for part, texts in seen.items()}
    caveat = len(WORD.findall(said["caveat"]))
    words = len(WORD.findall(said["body"])) + (0 if page in CAVEATS_APART else caveat)
    numbers = len(NUMBER.findall(said["body"]))
    assert words <= MOST_WORDS and numbers <= MOST_NUMBERS, f"{words} words, {numbers} numbers"
    assert 0 < caveat <= MOST_CAVEAT, f"{caveat} words of caveats"
