"""What is voted and done: the last vote counts, nothing is rewritten, nobody is singled out."""

import itertools
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.cli.commitments import commitments as commands
from estimator.core.errors import LANGUAGES, words
from estimator.core.said_number import SaidNumber
from estimator.governance.commitments.commitments import (
    FOLDER,
    CommitmentRefused,
    Commitments,
    StatementUnknown,
    Trained,
    author,
    expected,
)
from estimator.governance.commitments.schema import (
    Budget,
    Correction,
    Objective,
    Publication,
    Training,
    What,
)
from estimator.governance.indicator_list import VOTED
from estimator.governance.register.refusals import UseCaseUnknown
from estimator.governance.register.register import Register
from tests.governance.test_register import FACTS
from tests.support import sobria

WHO = author("Direction du numérique", "essai")
VOTE = {"territory": "metropole", "by": "Conseil", "date": "2026-03-20", "document": "Délibération 12"}
ENERGY = VOTE | {"indicator": "energy", "value": 12, "unit": "MWh", "reference_year": 2025, "due_year": 2030}
BUDGET = VOTE | {"indicator": "water", "year": 2026, "value": 30, "unit": "m3"}
TRAINING = {"service": "Accueil", "date": "2026-03-01", "trained": 6, "with_access": 10, "kind": "atelier"}
MADE = {"date": "2026-04-01", "build": "0123456789abcdef", "factors_version": "fedcba9876543210", "address": "f.html"}
FICHE = MADE | {"what": "fiche", "territory": "54395", "period": "2026-T1"}
EVALUATION = MADE | {"what": "evaluation", "use_case": "tri-du-courrier"}
DAY = date(2026, 12, 31)


@pytest.fixture
def kept(tmp_path: Path) -> Commitments:
    first: datetime = datetime(2027, 1, 1, 9, tzinfo=UTC)
    minutes: Iterator[int] = itertools.count()
    return Commitments(tmp_path, now=lambda: first + timedelta(minutes=next(minutes)))


def test_the_last_statement_of_a_day_counts_though_the_clock_went_back(tmp_path: Path) -> None:
    """6 trained of 10, then, of the same day and at a clock 16 days behind, 7 of 10: 7 count."""
    clock = [datetime(2026, 12, 1, tzinfo=UTC)]
    commitments = Commitments(tmp_path, now=lambda: clock[0])
    commitments.state_training(TRAINING, WHO)
    clock[0] -= timedelta(16)
    commitments.state_training(TRAINING | {"trained": 7}, WHO)
    assert [entry.said.trained for entry in commitments.entries(Training)] == [6, 7]


def refused(act: Callable[[], object], french: str, english: str) -> None:
    with pytest.raises(CommitmentRefused) as caught:
        act()
    assert french in caught.value.message("fr") and english in caught.value.message("en")
    assert caught.value.message("fr").startswith("Cet engagement ne peut pas être enregistré ; rien n'a été écrit")


def said(what: str) -> dict[str, Any]:
    fields = {"trained": "%", "water": "m3"}
    return ENERGY | {"indicator": what, "unit": fields[what]}


def test_an_objective_counts_from_its_vote_until_a_later_one(kept: Commitments) -> None:
    kept.vote_objective(ENERGY | {"date": "2026-09-01", "value": 10}, WHO)
    kept.vote_objective(ENERGY, WHO)
    values = [getattr(kept.objective("energy", "metropole", date(2026, m, d)), "value", None)
              for m, d in ((3, 19), (3, 20), (8, 31), (9, 1))]  # fmt: skip
    assert values == [None, 12, 12, 10]
    assert kept.objective("energy", "54395", DAY) is None and kept.objective("water", "metropole", DAY) is None
    assert [e.said.value for e in kept.entries(Objective)] == [12, 10], "the history is kept"
    kept.vote_objective(ENERGY | {"date": "2026-09-01", "value": 11}, WHO)
    again = kept.objective("energy", "metropole", DAY)
    assert again and again.value == 11, "of the same day, the one written last"


