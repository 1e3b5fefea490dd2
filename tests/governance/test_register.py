"""The register of AI use cases: stages and their conditions, events that are whole, two people at once."""

import itertools
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.register.use_case_detail import _quality_note
from estimator.core.errors import LANGUAGES, SobriaError, words
from estimator.core.event_log import FOLDER, Event, EventFolder, make_event
from estimator.core.home import SAMPLE_MARK
from estimator.core.refusals import FieldsRefused
from estimator.governance.commitments.commitments import CommitmentRefused, Commitments
from estimator.governance.register.attachments import use_case_of
from estimator.governance.register.refusals import (
    ChangeRefused,
    ClosedUseCase,
    NotThere,
    RegisterTorn,
    StageOrder,
    StageRefused,
    UseCaseKnown,
    UseCaseUnknown,
)
from estimator.governance.register.register import Register, author, free_id
from estimator.governance.register.replay import fold
from estimator.governance.register.schema import Attachment, add_months
from estimator.governance.register.stage_rules import RULES
from estimator.reporting.uses.resident import reached_text
from tests.support import examples, sobria

FACTS: dict[str, Any] = {
    "name": "Tri du courrier",
    "task": "Classer les courriers",
    "unit": "un courrier classé",
    "service": "Relations usagers",
    "commune": "54395",
    "owner_role": "Responsable du courrier",
}
ANSWERED = {
    "alternative": {
        "answer": "etudiee_et_ecartee",
        "description": "tri à la main",
        "reason": "deux jours de retard",
        "date": "2026-01-10",
    }
}
THRESHOLD = {"threshold": {"value": 0.9, "test": "200 courriers relus"}, "model": "mistral-small", "host": "class/desk"}
HEARD = {"consulted": "Agents du courrier, mars 2026", "human_contact": "Accueil"}
DSI = author("Direction du numérique", "essai")


def clock(start: str = "2026-03-01T09:00:00") -> Callable[[], datetime]:
    """A clock that goes forward one minute a reading."""
    minutes: Iterator[int] = itertools.count()
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    return lambda: first + timedelta(minutes=next(minutes))


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register(tmp_path, now=clock())


def decision(what: str, day: str = "2026-02-01") -> dict[str, Any]:
    return {"what": what, "date": day, "reasons": "qualité suffisante", "by": "Comité numérique"}


def generalised(register: Register) -> str:
    """A use case led to roll-out."""
    id = register.create(FACTS | ANSWERED | THRESHOLD | HEARD, DSI).id
    register.move(id, "experimentation", DSI)
    register.move(id, "pilote", DSI)
    register.record_quality(id, {"value": 0.92, "date": "2026-02-01", "by": "Relations usagers"}, DSI)
    register.review(id, {"done": "2026-02-02", "by": "Direction du numérique", "conclusion": "poursuivre"}, DSI)
    register.decide(id, decision("lancer"), DSI)
    register.move(id, "generalisation", DSI)
    return id


Wrong = tuple[str, str, dict[str, Any]]
DONE = {"by": "DSI", "conclusion": "poursuivre"}
FOUND = {"value": 0.95, "by": "Relations usagers"}
FAR_DAYS: list[Wrong] = [
    ("decide", "future", decision("lancer", "2099-01-01")),
    ("decide", "day_far", decision("lancer", "1900-01-01")),
    ("record_quality", "future", FOUND | {"date": "2099-01-01"}),
    ("record_quality", "day_far", FOUND | {"date": "1900-01-01"}),
    ("review", "future", DONE | {"done": "2099-01-01"}),
    ("review", "day_far", DONE | {"done": "2014-11-15"}),
    ("review", "day_far", {"due": "2099-01-01"}),
    ("attach", "day_far", {"service_key": "chat", "since": "1900-01-01"}),
    ("change", "future", {"alternative": ANSWERED["alternative"] | {"date": "2099-01-01"}}),
]
FAR_MARKS: list[Wrong] = [
    ("record_quality", "negative", FOUND | {"value": -5, "date": "2026-02-01"}),
    ("record_quality", "scales", FOUND | {"value": 92, "date": "2026-02-01"}),
    ("change", "negative", {"threshold": {"value": -1, "test": "relus"}}),
]


