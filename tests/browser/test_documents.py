"""The documents to print, as pages of the dashboard: what everyone needs of them, and what their address shows."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page

from dashboard.shared.document_links import ADDRESSES, OF_A_USE
from dashboard.shared.texts import t
from tests.browser.conftest import Server
from tests.browser.test_pages import LANGUAGES, is_wider_than_its_window, violations
from tests.support import spread

DOCUMENTS = (
    "fiche-synthese", "bilan-annuel", "preuves-usages", *ADDRESSES.values(),
    *(f"{name}?cas=assistant-agents" for kind, name in OF_A_USE.items() if kind != "stopped"),
)  # fmt: skip
# What is not as it should be, said; nothing when all is well.
FAULTS = """() => {
  const all = s => [...document.querySelectorAll(s)], said = [];
  const wrong = (what, found) => found.length && said.push(what + ': ' + found[0].outerHTML.slice(0, 160));
  const named = e => (e.getAttribute('aria-labelledby') || '').split(' ')
    .map(id => document.getElementById(id)?.textContent.trim()).filter(Boolean).join(' ');
  wrong('table without name', all('table').filter(e => !named(e)));
  wrong('name of a table that is a text', all('table').filter(e => named(e).length > 120));
  const tables = all('table').filter(e => !e.closest('details')); // that of the values of a picture has its name
  wrong('two tables of one name', tables.filter(e => tables.some(o => o !== e && named(o) === named(e))));
  wrong('head cell without scope', all('th').filter(e => !['row', 'col'].includes(e.scope)));
  wrong('picture neither told nor hidden', all('svg').filter(e => !e.closest('[aria-hidden=true]')
    && !(e.getAttribute('role') === 'img' && e.getAttribute('aria-label'))));
  wrong('large picture without alternative', all('img.wide').filter(e => e.alt.length < 60));
  wrong('large picture without its values',
    all('.scaled').filter(e => !e.nextElementSibling.matches('details:has(table)')));
  wrong('words run together without a style', all('span.small').filter(e => e.previousSibling
    && !/\\s$/.test(e.previousSibling.textContent)));
  wrong('identifier used twice', all('[id]').filter(e => document.querySelectorAll('#' + CSS.escape(e.id)).length > 1));
  wrong('mark without text', all('p, li, dt, dd, h1, h2, h3')
    .filter(e => !e.textContent.trim() && !e.querySelector('img, svg')));
  const levels = all('h1, h2, h3').map(e => +e.tagName[1]);
  if (levels.some((n, i) => n > (levels[i - 1] ?? 0) + 1)) said.push('level skipped: ' + levels);
  if (all('main').length !== 1 || all('h1').length !== 1) said.push('main, h1');
  return said;
}"""
# Where the accent of a capital stands out, above a first line: at the head of a sheet, it is on the one before.
CUT_ACCENTS = """() => {
  const pen = document.createElement('canvas').getContext('2d'), cut = new Set();
  for (const e of document.querySelectorAll('main :is(p:not(.kind, .mark, footer *), li, dt, dd, h2, td, th)')) {
    const look = getComputedStyle(e), lines = parseFloat(look.lineHeight);
    pen.font = `${look.fontWeight} ${look.fontSize} ${look.fontFamily}`;
    const inked = pen.measureText('É'), drawn = inked.actualBoundingBoxAscent;
    const [up, down] = [inked.fontBoundingBoxAscent, inked.fontBoundingBoxDescent];
    const room = up + (lines - up - down) / 2 + parseFloat(look.paddingTop);
    if (e.checkVisibility() && lines && drawn > room) cut.add(`${e.tagName} ${look.fontSize}: ${drawn} > ${room}`);
  }
  return [...cut];
}"""
# Words of a table that are cut without a hyphen, at the width of a sheet.
CUT_WORDS = """() => {
  document.head.insertAdjacentHTML('beforeend', '<style>* { hyphens: manual !important }</style>');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const cut = [], range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest('td, th') || !node.parentElement.checkVisibility()) continue;
    for (const word of node.data.matchAll(/\\p{L}{2,16}/gu)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) cut.push(word[0]);
    }
  }
  return cut;
}"""
# What does not hold in its place at a width: a number cut between two lines, a bar or a scale wider than its cell.
CROWDED = """() => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const said = [], range = document.createRange();
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (const number of node.data.matchAll(/\\d[\\d,.\\u202f\\u00a0]*\\d/gu)) {
      range.setStart(node, number.index);
      range.setEnd(node, number.index + number[0].length);
      const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
      if (lines.size > 1 && node.parentElement.checkVisibility()) said.push(number[0]);
    }
  }
  const end = e => e.getBoundingClientRect().right;
  const drawn = [...document.querySelectorAll('td svg, td .axis span')].filter(e => e.checkVisibility());
  return said.concat(drawn.filter(e => end(e) > end(e.closest('td')) + 1).map(e => e.outerHTML.slice(0, 80)));
}"""
WIDTHS = (320, 360, 640, 768, 1280)  # [px]; 640: a window of 1280 at 200 %
PAPER = 711  # [px], between the margins of page.css: (210 − 22) mm × 96 / 25.4


@pytest.mark.parametrize(("path", "lang", "axe_at"), spread(DOCUMENTS, LANGUAGES, WIDTHS))
def test_a_document_is_built_as_it_should_be(
    screen: Page, dashboard: Server, path: str, lang: str, axe_at: int
) -> None:
    screen.goto(f"{dashboard.address}/{path}{'&' if '?' in path else '?'}lang={lang}")
    assert screen.evaluate(FAULTS) == []
    for width in WIDTHS:
        screen.set_viewport_size({"width": width, "height": 800})
        assert not is_wider_than_its_window(screen), width
        assert width != axe_at or violations(screen) == []
        assert screen.evaluate(CROWDED) == [], width
    assert screen.get_by_role("navigation", name=t("nav.label", lang)).count() == 0, "the name of the main menu"
    assert screen.get_by_role("button", name=t("synthese.print", lang), exact=True).count() == 1
    screen.keyboard.press("Tab")  # the first link leads to the content, past the way back
    assert screen.evaluate("document.activeElement.innerText") == t("accessibility.skip", lang)
    box = screen.locator(".skip").bounding_box()
    assert box and box["height"] > 20 and box["x"] >= 0
    screen.keyboard.press("Enter")
    assert screen.evaluate("document.activeElement.tagName") == "MAIN"
    foot = screen.get_by_role("contentinfo").get_by_role("link", name=t("nav.map", lang))
    assert foot.get_attribute("href") == f"plan{'?lang=en' if lang == 'en' else ''}"
    screen.emulate_media(media="print")
    assert screen.locator(".skip, .ways, .values summary").locator("visible=true").count() == 0
    screen.set_viewport_size({"width": PAPER, "height": 1000})
    assert screen.evaluate(CUT_WORDS) == []
    assert screen.evaluate(CUT_ACCENTS) == [], "an accent stays on the sheet before that of its line"


def test_the_pictures_of_the_sheet_say_in_words_what_they_draw(screen: Page, dashboard: Server) -> None:
    """The first and the last month, the amount and the proof of each bar; every month, those to come and the path,
    folded."""
    screen.goto(f"{dashboard.address}/fiche-synthese?lang=fr")
    told = screen.locator("img.wide").get_attribute("alt") or ""
    assert (
        re.search(r"avril 2025, entre \d+ et .* septembre 2026, entre \d+ et .* tableau des mois", told)
        and len(told) < 200
    )
    bars = [bar.get_attribute("aria-label") or "" for bar in screen.locator("tbody svg").all()]
    assert len(bars) == 4 and all(re.search(r"entre .*\d.[kM]Wh.*.; \d+.% ", bar) for bar in bars)
    values = screen.locator("details table")
    assert not values.is_visible()
    screen.locator("details summary").click()
    today, told = date.today(), values.inner_text()
    past = min(12, today.month - 1 if today.year == 2026 else 12) - 9  # ended since September, without data
    rows = 18 + past + (past < 3) + 1
    assert values.locator("tbody tr").count() == rows, "18 months, those without data, those to come, the path"
    assert bool(re.search(r"À ce rythme, entre \d+ et", told, re.IGNORECASE)) == (past < 3)
    assert re.search(r"Trajectoire votée, chaque mois de 2026\s+\d+.kWh", told, re.IGNORECASE)


def test_each_bar_of_the_review_tells_its_proof(screen: Page, dashboard: Server) -> None:
    """That of a year whose proof is not told says so: not that its method is unknown."""
    screen.goto(f"{dashboard.address}/bilan-annuel?lang=fr")
    drawn = screen.locator("section").first.locator("tbody svg")
    told = [bar.get_attribute("aria-label") or "" for bar in drawn.all()]
    assert "preuve non dite" in told and all(re.search(r"mesuré|estimé|déclaré|preuve non dite", one) for one in told)
    assert screen.locator("section").first.locator("[fill='url(#u)']").count() == 0


def test_no_two_addresses_of_a_document_have_the_same_title(screen: Page, dashboard: Server) -> None:
    scopes = ("territoire=all&periode=2025", "territoire=all&periode=2026", "territoire=metropole&periode=2026-T2")
    addresses = [f"{name}?{scope}" for name in ("fiche-synthese", "bilan-annuel", "preuves-usages") for scope in scopes]
    addresses += [f"fiche-usage?cas=assistant-agents&periode={period}" for period in ("2025", "2026")]
    titles = {address: screen.goto(f"{dashboard.address}/{address}") and screen.title() for address in addresses}
    assert len(set(titles.values())) == len(addresses), titles
    assert titles["fiche-synthese?territoire=metropole&periode=2026-T2"] == (
        "Nos usages d’IA sont-ils sobres\u202f? – Fiche des élus\u00a0: Services de la métropole, 2e trimestre 2026"
    )
    assert titles["bilan-annuel?territoire=metropole&periode=2026-T2"] == (
        "Bilan annuel de la stratégie numérique responsable, volet IA\u00a0: "
        "services de la métropole, 2e trimestre 2026"
    )
