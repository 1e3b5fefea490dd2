"""The words that Streamlit writes by itself: in the reader's language, in every page that has some."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dashboard.shared.texts import t, words
from tests.browser.conftest import Server
from tests.browser.test_pages import open_page, violations
from tests.support import kept

ASKED = {  # address: what is clicked, what is typed
    "/synthese": ("input[role=combobox]", "zzz"),
    "/comparer": ("[data-testid=stPopoverButton]", "x"),
    "/mesures?voir=corriger": ("", ""),
    "/facteurs": ("input[type=text]:not([role])", "pue"),
    "/registre?cas=assistant-agents&faire=revue": ("[data-testid=stDateInputCalendarButton]", ""),
    "/registre?etape=pilote": ("", ""),
    "/brancher?voie=vllm": ("", ""),
    "/comparer?exemple=oui&voir=lieux": ("[data-testid=stMultiSelect] input", ""),
    "/comparer?exemple=oui&voir=lieux&lang=fr": ("[data-testid=stMultiSelect] input", "a"),
    "/lieux?voir=place": ("[data-testid=stSelectbox] input", "zzz"),
}
TOO_LARGE = 201 * 1024 * 1024  # a file of nothing, which takes no place on the disk [bytes]
# Every text and name that can be seen or heard, but those of our own blocks, of files and of code.
SAID = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility()
    && !e.closest('.stHtml, pre, script, [data-testid=stIconMaterial]')).flatMap(e =>
  [...['aria-label', 'aria-valuetext', 'placeholder', 'title'].map(name => e.getAttribute(name)),
   ...[...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE).map(n => n.data.trim())])
  .filter(Boolean)"""

HEARD = """() => [...document.querySelectorAll('[data-testid=stDateInput] *, [role=dialog], [role=dialog] *,'
    + '[id^=react-aria-description]')].flatMap(e => [e.ariaLabel, e.getAttribute('aria-valuetext'),
  ...[...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE).map(n => n.data)]).filter(Boolean).join(' | ')"""
ENGLISH = re.compile(r"\b(?:[Mm]onth|[Yy]ear|Choose|Selected|Today|Use|Close|\w+day|\w+ember|January|June|July)\b")


def english(page: Page) -> list[str]:
    """What is still said as Streamlit says it."""
    shapes = [
        re.compile(re.escape(said).replace(re.escape("{x}"), ".+"))
        for key, said in words("en")["streamlit"].items()
        if said != words("fr")["streamlit"][key]
    ]
    return [text for text in page.evaluate(SAID) if any(shape.fullmatch(text) for shape in shapes)]


@pytest.mark.parametrize("nth", kept([1, 2], 2))
def test_streamlit_speaks_french(screen: Page, dashboard: Server, tmp_path: Path, nth: int) -> None:
    """On all these addresses, and on each second one in the suite."""
    with (large := tmp_path / "lourd.jsonl").open("wb") as file:
        file.truncate(TOO_LARGE)
    for path, (clicked, typed) in [*ASKED.items()][::nth]:
        open_page(screen, dashboard, path, "fr")
        screen.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if clicked:
            screen.locator(clicked).first.click()
            screen.keyboard.type(typed)
        if "brancher" in path:
            screen.set_input_files("input[type=file]", large)
            screen.get_by_text("dépasse 200 Mo").wait_for(state="attached")
        screen.wait_for_timeout(300)
        assert english(screen) == [], path


@pytest.mark.parametrize(
    ("lang", "size", "said"),
    [("fr", r"5\so", r"Attendu\s: .csv, .json"), ("en", "5 byte", "Expected: .csv, .json")],
)
def test_why_a_file_is_refused_is_seen_with_the_types_that_are_taken(
    screen: Page, dashboard: Server, lang: str, size: str, said: str
) -> None:
    """RGAA 11.11: not in a box of one pixel, for the ear alone; so is the button that adds another file."""
    open_page(screen, dashboard, "/lieux?voir=answers", lang)
    file = {"name": "a.exe", "mimeType": "application/x-msdownload", "buffer": b"bravo"}
    screen.set_input_files("input[type=file]", file)  # type: ignore[arg-type]
    chip = screen.locator(".stFileChip")
    why, add = chip.get_by_role("alert"), screen.get_by_role("button", name=t("streamlit.file_add", lang), exact=True)
    expect(why).to_contain_text(re.compile(f"x-msdownload.*{said}$"))
    expect(chip).to_have_attribute("aria-label", re.compile(rf"^a\.exe, {size}$"))
    for width in (1280, 320):
        screen.set_viewport_size({"width": width, "height": 800})
        for part in (why, add):
            box = part.bounding_box()
            assert box and box["width"] >= 60 and box["height"] >= 20, (width, box)
            assert box["x"] >= 0 and box["x"] + box["width"] <= width, (width, box)
        assert why.evaluate("e => getComputedStyle(e).clipPath + getComputedStyle(e).clip") == "noneauto"
        assert why.evaluate("e => e.scrollHeight <= e.clientHeight + 1 && e.scrollWidth <= e.clientWidth + 1")
    assert violations(screen) == [] and (lang == "en" or english(screen) == [])


