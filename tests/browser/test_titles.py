"""The title of the window: it names the page, and what its address opens or chooses in it, in words."""

import re

import pytest
from playwright.sync_api import Page

from dashboard.shared.screens import SCREENS
from tests.browser.conftest import Server
from tests.browser.test_accessibility import VIEWS
from tests.browser.test_pages import open_page
from tests.support import kept

TITLES = {  # address -> what its title says before the name of the page
    "/?voir=services": "Les mêmes chiffres en tableau",
    "/?voir=totals": "Quatre totaux, ",
    "/synthese?territoire=all": "Tout le territoire",
    "/synthese?periode=2026-03": "mars 2026",
    "/synthese?voir=months": "Quatre empreintes, mois par mois",
    "/synthese?voir=decisions": "Décisions à prendre",
    "/synthese?voir=changes": "Pourquoi cela change",
    "/leviers?voir=how": "Comment ce gain est compté",
    "/comparer?exemple=oui": "",
    "/comparer?exemple=oui&voir=volume": "Si l’usage augmente",
    "/comparer?exemple=oui&calcul=grand.energy": "D’où vient ce chiffre ? Électricité, ",
    "/registre?faire=ajouter": "Ajouter",
    "/registre?etape=pilote": "Pilote",
    "/registre?etape=idee": "Idée",
    "/registre?cas=tri-messages": "",
    "/registre?cas=assistant-agents&voir=history": "Assistant de rédaction des agents – ",
    "/mesures?voir=executions": "Une par une",
    "/mesures?voir=executions&page=2": "Une par une – page 2",
    "/mesures?voir=executions&service=assistant-agents": "Assistant de rédaction des agents – Une par une",
    "/brancher?voir=undo": "Annuler un import",
    "/lieux?voir=place": "Dire où tourne un service",
    "/facteurs?voir=liste": "Liste des facteurs",
    "/facteurs?page=2": "page 2",
    "/facteurs?facteur=grid_gwp/FRA/2025": "Gaz à effet de serre de l’électricité",
    "/methode?voir=indicators": "Les indicateurs",
    "/methode?voir=formulas": "Les formules",
    "/methode?voir=changes": "Ce qui a changé : facteurs, formules, lieux dits",
    "/validation?voir=table": "Les mêmes chiffres en tableau",
    "/validation?voir=quantities": "Les mêmes prédictions, par grandeur",
    "/explication?id=total.gwp": "Gaz à effet de serre",
    "/explication?id=total.energy": "Électricité",
}


@pytest.mark.parametrize("nth", kept([1, 2], 2))
def test_no_two_addresses_of_a_page_have_the_same_title(screen: Page, dashboard: Server, nth: int) -> None:
    """Every page of the menu, and what an address opens in it. The suite has every second address; the titles of the
    pages of the menu are there in test_accessibility.py."""
    open_page(screen, dashboard, "/mesures?voir=executions", "fr")
    run = screen.locator("a[href*='execution=']").first.get_attribute("href") or ""
    menu = {VIEWS[s.address]: "" for s in SCREENS} if nth == 1 else {}
    told = menu | dict([*TITLES.items()][::nth]) | {f"/mesures{run[run.index('?') :]}": ""}
    titles: dict[str, str] = {}
    for address in told:
        open_page(screen, dashboard, address, "fr")
        titles[address] = re.sub(r"\s", " ", screen.title())
    assert len(set(titles.values())) == len(titles), titles
    wrong = {a: title for a, title in titles.items() if not re.match(rf"{re.escape(told[a])}.* – SobrIA$", title)}
    twice = [title for title in titles.values() if len(set(title.split(" – "))) < len(title.split(" – "))]
    coded = [title for title in titles.values() if re.search(r"[a-z_]+/|[0-9a-f]{16}", title)]
    assert wrong == {} and twice == [] and coded == [], "an identifier is no word, nor is a word said twice"


def test_the_title_of_what_is_no_more_says_so_as_the_page_does(screen: Page, dashboard: Server) -> None:
    """RGAA 8.6: an old address repeats neither its identifier nor the name of a comparison that it does not hold."""
    for address, said in (
        (f"/mesures?execution={'0' * 32}", "Chiffre introuvable – Exécutions"),
        ("/facteurs?facteur=grid_gwp/FRA/1931", "Chiffre introuvable – Facteurs"),
        ("/registre?cas=ancien-usage", "Usage introuvable – Registre"),
        ("/comparer?scenario=x", "Comparer"),
    ):
        open_page(screen, dashboard, address, "fr")
        assert re.sub(r"\s", " ", screen.title()) == f"{said} – SobrIA", address
