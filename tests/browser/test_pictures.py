"""Every picture is kept from its page: as it is seen, or as its values."""

import csv
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Download, Locator, Page

from dashboard.shared.texts import t
from tests.browser.conftest import Server
from tests.browser.test_pages import LANGUAGES, open_page, troubles
from tests.support import kept

SVG = "{http://www.w3.org/2000/svg}"
PLACES = {"rect": ("x", "y", "width", "height"), "circle": ("cx", "cy"), "line": ("x1", "x2", "y1", "y2")}
WITH_PICTURES = ("/", "/synthese", "/comparer?exemple=oui", "/mesures?voir=mois", "/leviers", "/validation")
INTERNAL = ("/", "/synthese", "/mesures?voir=mois", "/leviers")  # Synthèse draws the months of a year that merges uses
READ = """figure => { const words = [], walker = document.createTreeWalker(figure, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.parentElement.checkVisibility() && !node.parentElement.closest('.keep, .unseen'))
      words.push(...node.data.match(/\\S+/g) || []); }
  return words; }"""


def picture(part: Locator, key: str, lang: str) -> Download:
    """The first picture of a part of a page as it is kept: its "image" or its "values"."""
    keep = part.locator(".keep").first
    keep.locator("summary").filter(has_text=t("chart.keep", lang)).click()
    with part.page.expect_download() as found:
        keep.get_by_role("button", name=t(f"chart.{key}", lang)).click()
    return found.value


@pytest.mark.parametrize(("lang", "width"), kept(zip(LANGUAGES, (1280, 360), strict=True), ("fr", 1280)))
def test_a_picture_is_kept_as_it_is_seen_and_as_its_values(
    screen: Page, dashboard: Server, lang: str, width: int
) -> None:
    """Of each page the first: its words, its marks at places in pixels, a row for each value; on paper, no control."""
    screen.set_viewport_size({"width": width, "height": 800})
    faults = troubles(screen)
    for path in WITH_PICTURES:
        open_page(screen, dashboard, path, lang)
        pictures = screen.locator("figure.chart")
        assert pictures.count() == screen.locator("figure.chart > .keep").count() > 0, path
        said = sorted(pictures.first.evaluate(READ))
        drawing = picture(pictures.first, "image", lang).path().read_text("utf-8")
        root = ElementTree.fromstring(drawing)
        *inside, title, foot = (text.text or "" for text in root.iter(f"{SVG}text"))
        assert sorted(" ".join(inside).split()) == said, path
        assert screen.title() in foot and t("state.sample", lang).rstrip(": \u00a0\u202f") in foot
        marks = [mark for mark in root.findall(f".//{SVG}g/*") if mark.tag[len(SVG) :] in PLACES]
        assert len(marks) > 3 and "calc" not in drawing
        for mark in marks:
            assert all(float(mark.get(place) or 0) >= -20 for place in PLACES[mark.tag[len(SVG) :]]), path
        file = picture(pictures.first, "values", lang)
        rows = list(csv.reader(file.path().open(encoding="utf-8-sig"), delimiter=";" if lang == "fr" else ","))
        assert len(rows) > 3 and {len(row) for row in rows} == {len(rows[0])} and len(rows[0]) >= 6, path
        assert file.suggested_filename.startswith("sobria-") and title
        internal = screen.locator(".internal").count()
        assert file.suggested_filename.endswith("-interne.csv") == bool(internal) == (path in INTERNAL), path
    assert faults == []
    screen.emulate_media(media="print")
    assert screen.locator(".keep").locator("visible=true").count() == 0
