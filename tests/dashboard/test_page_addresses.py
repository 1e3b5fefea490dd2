"""What an address holds that a page does not know is said there; what our own links hold never is."""

import re
from html import unescape
from pathlib import Path

import pytest

from dashboard.connect.methods import WAYS
from dashboard.register.forms import ALONE, FORMS
from dashboard.shared.screens import ASKED
from dashboard.shared.texts import t
from tests.dashboard.test_dashboard_pages import page

TEMPLATES = Path(__file__).resolve().parents[2] / "dashboard" / "templates"
LINK = re.compile(r"address\('([a-z]*)'((?:, [a-z]+=)?[^)]*)\)")
SAID = t("state.not_understood", "fr", asked="\n").partition("\n")[0].partition(">")[2]


def said_of(name: str, **query: str) -> str:
    """What a page says that it does not understand of its address."""
    found = re.search(f"{SAID}(.*?), que SobrIA", unescape(page(name, **{"lang": "fr"} | query)).replace("\u00a0", " "))
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("accueil", {"bidon": "1"}, "« bidon=1 »"),
        ("synthese", {"bidon": "1", "voir": "zzz", "promesses": "x"}, "« bidon=1 », « voir=zzz », « promesses=x »"),
        ("synthese", {"simple": "2"}, "« simple=2 »"),
        ("facteurs", {"grandeur": "zzz", "page": "trois"}, "« grandeur=zzz », « page=trois »"),
        ("brancher", {"voie": "zzz"}, "« voie=zzz »"),
        ("mesures", {"voir": "zzz", "tri": "date"}, "« voir=zzz »"),
        ("leviers", {"territoire": "54000"}, "« territoire=54000 »"),
        ("glossaire", {"lang": "zz"}, "« lang=zz »"),
    ],
)
def test_what_means_nothing_in_an_address_is_said(
    metropole: Path, monkeypatch: pytest.MonkeyPatch, name: str, query: dict[str, str], said: str
) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(metropole))
    assert said_of(name, **query) == said


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("synthese", {"territoire": "metropole", "periode": "2025", "voir": "charter", "promesses": "held"}),
        ("facteurs", {"grandeur": "pue", "page": "2"}),
        ("brancher", {"voie": "collect"}),
        ("mesures", {"voir": "corriger", "page": "1"}),
        ("mesures", {"service": "zzz", "verifier": "any"}),  # its list says that nothing is found
        ("registre", {"etape": "pilote"}),
        ("comparer", {"exemple": "oui", "voir": "lieux", "compare_more_1": "true"}),
        ("explication", {"id": "total.energy"}),
    ],
)
def test_what_a_page_knows_is_not_said(
    metropole: Path, monkeypatch: pytest.MonkeyPatch, name: str, query: dict[str, str]
) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(metropole))
    assert said_of(name, **query) == ""


def test_every_link_of_a_page_holds_what_the_other_knows() -> None:
    links = [link for path in TEMPLATES.glob("*.html") for link in LINK.findall(path.read_text("utf-8"))]
    held = {(to, name) for to, query in links if to in ASKED for name in re.findall(r", ([a-z]+)=", query)}
    assert len(held) > 12 and not {(to, name) for to, name in held if name not in ASKED[to]}
    assert set(ASKED["registre"]["faire"].split()) == {*ALONE, *FORMS} and len(WAYS) > 5
    parts = {path.stem: re.findall(r"call part\('([a-z]+)'", path.read_text("utf-8")) for path in TEMPLATES.glob("*")}
    for name in ("synthese", "accueil", "leviers", "methode", "validation"):
        assert set(parts[name]) == set(ASKED[name]["voir"].split())
