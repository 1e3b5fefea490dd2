"""The project lead's walk, by roles and visible words alone: an own question with three options, from a blank page to
the register and the printed sheet; nothing typed twice, nothing lost."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.test_pages import open_page, settled

LONGEST = 300  # [s], the walk with its waits
ANSWER = re.compile(": .* fois moins d’électricité")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "home")
    yield running
    running.stop()


def write(screen: Page, field: str, text: str) -> None:
    """Type into a field and leave it, as a person does."""
    box = screen.get_by_role("textbox", name=field, exact=True)
    box.fill(text)
    box.press("Tab")


def choose(screen: Page, field: str, typed: str) -> None:
    """Choose in a list as a person does: a few letters, then the name."""
    box = screen.get_by_role("combobox", name=field, exact=True)
    box.click()
    box.press_sequentially(typed)
    screen.get_by_role("option").filter(has_text=typed).first.click()


def test_a_project_lead_goes_from_a_blank_page_to_a_saved_and_printed_comparison(screen: Page, server: Server) -> None:
    began = time.monotonic()
    open_page(screen, server, "/", "fr")
    screen.get_by_role("link", name="Projets").click()
    expect(screen.get_by_role("heading", level=1)).to_have_text(re.compile("Quelle option répond au besoin"))
    expect(screen.get_by_text("DONNÉES FICTIVES")).to_have_count(0)
    expect(screen.get_by_role("textbox", name="Qui s’en sert (personnes)")).to_have_value("")

    # Who, how often: the answer is there, without a button; form and answer side by side.
    write(screen, "Qui s’en sert (personnes)", "40 000")
    write(screen, "Combien de fois chacune", "3")
    answer = screen.get_by_role("status").filter(has_text=ANSWER)
    expect(answer).to_be_visible()
    settled(screen)  # it is drawn anew for each field
    form, said = screen.get_by_role("heading", name="Votre besoin").bounding_box(), answer.bounding_box()
    assert form and said and form["x"] + form["width"] <= said["x"] and said["y"] + said["height"] < 800

    # The models are chosen, one is tested: each change is in the answer at once.
    choose(screen, "Modèle A", "Mistral Small 3.2")
    expect(screen.get_by_role("figure").first).to_contain_text("Mistral Small 3.2")
    choose(screen, "Modèle B", "GPT-5")
    expect(screen.get_by_role("figure").first).to_contain_text("GPT-5")
    write(screen, "Qualité A", "93 %")
    expect(screen.get_by_text(re.compile(r"qualité\s: .*93\s%")).first).to_be_visible()
    expect(screen.get_by_text("Sans seuil de qualité fixé").first).to_be_visible()
    expect(screen.get_by_text(re.compile(r"GPT-5\s: s’il raisonne")).first).to_be_visible()
    screen.get_by_text("Préciser le besoin").click()
    write(screen, "Projet (obligatoire)", "Répondre aux associations")
    expect(screen.get_by_text("Répondre aux associations").first).to_be_visible()

    # Nothing is lost: the other language, the page read again, another page and back by the menu.
    screen.get_by_role("link", name="English").click()
    expect(screen.get_by_role("status").filter(has_text="electricity")).to_be_visible()
    screen.get_by_role("link", name="Français").click()
    expect(answer).to_be_visible()
    settled(screen)
    screen.reload()
    expect(answer).to_be_visible()
    settled(screen)
    screen.get_by_role("link", name="Registre").first.click()
    expect(screen.get_by_role("heading", level=1)).not_to_have_text(re.compile("Quelle option"))
    settled(screen)
    screen.get_by_role("link", name="Comparer").first.click()
    expect(answer).to_be_visible()
    for field, value in (
        ("Qui s’en sert (personnes)", "40000"),
        ("Combien de fois chacune", "3"),
        ("Qualité A", "93 %"),
    ):
        expect(screen.get_by_role("textbox", name=field, exact=True)).to_have_value(
            re.compile(value.replace(" ", r"\s"))
        )
    settled(screen)

    # Opened one after the other: where, why, how much more, which model.
    for name in ("Où le faire tourner", "Pourquoi cet écart", "Si l’usage augmente", "Quel modèle suffit"):
        screen.get_by_role("radio", name=name).click()
        expect(screen.get_by_role("heading", level=2, name=name)).to_be_visible()
        expect(answer).to_be_visible()

    # Into the register: what the page knows is not asked again.
    screen.get_by_role("button", name="Enregistrer au registre").click()
    expect(screen.get_by_role("textbox", name="Nom de l’usage")).to_have_value("Répondre aux associations")
    write(screen, "Service qui porte l’usage", "Vie associative")
    write(screen, "Commune : code INSEE à 5 caractères, ou « metropole »", "54395")
    write(screen, "Raison de la réponse", "Elle ne comprend pas les questions.")
    screen.get_by_role("radiogroup").get_by_text("étudiée, et écartée").click()
    offered = screen.get_by_role("radiogroup").filter(has_text="Mistral Small 3.2")
    expect(offered).not_to_contain_text("serveur")  # the same program on another server is no other option to keep
    screen.get_by_role("button", name="Vérifier", exact=True).click()
    expect(screen.get_by_role("heading", name="Ce qui sera écrit")).to_be_visible()
    expect(screen.get_by_role("definition").filter(has_text="Elle ne comprend pas")).to_be_visible()
    screen.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(screen.get_by_text("Enregistré au registre")).to_be_visible()
    screen.get_by_role("link", name="Voir l’usage").click()
    expect(screen.get_by_role("heading", level=1)).to_contain_text("Répondre aux associations")
    screen.go_back()
    expect(answer).to_be_visible()
    settled(screen)

    # The sheet, printed: two A4 pages at most, with the project and its options.
    screen.get_by_role("button", name="Documents").click()
    screen.get_by_role("link", name="Fiche d’évaluation").first.click()
    expect(screen.get_by_role("heading", level=1)).to_contain_text("Répondre aux associations")
    for words in ("personnes × fois par mois : 40 000 × 3", "Mistral Small 3.2", "GPT-5"):
        expect(screen.get_by_text(words).first).to_be_visible()
    printed = screen.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) <= 2
    took = time.monotonic() - began
    print(f"walk: {took:.0f} s")
    assert took < LONGEST
