"""The engineer's walk, by roles and visible words alone: a file without its country is dropped, imported, then mended
where it is seen, and the total follows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.test_connect import whole_at_every_width
from tests.browser.test_pages import open_page, settled

NO_COUNTRY = (
    b"timestamp,project_name,run_id,duration,emissions,energy_consumed,cpu_energy,gpu_energy,ram_energy,country_name,"
    b"country_iso_code,on_cloud,pue,tracking_mode\n"
    b"2026-03-02T10:00:00,tri,abc,3600,0.1,2.0,2.0,0,0,,,N,1,machine\n"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "home")
    yield running
    running.stop()


def chosen(screen: Page, field: str, typed: str, option: str) -> None:
    """Choose in a list as a person does: a few letters, then the name."""
    box = screen.get_by_role("combobox", name=field)
    box.click()
    box.press_sequentially(typed)
    screen.get_by_role("option", name=option, exact=True).click()


def test_an_engineer_mends_a_country_and_the_total_follows(screen: Page, server: Server) -> None:
    screen.set_viewport_size({"width": 1280, "height": 800})
    open_page(screen, server, "/brancher", "fr")
    with screen.expect_file_chooser() as asked:
        screen.get_by_role("button", name="Choisir des fichiers").click()
    asked.value.set_files({"name": "emissions.csv", "mimeType": "text/csv", "buffer": NO_COUNTRY})
    expect(screen.get_by_text("La trace ne dit pas dans quel pays")).to_be_visible(timeout=20_000)
    screen.get_by_role("button", name="Importer cette ligne").click()
    imported = screen.get_by_role("status").filter(has_text="chiffres sont refaits")
    expect(imported).to_contain_text("La ligne nouvelle pèse, dans les totaux : 1 exécution", timeout=30_000)
    screen.get_by_role("link", name="Voir les mesures").click()
    gases = screen.get_by_role("link", name=re.compile("Gaz à effet de serre"))
    expect(gases).to_contain_text("non estimable", timeout=20_000)
    settled(screen)
    screen.get_by_text("À corriger").last.click()
    expect(screen.get_by_role("cell", name="La trace ne dit pas dans quel pays")).to_be_visible()
    chosen(screen, "Pays de l’électricité", "Fran", "France")
    chosen(screen, "Hébergement", "Salle", "Salle informatique")
    screen.get_by_role("textbox", name="Qui écrit").fill("DSI")
    screen.get_by_role("button", name="Corriger").last.click()
    expect(screen.get_by_role("status").get_by_text("Corrigé.")).to_be_visible(timeout=30_000)
    done = screen.locator(".banner.done")
    expect(done).to_be_focused()
    expect(done).to_be_in_viewport()
    expect(gases).to_contain_text("CO₂e", timeout=20_000)
    settled(screen)
    whole_at_every_width(screen, "fr")