@pytest.mark.parametrize(("write", "code", "data"), FAR_DAYS + FAR_MARKS)
def test_a_day_or_a_mark_out_of_reach_would_silence_those_after_it(
    register: Register, write: str, code: str, data: dict[str, Any]
) -> None:
    """The last quality and the last decision are those of the latest day: one of 2099 would count for ever."""
    id = register.create(FACTS | ANSWERED | THRESHOLD, DSI).id
    before = register.use_case(id)
    assert [i["code"] for i in _refused(FieldsRefused, lambda: getattr(register, write)(id, data, DSI)).items] == [code]
    assert register.use_case(id) == before


def test_what_was_written_before_the_rule_of_days_still_counts(register: Register) -> None:
    id = register.create(FACTS, DSI).id
    old = {"use_case": id, "kind": "decided", "who": "DSI", "why": "essai", "previous": register.use_case(id).head}
    register.store.write(make_event(old | {"data": decision("lancer", "2099-01-01")}, datetime.now(UTC)))
    assert (str(register.use_case(id).decisions[0].date), register.faults()) == ("2099-01-01", [])


def test_a_threshold_is_on_the_scale_of_the_quality_that_was_found(register: Register) -> None:
    """0.92 of a test, then a threshold of 90 of the same one: a share and a mark; 0 is the same on every scale."""
    id = register.create(FACTS | ANSWERED | THRESHOLD, DSI).id
    register.record_quality(id, FOUND | {"value": 0.92, "date": "2026-02-01"}, DSI)
    marks = {"threshold": {"value": 90, "test": THRESHOLD["threshold"]["test"]}}
    said = _refused(FieldsRefused, lambda: register.change(id, marks, DSI)).items[0]
    assert (said["code"], "0,92" in said["fr"], "0.92" in said["en"]) == ("scales", True, True)
    register.record_quality(id, FOUND | {"value": 0, "date": "2026-02-02"}, DSI)


def test_a_use_case_from_idea_to_withdrawal_and_each_refusal_says_what_is_lacking(register: Register) -> None:
    id = register.create(FACTS, DSI).id
    assert id == "tri-du-courrier"

    def lacks(stage: Any) -> list[str]:
        return [item["code"] for item in _refused(StageRefused, lambda: register.move(id, stage, DSI)).items]

    assert lacks("experimentation") == ["answered"]
    register.change(id, ANSWERED, DSI)
    assert register.move(id, "experimentation", DSI).started == date(2026, 3, 1)
    assert lacks("pilote") == ["threshold", "model", "host", "consulted"]
    register.change(id, THRESHOLD | {"consulted": HEARD["consulted"]}, DSI)
    register.move(id, "pilote", DSI)
    assert lacks("generalisation") == ["human_contact", "quality", "reviewed", "decided"]
    register.change(id, HEARD, DSI)
    found = {"date": "2026-02-01", "by": "Relations usagers"}
    register.record_quality(id, {"value": 0.95, "test": "un autre test", **found}, DSI)
    assert "quality" in lacks("generalisation")  # 0.95 of another test says nothing about this threshold
    register.record_quality(id, {"value": 0.89, **found}, DSI)
    assert "quality" in lacks("generalisation")  # 0.89 < 0.9
    register.record_quality(id, {"value": 0.9, **found}, DSI)
    assert lacks("generalisation") == ["reviewed", "decided"]  # 0.9 ≥ 0.9
    register.review(id, {"due": "2026-04-01"}, DSI)
    assert "reviewed" in lacks("generalisation")  # planned is not done
    register.review(id, {"done": "2026-02-02", "by": "DSI", "conclusion": "poursuivre"}, DSI)
    register.decide(id, decision("lancer"), DSI)
    assert register.move(id, "generalisation", DSI).outcome == "generalise"
    assert lacks("retrait") == ["stopped"]
    register.decide(id, decision("arreter", "2026-05-01"), DSI)
    case = register.move(id, "retrait", DSI)
    assert (case.stage, case.outcome, case.next_review) == ("retrait", "retire", None)


def _refused(kind: type[Any], action: Callable[[], object]) -> Any:
    with pytest.raises(kind) as caught:
        action()
    return caught.value


def test_a_launch_whose_question_without_ai_is_open_is_told_what_the_charter_asks(tmp_path: Path) -> None:
    """The decision is a fact, and is kept; a decision that is not to launch is told nothing."""
    Register(tmp_path).create(FACTS, DSI, "faq")
    asked = ("--reasons", "voté", "--by", "Conseil", "--who", "DSI")
    said = sobria(tmp_path, "register", "decide", "faq", "lancer", *asked).stderr
    assert "alternative_reponse" in said and "C39" in said
    assert not sobria(tmp_path, "register", "decide", "faq", "ne_pas_faire", *asked).stderr
    assert "corrige par une autre" in " ".join(sobria(tmp_path, "register", "decide", "--help").stdout.split())


