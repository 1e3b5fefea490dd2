"""A questionnaire goes out, is filled in, and comes back: criteria, comparison and documents take what was answered."""

import csv
import io
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from estimator.comparison.decision_sheet import decision
from estimator.comparison.scenario_toml import scenario_toml
from estimator.core.fields import Author
from estimator.places.criteria import criteria
from estimator.places.journal import PlaceJournal
from estimator.places.placing import answers_on, knowledge
from estimator.places.questionnaire import questionnaire
from estimator.places.requirements import CHOICES, FIELDS
from estimator.places.supplier_answers import SupplierAnswer, answered_bounds, checked, read_answers
from estimator.reporting.project.context import facts_of
from estimator.reporting.project.sentences import foot
from estimator.workloads.estimate import estimate
from estimator.workloads.request import Request
from tests.comparison.test_compare_parts import option, scenario
from tests.core.test_numbers import spaced
from tests.support import refuses, sobria

SITES = ("dcml/vandoeuvre", "scaleway/fr-par-2", "class/server-room", "class/national-cloud")
SAID = ("--who", "Direction du numérique")
DAY = date(2026, 11, 27)
NUMBERS = {"pue": "1,3", "wue": "0,1", "total_energy": "1300", "it_energy": "1000", "renewable_factor": "0,9"}
FORMS = {"country": "FRA", "region": "FRA-GES", "year": "2026", "text": "Nancy", "number": "0,9"}
GOOD = {name: words[0] for name, words in CHOICES.items()} | NUMBERS


def filled(rows: list[dict[str, str]], host: str) -> list[dict[str, str]]:
    """The rows of a site with an answer in each; those of others as they were."""
    cells = {"date": "01/06/2026", "repondant": "Hébergeur", "document": "rapport 2026"}
    return [
        r | cells | {"valeur": GOOD.get(r["champ"]) or FORMS[FIELDS[r["champ"]].kind]} if r["hote"] == host else r
        for r in rows
    ]


