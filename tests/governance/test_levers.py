"""Levers: their gains hold in copies of random homes, those of one service are not added, the unknown says why."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from estimator.assessment import uncertainty
from estimator.assessment.evaluation import ActivityGroup
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.core.errors import SobriaError
from estimator.core.fields import Author
from estimator.core.periods import first_day
from estimator.governance.indicators.known_days import days_worth, known_text, workdays
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.levers.applied import applied
from estimator.governance.levers.candidates import OPEN_HOURS, WEEK_HOURS
from estimator.governance.levers.changes import LeverNotComputed, of_machines
from estimator.governance.levers.levers import Levers, levers, together_text
from estimator.governance.levers.running import running
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal
from estimator.places.supplier_answers import SupplierAnswer
from scripts.lever_homes import FOLDER, NONE, SCENARIO, checks
from tests.support import activity, append, kept, refuses, sobria

TODAY = date(2026, 11, 27)
ANSWERS: dict[str, Any] = NONE | {
    "service_key": "chat", "model": "mistral-ai/mistral-large-2", "host": "class/national-cloud", "requests": 10_000.0,
    "input_tokens": 5e6, "output_tokens": 2e6,
}  # fmt: skip


def of(home: Path) -> Levers:
    """The levers of a home on 27 November 2026."""
    return levers(scope_of(home, today=TODAY).sources)


def factor_of(quantity: str, subject: str) -> Factor:
    found = select_factor(load(), quantity, subject, first_day(202601)).factor
    assert found is not None
    return found


def months(count: int, **facts: Any) -> list[Any]:
    """One row a month from January 2026."""
    return [activity(f"2026-{n:02}-03T09:00:00", 1.0, **facts) for n in range(1, count + 1)]


@pytest.fixture(scope="module")
def two_services(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Levers]:
    """Six months of answers computed from their tokens, and of a program measured in the server room."""
    home = tmp_path_factory.mktemp("levers")
    program = {"service_key": "tri", "model": "règles", "host": "class/server-room", "cpu_energy_kwh": 1.0}
    append(Ledger(home), [*months(6, **ANSWERS), *months(6, **program, cpu_mode="mode/rapl")])
    return home, of(home)


@pytest.mark.parametrize(
    "seed", kept([1, 2, 5], 2)
)  # a move; a lighter model of answers computed, then of answers declared
def test_the_first_lever_of_a_random_home_saves_what_it_says(seed: int, tmp_path: Path) -> None:
    """`python -m scripts.lever_homes 20 --every` does the same for twenty homes and every lever."""
    (check,) = checks(seed, tmp_path)
    assert check.holds, check
    assert check.done.found.central != 0


def test_a_year_is_made_of_the_days_known(two_services: tuple[Path, Levers]) -> None:
    """From 3 January to 3 June: 29 + 28 + 31 + 30 + 31 + 3 = 152 days; a year saves 365 ÷ 152 times as much."""
    for lever in two_services[1].levers:
        assert (len(lever.months), lever.days, lever.basis["fr"]) == (
            6,
            152,
            "152 jours connus (152 comptés pour 365)",
        )
        assert lever.gain.central == pytest.approx(365 / 152 * (lever.known.central or 0.0))


def test_a_week_is_not_a_month(tmp_path: Path) -> None:
    """Runs from 16 to 20 November, seen on the 27th: 5 days known, from Monday to Friday, nothing of a
    Saturday: they stand for a week, and a year is 365 ÷ 7 = 52.14 of them, not 365 ÷ 5 = 73. The month is not over."""
    append(Ledger(tmp_path), [activity(f"2026-11-{n}T09:00:00", **ANSWERS) for n in (16, 17, 20)])
    for lever in of(tmp_path).levers:
        assert (lever.months, lever.days) == ((202611,), 5)
        assert lever.gain.central == pytest.approx(365 / 7 * (lever.known.central or 0.0))
    assert of(tmp_path).levers
    told = sobria(tmp_path, "levers").stdout.replace("\u00a0", " ")
    assert "d’après 5 jours connus seulement, ce qui est court" in told and "(7 comptés pour 365)" in told


def test_a_home_without_a_measure_is_told_how_to_begin(tmp_path: Path) -> None:
    assert f"Aucune mesure encore dans {tmp_path}. Commencez par" in sobria(tmp_path, "levers").stdout


@pytest.mark.parametrize(
    ("spans", "days", "said"),
    [
        ([("2026-10-01T00:00:00", 24 * 31)], 31, "31 jours connus"),
        ([("2025-12-20T00:00:00", 24 * 30), ("2026-03-02T09:00:00", 1)], 12 + 31 + 2, "45 jours connus"),
        ([("2026-11-20T09:00:00", 24 * 30)], 8, "8 jours connus"),
        (
            [("2026-11-27T23:00:00", 1)],
            1,
            "1 jour connu seulement, ce qui est court ; sans samedi ni dimanche parmi eux, cinq jours font une semaine",
        ),
        ([("2026-11-22T09:00:00", 1)], 1, "1 jour connu seulement, ce qui est court"),
    ],
)
def test_the_days_known_are_those_of_the_months_that_ran(
    spans: list[tuple[str, float]], days: int, said: str, tmp_path: Path
) -> None:
    """An October ends before 1 November; 20 December to 18 January then 2 March are 12 days, a January, no February and
    2 days; a span to 20 December is cut on 27 November; one hour is one day."""
    append(Ledger(tmp_path), [activity(start, hours, **ANSWERS) for start, hours in spans])
    (service,) = running(scope_of(tmp_path, today=TODAY).sources)
    told = known_text(service.days, service.at_least, workdays(service.days, service.worth))["fr"]
    assert (service.days, told) == (days, said)


def test_a_service_that_no_longer_runs_is_said_so_and_a_date_to_come_pushes_no_other_out(tmp_path: Path) -> None:
    """Seen on 27 November: one of July is told without a figure, one of 2031 too; that of October keeps its levers."""
    dated = {"chat": "2026-10", "ancien": "2026-07", "futur": "2031-01"}
    append(
        Ledger(tmp_path),
        [activity(f"{month}-03T09:00:00", **ANSWERS | {"service_key": name}) for name, month in dated.items()],
    )
    found = of(tmp_path)
    assert {lever.service for lever in found.levers} == {"chat"}
    why = {none.service: none.why["fr"].replace("\u00a0", " ") for none in found.not_told if none.kind == "any"}
    assert set(why) == {"ancien", "futur"}
    assert why["ancien"].startswith("Rien au registre depuis juillet 2026 :")
    assert why["futur"].startswith("Toutes ses exécutions sont datées d’après aujourd’hui")


def test_a_declaration_of_a_year_does_not_stop_the_others(tmp_path: Path) -> None:
    """Images of the whole of 2026 beside answers of June: the last months of the ledger are those until June."""
    year = activity("2026-01-01T00:00:00", 8760.0, service_key="images")
    append(Ledger(tmp_path), [year, activity("2026-06-03T09:00:00", **ANSWERS | {"service_key": "chat"})])
    found = of(tmp_path)
    assert "chat" in {lever.service for lever in found.levers}
    assert not [none for none in found.not_told if none.kind == "any"]


def test_the_most_certain_gain_is_first_and_levers_of_one_service_are_not_added(
    two_services: tuple[Path, Levers],
) -> None:
    """Together is the first lever of each service alone: at least as much as any lever, less than the sum of all."""
    found = two_services[1]
    certain = [lever.gain.low for lever in found.levers]
    assert certain == sorted(certain, key=lambda low: -(low or 0.0))
    first = {lever.service: lever.number for lever in reversed(found.levers)}
    assert {lever.number: lever.after for lever in found.levers} == {
        lever.number: None if lever.number == first[lever.service] else first[lever.service] for lever in found.levers
    }
    assert found.together is not None
    total = sum(lever.gain.central or 0.0 for lever in found.levers)
    assert max(lever.gain.central or 0.0 for lever in found.levers) <= (found.together.central or 0.0) < 0.9 * total


@pytest.mark.parametrize("tuned", ["affinage", "chat"])  # of no use that adds up, and of one
@pytest.mark.parametrize("tuned_on", ["2026-05-04", "2026-01-05"])  # of the last three months, and before
def test_a_training_counts_once_and_a_service_of_a_day_is_left_out_of_the_sum(
    two_services: tuple[Path, Levers], tmp_path: Path, tuned_on: str, tuned: str
) -> None:
    """A week of tuning is not taken 52 times: all of it is what it was, and no lever changes it. A thousand times more
    answers, known for one Tuesday, save more and come after those of 152 days: neither what they save nor what they
    take is in the sum, which is of chat and tri, 365 ÷ 152 of what they took, and says who is left out."""
    week = NONE | {"service_key": tuned, "phase": "training", "device": "gpu/h100-sxm-80", "device_hours": 672.0}
    brief = ANSWERS | {"service_key": "agent", "output_tokens": 2e9}
    program = {"service_key": "tri", "model": "règles", "host": "class/server-room", "cpu_energy_kwh": 1.0}
    rows = [*months(6, **ANSWERS), *months(6, **program, cpu_mode="mode/rapl")]
    training = activity(f"{tuned_on}T00:00:00", 168.0, **week, model=None, host="class/national-cloud")
    append(Ledger(tmp_path), [*rows, training, activity("2026-06-02T09:00:00", **brief)])
    found = of(tmp_path)
    energy, alone = ({s.service_key: s.indicators["energy"].central for s in scope_of(home).sources.build.services()}
                     for home in (tmp_path, two_services[0]))  # fmt: skip
    once = energy["chat"] - alone["chat"] if tuned == "chat" else 0.0
    assert (found.once.central if found.once else 0.0) == pytest.approx(once, rel=0.1)
    assert (once > 0) == (tuned == "chat")
    assert found.used and found.together and two_services[1].together
    assert found.used.central == pytest.approx((alone["chat"] + alone["tri"]) * 365 / 152 + once, rel=0.1)
    assert found.together.central == pytest.approx(two_services[1].together.central)
    assert ({lever.service for lever in found.of(None)}, found.left_out) == ({"chat", "tri"}, ("agent",))
    told = together_text(found, "fr").replace("\u00a0", " ")
    assert f"(numéros additionnés : {', '.join(map(str, found.added))})" in told and told.endswith("semaine : agent.")
    order = [lever.service for lever in found.levers]
    assert set(order) == {"chat", "tri", "agent"} and order == sorted(order, key="agent".__eq__)
    assert max(found.levers, key=lambda lever: lever.gain.low or 0.0).service == "agent"
    why = {none.why["fr"] for none in found.not_told if none.service == tuned and none.kind == "any"}
    assert why == {"Un entraînement ou un affinage est compté une fois\u00a0: il ne dit rien d’une année."}


INDEX = NONE | {"service_key": "index", "model": "baai/bge-m3", "host": "class/server-room"}


def readings(counts: list[float], hours: float = 2.0, **facts: Any) -> list[Any]:
    """A reading of an index a night from Thursday 1 October 2026, of so many tokens; none where 0."""
    days = [(day, count) for day, count in enumerate(counts, 1) if count]
    return [activity(f"2026-10-{d:02}T00:00:00", hours, **INDEX | {"input_tokens": n} | facts) for d, n in days]


@pytest.mark.parametrize(
    ("counts", "again"),
    [
        ([1e9] * 10, 9 / 10),
        ([1e9, 1e9, 0, 0, *[1e9] * 5, 0, 0, 1e9], 7 / 8),
        ([1e9, *[2e9] * 11], 20 / 23),
    ],
)
def test_an_index_read_every_night_saves_what_did_not_change(counts: list[float], again: float, tmp_path: Path) -> None:
    """Of ten readings, nine read what the one before did, of which 1 % changed (0.1 to 10 %, supposed): 9 ÷ 10 × 0.99
    of the electricity goes. The first Friday to the Monday is a night. A base that doubles on the second night is read
    whole that night: 10 × 2 of 1 + 11 × 2. A copy in which this is written saves as much; the answers of the model that
    reads them are another service, and no lever of this kind is told of it."""
    home = tmp_path / "home"
    append(Ledger(home), [*readings(counts), activity("2026-10-05T09:00:00", 1.0, **ANSWERS)])
    found = of(home)
    (lever,) = [one for one in found.levers if one.kind == "reread"]
    used = next(s for s in scope_of(home).sources.build.services() if s.service_key == "index").indicators["energy"]
    assert lever.service == "index" and lever.title["fr"].endswith("ne relire que ce qui a changé")
    assert lever.known.central == pytest.approx(again * 0.99 * used.central, rel=0.02)
    assert not [none for none in found.not_told if none.kind == "reread"]
    done = applied(home, lever.number, tmp_path / "copy")
    assert done.known.low and done.known.high and done.found.central
    assert done.known.low <= done.found.central <= done.known.high


def test_an_index_measured_every_night_saves_its_share_of_the_reading(tmp_path: Path) -> None:
    """Ten nights of 3 kWh read: 9 ÷ 10 × 0.99 of all that was read goes, in proportion to the tokens."""
    append(Ledger(tmp_path), readings([1e9] * 10, cpu_energy_kwh=3.0, cpu_mode="mode/rapl"))
    (lever,) = [one for one in of(tmp_path).levers if one.kind == "reread"]
    used = scope_of(tmp_path).sources.build.totals().indicators["energy"].central
    assert lever.known.central == pytest.approx(0.891 * used, rel=0.02)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (months(6, **INDEX | {"input_tokens": 3e10}), None),
        (readings([1e9] * 6, 31.0), "Un index, dont les lignes ne disent pas combien"),
        (readings([1e9] * 4), "Un index, dont les lignes ne disent pas combien"),
        (readings([1e9, 5e8] * 5), "Un index, dont les lignes ne disent pas combien"),
        (readings([1e9, 0, 0, 0] * 6), "Un index, dont les lignes ne disent pas combien"),
        (readings([1e9] * 10, device="gpu/l40s", device_count=1, device_hours=2.0), "Les cartes de cet index"),
    ],
)
def test_an_index_whose_rows_do_not_repeat_says_what_to_check(rows: list[Any], why: str | None, tmp_path: Path) -> None:
    """One row a month; rows longer than a day; four readings; one night half of the other; four days between two; cards
    reserved: no figure, and what would give one."""
    append(Ledger(tmp_path), rows)
    found = of(tmp_path)
    assert "reread" not in {one.kind for one in found.levers}
    (told,) = [none.why["fr"] for none in found.not_told if none.kind == "reread"]
    assert told.startswith(why or "Un index") and (why or "").startswith("Les") == ("ligne par passage" not in told)


def test_a_move_saves_the_electricity_read_times_the_difference_of_the_two_sites(
    two_services: tuple[Path, Levers],
) -> None:
    """6 kWh read × the reading and what it misses, the same at both places × (PUE here − PUE there), draw by draw."""
    lever = next(one for one in two_services[1].levers if one.service == "tri")
    assert (lever.kind, lever.target) == ("place", "class/shared-regional")
    day, catalogue = first_day(202601), load()
    pue = [select_factor(catalogue, "pue", host, day).factor for host in (lever.host, lever.target)]
    ratio = select_factor(catalogue, "cpu_reading_ratio", "mode/rapl", day).factor
    gap = select_factor(catalogue, "unmetered_ratio", "gap/none", day).factor
    assert pue[0] and pue[1] and ratio and gap
    here, there, read, missed = map(uncertainty.draw, (pue[0], pue[1], ratio, gap))
    low, central, high = uncertainty.points(6 * read * (1 + missed) * (here - there))
    assert (lever.known.low, lever.known.central, lever.known.high) == pytest.approx((low, central, high))


def test_a_move_of_what_a_site_declared_saves_what_cooled_its_machines(tmp_path: Path) -> None:
    """6 bills of 12 kWh of a server room with its cooling: 72 kWh × the reading × (1 − PUE there ÷ PUE here), draw by
    draw; at the values, 72 × (1 − there ÷ here). No model is named, and none is said to lack a size. In the copy, the
    machines are 72 ÷ PUE here."""
    bill = {
        "service_key": "courrier",
        "host": "class/server-room",
        "site_energy_kwh": 12.0,
        "other_mode": "mode/declared",
    }
    append(Ledger(tmp_path / "home"), months(6, **NONE | bill))
    found = of(tmp_path / "home")
    (lever,) = found.levers
    assert (lever.kind, lever.target) == ("place", "class/shared-regional")
    here, there = (factor_of("pue", host) for host in (lever.host, lever.target))
    read = uncertainty.draw(factor_of("other_reading_ratio", "mode/declared"))
    ratio = uncertainty.draw(there) / uncertainty.draw(here)
    points = uncertainty.points(72 * read * (1 - ratio))
    assert (lever.known.low, lever.known.central, lever.known.high) == pytest.approx(points)
    assert not any("taille" in none.why["fr"] for none in found.not_told)
    done = applied(tmp_path / "home", lever.number, tmp_path / "copy")
    total = scope_of(tmp_path / "copy").sources.build.totals().indicators["energy"]
    assert total.at_factor_values == pytest.approx(72 * (there.value or 0) / (here.value or 1))
    assert points[0] <= (done.found.central or 0) <= points[2]


def test_an_unknown_electricity_after_a_change_says_what_is_missing(tmp_path: Path) -> None:
    """The size of the model, of a service with read electricity; the PUE of a site that the tables do not have."""
    asked = {"model": "xai/grok-4", "other_energy_kwh": 5.0, "other_mode": "mode/declared"}
    append(Ledger(tmp_path), months(3, **ANSWERS | asked))
    why = {none.kind: none.why for none in of(tmp_path).not_told}
    assert why["shorter"]["fr"].endswith(
        "n’est pas connue : la taille du modèle n’est pas publiée.".replace(" :", "\u00a0:")
    )
    bounds = {"site_pue": SelectedFactor("site_pue", "class/nowhere", None, missing="unknown_host")}
    with pytest.raises(LeverNotComputed) as refused:
        of_machines(ActivityGroup({"declared_site_energy": 12.0}, bounds))
    assert refused.value.message("fr").endswith("l'hébergement lu n'est pas dans les tables.")
    assert refused.value.message("en").startswith("The electricity after this change is not known: ")


@pytest.mark.long
def test_a_move_goes_where_one_can_buy(tmp_path: Path) -> None:
    """A fleet said to be in France has no site to sell, nor what others suppose of a publisher's; a site of that
    country where something runs is proposed, and before it one of the town's own whose PUE was answered, 1.1."""
    place = {"service_key": "tri", "model": "règles", "host": "class/server-room", "cpu_energy_kwh": 1.0}
    usa = {"host": "openai/usa", "zone": "USA", "service_key": "son"}
    hosts = ("azure/global", "scaleway/fr-par-2")
    beside = [row for host in hosts for row in months(3, **ANSWERS | {"service_key": host, "host": host})]
    beside += [*months(3, **ANSWERS | usa), *months(3, **ANSWERS | usa | {"host": "anthropic/usa"})]
    append(Ledger(tmp_path), [*months(3, **place, cpu_mode="mode/rapl"), *beside])

    def moved() -> list[tuple[str, str]]:
        return [(one.service, one.target) for one in of(tmp_path).levers if one.kind == "place"]

    assert ("tri", "scaleway/fr-par-2") in moved()
    assert not {"azure/global", "openai/usa", "anthropic/usa"} & {target for _, target in moved()}
    author = Author(who="DSI", why="Essai")
    own = {"name": "ville/baie", "wider": "class/server-room", "zone": "FRA"}
    PlaceJournal(tmp_path).add_host(own, author)
    said = {"host": "ville/baie", "field": "pue", "value": 1.1, "unit": "1", "date": "2026-01-01", "by": "DSI"}
    PlaceJournal(tmp_path).add_answers([SupplierAnswer.model_validate(said | {"document": "Relevé"})], author)
    assert ("tri", "ville/baie") in moved()