def test_a_refused_move_says_the_charter_and_what_to_give_in_both_languages(register: Register) -> None:
    id = register.create(FACTS, DSI).id
    error = _refused(StageRefused, lambda: register.move(id, "experimentation", DSI))
    assert error.message("fr").splitlines() == [
        "« Tri du courrier » ne peut pas entrer à l'étape « Expérimentation ». Il manque :",
        "  - la réponse à la question sans IA, avec sa raison et sa date (alternative_reponse, alternative_raison, "
        "alternative_date). Charte, C39 : « Existe-t-il des solutions alternatives, ne recourant pas à l'IA, pouvant "
        "produire les mêmes effets ? »",
    ]
    assert error.message("en").startswith("“Tri du courrier” cannot enter the stage “Experiment”. What is lacking:\n")
    assert "the answer to the non-AI question" in error.as_dict()["en"]
    assert error.items[0]["charter"] == "C39"


def test_no_stage_is_skipped_and_one_may_go_back_with_a_reason(register: Register) -> None:
    id = register.create(FACTS | ANSWERED | THRESHOLD | HEARD, DSI).id
    error = _refused(StageOrder, lambda: register.move(id, "pilote", DSI))
    assert "ne peut pas passer à « Pilote »" in error.message("fr") and "l'étape suivante" in error.message("fr")
    assert "cannot go to “Pilot”" in error.message("en")
    _refused(StageOrder, lambda: register.move(id, "idee", DSI))
    register.move(id, "experimentation", DSI)
    register.move(id, "pilote", DSI)
    back = register.move(id, "idee", author("DSI", "le besoin a changé"))
    assert back.stage == "idee" and register.history(id)[-1].why == "le besoin a changé"
    assert "raison (--why) : rien n'a été lu" in _refused(FieldsRefused, lambda: author("DSI", " ")).message("fr")


def test_what_a_stage_needs_cannot_be_taken_away(register: Register) -> None:
    id = register.create(FACTS | ANSWERED, DSI).id
    register.move(id, "experimentation", DSI)
    error = _refused(ChangeRefused, lambda: register.change(id, {"alternative": {}}, DSI))
    assert "retirerait à « Tri du courrier »" in error.message("fr") and "C39" in error.message("en")
    assert register.use_case(id).alternative.answer == "etudiee_et_ecartee"


def test_refusing_ai_is_a_result_that_is_counted_and_stops_the_way_forward(register: Register) -> None:
    """Three use cases: not done, done without AI, and one past « idée » whose question is answered: 1 of 1."""
    ids = [register.create(FACTS | ANSWERED | {"name": name}, DSI).id for name in ("a", "b", "c")]
    register.decide(ids[0], decision("ne_pas_faire"), DSI)
    register.decide(ids[1], decision("fait_sans_ia"), DSI)
    register.move(ids[2], "experimentation", DSI)
    counts = register.counts()
    assert counts.stages == {"idee": 2, "experimentation": 1, "pilote": 0, "generalisation": 0, "retrait": 0}
    assert {k: v for k, v in counts.outcomes.items() if v} == {"ne_pas_faire": 1, "fait_sans_ia": 1, "en_cours": 1}
    assert (counts.non_ai_reviewed, counts.past_idea) == (1, 1)
    error = _refused(ClosedUseCase, lambda: register.move(ids[0], "experimentation", DSI))
    assert "« Ne pas faire »" in error.message("fr") and "“Do not do it”" in error.message("en")
    register.decide(ids[0], decision("lancer", "2026-02-02"), DSI)
    assert register.move(ids[0], "experimentation", DSI).outcome == "en_cours"