def unknown(home: Path) -> dict[str, int]:
    said = answers_on(home, DAY)
    return {site: sum(c.status == "unknown" for c in criteria(site, DAY, said)) for site in SITES}


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_questionnaire_filled_in_settles_the_criteria_of_its_site_and_withdrawing_restores(
    tmp_path: Path, form: str
) -> None:
    """Of four sites, 24 criteria of 28 are unknown. Filled in for a server room, its seven are known, no other moves;
    withdrawn one by one, the 24 are back."""
    home, file = tmp_path / "home", tmp_path / f"questionnaire.{form}"
    written = sobria(home, "places", "questions", *SITES, *(["--json"] if form == "json" else [])).stdout
    if form == "json":
        rows = filled(json.loads(written)["questions"], "class/server-room")
        file.write_text(json.dumps({"questions": rows}), "utf-8")
    else:
        out = io.StringIO(newline="")
        table = csv.DictReader(io.StringIO(written), delimiter=";")
        rows = filled(list(table), "class/server-room")
        writer = csv.DictWriter(out, table.fieldnames or (), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        file.write_text("\ufeff" + out.getvalue(), "utf-8")
    before = unknown(home)
    assert sum(before.values()) == 24 and before["class/server-room"] == 7
    told = sobria(home.with_name("other"), "places", "answers", str(file), *SAID).stdout
    assert "servent aux critères et aux fiches : commissioned," in told.replace("\u202f", " ").replace("\xa0", " ")
    assert "compte à partir de sa date" in told
    done = json.loads(sobria(home, "places", "answers", str(file), *SAID, "--json").stdout)["answered"]
    assert {entry["host"] for entry in done} == {"class/server-room"} and len(done) == len(FIELDS) - 1
    assert unknown(home) == before | {"class/server-room": 0}
    listed = json.loads(sobria(home, "places", "list", "--json").stdout)
    assert [(a["by"], a["document"], a["who"]) for a in listed["answers"]] == [
        ("Hébergeur", "rapport 2026", "Direction du numérique")
    ] * len(done)
    again = sobria(home, "places", "answers", str(file), *SAID).stdout
    assert again.startswith("Rien de nouveau"), "the same file twice is taken once"
    for entry in done:
        sobria(home, "places", "withdraw", entry["id"], *SAID, "--why", "erreur")
    assert unknown(home) == before


@pytest.mark.parametrize(
    ("field", "said", "code"),
    [
        *(("pue_kind", said, "measured") for said in ("measured", "Mesuré", "mesuré ", "measured (mesuré)")),
        *(("pue_kind", said, "by_design") for said in ("de\xa0conception", "By design")),
        *(("electricity_contract", f"garanties d{mark}origine", "guarantees_of_origin") for mark in "'’"),
        ("heat_reuse", "en partie", "partly"),
    ],
)
def test_a_listed_choice_is_read_by_its_code_or_its_label(tmp_path: Path, field: str, said: str, code: str) -> None:
    answered(tmp_path / "home", **{field: said})
    assert [a.value for a in answers_on(tmp_path / "home", DAY)] == [code]


def test_what_is_printed_of_a_choice_is_read_and_another_word_is_told_the_choices(tmp_path: Path) -> None:
    """Each choice of the table that a supplier receives, copied whole, is read as its code; « estimé » is none."""
    rows = csv.DictReader(io.StringIO(sobria(tmp_path, "places", "questions", *SITES).stdout), delimiter=";")
    told = {row["champ"]: row["choix"] for row in rows}
    assert told["region"] == "code de la région, comme FRA-GES / region code, such as FRA-GES"
    printed = {name: told[name].split(" | ") for name in CHOICES}
    assert printed["pue_kind"] == ["measured (mesuré / measured)", "by_design (de conception / by design)"]
    for field, texts in printed.items():
        common = {"host": SITES[0], "field": field, "date": DAY, "by": "Hébergeur", "document": "rapport"}
        assert tuple(checked(SupplierAnswer(**common, value=text)).value for text in texts) == CHOICES[field]
    told = answered(tmp_path / "home", code=1, pue_kind="estimé")
    assert "« estimé » a été lu" in told and "by_design (de conception / by design)" in told


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_question_asks_for_words_of_its_language_and_they_are_read(lang: str) -> None:
    """« oui » of a question in French, not « yes »; each is read as its code, and a question quotes no other word."""
    asked = {q.field: q for host in SITES for q in questionnaire(host, DAY) if q.choices}
    assert {"published_indicators", "heat_reuse"} <= asked.keys()
    for field, question in asked.items():
        words = question.unit_text(lang).split(" ; ")
        common = {"host": SITES[0], "field": field, "date": DAY, "by": "Hébergeur", "document": "rapport"}
        read = [checked(SupplierAnswer(**common, value=word)).value for word in words]
        assert tuple(read) == question.choices and (lang == "en" or not {*words} & {"yes", "no", "partly"})
        assert set(re.findall(r"[«“]\s?([^»”]+?)\s?[»”]", question.text(lang))) <= {*words}


def test_without_measurements_an_answer_has_no_effect_to_compare_and_that_is_said(tmp_path: Path) -> None:
    sobria(tmp_path, "build")
    told = answered(tmp_path, pue=1.3)
    assert "aucune mesure n'est dans ce dossier" in told and "non comparable" not in told


def test_an_answer_counts_from_its_day_on(tmp_path: Path) -> None:
    answered(tmp_path, pue=1.3)
    assert answers_on(tmp_path, date(2026, 5, 31)) == ()
    assert [a.field for a in answers_on(tmp_path, date(2026, 6, 1))] == ["pue"]


def answered(home: Path, day: str = "2026-06-01", *options: str, code: int = 0, **values: Any) -> str:
    lines = ["hote;champ;valeur;unite;date;repondant;document"]
    lines += [f"class/server-room;{f};{v};{FIELDS[f].unit};{day};Hébergeur;rapport" for f, v in values.items()]
    file = home.with_suffix(".csv")
    file.write_text("\n".join(lines), "utf-8")
    done = sobria(home, "places", "answers", str(file), *SAID, *options, code=code)
    return spaced(done.stderr if code else done.stdout)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"pue": 1.2, "total_energy": 1500, "it_energy": 1000}, "le PUE répondu, 1,2, et l'énergie totale sur celle"),
        ({"total_energy": 900, "it_energy": 1000}, "0,9 a été lu, une valeur entre 1 et 4"),
        ({"commissioned": 3000}, "« 3000 » a été lu"),
        ({"commissioned": "2019-02-30"}, "« 2019-02-30 » a été lu"),
    ],
)
def test_answers_that_cannot_all_be_true_are_refused(tmp_path: Path, values: dict[str, Any], said: str) -> None:
    """1,500 kWh over 1,000 is 1.5, not 1.2; 1.26 may be 1.2 rounded, by 5 % at most."""
    assert said in answered(tmp_path / "home", code=1, **values) and not (tmp_path / "home" / "places").exists()
    answered(tmp_path / "home", pue=1.2, total_energy=1260, it_energy=1000)
    told = answered(tmp_path / "home", code=1, pue=1.4)
    assert "1,4" in told and "déjà enregistré (class/server-room: total_energy=1260 (2026-06-01), class" in told


