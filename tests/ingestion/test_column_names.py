"""A table with the columns of another tool, read under the names that a person gives."""

import json
from pathlib import Path

import pytest

from estimator.core.errors import SobriaError
from estimator.ingestion.column_names import column_names, renamed
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from tests.support import refuses, sobria

USAGE = """date,project,model,model_name,prompt_tokens

2026-03-01,courrier,free text,mistral-small,1200
2026-03-02T10:00:00,"accueil
du public",,mistral-small,800
2026-03-03,courrier,,mistral-small,beaucoup
2026-03-02T10:00:00,accueil,,mistral-small,800
"""
SAID = ("service=Project", "start=date", "model=model_name", "input_tokens=prompt_tokens", "zone:=FRA")


def test_columns_are_read_under_our_names_each_row_at_its_line(tmp_path: Path) -> None:
    """A date alone is that day, with its hour that second; the table's own `model` gives way to the one named. A
    service of two lines is set aside, and what follows it keeps its line."""
    file = tmp_path / "usage.csv"
    file.write_text(USAGE)
    context = reading_context(tmp_path, "Europe/Paris", columns=SAID)
    report = import_paths(Ledger(tmp_path), [file], context)
    assert [(told.line, code) for (_, code, _), told in report.faults.items()] == [
        (4, "hidden_character"),
        (6, "bad_number"),
    ]
    rows = sorted(Ledger(tmp_path).copies("activities", Ledger(tmp_path).files("activities")), key=lambda row: row.line)
    assert [(r.line, r.service_key, r.model, r.zone, r.input_tokens, r.duration_s) for r in rows] == [
        (3, "courrier", "mistral-small", "FRA", 1200, 86_400),
        (7, "accueil", "mistral-small", "FRA", 800, 1),
    ]


def test_a_spreadsheet_with_its_own_end_keeps_it() -> None:
    names = column_names(("service=Projet", "start=Du", "end=Au"))
    assert names is not None
    made = renamed("a.csv", "Projet;Du;Au;requests\nrh;01/03/2026;01/04/2026;1,5\n".encode("cp1252"), names)
    assert made.decode() == "service;start;end;requests\nrh;01/03/2026;01/04/2026;1,5\n"


@pytest.mark.parametrize("said", ("service", "service=", "projet=service", "=date", ":=x"))
def test_a_pair_that_cannot_be_read_is_refused(said: str) -> None:
    with refuses("columns_unread"):
        column_names((said,))


def test_a_column_that_is_not_there_is_refused_with_those_that_are() -> None:
    names = column_names(("service=projet", "start=date"))
    assert names is not None
    with pytest.raises(SobriaError, match="has no column projet. Its own: date, project") as refusal:
        renamed("usage.csv", USAGE.encode(), names)
    assert refusal.value.code == "columns_absent"


@pytest.mark.parametrize(
    "written", ['{"who": "Ada", "t": 1}\n', '\n[{"who": "Ada"}]', '{\n "who": "Ada"}', '["Ada", 1]\n']
)
def test_columns_of_a_log_of_json_are_refused_and_nothing_of_it_is_repeated(tmp_path: Path, written: str) -> None:
    (tmp_path / "log.jsonl").write_text(written)
    for said in ("service=app", "service:=Courrier"):
        asked = (str(tmp_path / "log.jsonl"), "--columns", said)
        for command in ("check", "import"):
            told = sobria(tmp_path / "home", command, *asked, code=1).stdout
            assert "log.jsonl est du JSON" in told and "sans --columns" in told and "Ada" not in told


@pytest.mark.parametrize(("lang", "told"), [("fr", "n'y est à compter"), ("en", "no row of it can be counted")])
def test_a_header_alone_is_said_once(tmp_path: Path, lang: str, told: str) -> None:
    file = tmp_path / "vide.csv"
    file.write_text("service,start,end,requests\n")
    done = sobria(tmp_path / "home", "import", str(file), lang=lang)
    assert done.stdout.count(told) == 1 and not done.stderr
    assert told in sobria(tmp_path / "home", "check", str(file), lang=lang).stdout


def test_a_header_alone_is_no_failure_of_its_folder(tmp_path: Path) -> None:
    for name, rows in (("vide", ""), ("plein", "rh,2026-03-01,2026-04-01,5\n")):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.csv").write_text(f"service,start,end,requests\n{rows}")
    assert "L'import accepterait 1 ligne" in sobria(tmp_path / "home", "check", str(tmp_path / "in")).stdout
    done = json.loads(sobria(tmp_path / "home", "import", str(tmp_path / "in"), "--json").stdout)
    assert (done["accepted"], [error["code"] for error in done["errors"]]) == (1, ["no_rows"])
    (tmp_path / "in" / "autre.csv").write_text("a,b\n1,2\n")
    assert "n'y est" in sobria(tmp_path / "home", "import", str(tmp_path / "in"), code=1).stdout


def test_a_refusal_quotes_the_line_that_the_file_holds(tmp_path: Path) -> None:
    """Not the one with our names and an end that reading it under other names makes."""
    file = tmp_path / "usage.csv"
    file.write_text("Appli;Jetons\na;12\n")
    said = sobria(
        tmp_path, "check", str(file), "--columns", "service=Appli", "--columns", "output_tokens=Jetons", code=1
    )
    assert "commence par « Appli;Jetons »" in said.stdout.replace("\u00a0", " ")


@pytest.mark.parametrize(("lang", "told"), [("fr", "Il manque FICHIER."), ("en", "FILE is missing.")])
def test_what_a_command_lacks_is_named_in_the_language(tmp_path: Path, lang: str, told: str) -> None:
    assert told in sobria(tmp_path, "validate", code=2, lang=lang).stderr


def test_two_calls_of_one_moment_are_two_calls(tmp_path: Path) -> None:
    """Rows of a second are calls, which may fall together; two days declared twice are still told."""
    head = "date,service,model,tokens\n"
    said = ("start=date", "output_tokens=tokens", "requests:=1")
    for name, moment, told in (("calls", "2026-03-01 10:00", False), ("days", "2026-03-01", True)):
        home, file = tmp_path / name, tmp_path / f"{name}.csv"
        file.write_text(head + f"{moment},a,mistral-small-3.2,300\n{moment},a,mistral-small-3.2,400\n")
        report = import_paths(Ledger(home), [file], reading_context(home, "Europe/Paris", columns=said))
        assert [remark.code for remark in report.remarks] == ["declared_already"] * told
        checks = sobria(home, "totals").stdout
        assert ("se recouvrent dans le temps" in checks) == told and "2 exécutions" in checks
