"""Each number that the review of a home of merged groups prints is opened there: its file, its digest, what to ask."""

import json
import re
from pathlib import Path

import pytest

from dashboard.shared.texts import t
from estimator.assessment.impacts import Amount
from estimator.builds.merged_groups import merged_files
from estimator.core.number_format import interval_text
from estimator.core.periods import short_day
from estimator.governance.register.register import Register
from estimator.reporting.publications.groups_file import published_groups
from tests.dashboard.test_dashboard_pages import page
from tests.reporting.authority import case, facts, plain, run
from tests.support import built, sobria

KWH = {"54395": 3.0, "54547": 1.0}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3 kWh of one commune and 1 of another in March 2026, beside 5 of the home itself."""
    national, files = tmp_path_factory.mktemp("national"), []
    for code, kwh in KWH.items():
        commune = tmp_path_factory.mktemp(code)
        case(Register(commune), "Courrier", code, "courrier")
        built(commune, run("courrier", kwh, requests=500.0))
        files.append(commune / f"de-{code}.json")
        files[-1].write_text(published_groups(facts(commune, code)).model_dump_json(), "utf-8")
    sobria(national, "ledger", "merge", *map(str, files))
    case(Register(national), "Interne", "metropole", "interne")
    built(national, run("interne", 5, requests=500.0))
    return national


def test_the_line_of_a_commune_and_the_sum_are_opened(home: Path, tmp_path: Path) -> None:
    """Three quarters and a quarter of the sum of the files, which holds none of the 5 kWh of the home."""
    asked = ("report", "reen-rollup", "--period", "2026")
    note = sobria(home, *asked, "--out", str(tmp_path / "bilan.html")).stdout
    assert "sobria explain sheet.CODE.2026.energy, où CODE" in plain(note)
    printed = json.loads(sobria(home, *asked, "--json").stdout)["indicators"]["energy"]["central"]
    read = {}
    for code in (*KWH, "authorities"):
        read[code] = json.loads(sobria(home, "explain", f"sheet.{code}.2026.energy", "--json").stdout)
    central = {code: found["amount"]["central"] for code, found in read.items()}
    assert central["authorities"] == pytest.approx(printed, rel=0.01) == pytest.approx(sum(map(central.get, KWH)))
    assert central["54395"] == pytest.approx(0.75 * central["authorities"])
    (part,) = read["54395"]["trace"]["authorities"]
    assert part["share"] == 1.0 and not read["54395"]["trace"]["own_rows"]


def test_it_names_the_file_its_digest_its_day_and_what_to_ask(home: Path) -> None:
    (file,) = (one for one in merged_files(home) if one.territory == "54395")
    said = plain(sobria(home, "explain", "sheet.54395.2026.gwp").stdout)
    assert f"Fichier de-54395.json, ici {file.name}, écrit par elle le {short_day(file.made_at[:10], 'fr')}" in said
    assert file.digest in said and "sobria explain sheet.54395.2026.gwp" in said and "54547" not in said


LED = {  # from the page of a number -> those that it leads to
    "total.energy": ["sheet.authorities.2026.energy"],
    "sheet.all.2026.gwp": ["sheet.authorities.2026.gwp", "sheet.54395.2026.gwp", "sheet.54547.2026.gwp"],
    "sheet.authorities.2026.energy": ["sheet.54395.2026.energy", "sheet.54547.2026.energy"],
    "sheet.54395.2026.energy": [],
    "sheet.metropole.2026.energy": [],
}


@pytest.mark.parametrize("number", LED)
def test_its_page_opens_and_leads_to_what_the_files_tell(
    home: Path, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    """The same amount as at the terminal, which leads to the same."""
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    told, said = page("explication", "fr", id=number), sobria(home, "explain", number).stdout
    found = json.loads(sobria(home, "explain", number, "--json").stdout)["amount"]
    assert interval_text(Amount.read(found), "fr") in told
    theirs = r"(sheet\.(?:authorities|54\d{3})\.2026\.\w+)"
    assert [one for one in re.findall(rf'href="[^"]*id={theirs}', told) if one != number] == LED[number]
    assert re.findall(rf"\n    sobria explain {theirs}", said) == LED[number]


@pytest.mark.parametrize("number", ["sheet.54395.2025.energy", "sheet.54000.2026.energy", "sheet.54395.2026.none"])
def test_a_number_of_nothing_has_no_page(home: Path, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setenv("SOBRIA_HOME", str(home))
    assert t("state.unknown_answer", "fr") in page("explication", "fr", id=number)


def test_the_code_of_nobody_is_refused_as_before(home: Path) -> None:
    assert "54000" in sobria(home, "explain", "sheet.54000.2026.energy", code=1).stderr


def test_a_commune_without_a_file_that_the_home_counts_is_not_said_unknown(home: Path, tmp_path: Path) -> None:
    """5 kWh of machines, of the métropole whose own file was taken out: one truth in its row and above."""
    asked = ("report", "reen-rollup", "--period", "2026", "--communes", "54395,metropole,54001")
    said = plain(sobria(home, *asked).stdout)
    (own,) = re.findall(r"propres mesures de cette période, qui ne sont dans aucune de ces sommes : (.*?kWh)", said)
    assert f"compté par ce dossier lui-même, sans fichier réuni : {own}" in said
    assert "Sans fichier de cette période (1), donc inconnus" in said
    assert said.count("inconnu : pas de fichier") == 1, "that of 54001"