def test_the_path_to_a_value_by_hand(kept: Commitments) -> None:
    """20 MWh in 2025, 12 MWh in 2030: 20 000 - 8 000 × n / 5 kWh after n years."""
    found = kept.vote_objective(ENERGY | {"reference_value": 20}, WHO).said
    assert (found.reference, found.target(None)) == (20_000, 12_000)
    path = [expected(found, year, 20_000) for year in range(2024, 2032)]
    assert path == pytest.approx([20_000, 20_000, 18_400, 16_800, 15_200, 13_600, 12_000, 12_000])


def test_the_path_of_a_change_by_hand(kept: Commitments) -> None:
    """-30 % of 200 kg in five years: 200 × 0.7 = 140 kg in 2030, 200 - 60 × 2 / 5 = 176 kg in 2027."""
    change = ENERGY | {"indicator": "gwp", "value": None, "unit": "", "change_percent": -30}
    found = kept.vote_objective(change, WHO).said
    assert found.target(200) == pytest.approx(140) and found.target(None) is None and found.reference is None
    assert expected(found, 2027, 200) == pytest.approx(176)


def test_a_share_is_voted_in_percent_and_computed_as_a_share(kept: Commitments) -> None:
    found = kept.vote_objective(said("trained") | {"value": 35, "reference_value": 7}, WHO).said
    assert (found.reference, found.target(None)) == (0.07, 0.35)


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.integers(1, 40), st.integers(-5, 50))
def test_a_path_begins_at_the_reference_ends_at_the_target_and_stays_between(
    reference: float, value: float, years: int, after: int
) -> None:
    fields = ENERGY | {"value": value, "unit": "kWh", "due_year": 2025 + years}
    objective = Objective.model_validate(fields)
    assert expected(objective, 2025, reference) == reference
    assert expected(objective, 2025 + years, reference) == pytest.approx(value, abs=1e-6)
    low, high = sorted((reference, value))
    assert low - 1e-6 <= expected(objective, 2025 + after, reference) <= high + 1e-6


@pytest.mark.parametrize(
    ("change", "french", "english"),
    [
        ({"indicator": "score"}, "un de ces mots est attendu : energy, water", "one of these words"),
        ({"territory": "Nancy"}, "« Nancy » a été lu ; un code INSEE", "an INSEE code"),
        (
            {"territory": " "},
            "territoire (--territory) : rien n'a été lu ; un code INSEE",
            "nothing was read; an INSEE",
        ),
        ({"unit": "L"}, "« L » a été lu ; une de ces unités est attendue : kWh, MWh", "one of these units"),
        ({"unit": ""}, "« 12 » a été lu sans unité ; indiquez-la (--unit) parmi : kWh", "without a unit"),
        ({"value": -1}, "« -1 » a été lu ; un nombre, zéro ou plus", "zero or more"),
        ({"value": float("nan")}, "« nan » a été lu ; un nombre est attendu", "a number is expected"),
        ({"value": None}, "une valeur ou une évolution est attendue, et une seule", "only one of them"),
        ({"change_percent": -10}, "une valeur ou une évolution est attendue, et une seule", "only one of them"),
        ({"value": None, "change_percent": -101}, "« -101 » a été lu ; un pourcentage autre", "at least -100"),
        (
            {"value": None, "change_percent": SaidNumber(-1e20, "-99999999999999999999")},
            "« -99999999999999999999 » a été lu",
            "“-99999999999999999999” was read",
        ),
        ({"value": None, "change_percent": 0}, "« 0 » a été lu ; un pourcentage autre que zéro", "other than zero"),
        (said("trained") | {"value": 101}, "« 101 » a été lu ; un pourcentage de 0 à 100", "from 0 to 100"),
        (said("trained") | {"value": None, "change_percent": 5}, "est déjà une part", "is a share already"),
        ({"reference_year": 25}, "« 25 » a été lu ; une année de quatre chiffres", "a year of four digits"),
        ({"due_year": 2025}, "une année postérieure à l'année de référence (2025)", "after the reference year (2025)"),
        ({"by": "a@b.fr"}, "une adresse électronique", "e-mail address"),
        ({"document": ""}, "document (--document) : rien n'a été lu", "nothing was read"),
        ({"date": "2027-01-03"}, "« 2027-01-03 » a été lu ; un jour passé, ou aujourd'hui", "a past day, or today"),
        ({"date": "1900-01-03"}, "« 1900-01-03 » a été lu ; un jour de 2015", "a day from 2015"),
        ({"note": "x"}, "ce champ n'existe pas", "no such field"),
    ],
)
def test_a_bad_objective_is_refused(kept: Commitments, change: dict[str, Any], french: str, english: str) -> None:
    refused(lambda: kept.vote_objective(ENERGY | change, WHO), french, english)
    assert kept.store.read() == ([], [])