def test_half_the_answer_saves_less_than_half(two_services: tuple[Path, Levers]) -> None:
    """What is read stays: under half of the electricity is saved, and over a tenth, as 2 tokens of 7 are written."""
    home, found = two_services
    lever = next(one for one in found.levers if one.kind == "shorter")
    service = next(s for s in scope_of(home).sources.build.services() if s.service_key == "chat")
    used = service.indicators["energy"].central
    assert 0.1 * used < (lever.known.central or 0.0) < 0.5 * used


def test_what_cannot_be_computed_says_why(two_services: tuple[Path, Levers]) -> None:
    why = {(none.service, none.kind): none.why["en"] for none in two_services[1].not_told}
    assert why["chat", "fewer_bits"] == "The precision of the model is not stated: ask whoever serves it."
    assert why["chat", "waiting"] == "No accelerator is reserved for this service."
    assert why["tri", "smaller"] == "No model of the catalogue is named."
    assert why["tri", "no_ai"].startswith("This service is attached to no use")


def test_cards_off_at_night_save_the_waiting_of_those_hours(tmp_path: Path) -> None:
    """One card held the 91 days from 3 January to 3 April is lit 60 of 168 hours: 64 % of its waiting goes, as almost
    nothing is asked."""
    held = {"device": "gpu/h100-sxm-80", "device_count": 1, "device_hours": 91 * 24 / 4}
    append(
        Ledger(tmp_path), months(4, **ANSWERS | {"requests": 10.0, "input_tokens": 5e3, "output_tokens": 2e3} | held)
    )
    found = of(tmp_path)
    lever = next(one for one in found.levers if one.kind == "waiting")
    used = scope_of(tmp_path).sources.build.totals().indicators["energy"].central
    assert lever.known.central == pytest.approx((1 - OPEN_HOURS / WEEK_HOURS) * used, rel=0.01)