def test_reviews_are_due_every_six_or_twelve_months_from_the_start(register: Register) -> None:
    """Start 1 March 2026, every 6 months: 1 September; done on 31 August: 28 February 2027."""
    id = register.create(FACTS | ANSWERED | {"review_months": 6}, DSI).id
    assert register.due(date(2026, 3, 1)) == []
    assert register.move(id, "experimentation", DSI).next_review == date(2026, 9, 1)
    assert [d.late for d in register.due(date(2026, 9, 1))] == [False]
    assert [d.late for d in register.due(date(2026, 9, 2))] == [True]
    done = {"done": "2026-08-31", "by": "DSI", "conclusion": "poursuivre"}
    assert register.review(id, done, DSI).next_review == date(2027, 2, 28)
    assert register.use_case(id).reviews[0].due is None, "nobody said that day"
    assert register.due(date(2027, 1, 28)) == []  # 31 days before
    assert len(register.due(date(2027, 1, 29))) == 1  # 30 days before
    assert register.review(id, {"due": "2026-12-01"}, DSI).next_review == date(2026, 12, 1)
    assert add_months(date(2026, 1, 15), 1) == date(2026, 2, 15)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28) and add_months(date(2026, 12, 1), 12).year == 2027


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"owner_role": "jean.dupont@nancy.fr"}, "adresse électronique", "e-mail address"),
    ({"owner_role": "chef 06 12 34 56 78"}, "numéro de téléphone", "telephone number"),
    ({"service": "+33 3 83 91 83 83"}, "numéro de téléphone", "telephone number"),
    ({"commune": "1001"}, "« 1001 » a été lu ; un code INSEE", "“1001” was read; an INSEE code"),
    ({"name": " "}, "nom (nom) : rien n'a été lu", "name (nom): nothing was read"),
    ({"review_months": 7}, "attendu : 6, 12", "expected: 6, 12"),
    ({"volume_per_month": 0}, "plus grand que zéro", "greater than zero"),
    ({"concurrency": float("nan")}, "un nombre est attendu", "a number is expected"),
    ({"scenario": "../a.toml"}, "sans dossier", "without a folder"),
    ({"scenario": "scenario=faq.toml"}, "attendu, par exemple faq.toml.", "for example faq.toml."),
    ({"threshold": {"value": 1}}, "test du seuil de qualité", "test of the quality threshold"),
    ({"alternative": {"answer": "trouvee_et_retenue", "date": "2026-01-01"}}, "sans sa raison", "without its reason"),
    (
        {"alternative": {"date": "20260101"}},
        "une date est attendue, comme 2026-12-31",
        "a date is expected, such as 2026-12-31",
    ),
    ({"person": "x"}, "n'existe pas au registre", "no such field"),
    ({"task": "a\x00"}, "caractère de commande", "control character"),
]


@pytest.mark.parametrize(("field", "french", "english"), BAD)
def test_a_field_that_does_not_fit_is_refused_in_both_languages(
    register: Register, field: dict[str, Any], french: str, english: str
) -> None:
    error = _refused(FieldsRefused, lambda: register.create(FACTS | field, DSI))
    assert french in error.message("fr") and english in error.message("en")
    assert "dupont" not in error.message("fr") and register.use_cases() == []


def test_the_code_of_a_foreign_country_is_a_commune_of_the_invented_example_alone(tmp_path: Path) -> None:
    """99 begins no commune. Written before, it is read, and the other fields may change; a trial is as its register."""
    (tmp_path / SAMPLE_MARK).touch()
    invented = Register(tmp_path)
    case = invented.create(FACTS | {"commune": "99001"}, DSI)
    assert invented.trial()[0].create(FACTS | {"commune": "99002", "name": "Autre"}, DSI).commune == "99002"
    (tmp_path / SAMPLE_MARK).unlink()
    own = Register(tmp_path)
    assert own.change(case.id, {"benefit": "plus court", "commune": "99001"}, DSI).commune == "99001"
    assert Register(tmp_path).use_case(case.id).benefit == "plus court"
    for held in (own, own.trial()[0]):
        for write in (
            lambda held=held: held.create(FACTS | {"commune": "99999", "name": "Autre"}, DSI),
            lambda held=held: held.change(case.id, {"commune": "99999"}, DSI),
        ):
            told = _refused(FieldsRefused, write)
            assert "« 99999 » a été lu ; aucune commune" in told.message("fr") and "“99999” was read" in told.message(
                "en"
            )
    assert own.change(case.id, {"commune": "97411"}, DSI).commune == "97411", "Saint-Denis, La Réunion"
    vote = {"indicator": "energy", "change_percent": -20, "reference_year": 2025, "due_year": 2027, "unit": "kWh"}
    vote |= {"by": "Conseil", "date": "2026-01-15", "document": "délibération 12", "territory": "99999"}
    with pytest.raises(CommitmentRefused, match="99999"):
        Commitments(tmp_path).vote_objective(vote, author("DSI", "vote"))