def test_the_day_may_have_begun_further_east(kept: Commitments) -> None:
    """At 09:00 in UTC on 1 January it is 23:00 at UTC+14; two hours later it is 2 January there."""
    refused(lambda: kept.vote_budget(BUDGET | {"date": "2027-01-02"}, WHO), "un jour passé", "a past day")
    late = Commitments(kept.home, now=lambda: datetime(2027, 1, 1, 11, tzinfo=UTC))
    assert late.vote_budget(BUDGET | {"date": "2027-01-02"}, WHO).said.date == date(2027, 1, 2)


def test_a_budget_is_the_last_voted_for_its_year(kept: Commitments) -> None:
    assert kept.budget("water", "metropole", 2026) is None
    kept.vote_budget(BUDGET, WHO)
    kept.vote_budget(BUDGET | {"date": "2026-06-01", "value": 25}, WHO)
    found = kept.budget("water", "metropole", 2026)
    assert found and found.ceiling == 25_000, "25 m³ × 1 000 L/m³"
    assert kept.budget("water", "metropole", 2027) is None and kept.budget("water", "54395", 2026) is None
    bad = BUDGET | {"indicator": "trained"}
    refused(lambda: kept.vote_budget(bad, WHO), "est attendu : energy, water, adpe, gwp", "energy, water, adpe, gwp")
    refused(lambda: kept.vote_budget(BUDGET | {"unit": ""}, WHO), "unité (--unit) : rien", "unit (--unit): nothing")


def test_the_last_count_of_each_service_holds(kept: Commitments) -> None:
    """March: 6 of 10 and 20 of 40, 26 of 50. In June Accueil says 9 of 12: 29 of 52."""
    assert kept.trained(DAY) is None
    kept.state_training(TRAINING | {"date": "2026-06-01", "service": "ACCUEIL", "trained": 9, "with_access": 12}, WHO)
    kept.state_training(TRAINING, WHO)
    kept.state_training(TRAINING | {"service": "Culture", "trained": 20, "with_access": 40}, WHO)
    assert kept.trained(date(2026, 2, 28)) is None
    assert kept.trained(date(2026, 5, 31)) == Trained(26, 50, 2)
    assert kept.trained(DAY) == Trained(29, 52, 2)


@pytest.mark.parametrize(
    ("change", "french", "english"),
    [
        ({"trained": 11}, "« 11 » a été lu ; comptez les agents formés parmi les 10", "among the 10"),
        ({"trained": -1}, "« -1 » a été lu ; un nombre entier, zéro ou plus", "a whole number"),
        ({"with_access": 2.5}, "« 2.5 » a été lu ; un nombre entier", "a whole number"),
        ({"trained": True}, "« True » a été lu ; un nombre entier", "a whole number"),
        ({"names": "A, B"}, "ce champ n'existe pas", "no such field"),
    ],
)
def test_a_bad_count_is_refused(kept: Commitments, change: dict[str, Any], french: str, english: str) -> None:
    refused(lambda: kept.state_training(TRAINING | change, WHO), french, english)