def test_a_contradiction_within_a_table_gives_its_lines_and_days() -> None:
    """2,000 kWh of May over 1,000 of June is 2, not 1.4; nothing was recorded that could be withdrawn."""
    rows = ("total_energy;2000;kWh;2026-05-01", "pue;1,4;1;2026-06-01", "it_energy;1000;kWh;2026-06-01")
    table = "".join(f"class/server-room;{row};H;rapport\n" for row in rows)
    with refuses("answers_refused") as refused:
        read_answers(f"hote;champ;valeur;unite;date;repondant;document\n{table}")
    french, english = (spaced(refused.value.message(lang)) for lang in ("fr", "en"))
    assert "lignes 2, 3, 4 : " in french and "lines 2, 3, 4: " in english
    assert "pue=1.4 (2026-06-01), class/server-room: total_energy=2000 (2026-05-01)" in french
    assert "withdraw" not in french + english


def test_answers_that_another_or_a_rule_contradicts_are_taken_with_a_remark(tmp_path: Path) -> None:
    """A renewable share with no contract of the same day; Germany of a site whose rule says France."""
    rule = {"service": "a", "host": "class/server-room", "zone": "FRA"}
    PlaceJournal(tmp_path).add_rule(rule, Author(who="DSI", why="bail"))
    told = answered(tmp_path, renewable_factor=1, electricity_contract="none", country="DEU")
    both = "renewable_factor=1 (2026-06-01) ; class/server-room: electricity_contract=none (2026-06-01)"
    assert told.count(both) == 1 and len(answers_on(tmp_path, DAY)) == 3
    assert "Une règle dit une autre zone que cette réponse" in told
    assert "country=DEU (2026-06-01) ; service=a → host=class/server-room" in told
    told = answered(tmp_path, "2026-07-01", renewable_factor=0, electricity_contract="none", country="FRA")
    assert "à corriger" not in told and "autre zone" not in told


def test_of_several_answers_the_latest_counts_and_that_is_said(tmp_path: Path) -> None:
    """A PUE of June, one of July, then energies of August: 1,300 over 1,000."""
    answered(tmp_path, pue=1.2)
    told = answered(tmp_path, "2026-07-01", pue=1.4)
    assert "compte à la place de" in told and "pue=1.2 (2026-06-01)) dès le 01/07/2026" in told
    assert "pue=1.2 (2026-06-01)) dès le 01/07/2026" in spaced(sobria(tmp_path, "places", "list").stdout)
    answered(tmp_path, "2026-08-01", total_energy=1300, it_energy=1000)
    days = (date(2026, 6, 30), date(2026, 7, 31), DAY)
    found = [answered_bounds(answers_on(tmp_path, day), "class/server-room")["pue"].factor for day in days]
    assert [item and item.value for item in found] == [1.2, 1.4, 1.3]


def test_an_answer_put_back_after_another_of_the_same_day_counts_again(tmp_path: Path) -> None:
    """1.3, then 1.5, then 1.3 again, all of one day: 1.3; the file of the one that counts is taken once."""
    for pue in (1.3, 1.5, 1.3):
        answered(tmp_path, pue=pue)
    found = answered_bounds(answers_on(tmp_path, DAY), "class/server-room")["pue"].factor
    assert found and found.value == 1.3
    assert "Rien de nouveau" in answered(tmp_path, pue=1.3)


def test_what_counts_before_an_answer_is_the_one_before_it_or_the_default_value(tmp_path: Path) -> None:
    """A PUE of June, then energies of August, then a PUE of September: each says what ran before it, and a water of
    August, which nothing comes before, the default value."""
    default = "avant le {}, les exécutions gardent la valeur par défaut"
    before = "avant le {}, les exécutions gardent la réponse d'avant ({})"
    assert default.format("01/06/2026") in answered(tmp_path, pue=1.2)
    assert default.format("01/06/2026") in answered(tmp_path, pue=1.4), "of the same day: it never counted"
    told = answered(tmp_path, "2026-08-01", total_energy=1300, it_energy=1000, wue=0.1)
    assert before.format("01/08/2026", "class/server-room: pue=1.4 (2026-06-01)") in told
    assert default.format("01/08/2026") in told
    energies = ("total_energy=1300", "it_energy=1000")
    said = ", ".join(f"class/server-room: {one} (2026-08-01)" for one in energies)
    told = answered(tmp_path, "2026-09-01", pue=1.2)
    assert before.format("01/09/2026", said) in told and "par défaut" not in told


