"""Options without AI that the tables know: acts, and a machine kept on for them or not; by hand."""

from datetime import date

import pytest

from estimator.catalogue.load import load
from estimator.comparison.breakdown import components
from estimator.comparison.comparison import Comparator
from estimator.comparison.option_inventory import ComparisonContext
from estimator.comparison.scenario import Scenario, ScenarioRefused, parse_scenario, scenario_of
from estimator.comparison.scenario_toml import scenario_toml
from estimator.workloads.resolution import SubjectUnknown

DAY = date(2026, 6, 1)
PLACE = {"zone": "FRA", "pue": 1.5}
MODEL = {"id": "modele", "label": "le modèle", "method": "model", "quality": {"value": 0.9}, "acceptance": 1.0}
CHAT = MODEL | {"use": {"model": "gpt-4o", "output_tokens": 300, "input_tokens": 500, **PLACE}}


def first(**program: object) -> dict:
    return {
        "id": "sans-ia",
        "label": "sans IA",
        "method": "none",
        "quality": {"value": 0.9},
        "acceptance": 1.0,
        "alternative": PLACE | program,
    }


def scenario(*options: dict, volume: float = 40_000, period: str = "an") -> Scenario:
    need = {"unit": "une réponse", "volume": volume, "period": period}
    return scenario_of({"title": "essai", "day": DAY, "need": need, "options": list(options)})


def worked(*options: dict, volume: float = 40_000, period: str = "an") -> Comparator:
    return Comparator(scenario(*options, volume=volume, period=period), ComparisonContext(load(), DAY))


def energy(found: Comparator) -> float:
    """Site electricity at factor values [kWh]."""
    return sum(group.values["site_energy"] for group in found.evaluated["sans-ia"].built.groups)


def codes(found: Comparator) -> set[str]:
    return {warning["code"] for warning in found.evaluated["sans-ia"].built.warnings}


def test_searches_on_a_server_that_exists_are_their_acts() -> None:
    """40,000 searches × 2 for each × 3.28 µWh × PUE 1.5 = 0.39 Wh; accepted once in two, twice that."""
    asked = first(id="alternative/text-search", existing_server=True, acts=2)
    found = worked(asked)
    assert energy(found) == pytest.approx(40_000 * 2 * 3.28e-9 * 1.5)
    assert "program_on_existing_server" in codes(found)
    assert energy(worked(asked | {"acceptance": 0.5})) == pytest.approx(2 * energy(found))


def test_a_machine_kept_on_for_searches_is_most_of_what_they_consume() -> None:
    """11.2 kWh a year of a virtual machine × PUE 1.5 = 16.8 kWh, 0.42 Wh a search of 40,000; the same for a million."""
    asked = first(id="alternative/text-search", existing_server=False)
    assert energy(worked(asked)) == pytest.approx((11.2 + 40_000 * 3.28e-9) * 1.5)
    assert energy(worked(asked, volume=1e6)) == pytest.approx((11.2 + 1e6 * 3.28e-9) * 1.5)
    two = first(id="alternative/text-search", existing_server=False, kept_years=2)
    assert energy(worked(two)) == pytest.approx((22.4 + 40_000 * 3.28e-9) * 1.5)


def test_a_machine_waits_for_as_long_as_the_period_lasts() -> None:
    """11.2 kWh a year of a virtual machine × PUE 1.5: in a month a twelfth, 1.4 kWh; in two quarters half, 8.4 kWh."""
    asked = first(id="alternative/text-search", existing_server=False)
    for period, years in (("mois", 1 / 12), ("2 quarters", 0.5), ("semestre", 0.5), ("Année 2027", 1), ("3 ans", 3)):
        assert energy(worked(asked, volume=1, period=period)) == pytest.approx((11.2 * years + 3.28e-9) * 1.5), period
    assert energy(worked(asked | {"attempts": 2}, volume=1, period="mois")) == pytest.approx(
        (11.2 / 12 + 2 * 3.28e-9) * 1.5
    )


def test_a_period_of_no_time_and_an_id_twice_are_refused_where_they_stand() -> None:
    asked = first(id="alternative/text-search", existing_server=True)
    with pytest.raises(ScenarioRefused) as empty:
        scenario(asked, period="0 mois")
    assert "need.period" in empty.value.message("fr") and "« 0 mois »" in empty.value.message("fr")
    with pytest.raises(ScenarioRefused) as twice:
        scenario(asked, CHAT, CHAT)
    assert "option 3 (modele), id" in twice.value.message("fr") and "« modele »" in twice.value.message("fr")


@pytest.mark.parametrize("period", ["campagne", "janvier", "12"])
def test_a_machine_kept_on_for_an_unknown_time_is_refused(period: str) -> None:
    """Its own years or a server that exists already need no length."""
    asked = first(id="alternative/text-search", existing_server=False)
    with pytest.raises(ScenarioRefused) as told:
        worked(asked, period=period)
    said = told.value.message("fr")
    assert "need.period" in said and f"« {period} »" in said and "kept_years" in said
    assert energy(worked(first(**asked["alternative"], kept_years=0.25), period=period))
    assert energy(worked(first(id="alternative/text-search", existing_server=True), period=period))