def test_two_people_who_add_the_same_use_are_told_of_one_another(register: Register) -> None:
    register.create(FACTS, author("Accueil", "premier"))
    with pytest.raises(SobriaError) as refused:
        register.create(FACTS, DSI)
    assert "tri-du-courrier, écrit le 01/03/2026 (signé : Accueil)" in refused.value.message("fr")
    assert [case.id for case in register.use_cases()] == ["tri-du-courrier"]


def test_ids_are_made_from_names_and_unique(register: Register) -> None:
    named = FACTS | {"name": "Été à l'École"}
    assert [register.create(named | {"service": service}, DSI).id for service in ("a", "b", "c")] == [
        "ete-a-l-ecole",
        "ete-a-l-ecole-2",
        "ete-a-l-ecole-3",
    ]
    assert free_id("???", set()) == "cas"
    assert "ete-a-l-ecole" in _refused(UseCaseKnown, lambda: register.create(FACTS, DSI, "ete-a-l-ecole")).message("fr")
    _refused(FieldsRefused, lambda: register.create(FACTS, DSI, "../x"))
    assert "sobria register list" in _refused(UseCaseUnknown, lambda: register.use_case("x")).message("en")


def test_a_writer_killed_before_the_rename_leaves_nothing(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = register.create(FACTS, DSI).id
    before = sorted((tmp_path / FOLDER).iterdir())

    def broken(source: object, target: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", broken)
    with pytest.raises(OSError):
        register.change(id, {"benefit": "un jour gagné"}, DSI)
    monkeypatch.undo()
    assert sorted((tmp_path / FOLDER).iterdir()) == before
    assert Register(tmp_path).use_case(id).benefit == ""


def test_torn_foreign_and_altered_files_are_said_and_skipped(register: Register, tmp_path: Path) -> None:
    id = register.create(FACTS, DSI).id
    register.change(id, {"benefit": "un jour gagné"}, DSI)
    folder = tmp_path / FOLDER
    first, last = sorted(folder.iterdir())
    (folder / "torn.json").write_bytes(first.read_bytes()[:50])
    (folder / "foreign.json").write_text("[1]")
    (folder / "surrogate.json").write_text(first.read_text("utf-8").replace("Classer", "\\ud800"), "utf-8")
    (folder / "deep.json").write_text("[" * 100_000)
    (folder / "folder.json").mkdir()
    (folder / ".half.tmp").write_text("{")
    last.write_text(last.read_text("utf-8").replace("un jour", "dix jours"), "utf-8")
    (folder / f"copy of {first.name}").write_bytes(first.read_bytes())
    fresh = Register(tmp_path)
    found = {fault.about: fault.code for fault in fresh.faults()}
    assert found.pop(last.name) == "altered"
    assert found.pop("surrogate.json") in ("foreign", "altered")
    assert found == {"torn.json": "torn", "foreign.json": "foreign", "deep.json": "torn", "folder.json": "torn"}
    assert fresh.use_case(id).benefit == "" and len(fresh.history(id)) == 1
    assert all("n'est pas compté" in fault.as_dict()["fr"] for fault in fresh.faults())
    before = sorted((file.name, file.read_bytes()) for file in folder.iterdir() if file.is_file())
    new = FACTS | {"name": "Autre"}
    for write in (lambda: fresh.create(new, DSI), lambda: fresh.decide(id, decision("lancer"), DSI)):
        refused = _refused(RegisterTorn, write).message("fr")
        assert all(f"{name} : " in refused for name in ("torn.json", "foreign.json", last.name))
    assert sorted((file.name, file.read_bytes()) for file in folder.iterdir() if file.is_file()) == before
    first.unlink()
    (folder / f"copy of {first.name}").unlink()
    assert Register(tmp_path).use_cases() == []


def test_every_command_names_a_damaged_file_and_none_writes_beside_it(register: Register, tmp_path: Path) -> None:
    id = register.create(FACTS, DSI).id
    (tmp_path / FOLDER / "torn.json").write_text("{", "utf-8")
    for command in (("list",), ("show", id), ("due",), ("export", str(tmp_path / "export.csv"))):
        done = sobria(tmp_path, "register", *command, code=0)
        assert "torn.json : ce fichier du registre est incomplet" in done.stderr and "torn" not in done.stdout
    said = ("--who", "DSI", "--why", "essai")
    for command in (("set", id, "benefice=x", *said), ("decide", id, "lancer", "--reasons", "x", "--by", "y", *said)):
        assert "torn.json" in sobria(tmp_path, "register", *command, code=1).stderr
    assert len(register.history(id)) == 1


def test_an_event_whose_previous_is_missing_still_counts_and_is_said(register: Register, tmp_path: Path) -> None:
    id = register.create(FACTS, DSI).id
    register.change(id, {"benefit": "a"}, DSI)
    register.change(id, {"model": "m"}, DSI)
    sorted((tmp_path / FOLDER).iterdir())[1].unlink()
    fresh = Register(tmp_path)
    assert (fresh.use_case(id).benefit, fresh.use_case(id).model) == ("", "m")
    assert [fault.code for fault in fresh.faults()] == ["previous_absent"]


def test_two_people_at_once_both_count_and_what_was_replaced_is_said_until_settled(register: Register) -> None:
    """Both had seen the creation: one writes benefit and model, the other benefit and host."""
    case = register.create(FACTS, DSI)
    one, other = (author(who, "mise à jour", case.head) for who in ("Service A", "Service B"))
    register.change(case.id, {"benefit": "un", "model": "m"}, one)
    after = register.change(case.id, {"benefit": "deux", "host": "h"}, other)
    assert (after.benefit, after.model, after.host) == ("deux", "m", "h")
    (conflict,) = register.conflicts()
    assert conflict.fields == ("benefit",) and [e.who for e in conflict.events] == ["Service A", "Service B"]
    register.change(case.id, {"benefit": "un et deux"}, author("Service A", "accord", after.head))
    assert [c.fields for c in register.conflicts()] == [()]
    _refused(NotThere, lambda: register.change(case.id, {"benefit": "x"}, author("A", "b", "0" * 32)))


def test_a_form_sent_whole_changes_only_what_its_author_changed(register: Register) -> None:
    case = register.create(FACTS, DSI)
    form = case.model_dump(include=set(FACTS) | {"benefit", "model"})
    register.change(case.id, {"benefit": "un"}, author("Service A", "x", case.head))
    after = register.change(case.id, form | {"model": "m"}, author("Service B", "y", case.head))
    assert (after.benefit, after.model) == ("un", "m")
    assert [c.fields for c in register.conflicts()] == [()]


def test_two_writers_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    id = Register(tmp_path).create(FACTS, DSI).id

    def write(who: str) -> None:
        mine = Register(tmp_path)
        for number in range(20):
            mine.change(id, {"benefit": f"{who} {number}"}, author(who, "course"))

    writers = [threading.Thread(target=write, args=(f"Service {n}",)) for n in "AB"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    fresh = Register(tmp_path)
    assert len(fresh.history(id)) == 41 and fresh.faults() == []
    assert fresh.use_case(id) == Register(tmp_path).use_case(id)


CHANGES = st.one_of(
    st.tuples(st.just("changed"), st.fixed_dictionaries({"benefit": st.text("abc", max_size=3)})),
    st.tuples(st.just("changed"), st.fixed_dictionaries({"model": st.text("abc", max_size=3)})),
    st.tuples(st.just("staged"), st.fixed_dictionaries({"stage": st.sampled_from(["idee", "pilote", "nowhere"])})),
    st.tuples(st.just("decided"), st.just(decision("lancer"))),
    st.tuples(st.just("attached"), st.just({"service_key": "tri*"})),
)
PLANS = st.lists(st.tuples(CHANGES, st.integers(0, 30), st.integers(0, 3)), max_size=8)


def history_of(plan: list[Any]) -> list[Event]:
    """A tree of events: each follows any earlier one, at any time, as several unsynchronised writers would do."""
    fields = {"use_case": "x", "who": "DSI", "why": "essai"}
    start = datetime(2026, 3, 1, tzinfo=UTC)
    events = [make_event(fields | {"kind": "created", "previous": None, "data": FACTS}, start)]
    for (kind, data), back, minutes in plan:
        previous = events[back % len(events)].event
        body = fields | {"kind": kind, "previous": previous, "data": data}
        events.append(make_event(body, start + timedelta(minutes=minutes)))
    return events


@examples(100, 2000)
@given(plan=PLANS, random=st.randoms(use_true_random=False), lost=st.integers(0, 30))
def test_any_order_of_reading_gives_the_same_fold(plan: list[Any], random: Any, lost: int) -> None:
    events = history_of(plan)
    if lost % 3 == 0 and len(events) > 1:
        del events[1 + lost % (len(events) - 1)]
    shuffled = [*events, *events[:2]]
    random.shuffle(shuffled)
    folded, again = fold(events), fold(shuffled)
    assert folded == again
    places = {event.event: place for place, event in enumerate(folded.history)}
    for event in folded.history:
        assert places.get(event.previous or "", -1) < places[event.event]


def test_the_files_are_events_by_time_and_hash(register: Register, tmp_path: Path) -> None:
    id = register.create(FACTS, DSI).id
    (path,) = (tmp_path / FOLDER).iterdir()
    body = json.loads(path.read_text("utf-8"))
    assert set(body) == {"event", "use_case", "kind", "at", "who", "why", "previous", "data"}
    assert path.name == f"20260301T090000.000000Z-{body['event']}.json"
    assert (body["use_case"], body["kind"], body["previous"], body["who"]) == (id, "created", None, DSI.who)
    assert EventFolder(tmp_path).read()[0][0].file_name == path.name


def pattern(use_case: str, at: str, **more: Any) -> Attachment:
    return Attachment(id=at, use_case=use_case, at=at, **more)


def test_the_attachment_written_last_wins() -> None:
    held = [
        pattern("a", "1", service_key="tri-*"),
        pattern("b", "2", service_key="tri-*", since=date(2026, 3, 1)),
        pattern("c", "3", service_key="tri-mails", host="h", model="m"),
        pattern("d", "4", service_key="tri-vieux", until=date(2026, 2, 1)),
    ]
    assert use_case_of("tri-x", None, None, date(2026, 2, 28), held) == "a"
    assert use_case_of("tri-x", None, None, date(2026, 3, 1), held) == "b"
    assert use_case_of("tri-x", None, None, date(2026, 3, 1), held[::-1]) == "b"
    assert use_case_of("tri-mails", "h", "m", date(2026, 3, 1), held) == "c"
    assert use_case_of("tri-mails", "h", None, date(2026, 3, 1), held) == "b"
    assert use_case_of("tri-vieux", None, None, date(2026, 1, 31), held) == "d"
    assert use_case_of("tri-vieux", None, None, date(2026, 2, 1), held) == "a"
    assert use_case_of("Tri-x", None, None, date(2026, 3, 1), held) is None


def test_runs_are_attached_and_detached(register: Register) -> None:
    one, two = (register.create(FACTS | {"name": name}, DSI).id for name in ("a", "b"))
    first = register.attach(one, {"service_key": "tri*"}, DSI).attachments[0]
    second = register.attach(two, {"service_key": "tri*", "since": "2026-03-01"}, DSI).attachments[0]
    assert [a.use_case for a in register.attachments()] == [one, two]
    day = date(2026, 4, 1)
    assert use_case_of("tri", None, None, day, register.attachments()) == two
    register.detach(two, second.id, DSI, until=day)
    assert use_case_of("tri", None, None, day, register.attachments()) == one
    register.detach(one, first.id, DSI)
    assert [a.id for a in register.attachments()] == [second.id]
    error = _refused(NotThere, lambda: register.detach(one, first.id, DSI))
    assert first.id in error.message("fr") and first.id in error.message("en")
    _refused(FieldsRefused, lambda: register.attach(one, {"service_key": ""}, DSI))


def test_the_same_attachment_is_kept_once_unless_another_use_took_its_runs_since(register: Register) -> None:
    """Attached to a twice, then to b, which takes its runs, then to a again, which takes them back."""
    one, two = (register.create(FACTS | {"name": name}, DSI).id for name in ("a", "b"))
    pattern = {"service_key": "tri*", "since": "2026-03-01"}
    assert [len(register.attach(one, pattern, DSI).attachments) for _ in range(2)] == [1, 1]
    assert len(register.attach(one, pattern | {"model": "gpt-5"}, DSI).attachments) == 2, "of other runs"
    for case in (two, one):
        register.attach(case, pattern, DSI)
        assert use_case_of("tri", None, None, date(2026, 4, 1), register.attachments()) == case
    register.detach(one, register.attachments()[-1].id, DSI, until=date(2026, 5, 1))
    assert register.attach(one, pattern, DSI).attachments[-1].until is None, "it had ended"


def test_a_quality_is_old_after_twelve_months_or_a_change_of_model(register: Register) -> None:
    id = register.create(FACTS | THRESHOLD, DSI).id
    register.record_quality(id, {"value": 0.92, "date": "2025-12-01", "by": "Relations usagers"}, DSI)
    case = register.use_case(id)
    assert not case.quality_is_old(date(2026, 11, 30)) and case.quality_is_old(date(2026, 12, 1))
    changed = register.change(id, {"model": "mistral-large"}, DSI)  # on 2026-03-01, three months after the test
    assert changed.quality_is_old(date(2026, 3, 2))
    register.record_quality(id, {"value": 0.91, "date": "2026-02-20", "by": "Relations usagers"}, DSI)
    assert not register.use_case(id).quality_is_old(date(2026, 3, 2)), "tested before the switch, for it"


def test_the_phrases_of_the_rules_are_the_charter_s(shared_data: Path) -> None:
    text = (shared_data.parent / "design" / "charter.md").read_text("utf-8")
    for rule in RULES:
        row = next(line for line in text.splitlines() if f"| {rule.charter} " in line or f"{rule.charter} « " in line)
        assert rule.phrase in row


def test_every_field_has_a_name_in_both_languages() -> None:
    from estimator.governance.register.schema import UseCaseFacts

    for lang in LANGUAGES:
        plain = set(UseCaseFacts.model_fields) - {"threshold"}
        assert plain <= words(lang)["register_fields"].keys()


@pytest.mark.parametrize(("value", "threshold", "said"), [
    ("42 sur 50", 0.8, "seuil non assuré : 50 cas, de 74 % à 91 % possible"),
    ("42 sur 50", 0.7, "seuil atteint"), ("42 sur 50", 0.95, "sous le seuil"),
    ("42 sur 50", 0.9, "sous le seuil, écart non assuré : 50 cas, de 74 % à 91 % possible"),
    (0.84, 0.8, "seuil atteint"),
])  # fmt: skip
def test_a_threshold_that_a_small_test_does_not_assure_is_said_so(
    register: Register, value: Any, threshold: float, said: str
) -> None:
    """Wilson at 90 %, 42 of 50: z²/n = 2.7055/50 = 0.05411; (0.84 + 0.02706)/1.05411 = 0.8226 around which
    √(0.84 × 0.16 × 0.05411 + 0.05411²/4)/1.05411 = 0.0848: from 0.738 to 0.907."""
    id = register.create(FACTS | ANSWERED | {"threshold": {"value": threshold, "test": "relus"}}, DSI).id
    found = register.record_quality(id, FOUND | {"value": value, "date": "2026-02-01"}, DSI)
    assert found.tested is not None
    assert (found.tested.value, found.tested.cases) == (0.84, 50 if value != 0.84 else None)
    assert reached_text(found, "fr").replace("\u00a0", " ").replace("\u202f", " ") == said
    assert register.use_case(id).tested == found.tested


def test_an_old_test_is_not_told_to_reach_its_threshold(register: Register) -> None:
    """84 % on 1 February 2026 for 80 %: a year later, the list says how old it is; of a use that is over, nothing is
    to be done again."""
    id = register.create(FACTS | ANSWERED | {"threshold": {"value": 0.8, "test": "relus"}}, DSI).id
    found = register.record_quality(id, FOUND | {"value": 0.84, "date": "2026-02-01"}, DSI)
    assert reached_text(found, "fr", date(2027, 1, 31)) == "seuil atteint"
    assert reached_text(found, "fr", date(2027, 2, 1)).replace("\u00a0", " ") == "test ancien, du 1er février 2026"
    assert "À refaire" in _quality_note(found, date(2027, 2, 1), "fr")
    over = found.model_copy(update={"stage": "retrait", "outcome": "arrete"})
    assert over.is_over and reached_text(over, "fr", date(2027, 2, 1)) == "seuil atteint"
    assert "À refaire" not in _quality_note(over, date(2027, 2, 1), "fr")


def test_a_quality_is_read_as_people_write_it(tmp_path: Path) -> None:
    register = Register(tmp_path)
    id = register.create(FACTS | ANSWERED | THRESHOLD, DSI).id
    asked = ("register", "quality", id, "--by", "DSI", "--who", "DSI", "--date", "2026-02-01", "--value")
    for typed, value in (("42 of 50", 0.84), ("0,84", 0.84), ("84 %", 0.84), ("0.84", 0.84)):
        sobria(tmp_path, *asked, typed)
        assert register.use_case(id).qualities[-1].value == value
    refused = sobria(tmp_path, *asked, "bonne", code=1)
    assert "« bonne »" in refused.stderr and "nombre" in refused.stderr