def test_one_command_withdraws_what_a_file_answered(tmp_path: Path) -> None:
    answered(tmp_path, pue=1.2)
    answered(tmp_path, "2026-07-01", pue=1.4, wue=0.1)
    assert answered(tmp_path, "2026-07-01", "--withdraw", pue=1.4, wue=0.1).count("class/server-room: ") == 2
    assert [a.value for a in answers_on(tmp_path, DAY)] == [1.2]
    assert "Rien à retirer" in answered(tmp_path, "2026-07-01", "--withdraw", pue=1.4)


def test_a_comparison_takes_the_answer_unless_the_scenario_gives_the_value(tmp_path: Path) -> None:
    """1 kWh of machines in a room whose supplier answers a PUE of 1.3 is 1.3 kWh; of which 1.5 is given, 1.5 kWh. An
    estimate alone says the same, and what it took; before the day of the answer, it is as in an empty home."""
    home = tmp_path / "home"
    answered(home, pue=1.3)
    use = {"it_energy_kwh": 1, "zone": "FRA", "host": "class/server-room"}
    asked = scenario(option("a", use=use), option("b", use=use | {"pue": 1.5}), volume=1)
    found = decision(asked.model_copy(update={"day": DAY}), home)
    kwh = {o.id: o.per_unit["energy"]["central"] for o in found.options if o.id in ("a", "b")}
    assert kwh == {"a": pytest.approx(1.3), "b": pytest.approx(1.5)}
    lone = [estimate(Request(**use, day=day, **more), home=home) for day, more in ((DAY, {}), (DAY, {"pue": 1.5}))]
    assert [found.indicators["energy"].central for found in lone] == pytest.approx([1.3, 1.5])
    told = [[w["fr"] for w in found.warnings if w["code"] == "supplier_answers"] for found in lone]
    assert "réponses du fournisseur" in told[0][0] and "(PUE)" in told[0][0] and not told[1]
    unanswered = estimate(Request(**use, day=date(2026, 5, 31)), home=home)
    assert unanswered.indicators == estimate(Request(**use, day=date(2026, 5, 31))).indicators
    early = decision(asked.model_copy(update={"day": date(2026, 5, 31)}), home)
    assert next(o for o in early.options if o.id == "a").per_unit["energy"]["central"] != pytest.approx(1.3)


def test_answers_say_what_they_move_in_the_scenarios_kept(tmp_path: Path) -> None:
    """1 kWh of machines in a server room is its default PUE, then 1.3 kWh once its supplier says so; not where the PUE
    is given, nor at another site; a fact moves nothing; withdrawn, the default is back."""
    use = {"it_energy_kwh": 1, "zone": "FRA", "host": "class/server-room"}
    others = (option("b", use=use | {"pue": 1.5}), option("c", use=use | {"host": "scaleway/fr-par-2"}))
    asked = scenario(option("a", use=use), *others, volume=1).model_copy(update={"day": DAY})
    (home := tmp_path / "home").joinpath("scenarios").mkdir(parents=True)
    (home / "scenarios" / "salle.toml").write_text(scenario_toml(asked), "utf-8")
    (home / "scenarios" / "gâché.toml").write_text("[", "utf-8")
    default = decision(asked).options[1].service["energy"].central
    told = answered(home, pue=1.3)
    moved = re.search(r"Scénario salle.toml, l'option a :\n  Électricité du site : (.*) → (.*) \((.*)\)\n", told)
    assert moved and moved[3].replace("\u202f", " ") == f"−{round(100 * (1 - 1.3 / default))} %"
    assert moved[2].replace("\u00a0", " ").replace("\u202f", " ") == "environ 1,3 kWh" and re.match(
        r"1,\d à \d,\d.kWh", moved[1]
    )
    assert told.count("Scénario") == 1
    assert "Aucun chiffre des scénarios gardés ne bouge" in answered(home, "2026-07-01", heat_reuse="yes")
    listed = json.loads(sobria(home, "places", "list", "--json").stdout)["answers"]
    gone = sobria(home, "places", "withdraw", listed[0]["id"], *SAID, "--why", "erreur", "--json").stdout
    moved = {(found["option"], found["indicator"]): found for found in json.loads(gone)["scenarios"]}
    electricity = moved["l'option a", "energy"]
    ends = [electricity[when]["central"] for when in ("before", "after")]
    assert ends == pytest.approx([1.3, default]) and {name for name, _ in moved} == {"l'option a"}


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("[{]", "il y manque", "lacks"),
        ("[" * 3000, "il y manque", "lacks"),
        ('{"reponses": []}', "il y manque", "lacks"),
        ('[{"hote": "x", "champ": "pue"}]', "valeur, unite", "valeur, unite"),
    ],
)
def test_json_that_is_no_questionnaire_is_refused(text: str, french: str, english: str) -> None:
    with refuses("answers_refused") as refused:
        read_answers(text)
    assert french in refused.value.message("fr") and english in refused.value.message("en")


