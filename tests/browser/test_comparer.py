"""« Comparer » in a real browser: at every width, in both languages, by keyboard, from an empty home to a result."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from estimator.compare.scenario import read_scenario, scenario_of
from estimator.compare.scenario_link import encode
from tests.browser.conftest import ROOT, Server
from tests.browser.test_pages import GRAVE, ICONS, TROUBLE, is_wider_than_its_window, open_page
from tests.fake_reading import HOSTILE

Serve = Callable[[str], Server]
LANGUAGES = ("fr", "en")
EXAMPLE = ROOT / "docs" / "scenario.toml"
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
        found = Axe().run(screen).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in GRAVE] == []
    screen.set_viewport_size({"width": 320, "height": 800})
    assert not is_wider_than_its_window(screen)
    assert screen.locator("h1").count() == 1
    assert screen.locator(".st-key-page script").count() == 0
    assert screen.evaluate(ICONS) == []
    assert asked - {"127.0.0.1", None, ""} == set()
    assert said == []


def test_the_first_view_holds_the_question_the_answer_and_the_picture(screen: Page, serve: Serve) -> None:
    open_page(screen, serve("empty"), "/comparer", "fr")
    for part in (".banner", "h1", ".answer", "figure.chart .bars >> nth=0", "figure.chart .axis >> nth=0"):
        box = screen.locator(part).first.bounding_box()
        assert box and box["y"] + box["height"] <= 800, part


def test_from_an_empty_home_to_a_result_and_its_link(screen: Page, serve: Serve, tmp_path: Path) -> None:
    """A project lead without help: open the page, describe the need, change a model, read, share, download."""
    server = serve("empty")
    open_page(screen, server, "/", "fr")
    screen.click("nav >> text=Comparer")
    screen.wait_for_selector("h1:has-text('Quelle solution répond au besoin')")
    screen.get_by_role("textbox", name="Projet").fill("Répondre aux associations")
    screen.get_by_role("textbox", name="Combien de fois").fill("12 000")
    screen.get_by_text("Marquer comme exemple").click()
    screen.get_by_role("button", name="Recalculer").first.click()
    expect(screen.locator(".head")).to_contain_text("Répondre aux associations")
    expect(screen.locator(".head")).to_contain_text(re.compile(r"12\s000 fois"))
    expect(screen.locator(".banner")).to_have_count(0)
    screen.get_by_text("le grand modèle · étudiée").click()
    expect(screen.get_by_role("textbox", name="Nom, comme dans une phrase")).to_have_value("le grand modèle")
    pick(screen, "Modèle (tapez pour chercher)", "Ministral 8B")
    row = screen.locator("section table tr", has_text="le grand modèle").first
    before = row.text_content() or ""
    screen.get_by_role("button", name="Recalculer").nth(1).click()
    expect(row).not_to_have_text(before, timeout=15_000)
    screen.wait_for_load_state("networkidle")
    screen.wait_for_timeout(500)  # the files follow the figures
    figures = screen.locator("section table").first.inner_text()
    with screen.expect_download() as scenario:
        screen.get_by_role("button", name="Scénario (TOML)").click()
    scenario.value.save_as(tmp_path / "scenario.toml")
    saved = read_scenario(tmp_path / "scenario.toml")
    assert (saved.title, saved.need.volume, saved.example) == ("Répondre aux associations", 12_000, False)
    assert "ministral" in str(saved.option("grand").use)
    with screen.expect_download() as results:
        screen.get_by_role("button", name="Résultats (JSON)").click()
    results.value.save_as(tmp_path / "resultats.json")
    assert json.loads((tmp_path / "resultats.json").read_text("utf-8"))["scenario"]["title"] == saved.title
    shared = screen.context.browser.new_page() if screen.context.browser else screen
    shared.goto(screen.url)
    shared.wait_for_selector("footer", timeout=20_000)
    assert shared.locator("section table").first.inner_text() == figures
    shared.close()


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
    field = screen.get_by_role("textbox", name="Combien de fois")
    for volume in ("50000", "60000"):
        field.fill(volume)
        field.press("Enter")
        expect(screen.locator(".head")).to_contain_text(re.compile(volume[:2] + r"\s000 fois"))
    assert screen.evaluate("document.activeElement.getAttribute('aria-label')") == "Combien de fois"
    screen.go_back()
    expect(screen.locator(".head")).to_contain_text(re.compile(r"50\s000 fois"))
    expect(screen.locator("[aria-label='Combien de fois'][value='60000']")).to_have_count(0)  # gone with its page
    expect(field).to_have_value("50000")