def test_a_model_that_hears_is_not_said_to_write_no_text(tmp_path: Path) -> None:
    """Whisper writes what it hears: what is missing is a smaller model to propose, and its length is not a choice."""
    heard = {"requests": 10.0, "input_tokens": None, "output_tokens": None, "audio_s": 36_000.0}
    append(Ledger(tmp_path), months(3, **ANSWERS | heard | {"model": "openai/whisper-medium"}))
    why = {none.kind: none.why["fr"] for none in of(tmp_path).not_told}
    assert why["smaller"] == "Aucun modèle plus petit n’est encore proposé pour ce genre de modèle."
    assert why["shorter"] == "La longueur de ce que ce genre de modèle rend ne se choisit pas."


def test_a_use_met_without_ai_saves_all_but_the_searches(tmp_path: Path) -> None:
    """10,000 requests a month × 2 searches of 3.3e-9 kWh are 0.07 Wh a month: next to nothing is left."""
    home = tmp_path / "home"
    append(Ledger(home), months(3, **ANSWERS))
    facts = ["nom=Questions", "tache=Répondre", "unite=réponse", "service=Accueil", "commune=metropole"]
    who = ("--who", "Direction du numérique", "--why", "Essai")
    (home / FOLDER).mkdir()
    (home / FOLDER / "questions.toml").write_text(SCENARIO, "utf-8")
    sobria(home, "register", "add", *facts, "responsable=Accueil", "scenario=questions.toml", *who)
    sobria(home, "register", "attach", "questions", "--service-key", "chat", *who)
    lever = of(home).levers[0]
    used = scope_of(home).sources.build.totals().indicators["energy"].central
    assert (lever.kind, lever.target, lever.name) == ("no_ai", "alternative/text-search", "Questions")
    assert lever.known.central == pytest.approx(used, rel=1e-3)
    done = sobria(home, "levers", "--apply", "1", "--to", str(tmp_path / "copy"))
    assert "levier 1 appliqué à ce qui a tourné (3 mois)" in done.stdout
    assert scope_of(tmp_path / "copy").sources.build.totals().indicators["energy"].central == pytest.approx(0, abs=0.01)