TOMORROW = (date.today() + timedelta(days=2)).isoformat()  # everywhere


@pytest.mark.parametrize("day", ["2999-01-01", "01/01/1800", TOMORROW])
def test_an_answer_of_no_plausible_day_is_refused(day: str) -> None:
    text = f"hote;champ;valeur;unite;date;repondant;document\nclass/server-room;pue;1,3;1;{day};H;rapport\n"
    with refuses("answers_refused") as refused:
        read_answers(text)
    assert f"« {day} » a été lu, un jour de 2015 à aujourd'hui" in refused.value.message("fr")
    assert f"“{day}” was read, a day from 2015 to today" in refused.value.message("en")


def test_a_questionnaire_written_by_the_command_has_the_lines_of_a_table_and_keeps_its_upper_bound(
    tmp_path: Path,
) -> None:
    """The PUE row filled in between 1.2 and 1.4, in the table as the terminal wrote it in a file."""
    header, *lines = sobria(tmp_path, "places", "questions", "class/server-room").stdout.splitlines()
    assert header.split(";")[-1] == "haut"
    (line,) = (line for line in lines if line.startswith("class/server-room;pue;"))
    cells = dict(zip(header.split(";"), line.split(";"), strict=True)) | {"date": "01/06/2026", "repondant": "H"}
    cells |= {"valeur": "1,3", "document": "rapport", "bas": "1,2", "haut": "1,4"}
    (read,) = read_answers(f"{header}\r\n{';'.join(cells.values())}\r\n")
    assert (read.low, read.value, read.high) == (1.2, 1.3, 1.4)


HEAD = "hote;champ;valeur;unite;date;repondant;document;bas"
PUE = "class/server-room;pue;1,3;1;2026-06-01;H;rapport;1,2"


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        (
            f"{HEAD};haut\\r\n{PUE};1,4\n",
            "« haut\\r » a été lu. Attendues : hote, champ",
            "“haut\\r” was read. Expected",
        ),
        ('[{"hote": "x", "borne": "1"}]', "« borne » a été lu", "“borne” was read"),
        (f"{HEAD}\n{PUE};1,4\n", "ligne 2 : « 1,4 » a été lu au-delà", "line 2: “1,4” was read beyond"),
        (
            f"{HEAD}\n{PUE}\n{PUE.replace('1,3', '1,5')}\n",
            "ligne 3 : Réponse sur « class/server-room », champ « pue » : « 1,5 » a été lu, mais la ligne 2",
            "line 3: Answer about “class/server-room”, field “pue”: “1,5” was read, but line 2",
        ),
    ],
)
def test_what_a_questionnaire_cannot_hold_is_refused(text: str, french: str, english: str) -> None:
    with refuses("answers_refused") as refused:
        read_answers(text)
    assert french in spaced(refused.value.message("fr")) and english in refused.value.message("en")


def test_a_sheet_of_sample_data_unnamed_columns_and_the_same_row_twice_are_read() -> None:
    (read, again) = read_answers(f"marque; {HEAD};;\nexemple;{PUE};;\nexemple;{PUE};;\n")
    assert read == again and read.low == 1.2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_questionnaire_saved_by_a_spreadsheet_is_read(tmp_path: Path, encoding: str) -> None:
    """« Texte Unicode » of a spreadsheet is UTF-16 with tabs; its CSV, in French, Windows-1252."""
    table = "hote;champ;valeur;unite;date;repondant;document\nclass/server-room;pue;1,3;1;2026-06-01;Hébergé;rapport\n"
    file = tmp_path / "reponses.csv"
    file.write_bytes(table.replace(";", "\t" if encoding == "utf-16" else ";").encode(encoding))
    sobria(tmp_path / "home", "places", "answers", str(file), *SAID)
    assert "Hébergé" in sobria(tmp_path / "home", "places", "list", "--json").stdout