def groups(kept: Commitments, *sizes: int) -> list[tuple[str | None, int]]:
    for number, size in enumerate(sizes):
        kept.state_training(TRAINING | {"service": f"S{number}", "trained": 0, "with_access": size}, WHO)
    return [(g.service, g.with_access) for g in kept.training_groups(DAY)]


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        ((9, 30), [("S1", 30), ("S0", 9)]),
        ((3, 30, 4), [("S1", 30), (None, 7)]),
        ((3, 30, 9), [("S1", 30), (None, 12)]),  # 3 alone would be told by the sum: it goes with 9
        ((4, 5), [(None, 9)]),
        ((2, 2), []),
        ((0, 5), [("S1", 5)]),
        ((), []),
    ],
)
def test_a_small_service_is_never_shown_alone(
    kept: Commitments, sizes: tuple[int, ...], shown: list[tuple[str | None, int]]
) -> None:
    assert groups(kept, *sizes) == shown


@given(st.lists(st.integers(0, 12), max_size=8))
def test_groups_have_five_agents_and_add_up(tmp_path_factory: pytest.TempPathFactory, sizes: list[int]) -> None:
    kept = Commitments(tmp_path_factory.mktemp("home"))
    found = [size for _, size in groups(kept, *sizes)]
    assert all(size >= 5 for size in found)
    assert sum(found) == (sum(sizes) if sum(sizes) >= 5 else 0)


def test_an_evaluation_is_published_for_a_use_case_of_the_register(kept: Commitments) -> None:
    with pytest.raises(UseCaseUnknown):
        kept.publish(EVALUATION, WHO)
    id = Register(kept.home).create(FACTS, WHO).id
    assert kept.published(id, DAY) is None
    kept.publish(EVALUATION, WHO)
    second = kept.publish(EVALUATION | {"date": "2026-10-01"}, WHO)
    kept.publish(FICHE | {"date": "2026-11-01"}, WHO)
    found = [kept.published(id, day) for day in (date(2026, 3, 31), date(2026, 4, 1), DAY)]
    days = [publication and publication.date for publication in found]
    assert days == [None, date(2026, 4, 1), date(2026, 10, 1)]
    kept.withdraw(second.id, author("DSI", "autre cas d'usage"))
    last = kept.published(id, DAY)
    assert last and last.date == date(2026, 4, 1)
    assert kept.published(id, DAY, "fiche_habitant") is None
    listed = kept.publications("evaluation")
    assert [p.entry.withdrawn for p in listed] == ["", "autre cas d'usage"], "still there, with its reason"
    assert len(kept.publications(until=date(2026, 10, 1))) == 2


def test_a_correction_adds_and_rewrites_nothing(kept: Commitments) -> None:
    entry = kept.publish(FICHE, WHO)
    before = {path.name: path.read_bytes() for path in (kept.home / FOLDER).iterdir()}
    correction = {"publication": entry.id, "changed": "eau : 30 m³ au lieu de 20", "reason": "facteur corrigé"}
    kept.correct(correction | {"date": "2026-06-01"}, WHO)
    kept.correct(correction | {"date": "2026-05-01", "changed": "titre"}, WHO)
    (published,) = kept.publications()
    assert published.entry == entry
    assert [c.said.changed for c in published.corrections] == ["titre", "eau : 30 m³ au lieu de 20"]
    assert before.items() <= {path.name: path.read_bytes() for path in (kept.home / FOLDER).iterdir()}.items()
    refused(lambda: kept.correct(correction | {"date": "2026-03-31"}, WHO), "(2026-04-01)", "(2026-04-01)")
    for wrong in ("0" * 32, kept.vote_budget(BUDGET, WHO).id):
        with pytest.raises(StatementUnknown) as caught:
            kept.correct(correction | {"date": "2026-06-01", "publication": wrong}, WHO)
        assert f"« {wrong} » n'est" in caught.value.message("fr") and f"“{wrong}” is" in caught.value.message("en")


