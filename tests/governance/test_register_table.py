"""The register as a CSV table: there and back, without formulas, all rows or none; and its commands."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cli.register import register as commands
from estimator.core.errors import LANGUAGES, words
from estimator.core.event_log import FOLDER
from estimator.governance.register import schema as types
from estimator.governance.register.csv_table import (
    COLUMNS,
    FACTS,
    MARK,
    WRITTEN,
    TableRefused,
    _guarded,
    _read,
    export_csv,
    import_csv,
    table_text,
)
from estimator.governance.register.register import Register, author
from tests.governance.test_register import ANSWERED, DSI, THRESHOLD, clock, decision, generalised
from tests.governance.test_register import FACTS as PLAIN
from tests.support import answered, sobria

HEAD = ",".join(COLUMNS)


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path / "home", now=clock())


def row(**cells: str) -> str:
    """A CSV row of a small use case, with some cells."""
    plain = dict(nom="Tri", tache="Trier", unite="un courrier", service="Accueil", commune="54395", responsable="Chef")
    out = io.StringIO()
    csv.DictWriter(out, list(COLUMNS), restval="", lineterminator="").writerow(plain | cells)
    return out.getvalue()


def table(*rows: str) -> str:
    return "\n".join([HEAD, *rows])


def refused(register: Register, text: str) -> TableRefused:
    before = register.store.read()
    with pytest.raises(TableRefused) as caught:
        import_csv(register, text, DSI)
    assert register.store.read() == before, "nothing of a refused table is written"
    return caught.value


def events(register: Register) -> int:
    return len(register.store.read()[0])


def test_export_then_import_changes_nothing(register: Register, tmp_path: Path) -> None:
    generalised(register)
    hostile = {"name": "=1+1", "task": "'=x", "benefit": "-12", "unit": '@a\n"b", c;d', "threshold": None}
    register.create(PLAIN | hostile | {"volume_per_month": 1234.5, "concurrency": 3}, DSI)
    closed = register.create(PLAIN | ANSWERED | {"name": "Rien"}, DSI).id
    register.decide(closed, decision("fait_sans_ia"), DSI)
    text, count = export_csv(register), events(register)
    done = import_csv(register, text, DSI)
    assert (done.created, done.changed, done.unchanged, events(register)) == (0, 0, 3, count)
    commas = io.StringIO(newline="")
    csv.writer(commas).writerows(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert import_csv(register, "\ufeff" + commas.getvalue(), DSI).unchanged == 3
    other = Register(tmp_path / "other", now=clock())
    assert import_csv(other, text, DSI).created == 3
    assert export_csv(other) == text
    assert import_csv(other, text, DSI).unchanged == 3


def test_sample_data_are_marked_on_each_row_and_the_table_stays_valid(register: Register, root: Path) -> None:
    from frictionless import Resource, Schema

    schema = json.loads((root / "docs" / "table-schemas" / "register.json").read_text("utf-8"))
    import_csv(register, table(row(), row(nom="Accueil")), DSI)
    for sample, mark in ((True, "DONNÉES FICTIVES"), (False, "")):
        text = export_csv(register, sample)
        cells = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
        assert [c[MARK] for c in cells] == [mark] * 2
        told = Resource(cells, schema=Schema.from_descriptor(schema)).validate().flatten(["type", "message"])
        assert told == []
        assert import_csv(register, text, DSI).unchanged == 2
    assert import_csv(register, without_mark(text), DSI).unchanged == 2


def without_mark(text: str) -> str:
    """The same table as earlier versions wrote it."""
    return "".join(";".join((*line.split(";")[:-2], line.split(";")[-1])) + "\r\n" for line in text.splitlines())


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("volume_mensuel", "1.200", "« 1.200 » peut se lire 1200 ou 1,2 ; écrivez l'un ou l'autre"),
        ("volume_mensuel", "12,000", "« 12,000 » peut se lire 12000 ou 12 ;"),
        ("simultaneite", "1,500", "peut se lire 1500 ou 1,5 ;"),
        ("simultaneite", "1,234", "peut se lire 1234 ou 1,2340 ;"),  # « 1,234 » would be refused again
        ("seuil_valeur", "1.200", "peut se lire 1200 ou 1,2 ;"),
        ("croissance_annuelle", "1.000 %", "peut se lire 1000 % ou 1 % ;"),
        ("seuil_valeur", "120 %", "« 120 % » a été lu ; un pourcentage de 0 à 100 est attendu"),
    ],
)
def test_a_number_that_is_none_or_two_is_asked_again(register: Register, column: str, cell: str, said: str) -> None:
    more = {"seuil_test": "relecture"} if column == "seuil_valeur" else {}
    (item,) = refused(register, table(row(**{column: cell}, **more))).items
    assert said in item["fr"]


def test_a_number_of_three_decimals_goes_there_and_back(register: Register) -> None:
    """1.234 is written 1.2340, which is not 1234."""
    register.create(PLAIN | {"volume_per_month": 1.234, "concurrency": 1.5}, DSI)
    text = export_csv(register)
    assert ";1.2340;" in text and import_csv(register, text, DSI).unchanged == 1


def test_no_cell_is_a_formula(register: Register) -> None:
    register.create(
        PLAIN | {"name": "=HYPERLINK()", "task": "-5", "unit": "+33 e", "benefit": "@x", "model": "-5,5e3"}, DSI
    )
    (cells,) = csv.DictReader(io.StringIO(export_csv(register), newline=""), delimiter=";")
    assert cells["nom"] == "'=HYPERLINK()" and cells["unite"] == "'+33 e" and cells["benefice"] == "'@x"
    assert cells["tache"] == "-5" and cells["modele"] == "-5,5e3"


@given(st.text(alphabet="'=+-@\t ,;\"a1\n", max_size=8).map(str.strip))
def test_the_guard_is_undone(cell: str) -> None:
    guarded = _guarded(cell)
    assert _read("nom", guarded) == cell
    assert guarded[:1] not in ("=", "@") and not (guarded[:1] in ("+", "-") and guarded[-1:] not in "0123456789")


def test_rows_become_use_cases_with_their_stage_and_what_it_stands_on(register: Register) -> None:
    """French decimals and dates; the stage of a use case already under way; then one cell changed."""
    cells = dict(
        alternative_reponse="etudiee_et_ecartee", alternative_raison="lent", alternative_date="10/01/2026",
        seuil_valeur="0,9", seuil_test="relecture", modele="m", hebergement="h", etape="pilote", concertation="agents",
        revue_prevue="01/06/2026",
    )  # fmt: skip
    import_csv(register, table(row(**cells)), DSI)
    case = register.use_case("tri")
    assert case.threshold is not None and (case.threshold.value, case.stage) == (0.9, "pilote")
    assert case.next_review and case.next_review.isoformat() == "2026-06-01"
    count = events(register)
    done = import_csv(register, export_csv(register).replace("Accueil", "Courrier"), DSI)
    assert done.changed == 1 and events(register) == count + 1
    assert register.use_case("tri").service == "Courrier"


def test_a_table_saved_by_a_french_spreadsheet_is_read(register: Register) -> None:
    """Semicolons, quotes everywhere, a byte order mark, decimal commas, thousands apart, days without leading zeros."""
    cells = dict(
        alternative_reponse="etudiee_et_ecartee", alternative_raison="lent", alternative_date="31/12/2025",
        seuil_valeur="0,9", seuil_test="relecture", volume_mensuel="1\u202f800", revue_prevue="1/7/2026",
        etape="experimentation",
    )  # fmt: skip
    saved = io.StringIO(newline="")
    plain = csv.reader(io.StringIO(table(row(**cells)), newline=""))
    csv.writer(saved, delimiter=";", quoting=csv.QUOTE_ALL).writerows(plain)
    assert import_csv(register, "\ufeff" + saved.getvalue(), DSI).created == 1
    case = register.use_case("tri")
    assert case.threshold is not None and (case.threshold.value, case.volume_per_month) == (0.9, 1800)
    assert (case.alternative.date, case.next_review) == (date(2025, 12, 31), date(2026, 7, 1))
    error = refused(register, table(row(id="tri", **cells | {"revue_prevue": "31/12/26"})))
    assert "« 31/12/26 » a été lu ; une date est attendue, comme 2026-12-31 ou 31/12/2026" in error.message("fr")


BAD: list[tuple[dict[str, str], str, str]] = [
    ({"commune": "12"}, "commune (commune) : « 12 » a été lu ; un code INSEE", "“12” was read; an INSEE code"),
    ({"nom": ""}, "nom (nom) : rien n'a été lu", "name (nom): nothing was read"),
    ({"seuil_valeur": "beaucoup", "seuil_test": "t"}, "« beaucoup » a été lu ; un nombre", "a number is expected"),
    (
        {"volume_mensuel": "9" * 20},
        f"« {'9' * 20} » a été lu ; un nombre inférieur",
        f"“{'9' * 20}” was read; a number",
    ),
    ({"volume_mensuel": "-1 200,50"}, "« -1 200,50 » a été lu", "“-1 200,50” was read"),
    ({"seuil_valeur": "1"}, "test du seuil de qualité", "test of the quality threshold"),
    ({"etape": "experimentation"}, "la réponse à la question sans IA", "the answer to the non-AI question"),
    ({"etape": "demain"}, "« demain » a été lu", "“demain” was read"),
    ({"decision": "lancer"}, "date de la décision", "date of the decision"),
    ({"revue_service": "DSI"}, "revue faite (revue_faite)", "review done (revue_faite)"),
    ({"qualite_valeur": "1"}, "test de la qualité trouvée", "test of the quality found"),
    ({"revue_mois": "7"}, "attendu : 6, 12", "expected: 6, 12"),
    ({"issue": "arrete"}, "« en_cours » est attendu", "“en_cours” is expected"),
    ({"id": "A b"}, "des minuscules sans accent", "lower case letters"),
    ({"responsable": "a@b.fr"}, "adresse électronique", "e-mail address"),
]


@pytest.mark.parametrize(("cells", "french", "english"), BAD)
def test_a_bad_row_is_refused_with_its_line(
    register: Register, cells: dict[str, str], french: str, english: str
) -> None:
    error = refused(register, table(row(nom="Bon\ncas"), row(**cells)))
    assert "ligne 4 : " in error.message("fr") and french in error.message("fr")
    assert "line 4: " in error.message("en") and english in error.message("en")


def test_all_bad_rows_are_reported_and_none_is_written(register: Register) -> None:
    register.create(PLAIN | {"name": "Connu"}, DSI)
    error = refused(
        register,
        table(row(), row(nom="Un", commune="x"), row(id="u", nom="U"), row(id="u", nom="V"), row(nom="Connu"), "a,b"),
    )
    text = error.message("fr")
    assert text.startswith("4 lignes du tableau ne conviennent pas ; rien n'a été écrit.")
    assert [item["line"] for item in error.items] == ["3", "5", "6", "7"]
    assert "« u » est sur deux lignes" in text and "colonne id (connu)" in text and "2 cellules lues ; 48" in text


def test_a_table_that_is_no_table_is_refused(register: Register, tmp_path: Path) -> None:
    assert "colonnes attendues : id, nom" in refused(register, "a,b\n1,2").message("fr")
    assert "columns expected" in refused(register, "").message("en")
    assert "ligne illisible" in refused(register, table(row(), '"ouvert')).message("fr")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("é".encode("latin-1"))
    with pytest.raises(TableRefused) as caught:
        table_text(latin)
    assert "UTF-8" in caught.value.message("fr") and "UTF-8" in caught.value.message("en")


def test_the_table_schema_says_what_the_code_does(root: Path) -> None:
    schema: dict[str, Any] = json.loads((root / "docs" / "table-schemas" / "register.json").read_text("utf-8"))
    fields = {field["name"]: field for field in schema["fields"]}
    assert list(fields) == list(WRITTEN)
    closed = {"etape": types.Stage, "alternative_reponse": types.Answer, "decision": types.What, "issue": types.Outcome}
    for name, kind in closed.items():
        assert fields[name]["constraints"]["enum"] == list(get_args(kind))
    required = [name for name, field in fields.items() if field.get("constraints", {}).get("required")]
    assert required == [
        n for n, path in FACTS.items() if "." not in path and types.UseCaseFacts.model_fields[path].is_required()
    ]


def test_closed_words_have_labels_in_both_languages() -> None:
    sections = {"stages": types.Stage, "answers": types.Answer, "decisions": types.What, "outcomes": types.Outcome}
    for lang in LANGUAGES:
        for section, kind in sections.items():
            assert list(words(lang)[f"register_{section}"]) == list(get_args(kind))
        for path in COLUMNS.values():
            assert path.replace(".", "_") in words(lang)["register_fields"]


def test_a_register_from_the_command_line(tmp_path: Path) -> None:
    home, who = tmp_path / "home", ["--who", "Direction du numérique", "--why", "essai"]

    def run(*line: str, code: int = 0) -> Any:
        return sobria(home, "register", *line, code=code)

    assert "Aucun cas d'usage encore" in run("list").stdout
    fields = ["nom=Tri", "tache=Trier", "unite=un courrier", "service=Accueil", "commune=54395", "responsable=Chef"]
    assert "(tri) : étape « Idée »" in run("add", *fields, *who).stdout
    assert "Il manque" in run("move", "tri", "experimentation", *who, code=1).stderr
    error = json.loads(run("move", "tri", "experimentation", *who, "--json", code=1).stdout)["error"]
    assert error["code"] == "stage_refused" and error["items"][0]["charter"] == "C39"
    answered = ["alternative_reponse=etudiee_et_ecartee", "alternative_raison=lent", "alternative_date=2026-01-10"]
    model = [
        "seuil_valeur=90 %",
        "seuil_test=relecture",
        "modele=m",
        "hebergement=h",
        "concertation=agents",
        "interlocuteur=accueil",
    ]
    run("set", "tri", *answered, *model, *who)
    assert "parmi : nom, tache" in run("set", "tri", "etape=pilote", *who, code=1).stderr
    run("move", "tri", "experimentation", *who)
    run("move", "tri", "pilote", *who)
    dsi = ["--by", "Accueil", "--who", "DSI"]
    run("quality", "tri", "--value", "0,95", "--date", "2026-02-01", *dsi)
    run("review", "tri", "--done", "2026-02-01", "--conclusion", "poursuivre", *dsi)
    run("decide", "tri", "lancer", "--reasons", "qualité suffisante", *dsi)
    assert "issue « Généralisé »" in run("move", "tri", "generalisation", *who).stdout
    run("attach", "tri", "--service-key", "tri*", "--since", "2026-01-01", *who)
    body = json.loads(run("show", "tri", "--json").stdout)
    assert body["use_case"]["outcome"] == "generalise" and len(body["history"]) == 9
    attachment = body["use_case"]["attachments"][0]["id"]
    text = run("show", "tri").stdout
    assert "(seuil_valeur) : 90\u00a0%\n" in text and "(qualite_valeur) : 95\u00a0%\n" in text
    assert "étape (etape) : Généralisation" in text and attachment in text and "Rattachement de mesures" in text
    assert json.loads(run("detach", "tri", attachment, *who, "--json").stdout)["attachments"] == []
    assert json.loads(run("due", "--json").stdout)["due"] == []
    listed = json.loads(run("list", "--json").stdout)
    assert listed["counts"]["outcomes"]["generalise"] == 1 and listed["faults"] == []
    file = tmp_path / "registre.csv"
    run("export", str(file))
    assert "0 cas d'usage créé, 0 modifié, 1 inchangé" in run("import", str(file), *who).stdout
    (home / FOLDER / "note.txt").write_text("x")
    assert "note.txt" in run("list").stderr


def test_the_command_line_refuses_an_unknown_use_case_in_one_sentence(tmp_path: Path) -> None:
    assert "n'est pas au registre" in sobria(tmp_path, "register", "show", "x", code=1).stderr
    sobria(tmp_path, "register", "import", str(tmp_path / "absent.csv"), "--who", "a", "--why", "b", code=2)


def test_every_fault_of_what_is_set_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    """An unknown field, one said twice, three values that no field holds: five lines, and no use case."""
    said = ["nom=a", "nom=b", "zzz=3", "tache=t", "unite=u", "service=s", "responsable=r", "commune=99"]
    said += ["volume_mensuel=1e40", "usagers=tous"]
    done = answered("--home", str(tmp_path), "--lang", "fr", "register", "add", *said, "--who", "x", "--why", "y")
    text = done.stderr.replace("\u202f", " ").replace("\xa0", " ")
    lines = [line for line in text.splitlines() if line[:4] == "  - "]
    told = (
        "nom est dit deux fois",
        "zzz=3",
        "INSEE",
        "inférieur ou égal à 1 000 000 000 000 000",
        "attendu : agents, habitants.",
    )
    assert done.returncode == 1 and len(lines) == len(told)
    assert all(any(part in line for line in lines) for part in told), lines
    assert not answered("--home", str(tmp_path), "register", "list", "--json").stdout.count('"id"')


def test_a_name_of_several_lines_is_one_line(register: Register) -> None:
    facts = {"name": "Aide\nau\ttri\u202e", "task": "t", "unit": "u", "service": "s", "commune": "metropole"}
    assert register.create(facts | {"owner_role": "r"}, author("x", "y")).name == "Aide au tri"


def test_conflicts_are_said_by_the_list(tmp_path: Path) -> None:
    register = Register(tmp_path, now=clock())
    case = register.create(PLAIN | THRESHOLD, DSI)
    for number in "12":
        register.change(case.id, {"benefit": number}, author(f"Service {number}", "x", case.head))
    text = sobria(tmp_path, "register", "list").stdout
    assert "bénéfice déclaré (benefice)" in text and "sans que l'une ait vu l'autre" in text


def test_every_command_of_the_register_is_explained() -> None:
    for command in commands.registered_commands:
        for lang in LANGUAGES:
            assert (command.help or command.name) in words(lang)["help"]