def test_one_bad_answer_and_none_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "reponses.csv"
    rows = [
        "class/server-room;pue;1,3;1;2026-06-01;Hébergeur;rapport",
        "class/server-room;pue;13;1;2026-06-01;H;rapport",
    ]
    file.write_text("hote;champ;valeur;unite;date;repondant;document\n" + "\n".join(rows), "utf-8")
    done = sobria(tmp_path / "home", "places", "answers", str(file), *SAID, code=1)
    assert "ligne 3" in done.stderr and not (tmp_path / "home" / "places").exists()


def test_an_answer_is_told_in_one_line() -> None:
    facts = {
        "host": "class/server-room",
        "field": "heat_reuse",
        "value": "yes",
        "date": DAY,
        "by": "H",
        "document": "d",
    }
    assert SupplierAnswer.model_validate(facts).told == "class/server-room: heat_reuse=yes (2026-11-27)"


@pytest.mark.parametrize(
    ("read", "near"),
    [
        ("class/nulle", "class/desk, class/server-unknown, class/server-room"),
        ("class/server-rom", "class/server-room"),
        ("vandoeuvre", "dcml/vandoeuvre"),
        ("ovhcloud/paris", "ovhcloud/sbg, ovhcloud/rbx"),
    ],
)
def test_an_unknown_host_is_answered_with_those_that_exist(tmp_path: Path, read: str, near: str) -> None:
    done = sobria(tmp_path, "places", "add", "--service", "a", "--host", read, *SAID, "--why", "essai", code=1)
    assert f"Identifiants proches : {near}" in done.stderr.replace("\xa0", " ")


def test_an_answer_of_a_day_that_another_of_that_day_replaces_counts_for_nothing(tmp_path: Path) -> None:
    """1.4 of May, 1.25 then 1.3 of June: May gives way to 1.3, and so does 1.25, which never counts."""
    for day, pue in (("2026-06-01", 1.25), ("2026-06-01", 1.3), ("2026-05-01", 1.4)):
        answered(tmp_path, day, pue=pue)
    known = knowledge(tmp_path)
    told = [(old.said.value, new.said.value, new.said.date.isoformat()) for old, new in known.replaced()]
    assert told == [(1.4, 1.3, "2026-06-01"), (1.25, 1.3, "2026-06-01")]


def test_a_sheet_says_which_answers_it_takes_to_make_it_again(tmp_path: Path) -> None:
    """A PUE of the site of an option changes its figures, though its file and the factors are the same."""
    asked = scenario(option("a", use={"it_energy_kwh": 1.0, "zone": "FRA", "host": "class/server-room"}))
    assert "réponses de fournisseur" not in " ".join(foot(facts_of(asked, "fr", tmp_path), "evaluation"))
    answered(tmp_path, pue=1.2)
    told = " ".join(foot(facts_of(asked, "fr", tmp_path), "evaluation"))
    assert "réponses de fournisseur" in told and "class/server-room: pue=1.2 (2026-06-01)" in spaced(told)


def test_two_energies_that_make_another_pue_say_so(tmp_path: Path) -> None:
    """300,000 / 100,000 kWh = 3 from October on, in place of the PUE of 2; of two dates, their windows may differ."""
    site = "class/server-room"
    answered(tmp_path, "2025-07-01", pue=2)
    assert "énergie totale ÷" not in answered(tmp_path, "2025-09-01", it_energy=100000)
    said = answered(tmp_path, "2025-10-01", total_energy=300000)
    for text in (said, sobria(tmp_path, "places", "list").stdout):
        assert f"{site} : le PUE est 3, énergie totale ÷ énergie informatique, dès le 01/10/2025." in spaced(text)
        assert "Il compte à la place de class/server-room: pue=2 (2025-07-01)" in spaced(
            text
        ) and "deux dates" in spaced(text)
    answered(tmp_path, "2025-11-01", pue=1.5)
    assert "énergie totale ÷" not in sobria(tmp_path, "places", "list").stdout