def test_the_command_tells_levers_and_writes_them(two_services: tuple[Path, Levers], tmp_path: Path) -> None:
    home, found = two_services
    printed = sobria(home, "levers", "--csv", str(tmp_path / "levers.csv")).stdout
    assert "chat : réponses deux fois plus courtes, entre".replace(" :", "\u00a0:") in printed
    assert "de moins par an" in printed and "ne s’ajoute pas au levier" in printed
    with (tmp_path / "levers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == len(found.levers) + len(found.not_told)
    assert float(rows[0]["central"].replace(",", ".")) == pytest.approx(found.levers[0].gain.central)


def test_a_copy_is_never_half_written(two_services: tuple[Path, Levers], tmp_path: Path) -> None:
    home, _ = two_services
    with refuses("lever_copy_there", "exists already"):
        applied(home, 1, tmp_path)
    said = sobria(home, "levers", "--apply", "99", "--to", str(tmp_path / "new"), code=1).stderr
    assert "Aucun levier ne porte le numéro 99" in said
    assert not (tmp_path / "new").exists()
    assert "--to" in sobria(home, "levers", "--apply", "1", code=2).stderr


def test_a_copy_that_cannot_be_made_names_its_target(two_services: tuple[Path, Levers], tmp_path: Path) -> None:
    """Inside the home, in a folder that is not there or in a file: the target is named, and nothing is left."""
    home, _ = two_services
    (tmp_path / "file").touch()
    for to, french, english in (
        (home / "inside", "donnez à --to un dossier au-dehors", "give --to a folder outside it"),
        (tmp_path / "none" / "copy", "n’est pas un dossier où écrire", "is no folder to write in"),
        (tmp_path / "file" / "copy", "n’est pas un dossier où écrire", "is no folder to write in"),
    ):
        said = sobria(home, "levers", "--apply", "1", "--to", str(to), code=1).stderr
        assert f"« {to} »" in said and french in said.replace("'", "’") and not to.exists()
        with pytest.raises(SobriaError, match=english):
            applied(home, 1, to)


def test_seats_are_their_publisher_s_to_change(tmp_path: Path, root: Path) -> None:
    sobria(tmp_path, "import", str(root / "docs" / "modele-sieges.csv"))
    found = of(tmp_path)
    assert not found.levers and found.together is None
    why = {none.why["en"] for none in found.not_told if none.kind in ("smaller", "shorter")}
    assert len(why) == 1 and why.pop().startswith("Bought by the seat")
    assert "Aucun levier dont le gain soit certain." in sobria(tmp_path, "levers").stdout


@pytest.mark.parametrize(("days", "worth"), [((2,), 1.4), ((2, 3, 4, 5, 6), 7), ((2, 3, 4, 5, 6, 7), 6), ((), 1)])
def test_five_working_days_are_a_week(days: tuple[int, ...], worth: float) -> None:
    """2 March 2026 is a Monday: five days to the Friday are 5 × 7 ÷ 5 = 7; with the Saturday each day is itself."""
    assert days_worth([date(2026, 3, day) for day in days]) == pytest.approx(worth)


def test_the_one_of_two_services_of_a_use_that_stopped_is_named(tmp_path: Path) -> None:
    """A reason is about one service of a use, and is said of it alone; a use of one service keeps its name."""
    who = ("--who", "DSI", "--why", "essai")
    facts = ("nom=Accueil", "tache=Répondre", "unite=réponse", "service=Accueil", "commune=metropole")
    sobria(tmp_path, "register", "add", *facts, "responsable=Accueil", *who)
    for service in ("chat", "vieux"):
        sobria(tmp_path, "register", "attach", "accueil", "--service-key", service, *who)
    append(
        Ledger(tmp_path), [*months(6, **ANSWERS), activity("2025-06-02T09:00:00", **ANSWERS | {"service_key": "vieux"})]
    )
    stopped = [none.name for none in of(tmp_path).not_told if "Rien au registre" in none.why["fr"]]
    assert stopped == ["Accueil – vieux"]
    assert {none.name for none in of(tmp_path).not_told} == {"Accueil – vieux", "Accueil – chat"}


def test_two_levers_of_a_use_have_two_titles(tmp_path: Path) -> None:
    """One use that two services answer, one of them at two places, where its model is read under two names: each title
    names what it would change."""
    who = ("--who", "DSI", "--why", "essai")
    facts = ("nom=Accueil", "tache=Répondre", "unite=réponse", "service=Accueil", "commune=metropole")
    sobria(tmp_path, "register", "add", *facts, "responsable=Accueil", *who)
    for service in ("chat", "nuit"):
        sobria(tmp_path, "register", "attach", "accueil", "--service-key", service, *who)
    named = {"host": "class/server-room", "model": "mistral-large-2411"}
    more = ({}, named, {"service_key": "nuit"})
    append(Ledger(tmp_path), [row for facts in more for row in months(3, **ANSWERS | facts)])
    titles = [lever.title["fr"] for lever in of(tmp_path).levers]
    assert len(set(titles)) == len(titles) > 3
    assert {title.split("\u00a0:")[0] for title in titles} == {
        "Accueil – chat – Hébergeur national", "Accueil – chat – Salle informatique", "Accueil – nuit"
    }  # fmt: skip


def test_two_halves_of_a_service_are_told_apart_where_one_names_no_model(tmp_path: Path) -> None:
    """Of « conseil », read as electricity and as tokens, no line of the list is of both: its half without a model is
    named too, in each language, and nowhere one name for two of them. « seul », that has one half, keeps its name."""
    read = {"cpu_energy_kwh": 1.0, "service_key": "conseil", "host": "class/server-room"}
    rows = [row for facts in (read, read | {"service_key": "seul"}) for row in months(3, **facts)]
    append(Ledger(tmp_path), [*rows, *months(3, **ANSWERS | {"service_key": "conseil", "host": "class/server-room"})])
    found = of(tmp_path)
    halves = {(one.service, one.model): one.named for one in (*found.levers, *found.not_told)}
    assert {key: dict(name) for key, name in halves.items() if not key[1]} == {
        ("conseil", ""): {"fr": "conseil – modèle non nommé", "en": "conseil – model not named"},
        ("seul", ""): {"fr": "seul", "en": "seul"},
    }
    assert len({name["fr"] for name in halves.values()}) == len(halves) == 3
