"""Which factor applies: the day, the fallbacks, and what is said when there is none."""

from datetime import date

from estimator.assessment.evaluation import factor_inputs
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import bind, given, select_factor
from estimator.catalogue.tables import Catalogue
from tests.support import factor, refuses

DAY = date(2026, 6, 1)


def with_factors(*rows: Factor) -> Catalogue:
    """The shipped dictionary, zones and subjects, with these factors alone."""
    return load().with_factors(rows)


def grid(subject: str, value: float | None, **more: object) -> Factor:
    fields = {
        "id": f"grid_gwp/{subject}/{more.get('valid_from', 'x')}",
        "subject": subject,
        "unit": "kgCO2e/kWh",
    } | more
    if value is None:
        return factor("grid_gwp", None, None, None, bounds_kind=None, **fields)  # type: ignore[arg-type]
    return factor("grid_gwp", value, value / 2, value * 2, **fields)


def test_the_factor_of_the_day_is_taken() -> None:
    catalogue = with_factors(
        grid("FRA", 0.052, valid_from=date(2022, 1, 1), valid_to=date(2024, 12, 31)),
        grid("FRA", 0.0461, valid_from=date(2025, 1, 1)),
    )
    assert select_factor(catalogue, "grid_gwp", "FRA", date(2024, 12, 31)).factor.value == 0.052
    assert select_factor(catalogue, "grid_gwp", "FRA", date(2025, 1, 1)).factor.value == 0.0461
    assert select_factor(catalogue, "grid_gwp", "FRA", date(2021, 1, 1)).missing == "no_factor"


def test_a_part_of_a_country_takes_its_country_and_says_so() -> None:
    bound = select_factor(with_factors(grid("CAN", 0.13)), "grid_gwp", "CAN-QC", DAY)
    assert (bound.factor.value, bound.fallback_level, bound.factor.subject) == (0.13, 1, "CAN")


def test_a_country_never_takes_the_world() -> None:
    catalogue = with_factors(grid("WORLD", 0.47))
    assert select_factor(catalogue, "grid_gwp", "FRA", DAY).factor is None
    assert select_factor(catalogue, "grid_gwp", "FRA", DAY).missing == "no_factor"
    assert select_factor(catalogue, "grid_gwp", "WORLD", DAY).factor.value == 0.47


def test_an_explicit_unknown_keeps_its_reason() -> None:
    bound = select_factor(with_factors(grid("FRA", None, missing_reason="licence")), "grid_gwp", "FRA", DAY)
    assert (bound.factor, bound.missing) == (None, "licence")


def test_a_rival_is_never_bound() -> None:
    assert select_factor(with_factors(grid("FRA", 0.098, role="rival")), "grid_gwp", "FRA", DAY).missing == "no_factor"


def test_what_is_not_said_and_what_is_not_known_are_two_things() -> None:
    found = bind(with_factors(), {"zone": None, "host": "nobody/nowhere", "cpu_mode": None}, DAY, factor_inputs())
    assert found["grid_gwp"].missing == "no_zone"
    assert found["pue"].missing == "unknown_host"
    assert found["cpu_reading_ratio"].missing == "no_mode"
    assert select_factor(with_factors(), "grid_gwp", "ZZZ", DAY).missing == "unknown_zone"


def test_a_site_without_its_own_pue_takes_that_of_its_class() -> None:
    site = next(s for s in load().subjects.values() if s.kind == "host" and s.wider)
    row = factor("pue", 1.5, 1.2, 2.0, subject=site.wider)
    bound = select_factor(with_factors(row), "pue", site.id, DAY)
    assert (bound.factor, bound.fallback_level, bound.subject) == (row, 1, site.id)


def test_a_value_given_by_hand_must_be_plausible() -> None:
    assert given(load(), "pue", 1.5).factor.value == 1.5
    with refuses("given_value_refused") as refusal:
        given(load(), "pue", 0.5)
    assert refusal.value.message("fr") == (
        "Efficacité énergétique du site (PUE) : 0,5 a été lu, une valeur entre 1 et 4 était attendue."
        " Vérifiez l'unité et la saisie."
    )


def test_an_unknown_factor_id_names_close_ones() -> None:
    with refuses("factor_not_found", match="grid_gwp/FRA"):
        load().factor("GRID_GWP/FRA")
    with refuses("factor_not_found", match="Close ids: grid_gwp/FRA/20[^:]*, grid_gwp/FRA/20"):
        load().factor("grid_gwp/FRA/2030")
    with refuses("factor_not_found", match="Close ids: [^:]*embodied_gwp/gpu/a100"):
        load().factor("embodied_gpw/gpu/a100-sxm-80/2025")
    with refuses("factor_not_found", match="gives them all"):
        load().factor("!!")
