"""What an authority publishes: open data valid against its schemas, by hand on a small home, and safe to open."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from estimator.core.errors import LANGUAGES
from estimator.core.periods import PeriodRefused
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.commitments.commitments import author as voter
from estimator.governance.indicators.told_shares import shares_of_merged
from estimator.governance.register.register import Register
from estimator.reporting.documents.rendering import FormatUnknown
from estimator.reporting.publications.context import ReportFacts
from estimator.reporting.publications.open_data import schema
from estimator.reporting.publications.schema_impact import COLUMNS
from estimator.reporting.publications.write import REPORTS, FolderWanted, write_report
from estimator.reporting.summary.use_cases import uses
from estimator.reporting.uses.context import use_facts
from tests.home import copied
from tests.reporting.authority import (
    ADEME,
    SITE,
    WHO,
    case,
    facts,
    files_of,
    plain,
    rows_of,
    run,
    settle,
    text,
    written,
)
from tests.support import built, kept, sobria, spread

HOSTILE = '=HYPERLINK("http://x")<script>alert(1)</script>\'&'


# Open data in the official schema


def test_the_impact_file_fits_the_official_schema(home: Path, tmp_path: Path, shared_data: Path) -> None:
    from frictionless import Resource, Schema

    official = json.loads((shared_data / "schemas" / "etalab-impact" / "schema.json").read_text("utf-8"))
    assert [field["name"] for field in official["fields"]] == list(COLUMNS)
    for territory in ("all", "metropole", "54395"):
        file = tmp_path / f"{territory}.csv"
        write_report("schema-impact", facts(home, territory), file)
        found = Resource(path=file.name, basepath=str(tmp_path), schema=Schema.from_descriptor(official)).validate()
        assert found.valid, found.flatten(["rowNumber", "fieldName", "message"])


REQUIRED = {
    name for name in COLUMNS if name not in ("date_debut", "denom_insee", "code_insee", "dataviz_wish", "commentaires")
}
WORDS = {  # the closed words of v0.5.0
    "est_cible": {"true", "false"},
    "est_periode": {"true", "false"},
    "est_automatise": {"true", "false"},
    "type_indicateur": {"usage", "impact"},
    "frequence_monitoring": {"mensuelle", "trimestrielle", "semestrielle", "annuelle", "autre"},
    "denom_insee": {"", "COM"},
    "dataviz_wish": {"", "linechart"},
}


def test_the_impact_file_keeps_the_published_rules(home: Path) -> None:
    """The rules of the schema v0.5.0 as published on 20 May 2025, for where its file is not at hand."""
    for territory in ("all", "metropole", "54395"):
        for row in rows_of(text(home, "schema-impact", territory)):
            assert all(row[name] for name in REQUIRED) and float(row["valeur"]) >= 0
            assert all(row[name] in known for name, known in WORDS.items())
            assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row[name]) for name in ("date", "date_debut") if row[name])
            assert bool(row["date_debut"]) == (row["est_periode"] == "true")


def test_the_impact_file_by_hand(home: Path) -> None:
    """1 kWh in January and 2 in March are 3 in the year; 20 % less than the 4 kWh of 2025 are 3.2 by 2027."""
    rows = rows_of(text(home, "schema-impact", "metropole"))
    energy = [row for row in rows if row["indicateur"].startswith("Électricité")]
    told = [
        (f"{float(row['valeur']):.3g}", row["date_debut"], row["date"], row["frequence_monitoring"], row["est_cible"])
        for row in energy
    ]
    assert told == [
        ("1", "2026-01-01", "2026-01-31", "mensuelle", "false"),
        ("2", "2026-03-01", "2026-03-31", "mensuelle", "false"),
        ("3", "2026-01-01", "2026-03-31", "autre", "false"),  # two months of it have data
        ("3.2", "2027-01-01", "2027-12-31", "annuelle", "true"),
    ]
    assert "100 % mesuré" in energy[1]["commentaires"].replace("\xa0", " ").replace("\u202f", " ")
    assert facts(home).body["build"] in energy[1]["commentaires"]
    shares = {row["indicateur"]: row for row in rows if row["unite_mesure"] == "%"}
    assert shares["Agents formés à la sobriété de l'IA"]["valeur"] == "30"
    assert shares["Agents formés à la sobriété de l'IA"]["est_periode"] == "false"
    assert {row["code_insee"] for row in rows} == {""}
    assert {row["code_insee"] for row in rows_of(text(home, "schema-impact", "54395"))} == {"54395"}


@pytest.mark.parametrize(
    ("months", "said"),
    [((1, 2, 3), "trimestrielle"), ((1, 3, 5), "autre"), ((2, 3, 4), "autre"), ((4, 5, 6), "trimestrielle")],
)
def test_a_quarter_is_three_months_that_follow_each_other(tmp_path: Path, months: tuple[int, ...], said: str) -> None:
    built(tmp_path, *(run("a", 1, f"2026-{month:02}") for month in months))
    [whole] = [
        row
        for row in rows_of(text(tmp_path, "schema-impact"))
        if row["indicateur"].startswith("Électricité") and row["frequence_monitoring"] != "mensuelle"
    ]
    assert whole["frequence_monitoring"] == said


def test_what_is_unknown_has_no_row_and_is_said(home: Path) -> None:
    made = REPORTS["schema-impact"](facts(home))
    rows = rows_of(made.files[""])
    assert all(row["valeur"] for row in rows)
    assert "Part des demandes servies par un modèle adapté" not in {row["indicateur"] for row in rows}
    assert any("Part des demandes servies par un modèle adapté" in note for note in made.left_out)
    alone = REPORTS["schema-impact"](facts(home, by=""))
    assert {row["administration_rattachement"] for row in rows_of(alone.files[""])} == {"non précisé"}
    assert any("--administration" in note for note in alone.left_out)


def test_a_share_of_nothing_known_beside_an_unknown_part_is_no_zero_for_machines(home: Path) -> None:
    """Of a sum that holds merged uses, the unknown share is not told: the row said 0 %."""
    found = facts(home)
    entries = found.body["indicators"]
    value = shares_of_merged({"share": 0.0, "unknown": 0.99})
    held = {**found.body, "indicators": {**entries, "sober_hosting": entries["sober_hosting"] | {"value": value}}}
    made = REPORTS["schema-impact"](replace(found, body=held))
    assert "Part de l'IA hébergée en centre sobre" not in {row["indicateur"] for row in rows_of(made.files[""])}
    assert any("hébergée en centre sobre" in note for note in made.left_out)


def test_open_data_is_in_french_whatever_the_language(home: Path) -> None:
    for kind in ("schema-impact", "data"):
        assert text(home, kind, lang="en") == text(home, kind)


def test_a_running_month_stops_today(home: Path) -> None:
    made = REPORTS["schema-impact"](facts(home, "metropole", today=date(2026, 3, 10))).files[""]
    energy = [row for row in rows_of(made) if row["indicateur"].startswith("Électricité")]
    assert [row["date"] for row in energy] == ["2026-01-31", "2026-03-10", "2026-03-10", "2027-12-31"]


# Few people


def few(home: Path, agents: int) -> Path:
    """A commune where one service of so many agents has a use case, and the métropole where many have others."""
    case(Register(home), "Permis", "54395", service="Urbanisme")
    said = {"service": "Urbanisme", "date": "2026-03-01", "trained": 2, "with_access": agents, "kind": "sobriété"}
    Commitments(home).state_training(said, voter("Ressources humaines", "déclaration"))
    built(home, run("permis", 7, "2026-06"))
    return home


def test_a_small_use_case_is_told_with_others(home: Path) -> None:
    """« Permis » of 4 agents takes the next smallest with it; with 5 it stands by itself."""
    few(home, 4)
    made = files_of("data", facts(home))["footprints.csv"]
    assert "permis" not in made.lower()
    kinds = {row["kind"] for row in rows_of(made)}
    assert kinds == {"case", "others", "unregistered"}
    assert {row["central"] for row in energy_of_others(made)} == {""}, "« Voirie » alone in March, « Permis » in June"
    assert len(energy_of_others(made)) == 4, "in each month from the first known one to the last, with data or without"
    assert all("cinq agents" in row["missing"] for row in energy_of_others(made))
    boamps = REPORTS["boamps"](facts(home))
    assert [name.split("-")[1] for name in boamps.files] == ["courriers"]
    assert any(note.startswith("Trop peu d'agents") and "permis" in note for note in boamps.left_out)
    assert "Permis" not in plain(text(home, "reen")).split("Ce qui a été décidé")[0]


def energy_of_others(made: str) -> list[dict[str, str]]:
    return [row for row in rows_of(made) if row["indicator"] == "energy" and row["kind"] == "others"]


def test_small_use_cases_of_one_month_are_published_together(home: Path) -> None:
    """In March, 3 kWh of « Voirie » at its site and 2 of « Permis ». In June « Permis » is alone, which the year less
    March would tell: neither is told, until « Voirie » is there too, and hides the 7 of « Permis » in June. The months
    without it are not, whether « Permis » ran or not, with March, for its 3 kWh to hide what there is of « Permis ».
    Of June, the total is: whoever knows « Voirie » would take it off the line."""
    few(home, 4)
    built(home, run("permis", 2, "2026-03"))
    assert not any(row["central"] for row in energy_of_others(files_of("data", facts(home))["footprints.csv"]))
    built(home, run("voirie", 3, "2026-06"))
    rows = energy_of_others(files_of("data", facts(home))["footprints.csv"])
    assert not any(row["central"] for row in rows), "10 of June, 7 + 3 × 1.16, is of the year alone"
    told = {row["month"]: "année entière" in row["missing"] for row in rows}
    assert told == {f"2026-{month:02}": month == 6 for month in range(1, 7)}


@pytest.mark.parametrize("lang", kept(LANGUAGES, "fr"))
def test_one_use_of_too_few_people_is_published_nowhere(tmp_path: Path, lang: str) -> None:
    """10 answers a month, nobody stated: « others » of one use is that use, and the total is it too."""
    case(Register(tmp_path), "Courriers")
    built(tmp_path, run("courriers", 1.37, items=10.0))
    found = facts(tmp_path, lang=lang)
    for kind in ("reen", "data", "schema-impact", "beges", "budget-vert"):
        assert not re.search(r"1[.,][34]\d* ?kWh|1[.,]37", plain(text(tmp_path, kind, lang=lang))), kind
    assert {"fr": "moins de cinq agents", "en": "fewer than five"}[lang] in plain(text(tmp_path, "reen", lang=lang))
    assert found.withheld and use_facts(tmp_path, "courriers", lang, "2026").hidden


def test_what_is_in_no_use_is_not_told_beside_one_small_use(tmp_path: Path) -> None:
    """1.37 kWh of one small use and 4 in none: only the total of 5.37 is told, rounded, from which neither follows. The
    small one has a line of the only month with data, without a figure."""
    case(Register(tmp_path), "Courriers")
    built(tmp_path, run("courriers", 1.37, items=10.0), run("inconnu", 4))
    found = facts(tmp_path)
    assert found.body["indicators"]["energy"]["value"]["central"] == 5.4
    lines = {use["kind"]: use["energy"] for use in uses(found.scope)}
    assert [lines[kind]["central"] for kind in ("others", "unregistered")] == [None, None]
    energy = [row for row in rows_of(files_of("data", found)["footprints.csv"]) if row["indicator"] == "energy"]
    assert [row["central"] for row in energy] == [""] * 2 and "moins de cinq" in plain(text(tmp_path, "reen"))


def test_five_agents_are_enough(home: Path) -> None:
    few(home, 5)
    rows = rows_of(files_of("data", facts(home))["footprints.csv"])
    [row] = [row for row in rows if row["use_case"] == "permis" and row["indicator"] == "energy"]
    assert (row["kind"], float(row["central"])) == ("case", pytest.approx(7, rel=1e-3))


def test_figures_of_fewer_than_five_agents_are_not_published(tmp_path: Path) -> None:
    """The only service of the commune has 4 agents."""
    home = few(tmp_path, 4)
    found = facts(home, "54395")
    for kind in ("schema-impact", "data", "beges"):
        made = REPORTS[kind](found)
        assert not re.search(r"[;,]7[;,.]", "".join(written(made).values()))
        assert any("moins de cinq agents" in note for note in made.left_out), kind
    assert rows_of(files_of("beges", found)[""], ";") == [] and files_of("boamps", found) == {}
    assert "moins de cinq agents" in plain(files_of("reen", found)[""])


# Our own open data


def test_the_data_package_is_valid(home: Path, tmp_path: Path) -> None:
    from frictionless import Package

    write_report("data", facts(home), tmp_path / "out")
    found = Package(str(tmp_path / "out" / "datapackage.json")).validate()
    assert found.valid, found.flatten(["rowNumber", "fieldName", "message"])
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text("utf-8"))
    assert package["sobria"]["build"] == facts(home).body["build"] and "licenses" not in package
    assert any("ADEME" in source["title"] for source in package["sources"])


def test_the_schema_that_ships_is_the_documented_one(root: Path) -> None:
    assert schema() == json.loads((root / "docs" / "table-schemas" / "footprints.json").read_text("utf-8"))


def test_footprints_by_hand(home: Path) -> None:
    """3 kWh at a PUE of 1.16 are 3.48 kWh of site; water without a country is empty, with its reason, not zero."""
    rows = rows_of(files_of("data", facts(home))["footprints.csv"])
    found = {(row["month"], row["use_case"], row["indicator"]): row for row in rows}
    assert float(found["2026-03", "voirie", "energy"]["central"]) == pytest.approx(3 * SITE, rel=1e-3)
    assert float(found["2026-03", "courriers", "gwp"]["central"]) > 2 * ADEME, "use, then a part of manufacture"
    water = found["2026-04", "", "water"]
    assert water["low"] == water["central"] == water["high"] == "" and "pays" in water["missing"]
    assert (water["covers"], water["proof_measured"], water["territory"]) == ("0", "", ""), "no shares of nothing"
    assert found["2026-04", "", "energy"]["proof_measured"] == "1"
    assert len(rows) == 4 * 5, "four pairs of a month and a use case, five indicators each"
    commune = rows_of(files_of("data", facts(home, "54395"))["footprints.csv"])
    assert {row["use_case"] for row in commune} == {"voirie"}


# Every report

OF_ONE = ("reen-file", "groups")  # territory
Settled = Callable[..., ReportFacts]


@pytest.fixture(scope="module")
def of_settled(settled: Path, tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """The facts of the settled home, which nothing changes, or of a copy that says that it is invented, found once."""
    sample = copied(settled, tmp_path_factory.mktemp("sample"), sample=True)

    @cache
    def found(territory: str, lang: str = "fr", invented: bool = False) -> ReportFacts:
        return facts(sample if invented else settled, territory, lang)

    return found


@pytest.mark.parametrize(("kind", "lang"), spread(REPORTS, LANGUAGES))
def test_every_report_says_what_it_stands_on(of_settled: Settled, kind: str, lang: str) -> None:
    found = of_settled("metropole" if kind in OF_ONE else "all", lang)
    said = re.sub(r"\s", " ", "\n".join(files_of(kind, found).values()))
    told = found.provenance
    for name in ("build", "factors_version"):
        assert told[name] in said, name
    assert ("docs/methode.md" in said or kind in OF_ONE) and "2026" in said
    here = (found.place, found.territory, found.scope.territory, "tout le territoire")
    assert any(place in said for place in here), "territory"
    assert not re.search(r"\bnan\b|None\b|\{[a-z]", re.sub(r"<style>.*?</style>", "", said))


@pytest.mark.parametrize("kind", REPORTS)
def test_samples_are_marked_in_every_report_and_nothing_else_is(of_settled: Settled, kind: str) -> None:
    territory = "metropole" if kind in OF_ONE else "all"
    unmarked = files_of(kind, of_settled(territory))
    for name, body in files_of(kind, of_settled(territory, invented=True)).items():
        assert body.count("DONNÉES FICTIVES") > unmarked[name].count("DONNÉES FICTIVES") <= 1
    assert kind == "data" or not any("FICTIVES" in body for body in unmarked.values()), "our schema explains the word"


def test_no_cell_is_a_formula_and_no_name_is_code(tmp_path: Path) -> None:
    home = settle(tmp_path / "home", HOSTILE, key="../../=x'\"<b>")
    formulas = ("+33", "-1+1", "@SUM(A1)", "=1+1", "\t=1")
    for name in formulas:
        case(Register(home), name)
    built(home, *(run(name, 5) for name in formulas))
    found = facts(home, by=HOSTILE)
    checked = [(kind, facts(home, "metropole", by=HOSTILE) if kind in OF_ONE else found) for kind in REPORTS]
    checked += [(kind, of) for of in (facts(home, by=name) for name in formulas) for kind in ("schema-impact", "beges")]
    cells: list[str] = []
    for kind, of in checked:
        for file, body in files_of(kind, of).items():
            assert "<script" not in body or kind in ("data", "schema-impact", "boamps", "beges", *OF_ONE)
            assert not file or re.fullmatch(r"[a-z0-9.-]+", file), file
            if file.endswith(".csv") or kind in ("schema-impact", "beges"):
                delimiter = ";" if kind == "beges" else ","
                cells += (cell for row in csv.reader(io.StringIO(body), delimiter=delimiter) for cell in row)
    assert [cell for cell in cells if cell.lstrip("\ufeff")[:1] in tuple("=+-@\t\r")] == []
    assert all(any(name.strip() in cell for cell in cells) for name in formulas)
    bodies = files_of("boamps", found).values()
    assert any(json.loads(body)["measures"][0]["powerConsumption"] == pytest.approx(3) for body in bodies)


def test_an_empty_home_publishes_no_zero(tmp_path: Path) -> None:
    built(tmp_path)
    idea = {"name": "Essai", "commune": "metropole", "service": "DSI", "task": "x", "unit": "y", "owner_role": "DSI"}
    Register(tmp_path).create(idea, WHO)
    empty = facts(tmp_path)
    assert rows_of(files_of("schema-impact", empty)[""]) == []
    assert rows_of(files_of("data", empty)["footprints.csv"]) == []
    assert rows_of(files_of("beges", empty)[""], ";") == [] and files_of("boamps", empty) == {}
    for kind in ("reen", "budget-vert"):
        page = plain(files_of(kind, empty)[""])
        assert page.count("non estimable") >= 3 and not re.search(r"\b0(,0)? (kWh|L|kg|g)\b", page)
        assert "il n'y en a aucun en essai ni en service" in page and "0 sur 0" not in page
    assert "ne disent rien des 6 axes" in page
    for command in ("register list", "indicators"):
        assert "0 sur 0" not in (said := sobria(tmp_path, *command.split()).stdout) and "0 des 0" not in said


def test_the_notes_of_a_report_name_what_the_register_claims(home: Path, tmp_path: Path) -> None:
    said = {"date": "2026-02-01", "what": "continuer", "reasons": "projet neutre en carbone", "by": "Bureau"}
    Register(home).decide("courriers", said, WHO)
    saved = write_report("reen", facts(home), tmp_path / "bilan.html")
    assert any("« neutre en carbone »" in note and "Courriers" in note for note in saved.notes)
    assert write_report("reen", facts(home, "54395"), tmp_path / "bilan.html").notes == ()


# The commands


def test_a_command_writes_and_says_what_it_left_out(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "impact.csv"
    said = sobria(home, "report", "schema-impact", "--period", "2026", "--out", str(out)).stdout
    assert f"{out} : {out.stat().st_size} octets." in said and "--administration" in said
    folder = tmp_path / "boamps"
    body = json.loads(sobria(home, "report", "boamps", "--period", "2026", "--out", str(folder), "--json").stdout)
    assert {Path(entry["file"]) for entry in body["files"]} == set(folder.iterdir()) and len(body["files"]) == 2
    assert body["notes"][0].startswith("Chaque rapport est un brouillon")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_report_has_its_help(tmp_path: Path, lang: str) -> None:
    said = sobria(tmp_path, "report", "--help", lang=lang).stdout
    assert all(kind in said for kind in REPORTS)
    assert {"fr": "la collectivité publie", "en": "the authority publishes"}[lang] in said
    wanted = sobria(tmp_path, "report", "boamps", "--help", lang=lang).stdout
    assert "--administration" in wanted and {"fr": "Dossier", "en": "Folder"}[lang] in wanted


def test_a_report_is_in_the_format_of_its_name_or_refused(home: Path, tmp_path: Path) -> None:
    """Under the name of a Markdown file a page is Markdown; a table, which is only one, is refused and not written."""
    for name, start in (("bilan.md", "# "), ("bilan.html", "<!DOCTYPE html>"), ("bilan.txt", "Que coûte notre IA")):
        write_report("reen", facts(home), tmp_path / name)
        assert (tmp_path / name).read_text("utf-8").startswith(start)
    for kind, name, expected in (("beges", "lignes.md", "csv"), ("reen", "bilan.csv", "html, md, txt")):
        with pytest.raises(FormatUnknown) as refused:
            write_report(kind, facts(home), tmp_path / name)
        assert expected in refused.value.message("fr") and not (tmp_path / name).exists()


def test_refusals_say_what_to_do(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.write_text("x")
    with pytest.raises(FolderWanted, match="--out"):
        write_report("data", facts(home), file)
    with pytest.raises(PeriodRefused):
        facts(home, period="2026-13")
    said = sobria(tmp_path / "none", "report", "reen", "--out", str(tmp_path / "no" / "x.html"), code=1).stderr
    assert "x.html" in said and "Traceback" not in said


@pytest.mark.parametrize(("territory", "times"), [("all", 0), ("54395", 2)])
def test_the_review_of_a_commune_says_what_is_of_every_service(home: Path, territory: str, times: int) -> None:
    """Staff trained, and publications: of all services; no one could read them as the commune's alone."""
    said = plain(text(home, "reen", territory))
    assert said.count("Tous services confondus, quel que soit le territoire.") == times
