"""French of the pages and documents as they are composed, read as an elected official would."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Server
from tests.browser.test_pages import open_page
from tests.support import kept

PAGES = (
    "/", "/synthese", "/synthese?simple=1", "/leviers", "/registre", "/mesures",
    "/lieux", "/brancher", "/comparer?exemple=oui", "/explication?id=total.energy", "/glossaire",
)  # fmt: skip
DOCUMENTS = (
    "/fiche-synthese?territoire=metropole&periode=2026", "/bilan-annuel?territoire=metropole&periode=2026",
    "/fiche-usage?cas=fuites-eau", "/preuves-usage?cas=fuites-eau", "/fiche-evaluation?cas=assistant-agents",
    "/fiche-rgesn?cas=assistant-agents", "/fiche-marche?cas=assistant-agents",
    "/evaluation-usage?cas=repas-cantines",
)  # fmt: skip
# What is drawn of our own words: neither code, nor names and texts that people or other sources wrote.
READ = """() => { for (const e of document.querySelectorAll('details')) e.open = true;
  for (const e of document.querySelectorAll('pre, code, .unseen, a[rel=noreferrer]')) e.remove();
  return document.body.innerText }"""
FAULTS = {
    "a day as programs write it": r"(?<![\w./=-])(?<!= )\d{4}-\d\d-\d\d(?![\w/-])",
    "two stops": r"[^.]\.\.(?!\.)|[?!…]\.|\.\s\.(?!\w)",
    "a blank that nothing fills": r"\{\w*\}",
    "no elision": r"\b(?:de|le|la|que|se|ne) [aeiouyàâéèêëîïôûœAEIOUÉÈ](?!\w*[/-])\w+",
    "a plural of less than two": r"(?<![\d\u00a0\u202f,])[01](?:,\d+)?\s(?:ans|\w*(?:heures|grammes)|tonnes|litres)\b",
    "a mark that its line may leave": r"[^\W\d_] [:;?!»]|« |\d %",
}


def faults(text: str) -> Iterator[tuple[str, str]]:
    """What is wrong in a text, with what stands around it."""
    for name, shape in FAULTS.items():
        yield from ((name, text[max(0, m.start() - 40) : m.end() + 40]) for m in re.finditer(shape, text))
    for line in re.sub(r"\s+(?=[:;?!»])", " ", text).splitlines():
        bare = re.sub(r"\([^()]*\)|«[^«»]*»", "", line)
        for part in re.split(r"(?<=[.?!]) | ;|\t", bare):
            between = part.split(" : ")[1:-1]  # « connus : 6 sur 12, non tenus : 0 » is a list of counts
            yield from (("two colons", part) for text in between if not re.search(r"\d|, ", text))


@pytest.mark.parametrize("nth", kept([1, 3], 3))
def test_the_french_of_pages_and_documents_has_none_of_these_faults(screen: Page, dashboard: Server, nth: int) -> None:
    """Of all these addresses, and of each third one in the suite."""
    for path in [*PAGES, *DOCUMENTS][::nth]:
        if path in DOCUMENTS:
            screen.goto(dashboard.address + path)
        else:
            open_page(screen, dashboard, path, "fr")
        assert [*faults(screen.evaluate(READ))] == [], path