@pytest.mark.parametrize(
    ("fields", "french", "english"),
    [
        (
            FICHE | {"what": "tract"},
            "est attendu : fiche, fiche_habitant, evaluation",
            "is expected: fiche, fiche_habitant, evaluation",
        ),
        (FICHE | {"period": "2026-T5"}, "« 2026-T5 » a été lu ; une période", "a period is expected"),
        (FICHE | {"period": None}, "une évaluation porte sur un cas d'usage", "an evaluation is about a use case"),
        (EVALUATION | {"territory": "metropole"}, "et rien d'autre", "and nothing else"),
        (FICHE | {"build": "Le dernier"}, "« Le dernier » a été lu ; l'identifiant", "the id that"),
        (FICHE | {"address": "javascript:alert(1)"}, "« javascript:alert(1) » a été lu ; une adresse", "http or https"),
        (FICHE | {"address": " "}, "adresse (--address) : rien n'a été lu", "nothing was read"),
    ],
)
def test_a_bad_publication_is_refused(kept: Commitments, fields: dict[str, Any], french: str, english: str) -> None:
    refused(lambda: kept.publish(fields, WHO), french, english)


def test_a_statement_withdrawn_counts_no_more_and_stays_in_the_history(kept: Commitments) -> None:
    first = kept.vote_objective(ENERGY, WHO)
    second = kept.vote_objective(ENERGY | {"date": "2026-09-01", "value": 120}, WHO)
    kept.withdraw(second.id, author("DSI", "12 et non 120"))
    assert kept.objective("energy", "metropole", DAY) == first.said
    assert [e.withdrawn for e in kept.entries(Objective)] == ["", "12 et non 120"]
    with pytest.raises(StatementUnknown):
        kept.withdraw("rien", WHO)


def test_files_that_are_no_statement_are_said_and_not_counted(kept: Commitments) -> None:
    kept.state_training(TRAINING, WHO)
    (good,) = (kept.home / FOLDER).iterdir()
    body = json.loads(good.read_text("utf-8"))
    body["data"]["trained"] = 7
    good.write_text(json.dumps(body), "utf-8")
    (good.parent / "torn.json").write_text("{", "utf-8")
    (good.parent / "foreign.json").write_text("{}", "utf-8")
    fresh = Commitments(kept.home)
    assert fresh.trained(DAY) is None
    assert {f["about"]: f["code"] for f in fresh.faults()} == {
        good.name: "altered", "torn.json": "torn", "foreign.json": "foreign"
    }  # fmt: skip
    assert all("n'est pas compté" in f["fr"] and "not counted" in f["en"] for f in fresh.faults())


def test_closed_words_and_fields_have_labels_in_both_languages() -> None:
    kinds = {"objective": Objective, "budget": Budget, "training": Training, "publication": Publication}
    for lang in LANGUAGES:
        assert words(lang)["commitments_indicators"].keys() <= VOTED.keys() <= words(lang)["indicators"].keys()
        assert list(words(lang)["commitments_whats"]) == list(get_args(What))
        for name, kind in (kinds | {"correction": Correction}).items():
            assert [f for f in kind.model_fields if f"{name}_{f}" not in words(lang)["register_fields"]] == []
        for command in commands.registered_commands:
            assert (command.help or command.name) in words(lang)["help"]


