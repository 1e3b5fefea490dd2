"""A footprint of a year in a home of merged groups, explained: who brought which share of it, and no row to open."""

import json
from pathlib import Path

import pytest

from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

NUMBER = "sheet.all.2026.energy"


OWN = {
    "fr": "Ces parts sont celles de ce que disent ces fichiers ; le reste de la somme, les mesures de ce dossier, "
    "n'est pas réparti ici",
    "en": "These shares are of what these files tell; the rest of the sum, the measurements of this home, is not "
    "shared out here",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3 kWh of one commune and 1 of another in 2026, at the same kind of desk; 4 of the second in 2025."""
    return _merging(tmp_path_factory)


def _merging(tmp_path_factory: pytest.TempPathFactory) -> Path:
    national, files = tmp_path_factory.mktemp("national"), []
    for code, rows in (("54395", [(3, "2026-03")]), ("54547", [(1, "2026-03"), (4, "2025-03")])):
        commune = tmp_path_factory.mktemp(code)
        case(Register(commune), "Courrier", code, "courrier")
        built(commune, *(run("courrier", kwh, month, requests=500.0) for kwh, month in rows))
        files.append(commune / "a.json")
        held = published_groups(facts(commune, code, period="2025-01..2026-12"))
        files[-1].write_text(held.model_dump_json(), "utf-8")
    sobria(national, "ledger", "merge", *map(str, files))
    return national


def test_each_authority_has_its_share_of_the_year(home: Path) -> None:
    """3 of 4 kWh in 2026, and 3 of 8 in all."""
    body = json.loads(sobria(home, "explain", NUMBER, "--json").stdout)
    shares = {part["territory"]: part["share"] for part in body["trace"]["authorities"]}
    assert shares == {"54395": pytest.approx(0.75), "54547": pytest.approx(0.25)}
    every = json.loads(sobria(home, "explain", "total.energy", "--json").stdout)["trace"]["authorities"]
    assert {part["territory"]: part["share"] for part in every}["54395"] == pytest.approx(3 / 8)
    said = plain(sobria(home, "explain", NUMBER).stdout)
    assert "Commune 54395 Métropole d'essai : 75 %" in said and "avec ses traces" not in said


def test_it_is_the_figure_that_the_review_of_the_year_prints(home: Path, tmp_path: Path) -> None:
    written = sobria(home, "report", "reen", "--period", "2026", "--out", str(tmp_path / "r.html")).stdout
    assert f"sobria explain {NUMBER}" in plain(written)
    explained = json.loads(sobria(home, "explain", NUMBER, "--json").stdout)["amount"]
    told = json.loads(sobria(home, "report", "reen-rollup", "--period", "2026", "--json").stdout)["indicators"]
    printed = facts(home).body["indicators"]["energy"]["value"]
    for end in ("low", "central", "high"):
        assert explained[end] == pytest.approx(printed[end]) == pytest.approx(told["energy"][end], rel=0.01)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_its_page_names_them_too(home: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    said = plain(page("explication", lang, id=NUMBER))
    assert "54395" in said and "75 %" in said.replace("75%", "75 %")


@pytest.mark.parametrize("lang", OWN)
def test_beside_rows_of_the_home_shares_are_of_what_the_files_tell(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """3 of the 4 kWh that two files tell, beside 5 of the home: 75 %, and not 3 of 9, which would tell the 5 of the
    home to all digits; that its own are in no share is said, at the terminal and on the page."""
    home = _merging(tmp_path_factory)
    case(Register(home), "Interne", "metropole", "interne")
    built(home, run("interne", 5, "2026-03", requests=500.0))
    trace = json.loads(sobria(home, "explain", NUMBER, "--json").stdout)["trace"]
    shares = {part["territory"]: part["share"] for part in trace["authorities"]}
    assert shares == {"54395": pytest.approx(0.75), "54547": pytest.approx(0.25)} and trace["own_rows"]
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    for said in (plain(sobria(home, "explain", NUMBER, lang=lang).stdout), plain(page("explication", lang, id=NUMBER))):
        assert OWN[lang] in said and ": 75 %" in said.replace("75%", "75 %") and ": 33 %" not in said
    alone = json.loads(sobria(home, "explain", "sheet.metropole.2026.energy", "--json").stdout)["trace"]
    assert "authorities" not in alone, "nothing of another authority is in it"