def test_the_hours_of_a_year_over_a_month_are_said() -> None:
    """A machine-year in a month is 12 machines, 8,766 card-hours 12 cards; 730.5 are one; a year holds 8,760 too."""
    asked = first(id="alternative/text-search", existing_server=False, kept_years=1)
    (told,) = [
        w for w in worked(asked, period="mois").evaluated["sans-ia"].built.warnings if w["code"] == "kept_longer"
    ]
    assert "12 machines" in told["fr"] and "12 machines" in told["en"]
    assert "kept_longer" not in codes(worked(asked))
    alone = CHAT | {
        "use": {"model": "qwen3-8b", "device": "gpu/h100", "output_tokens": 300, "input_tokens": 500, **PLACE}
    }
    for hours, period, said in ((8766, "mois", True), (730.5, "mois", False), (8784, "an", False), (8766, "x", False)):
        made = worked(
            first(id="alternative/text-search", existing_server=True), alone | {"reserved_hours": hours}, period=period
        )
        warned = [w for w in made.evaluated["modele"].built.warnings if w["code"] == "reserved_longer"]
        assert bool(warned) == said and all("12 cartes" in w["fr"] for w in warned), hours


def test_a_search_engine_of_others_keeps_no_machine_on_for_us() -> None:
    """40,000 × 0.03818 Wh × PUE 1.5 = 2.29 kWh, whatever is said of a server."""
    apart = [worked(first(id="alternative/public-search", existing_server=said)) for said in (True, False)]
    assert energy(apart[0]) == energy(apart[1]) == pytest.approx(40_000 * 3.818e-5 * 1.5)
    assert "program_of_others" in codes(apart[1])


def test_the_unasked_question_decides_the_verdict() -> None:
    """Static pages on a server that exists are below a large model in every draw; on a machine of their own for 400
    answers a year, above in most."""
    shared = worked(first(id="alternative/static-page", existing_server=True), CHAT, volume=400)
    alone = worked(first(id="alternative/static-page", existing_server=False), CHAT, volume=400)
    found = [w.pair("sans-ia", "modele", "energy") for w in (shared, alone)]
    assert [(verdict.verdict, verdict.lower) for verdict in found] == [("lower_always", "a"), ("lower_mostly", "b")]


def test_every_program_of_the_tables_can_be_an_option() -> None:
    nobody = {"alternative/own-program", "alternative/by-hand"}  # a class, and a person
    names = [s.id for s in load().subjects.values() if s.kind == "alternative" and s.id not in nobody]
    assert len(names) == 13
    for name in names:
        assert energy(worked(first(id=name, existing_server=False))) > 0


def test_a_program_says_whether_its_server_exists_and_is_one_of_the_tables() -> None:
    with pytest.raises(ScenarioRefused):
        scenario(first(id="alternative/text-search"))
    with pytest.raises(ScenarioRefused) as twice:
        scenario(first(id="alternative/text-search", existing_server=True) | {"use": {"it_energy_kwh": 1}})
    assert "alternative" in twice.value.message("fr")
    with pytest.raises(SubjectUnknown):
        worked(first(id="alternative/carrier-pigeon", existing_server=True))


def test_no_hosting_is_said_of_a_person_and_one_is_supposed_of_a_program() -> None:
    """The work of a person runs nowhere; a search engine of which nobody says where it is does run somewhere."""
    asked = [first(id=f"alternative/{name}", existing_server=True) for name in ("by-hand", "text-search")]
    for option in asked:
        option["alternative"] = {n: value for n, value in option["alternative"].items() if n != "pue"}
    assert ["site_assumed" in codes(worked(option)) for option in asked] == [False, True]


def test_a_program_comes_back_from_the_text_of_its_scenario() -> None:
    asked = scenario(first(id="alternative/text-search", existing_server=False, kept_years=3))
    assert parse_scenario(scenario_toml(asked)) == asked


def test_what_waits_is_a_part_of_its_own() -> None:
    """11.2 kWh of a machine kept on, whose acts are 0.13 Wh, and the cooling of both: PUE 1.5."""
    made = worked(first(id="alternative/text-search", existing_server=False))
    found = components(made.evaluated["sans-ia"].side, "energy", printed=False)
    assert found == pytest.approx(
        {"servers": 40_000 * 3.28e-9, "idle": 11.2, "overhead": 0.5 * (11.2 + 40_000 * 3.28e-9)}
    )
    shared = worked(first(id="alternative/text-search", existing_server=False, shared_by=4))
    assert components(shared.evaluated["sans-ia"].side, "energy", printed=False)["idle"] == pytest.approx(11.2 / 4)