def test_which_of_two_votes_judges_is_said_at_entry_and_in_the_list(tmp_path: Path) -> None:
    """Votes of January, May, then March, entered in this order: May judges; of another year or use, each its own."""
    asked = "--unit kWh --by Conseil --document D --who DSI --territory metropole --value".split()

    def vote(value: str, month: str, *more: str, year: str = "2026") -> dict[str, Any]:
        line = ("budget", "energy", "--year", year, "--date", f"2026-{month}-10", *asked, value, *more)
        found: dict[str, Any] = json.loads(sobria(tmp_path, "commitments", *line, "--json").stdout)
        return found

    january, may, march = vote("100", "01"), vote("120", "05"), vote("90", "03")
    assert (january["replaces"], may["replaces"], may["replaced_by"]) == ([], [january["id"]], "")
    assert (march["replaces"], march["replaced_by"]) == ([], may["id"])
    assert (alone := vote("5", "01", year="2027"))["replaces"] == [] and not alone["replaced_by"]
    told = {line.split()[0]: line for line in sobria(tmp_path, "commitments", "list").stdout.splitlines()}
    assert [f"remplacé par {may['id']}" in told[v["id"]] for v in (january, march, may, alone)] == [
        True,
        True,
        False,
        False,
    ]
    assert (
        "seul le dernier vote"
        in sobria(
            tmp_path, "commitments", "budget", "energy", "--year", "2027", "--date", "2026-02-01", *asked, "6"
        ).stdout
    )
    sobria(tmp_path, "commitments", "withdraw", may["id"], "--who", "DSI", "--why", "erreur")
    assert Commitments(tmp_path).replaced(Budget)[january["id"]].id == march["id"]


def test_commitments_from_the_command_line(tmp_path: Path) -> None:
    def run(*line: str, code: int = 0) -> str:
        found = sobria(tmp_path, "commitments", *line, code=code)
        return found.stdout if code == 0 else found.stderr

    assert "Aucun engagement encore" in run("list")
    vote = ["--territory", "metropole", "--by", "Conseil", "--date", "2026-03-20", "--document", "D12", "--who", "DSI"]
    years = ["--reference-year", "2025", "--due-year", "2030"]
    run("objective", "energy", "--value", "12", "--unit", "MWh", "--reference-value", "20", *years, *vote)
    run("objective", "gwp", "--change", "-30", *years, *vote)
    assert "est attendue, et une seule des deux" in run("objective", "gwp", *years, *vote, code=1)
    run("budget", "water", "--year", "2026", "--value", "30", "--unit", "m3", *vote)
    for service, access in (("Accueil", "4"), ("Culture", "40"), ("Sports", "3")):
        run("training", service, "--trained", "2", "--with-access", access, "--kind", "atelier", "--date", "2026-03-01",
            "--who", "RH")  # fmt: skip
    made = ["--build", "0123456789abcdef", "--factors-version", "fedcba9876543210", "--address", "https://a.fr/f.html"]
    about = ["--territory", "54395", "--period", "2026-T1", "--date", "2026-04-01", "--who", "DSI"]
    id = json.loads(run("publication", "fiche", *made, *about, "--json"))["id"]
    run("correction", id, "--changed", "eau", "--why", "facteur corrigé", "--date", "2026-05-01", "--who", "DSI")
    text = run("list")
    assert "Électricité consommée par l'IA, metropole : 12 MWh en 2030, référence 2025 (20 MWh)" in text.replace(
        "\u00a0", " "
    )
    assert "-30 % en 2030 par rapport à 2025" in text and "au plus 30" in text
    assert "autres services : 4 formés sur 7 agents" in text and "Accueil : " not in text
    assert "Fiche de synthèse, 54395, 1er trimestre 2026" in text and "corrigée le 2026-05-01 : eau" in text
    body = json.loads(run("list", "--json"))
    assert [g["with_access"] for g in body["training_groups"]] == [40, 7]
    assert all("trained" not in t and "with_access" not in t for t in body["trainings"])
    assert body["publications"][0]["corrections"][0]["reason"] == "facteur corrigé"
    assert "n'est plus compté" in run("withdraw", id, "--why", "doublon", "--who", "DSI")
    assert "retiré : doublon" in run("list")
    assert "n'est l'identifiant d'aucun engagement" in run("withdraw", "rien", "--why", "x", "--who", "DSI", code=1)
