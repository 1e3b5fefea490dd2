"""« Comparer » in a real browser: at every width, in both languages, by keyboard, from an empty home to a result."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from dashboard.shared.texts import t
from estimator.comparison.scenario import read_scenario, scenario_of
from estimator.comparison.scenario_link import encode
from tests.browser.conftest import ROOT, Server
from tests.browser.test_pages import AXE_AT, ICONS, TROUBLE, grave, is_wider_than_its_window, open_page, settled
from tests.home import HOSTILE

Serve = Callable[[str], Server]
LANGUAGES = ("fr", "en")
EXAMPLE = ROOT / "docs" / "scenario.toml"
HARD = ROOT / "tests" / "browser" / "hard_scenario.toml"
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


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("view", ["/comparer", "/comparer?calcul=leger.gwp", "/comparer?scenario=x", "hostile"])
def test_the_page_is_whole_at_every_width(screen: Page, serve: Serve, view: str, lang: str) -> None:
    asked: set[str | None] = set()
    said: list[str] = []
    screen.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
    screen.on("pageerror", lambda error: said.append(str(error)))
    screen.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    open_page(screen, serve("empty"), address(label=HOSTILE, why=HOSTILE) if view == "hostile" else view, lang)
    screen.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (1280, 360):
        screen.set_viewport_size({"width": width, "height": 800})
        assert not TROUBLE.search(screen.inner_text("body"))
        assert not is_wider_than_its_window(screen), width
        assert width != AXE_AT[lang] or grave(screen) == []
    screen.set_viewport_size({"width": 320, "height": 800})
    assert not is_wider_than_its_window(screen)
    assert screen.locator("h1").count() == 1
    assert screen.locator(".st-key-page script").count() == 0
    assert screen.evaluate(ICONS) == []
    assert asked - {"127.0.0.1", None, ""} == set()
    assert said == []


def test_the_first_view_holds_the_question_the_answer_and_the_picture(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), "/comparer", "fr")
    for part in (
        ".banner",
        "h1",
        ".answer",
        "figure.chart .bars >> nth=0",
        "figure.chart .axis >> nth=0",
    ):
        box = screen.locator(part).first.bounding_box()
        assert box and box["y"] + box["height"] <= 800, part


def choose(screen: Page, label: str) -> None:
    """Open an option in the form, by the name that its row shows, once the page has told what was asked before."""
    expect(screen.locator("[data-test-script-state=notRunning]")).to_be_attached(timeout=20_000)
    screen.locator("[role=radiogroup] label", has_text=label).click()
    expect(screen.locator(".st-key-compare_edit h3", has_text=label)).to_be_visible()


def state(screen: Page, **fields: str) -> None:
    """Fill fields of the form of the chosen option, and have it worked out again."""
    for name, value in fields.items():
        screen.get_by_role("textbox", name=t(f"compare_form.{name}", "fr"), exact=True).last.fill(value)
    screen.get_by_role("button", name="Recalculer").nth(1).click()


def test_a_project_lead_goes_from_an_empty_home_to_a_printed_sheet(screen: Page, serve: Serve, tmp_path: Path) -> None:
    """The acceptance journey, without help: need, answer without AI, models, quality, verdict, sheet, file."""
    # 1. An empty home says that nothing is measured yet; Comparer is one link away and needs no measurement.
    open_page(screen, serve("empty"), "/", "fr")
    screen.click("nav >> text=Projets")
    expect(screen.locator("h1")).to_have_text(re.compile("Quelle solution répond au besoin"))
    expect(screen.locator(".banner")).to_contain_text("DONNÉES FICTIVES")

    # 2. The need: what is wanted, how many times, how good; it is no example any more.
    screen.click("text=Décrire votre besoin")
    screen.get_by_role("textbox", name="Projet").fill("Répondre aux associations")
    screen.get_by_role("textbox", name="Service rendu, une fois").fill("une réponse envoyée")
    screen.get_by_role("textbox", name="Combien de fois", exact=True).fill("12 000")
    screen.get_by_role("textbox", name=re.compile("Seuil de qualité")).fill("90 %")
    screen.get_by_text("Marquer comme exemple").click()
    screen.get_by_role("button", name="Recalculer").first.click()
    expect(screen.locator(".head")).to_contain_text(re.compile(r"12\s000 fois «.une réponse envoyée.»"))
    expect(screen.locator(".banner")).to_have_count(0)
    rows = screen.locator("section table").first.locator("tbody tr")
    expect(rows.first).to_contain_text("sous le seuil")  # the form of the example found 88 %

    # 3. The answer without AI comes first and cannot be removed: another one, tested, found good enough.
    choose(screen, "Le formulaire à choix")
    expect(screen.get_by_text("La solution sans IA ne se retire pas")).to_be_visible()
    expect(screen.get_by_role("button", name="Retirer", exact=True)).to_have_count(0)
    state(screen, label="la foire aux questions", quality="91 %", why="Trente réponses écrites une fois pour toutes.")
    expect(rows.first).to_contain_text(re.compile("La foire aux questionssans IA, Salle.*91.%.*atteint le seuil"))

    # 4. The models: the reserved server goes, the large one becomes a smaller one, the light one misses the threshold.
    choose(screen, "Le modèle léger sur serveur réservé")
    screen.get_by_role("button", name="Retirer", exact=True).click()
    expect(rows).to_have_count(3)
    choose(screen, "Le grand modèle")
    pick(screen, "Modèle (tapez pour chercher)", "Ministral 8B")
    state(screen, label="le petit modèle français", quality="95 %", by="Vie associative")
    expect(rows.nth(2)).to_contain_text("Le petit modèle français")
    choose(screen, "Le modèle léger")
    state(screen, quality="89 %")
    expect(rows.nth(1)).to_contain_text("sous le seuil")

    # 5. The verdict: the paired ratio in words with both qualities, then a word of the closed list; impact by impact.
    answer = screen.locator(".answer")
    expect(answer).to_contain_text(
        re.compile(
            "La foire aux questions consomme .* que le petit modèle français .qualité constatée.: 91.% contre 95.%"
        )
    )
    expect(answer).to_contain_text(re.compile("(Équivalents|Plus bas dans|On ne peut pas trancher)"))
    expect(screen.locator("section", has_text="Le verdict, impact par impact").last).to_contain_text("Métaux")
    expect(screen.locator("section", has_text="solution suffit avec le moins").last).to_contain_text(
        re.compile("le moins d.électricité est sans IA.: la foire aux questions")
    )

    # 6. The sheet, printed: one A4 page that names the project and every option.
    page_of_comparison = screen.url
    screen.click("text=Fiche d’évaluation")
    screen.wait_for_selector("h1:has-text('Répondre aux associations')")
    text = screen.inner_text("body")
    for words in ("la foire aux questions", "le petit modèle français", "le modèle léger", "hors d’Europe"):
        assert words in text.replace("'", "’").lower() or words in text.replace("'", "’"), words
    printed = screen.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1

    # 7. The link gives the same screen to a colleague; the file gives the same digits to the command line.
    screen.goto(page_of_comparison)
    expect(screen.locator(".answer")).to_contain_text("petit modèle français")
    settled(screen)
    for button, name in (("Scénario (TOML)", "scenario.toml"), ("Résultats (JSON)", "page.json")):
        with screen.expect_download() as file:
            screen.get_by_role("button", name=button).click()
        file.value.save_as(tmp_path / name)
    command = [sys.executable, "-c", "from estimator.cli import main; main()", "compare", "scenario.toml", "--json"]
    told = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True
    )
    shown, computed = json.loads((tmp_path / "page.json").read_text("utf-8")), json.loads(told.stdout)
    for key in ("options", "pairs", "lead", "growth", "crossings", "smallest_sufficient", "opened"):
        assert shown[key] == computed[key], key


def hard() -> str:
    """The address of a hard scenario: many options, unknowns, a huge volume, names that break lines and pages."""
    return "/comparer?scenario=" + encode(read_scenario(HARD))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hard_scenario_breaks_nothing_and_stays_readable(screen: Page, serve: Serve, lang: str) -> None:
    said: list[str] = []
    screen.on("pageerror", lambda error: said.append(str(error)))
    screen.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    open_page(screen, serve("empty"), hard(), lang)
    text = screen.inner_text("body")
    for key in ("first_missing", "not_studied", "overbooked"):
        words = t(f"compare.{key}", lang, **({"times": "200"} if key == "overbooked" else {}))
        assert words in text, key
    assert "Anthropic" in screen.locator("details", has_text="Anthropic").first.text_content()  # its site is supposed
    screen.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (1280, 360, 320):
        screen.set_viewport_size({"width": width, "height": 800})
        assert not is_wider_than_its_window(screen), width
    assert grave(screen) == []
    assert not TROUBLE.search(text) and said == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_charts_to_explore_are_loaded_when_asked_and_have_their_words(
    screen: Page, serve: Serve, lang: str
) -> None:
    pytest.importorskip("plotly")
    open_page(screen, serve("empty"), "/comparer", lang)
    charts = screen.locator("[data-testid=stPlotlyChart]")
    expect(charts).to_have_count(0)
    screen.get_by_text(t("compare_charts.load", lang)).click()
    expect(charts).to_have_count(3, timeout=20_000)
    assert "graphiques=oui" in screen.url
    words = screen.locator(".st-key-compare_charts [role=figure]").first.get_attribute("aria-label") or ""
    value = screen.locator("figure.chart a.number").first.inner_text().split(",")[0]
    assert value.replace("\u202f", " ")[:12] in words.replace("\u202f", " ")
    screen.wait_for_timeout(500)
    for width in (1280, 360):
        screen.set_viewport_size({"width": width, "height": 800})
        assert not is_wider_than_its_window(screen), width
    assert grave(screen) == []


def test_a_number_opens_its_calculation_and_comes_back(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), address(label="le modèle de Metz"), "fr")
    screen.click("a.number:has-text('le modèle de Metz') >> nth=0")
    screen.wait_for_selector("h1:has-text('D’où vient ce chiffre')")
    expect(screen.locator(".answer")).to_contain_text("le modèle de Metz")
    with screen.expect_download() as file:
        screen.get_by_role("button", name=re.compile("Télécharger")).click()
    assert file.value.suggested_filename == "sobria-leger-energy.json"
    screen.click("text=Revenir à la comparaison")
    screen.wait_for_selector("h1:has-text('Quelle solution')")
    assert "le modèle de Metz" in screen.inner_text("body")


def test_the_keyboard_reaches_a_field_and_submits_it(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), "/comparer", "fr")
    for _ in range(FEW_TABS):
        screen.keyboard.press("Tab")
        if screen.evaluate("document.activeElement.getAttribute('aria-label')") == "Combien de fois":
            break
    else:
        pytest.fail("the field is not reached")
    screen.keyboard.press("Control+A")
    screen.keyboard.type("50000")
    screen.keyboard.press("Enter")
    expect(screen.locator(".head")).to_contain_text(re.compile(r"50\s000 fois"))


def test_sites_are_chosen_and_kept_in_the_address(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), "/comparer?hotes=scaleway/fr-par-2", "fr")
    pick(screen, "Sites (six au plus)", "Hamina")
    screen.wait_for_url("**europe-north1**")
    expect(screen.locator(".st-key-compare_hosts figure")).to_contain_text("Hamina")


def test_going_back_gives_the_screen_and_the_fields_of_before(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), "/comparer", "fr")
    field = screen.get_by_role("textbox", name="Combien de fois", exact=True)
    for volume in ("50000", "60000"):
        field.fill(volume)
        field.press("Enter")
        expect(screen.locator(".head")).to_contain_text(re.compile(volume[:2] + r"\s000 fois"))
    assert screen.evaluate("document.activeElement.getAttribute('aria-label')") == "Combien de fois"
    screen.go_back()
    expect(screen.locator(".head")).to_contain_text(re.compile(r"50\s000 fois"))
    expect(screen.locator("[aria-label='Combien de fois'][value='60000']")).to_have_count(0)  # gone with its page
    expect(field).to_have_value("50000")


def test_a_town_is_answered_by_keyboard_from_an_empty_home(screen: Page, serve: Serve) -> None:
    """Five fields, one screen: both cases of the search face both models, without a click."""
    open_page(screen, serve("empty"), "/comparer", "fr")
    keys, named = screen.keyboard, "document.activeElement.getAttribute('aria-label') || ''"
    for _ in range(FEW_TABS):
        keys.press("Tab")
        if screen.evaluate(named) == t("compare_form.people", "fr"):
            break
    keys.type("40 000")
    keys.press("Tab")
    keys.type("3")
    for _ in range(3):
        keys.press("Tab")
        screen.wait_for_timeout(150)  # a list opens once it has the focus
    for name in ("Mistral Small 3.2", "GPT-5"):
        keys.type(name)
        expect(screen.get_by_role("option").filter(has_text=name).first).to_be_visible()
        keys.press("Enter")
        screen.wait_for_timeout(150)
        keys.press("Tab")
        screen.wait_for_timeout(150)
    for _ in range(FEW_TABS):
        if screen.evaluate("document.activeElement.innerText") == t("compare_form.answer", "fr"):
            break
        keys.press("Tab")
    keys.press("Enter")
    expect(screen.locator(".answer")).to_contain_text("recherche plein texte (serveur partagé)")
    told = screen.locator("#contenu ~ *, .plain").all_inner_texts()
    for case in ("serveur partagé", "serveur pour cela seul"):
        for model in ("Mistral Small 3.2", "GPT-5"):
            assert any(case in text and model in text for text in [*told, screen.inner_text(".answer")]), (case, model)
    box = screen.locator(".answer").bounding_box()
    assert box is not None and box["y"] + box["height"] < 800