def test_the_calendar_of_a_date_speaks_the_language_of_the_page(screen: Page, dashboard: Server) -> None:
    """Not that of the browser, English here: its months, its days, its buttons, what is only heard."""
    open_page(screen, dashboard, "/registre?cas=assistant-agents&faire=revue", "fr")
    button = screen.locator("[data-testid=stDateInputCalendarButton]").first
    button.focus()
    button.click()
    screen.get_by_role("button", name="Mois précédent").wait_for()
    heard = screen.evaluate(HEARD)
    assert "Aujourd’hui, " in heard
    assert re.search(r"\b\d+ – [a-zéû]+\b.*Date choisie.: \d+ [a-zéû]+ \d{4}", heard), heard
    assert ENGLISH.findall(heard) == []
    month = screen.locator("[role=dialog] button[aria-haspopup=listbox]").first
    for _ in range(2):  # what it shows is in its name, another month too (RGAA 11.9)
        shown = month.inner_text()
        screen.get_by_role("dialog").get_by_role("button", name=f"{shown}, mois", exact=True).wait_for()
        screen.get_by_role("button", name="Mois précédent").click()
        expect(month).not_to_have_text(shown)
    heads = screen.locator("[role=dialog] th")
    assert heads.count() == 7 and heads.evaluate_all("all => all.every(e => e.scope === 'col')"), "RGAA 5.6"
    assert screen.locator("[role=dialog] [cellpadding]").count() == 0, "RGAA 10.1"


def test_a_button_says_which_list_it_opens_or_empties(screen: Page, dashboard: Server) -> None:
    """And of which day or code it is: several of a page have the same word."""
    names = {
        ("/registre?etape=pilote", "fr"): ("Ouvrir la liste, Étape", "Effacer ce choix, Étape"),
        ("/registre?etape=pilote", "en"): ("Open, Stage",),
        ("/brancher?voie=vllm", "fr"): ("Copier, sobria build",),
        ("/registre?cas=assistant-agents&faire=revue", "fr"): (
            "Choisir la date, Prochaine revue prévue le (facultatif)",
        ),
    }
    for (path, lang), found in names.items():
        open_page(screen, dashboard, path, lang)
        for name in found:
            screen.get_by_role("button", name=name, exact=True).wait_for()
    open_page(screen, dashboard, "/synthese", "fr")
    screen.get_by_role("button", name="À dire").click()  # three sentences that begin alike
    for last in ("% mesuré).", "d’avril à août.", "sans chiffre."):
        screen.get_by_role("button", name=re.compile(f"^Copier, .* … .*{re.escape(last)}$")).wait_for()
    open_page(screen, dashboard, "/comparer?exemple=oui", "fr")
    screen.get_by_role("button", name="Enregistrer au registre").click()  # a panel is a dialog, as a calendar is
    screen.get_by_role("dialog").get_by_role("button", name="Ouvrir la liste, Usage du registre", exact=True).wait_for()


def test_streamlit_keeps_its_words_in_english_and_people_keep_theirs(screen: Page, dashboard: Server) -> None:
    open_page(screen, dashboard, "/brancher?voie=vllm", "en")
    screen.get_by_label("Copy to clipboard").first.wait_for(state="attached")
    assert "Upload" in english(screen)
    open_page(screen, dashboard, "/synthese", "fr")
    block = "document.querySelector('.st-key-page .stHtml')"
    screen.evaluate(f"{block}.append(Object.assign(document.createElement('p'), {{textContent: 'Open'}}))")
    screen.wait_for_timeout(100)
    assert screen.evaluate(f"{block}.lastChild.textContent") == "Open"
