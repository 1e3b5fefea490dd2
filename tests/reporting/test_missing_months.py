"""A use without data in a month, others having some: its month is said among the limits of a total, to who holds the
data, and to nobody else."""

import json
import re
from pathlib import Path

import pytest

from estimator.core.periods import stretches
from estimator.governance.register.register import Register
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, plain, run, text
from tests.support import built, sobria

LACK = {"fr": "Hors de ces chiffres, faute de données : ", "en": "Not in these figures, for lack of data: "}
ROADS = {"fr": "oirie (mars 2026, mai 2026 à juin 2026).", "en": "oirie (March 2026, May 2026 to June 2026)."}
GAPS = [{"name": "voirie", "periods": ["2026-03", "2026-05..2026-06"]}]
DESK = {"fr": "Accueil (juillet 2026), ", "en": "Accueil (July 2026), "}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 kWh a month of the letters, January to July; the roads lack March, May and June. The desk begins in April, and
    lacks nothing before; it stops after June."""
    home = tmp_path_factory.mktemp("home")
    for name in ("Courrier", "Voirie", "Accueil"):
        case(Register(home), name)
    months = {"courrier": range(1, 8), "voirie": (1, 2, 4, 7), "accueil": (4, 5, 6)}
    built(home, *(run(key, 1, f"2026-{n:02}", requests=500.0) for key, some in months.items() for n in some))
    return home


def test_months_that_follow_one_another_are_one_period() -> None:
    found = stretches([202512, 202601, 202605, 202511, 202607, 202606])
    assert [str(period) for period in found] == ["2025-11..2026-01", "2026-05..2026-07"]


@pytest.mark.parametrize("lang", LACK)
def test_totals_and_indicators_say_the_missing_months_once(home: Path, lang: str) -> None:
    """By service in the totals of the ledger, which do not know whether one that stops was to; by use in the register,
    where the desk is in trial and lacks July."""
    totals = plain(sobria(home, "totals", lang=lang).stdout)
    assert totals.count(f"{LACK[lang]}v{ROADS[lang]}") == 1 and "accueil" not in totals
    told = plain(sobria(home, "indicators", "--period", "2026", lang=lang).stdout)
    assert told.count(f"{LACK[lang]}{DESK[lang]}V{ROADS[lang]}") == 1
    assert json.loads(sobria(home, "totals", "--json").stdout)["gaps"] == GAPS


@pytest.mark.parametrize(("screen", "name"), [("accueil", "v"), ("synthese", f"{DESK['fr']}V")])
def test_pages_say_it(home: Path, monkeypatch: pytest.MonkeyPatch, screen: str, name: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    assert f"{LACK['fr']}{name}{ROADS['fr']}" in plain(page(screen, "fr", territoire="all", periode="2026"))
    assert LACK["fr"] not in plain(page("mesures", "fr")), "said there month by month"


def test_what_leaves_does_not_say_which_use_lacks_a_month(home: Path) -> None:
    for kind in ("reen", "beges", "budget-vert"):
        assert "faute de données" not in plain(text(home, kind))
    body = json.loads(sobria(home, "indicators", "--period", "2026", "--json").stdout)
    assert body["outside"]["gaps"] == [] and not re.search("2026-05..2026-06", json.dumps(body["outside"]))


def test_a_quarter_says_its_own_months_alone(home: Path) -> None:
    told = plain(sobria(home, "indicators", "--period", "2026-T1").stdout)
    assert "Voirie (mars 2026)" in told and "Accueil (" not in told
