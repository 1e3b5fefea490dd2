"""What a comparison says of where, of proof and of what suffices is no more than what is known."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.comparison.estimator_gateway import compared
from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import FIGURES
from estimator.catalogue.load import load
from estimator.catalogue.selection import SelectedFactor
from estimator.cli.compare_text import compare_text
from estimator.comparison.comparison import Comparator
from estimator.comparison.decision_sheet import decision
from estimator.comparison.option_inventory import ComparisonContext
from estimator.comparison.paired_draws import PairedSides, Side
from estimator.comparison.verdict_text import smallest_words
from estimator.core.errors import say
from tests.comparison.test_compare import crossing_of
from tests.comparison.test_compare_parts import DAY, SERVER, SITE, option, scenario
from tests.support import activity, built

ENERGY = next(figure for figure in FIGURES if figure.id == "energy")


def measured(home: Path, *zones: str | None, wanted: str = "FRA", **more: Any) -> dict[str, Any]:
    """A service of the ledger, a run in each zone, as an option of a scenario that wants a place."""
    rows = (activity(service_key="s", zone=zone, items=9.0, **more) for zone in zones)
    built(home, *rows)
    limits = {"location": wanted, "quality": {"value": 0.8}}
    return decision(scenario(option("pilote", measured={"service": "s"}), constraints=limits), home)


@pytest.mark.parametrize(
    ("zones", "codes", "kept"),
    [
        (("FRA",), [], True),
        (("FRA", "USA"), ["ran_outside_location"], False),
        (("FRA", None), ["ran_location_unknown"], True),
        ((None, "USA"), ["ran_outside_location", "ran_location_unknown"], False),
    ],
)
def test_a_measured_option_is_judged_by_where_its_runs_ran(
    tmp_path: Path, zones: tuple[str | None, ...], codes: list[str], kept: bool
) -> None:
    body = measured(tmp_path / "home", *zones, other_energy_kwh=2.0)
    assert [w["code"] for w in body.options[1].warnings if "location" in w["code"]] == codes
    assert body.reference == ("pilote" if kept else None)
    assert (body.smallest_sufficient.status == "found") is kept


def test_electricity_of_the_ledger_is_told_with_its_proof_and_never_called_measured(tmp_path: Path) -> None:
    """2 kWh read with an instrument, 1 kWh of no known method."""
    home = tmp_path / "home"
    known = activity(service_key="s", cpu_energy_kwh=2.0, items=9.0, cpu_mode="mode/rapl")
    built(home, known, activity(service_key="s", items=9.0))
    body = decision(scenario(option("pilote", measured={"service": "s"})), home)
    told = next(w for w in body.options[1].warnings if w["code"] == "measured")
    proof = body.options[1].proof
    for lang, start in (("fr", "Électricité prise dans le registre"), ("en", "Electricity taken from the ledger")):
        assert told[lang].startswith(start)
        for name, share in proof.items():
            assert (say("proofs", name, lang) in told[lang].replace("mesures", "")) is (share > 0)


@pytest.mark.parametrize(("more", "alone"), [([], True), ([option("b", use={"it_energy_kwh": 9, **SITE})], False)])
def test_an_option_that_alone_qualifies_is_said_to_be_alone(more: list[dict], alone: bool) -> None:
    """Nobody studied the way without AI: one option has all it takes, and no other to be compared with."""
    asked = scenario(option("a", use={"it_energy_kwh": 1, **SITE}), *more)
    found = compared(asked)
    for lang, said, never in (("fr", "d’une seule est connue", "aucune n’a"), ("en", "only one is known", "none has")):
        for text in (compare_text(found, lang), found.said("lead", lang)[0]):
            assert (said in text) is alone and never not in text


def test_models_that_only_the_place_excludes_are_said_to_reach_the_threshold() -> None:
    limits = {"location": "FRA", "quality": {"value": 0.8}}
    use = {"it_energy_kwh": 1, "zone": "USA", "pue": 1.2}
    body = decision(scenario(option("a", use=use), constraints=limits))
    for lang, said, never in (("fr", "hors du lieu imposé", "trop peu"), ("en", "outside the place", "too few")):
        assert said in smallest_words(body, lang) and never not in smallest_words(body, lang)
    missed = decision(scenario(option("a", 0.7, use=use), constraints=limits))
    assert "Aucune option étudiée" in smallest_words(missed, "fr")


@pytest.mark.parametrize(("volume", "enough"), [(1000, True), (400_000_000, False)])
def test_a_reserved_server_with_too_few_hours_does_not_suffice(volume: float, enough: bool) -> None:
    """One card the whole year: a thousand answers leave it idle, four hundred million are more than it can make."""
    reserved = option("reserve", use=SERVER, reserved_hours=8766)
    body = decision(scenario(reserved, volume=volume, constraints={"quality": {"value": 0.8}}))
    assert body.options[1].barred == (() if enough else ("too_small",))
    assert (body.smallest_sufficient.status == "found") is enough and (body.reference == "reserve") is enough
    if not enough:
        assert "trop peu d’heures" in smallest_words(body, "fr") and "too few" in smallest_words(body, "en")


def test_the_headline_leaves_aside_a_server_that_is_too_small() -> None:
    """Of the pairs with a ratio, the nearest to one would be told: the one with the server that cannot do it is not."""
    uses = {"a": {"it_energy_kwh": 1, **SITE}, "b": {"it_energy_kwh": 9, **SITE}}
    options = [option(name, use=use) for name, use in uses.items()]
    reserved = option("reserve", use=SERVER, reserved_hours=1)
    body = decision(scenario(*options, reserved, volume=4e8, constraints={"quality": {"value": 0.8}}))
    kept = body.opening()
    assert {kept.a, kept.b} == {"a", "b"}


def test_the_light_model_that_costs_more_is_not_said_to_be_larger_than_the_large() -> None:
    """The light model is refused half the time: with all its attempts it uses more than the large one."""
    uses = {"leger": (1, 0.5), "grand": (1.5, 1.0)}
    options = [option(n, use={"it_energy_kwh": kwh, **SITE}, acceptance=share) for n, (kwh, share) in uses.items()]
    body = decision(scenario(*options, constraints={"quality": {"value": 0.8}}))
    assert smallest_words(body, "fr").replace("\u00a0", " ") == (
        "Parmi les options qui semblent suffire et dont l’électricité est connue, "
        "celle qui en consomme le moins est un modèle : l’option grand. "
        "Sans essai connu (l’option leger, l’option grand) : rien n’assure que le seuil soit tenu."
    )
    assert "smallest" not in smallest_words(body, "en")


def test_a_crossing_does_not_move_with_the_volume_that_is_typed() -> None:
    """Beyond the reserved hours the server is no line any more: the lines are read where it is one."""
    options = [option("partage", use=SERVER), option("reserve", use=SERVER, reserved_hours=8766)]
    found = [
        crossing_of(scenario(*options, volume=v), ComparisonContext(load(), DAY), "partage", "reserve")
        for v in (1e6, 4e9)
    ]
    assert found[0] is not None and found[1] is not None
    for end in ("low", "central", "high"):
        assert found[1].units[end] == pytest.approx(found[0].units[end], rel=5e-3)  # read on lines through two points
    assert found[1].share == pytest.approx(found[0].share, abs=1e-3)


@pytest.mark.parametrize(("times", "crosses"), [(0.97, False), (1.03, True)])
def test_no_crossing_is_told_where_the_reserved_hours_are_exceeded(times: float, crosses: bool) -> None:
    """A service that uses 3 % more than the server when every hour is taken meets it before; 3 % less, beyond."""
    reserved = option("reserve", use=SERVER, reserved_hours=8766)
    work = Comparator(scenario(reserved, volume=1e5), ComparisonContext(load(), DAY))
    busy = work.evaluated["reserve"].built.occupancy
    assert busy is not None
    full = scenario(reserved, volume=0.999999 * 1e5 / busy["central"])
    side = Comparator(full, ComparisonContext(load(), DAY)).evaluated["reserve"].side
    each = (side.at_factor_values(ENERGY) or 0.0) / full.need.volume
    shared = option("a", use={"it_energy_kwh": times * each, "zone": "FRA", "pue": 1.0})
    asked = scenario(shared, reserved, volume=1e5)
    assert (crossing_of(asked, ComparisonContext(load(), DAY), "a", "reserve") is not None) is crosses


def test_a_doubt_is_told_once_however_many_months_share_it() -> None:
    """The same answers in three months, a factor a month, drawn together: one thing to measure."""
    work = Comparator(
        scenario(option("a", use=SERVER), option("b", use={"it_energy_kwh": 1, **SITE})), ComparisonContext(load(), DAY)
    )
    a, b = (work.evaluated[name].side for name in ("a", "b"))
    months = [
        ActivityGroup(c.amounts, {n: monthly(x, month) for n, x in c.bounds.items()})
        for month in "345"
        for c in a.groups
    ]
    assert len(PairedSides(Side(months), b, ENERGY).matters()) == len(PairedSides(a, b, ENERGY).matters()) > 1


def monthly(bound: SelectedFactor, month: str) -> SelectedFactor:
    """The same factor under a name of its own for a month, drawn as it is."""
    item = bound.factor
    own = item and item.model_copy(update={"id": f"{item.id}/{month}", "drawn_as": item.doubt})
    return replace(bound, factor=own)
