"""Each formula against a calculation by hand, written out."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.assessment import coefficients, equations, uncertainty
from estimator.assessment.evaluation import ActivityGroup, bound_case, outcomes_of, values_of
from estimator.assessment.impacts import amounts
from estimator.builds.equation_selection import AMOUNTS, ledger_formulas
from tests.support import bounds_of


def test_water_on_it_energy_and_on_site_energy() -> None:
    """Trap 1: 100 kWh IT, PUE 1.5, WUE 0.4."""
    site = equations.cooled_energy(100, 1.5)
    assert site == 100 * 1.5 == 150
    assert equations.onsite_water_it(100, 0.4) == pytest.approx(100 * 0.4) == pytest.approx(40)
    assert equations.onsite_water_site(site, 0.4) == pytest.approx(150 * 0.4) == pytest.approx(60)
    assert equations.grid_water(site, 1.38) == pytest.approx(150 * 1.38)


def test_a_declared_site_is_its_own_total_and_its_machines_are_that_total_over_the_pue() -> None:
    """12.5 kWh of a site, read exactly, at a PUE of 2.5: 12.5 kWh of the site, 12.5 ÷ 2.5 = 5 kWh of machines."""
    site = equations.billed_site_energy(12.5, 1.0)
    assert (site, equations.billed_it_energy(site, 2.5)) == (12.5, 5.0)
    assert equations.site_energy(site, equations.cooled_energy(5.0, 2.5)) == 12.5


def test_wue_on_total_energy_is_wue_on_it_energy_over_pue() -> None:
    """RGESN 8.4 counts on total energy: 0.6 L per IT kWh at PUE 1.5 is 0.4 L per total kWh."""
    assert equations.onsite_water_site(150, 0.6 / 1.5) == pytest.approx(equations.onsite_water_it(100, 0.6))


def test_sci_golden() -> None:
    """Trap 3: 1000 kg over 4 years, one hour reserved alone: 1000 / (4 × 8766) kg = 28.5 g."""
    life = coefficients.device_life_hours(4)
    lives = equations.device_lives(1, 1, life, 1)
    assert 1000 * equations.device_embodied_gwp(lives, 1000) == pytest.approx(1e6 / (4 * 365.25 * 24))
    assert round(1000 * equations.device_embodied_gwp(lives, 1000), 1) == 28.5


def test_training_amortised_by_million_tokens() -> None:
    """Trap 3: 6,500 kg over 50e9 tokens is 130 g per million tokens."""
    assert 6500 * 1000 / 50e9 * 1e6 == 130


def test_a_dedicated_server_is_charged_its_idle_hours_once() -> None:
    """Trap 8: 720 h reserved at 30 % load hold the idle hours, so occupancy is 1: 720 / 35064, not 3.3 times."""
    lives = equations.machine_lives(1, 720, coefficients.machine_life_hours(4), 1, 1)
    assert lives == pytest.approx(720 / 35064)
    assert lives < 720 / 35064 / 0.3 / 3


def test_energy_of_components_with_their_corrections() -> None:
    """2 kWh of processor at 1.2, 3 of card at 1.1, 0.5 of memory at 2, 4 of other at 0.9: 10.3 kWh."""
    component = equations.component_energy(2, 1.2, 3, 1.1, 0.5, 2, 4, 0.9)
    assert component == pytest.approx(2 * 1.2 + 3 * 1.1 + 0.5 * 2 + 4 * 0.9) == pytest.approx(10.3)
    addition = equations.unmetered_energy(component, 0.25)
    assert addition == pytest.approx(10.3 / 4)
    assert equations.measured_energy(component, addition) == pytest.approx(10.3 * 1.25)


@pytest.mark.parametrize(
    ("result", "args", "expected"),
    [
        ("tokens_read", (1e6, 200, 100), 1_020_000),  # 200 requests whose prompt is not counted, of 100 tokens
        ("tokens_read_again", (5e6, 2e6, 1.1, 3e4, 100, 2e4, 400), 5e6 + 2.2e6 + 3e6 + 8e6),
        ("token_energy", (4e5, 3e-8, 1e6, 2e-9, 1e8, 1e-11), 0.012 + 0.002 + 0.001),
        ("media_answering_energy", (100, 8e-4), 0.08),
        ("provisioned_energy", (0.0132, 1.32), 0.017424),
        ("working_energy", (1000, 0.7, 0.5), 350),
        ("provisioned_hours", (10, 1.15, 0.25), 16),  # 6 hours of waiting at a quarter of the power are 0.15 of 10
        ("own_energy", (350, 1.8), 630),
        ("modelled_energy", (350, 1.43), 500.5),
        ("stored_energy", (1000, 0.008, 2), 16),
        ("terminal_energy", (10, 0.0765), 0.765),
        ("program_energy", (1e6, 3.28e-9), 0.00328),
        ("kept_energy", (2, 11.2), 22.4),
        ("supposed_uses", (100, 200, 1000, 0.36, 0.625, 2), 100 + (200 + 360) * 0.625 * 2),
        ("supposed_output_tokens", (800, 450), 360_000),
        ("supposed_input_tokens", (800, 500, 0.05), 20_000),
        ("supposed_context_tokens", (360_000, 500, 450, 4, 1.5), 360_000 * (500 + 225) / 4 * 1.5),
        ("supposed_energy", (4e5, 3e-6, 1e6, 1e-8, 1e8, 1e-10), 1.2 + 0.01 + 0.01),
        ("supposed_hours", (4e5, 6e-8, 1e6, 1e-9, 1e8, 1e-11), 0.024 + 0.001 + 0.001),
        ("token_hours", (4e5, 6e-8, 1e6, 1e-9, 1e8, 1e-11), 0.024 + 0.001 + 0.001),
        ("server_hours", (24, 8), 3),
        ("use_gwp", (150, 0.0461), 150 * 0.0461),
        ("use_adpe", (150, 4.858e-8), 150 * 4.858e-8),
        ("use_primary_energy", (150, 11.29), 150 * 11.29),
        ("grid_reservoir_water", (150, 3.66), 150 * 3.66),
        ("device_embodied_gwp", (0.01, 164), 1.64),
        ("device_embodied_adpe", (0.01, 5.8e-3), 5.8e-5),
        ("device_embodied_primary_energy", (0.01, 3721), 37.21),
        ("machine_embodied_gwp", (0.01, 5700), 57),
        ("machine_embodied_adpe", (0.01, 0.37), 0.0037),
        ("machine_embodied_primary_energy", (0.01, 70000), 700),
        ("network_gwp", (10, 0.00927), 0.0927),
        ("network_adpe", (10, 1e-9), 1e-8),
        ("network_primary_energy", (10, 0.1), 1),
    ],
)
def test_products(result: str, args: tuple[float, ...], expected: float) -> None:
    assert getattr(equations, result)(*args) == pytest.approx(expected, rel=1e-12)


def test_the_first_known_way_gives_a_quantity() -> None:
    assert equations.it_energy(None, 2.0, 3.0) == 2.0  # measured, modelled, stored
    assert equations.accelerator_energy(None, 1.0, 5.0) == 1.0  # provisioned, answering, working
    assert equations.answering_energy(None, 3.0) == 3.0  # tokens, images or videos
    assert equations.answering_hours(None, 4.0) == 4.0  # tokens counted, supposed
    assert equations.reserved_device_hours(0.0, 9.0, 7.0) == 0.0  # stated hours, even none, come before computed ones
    assert equations.hosted_device_hours(None, None, 2.0) == 2.0
    assert equations.reserved_machine_hours(None, None) is None


def test_every_formula_has_a_case_here() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [f.name for f in equations.FORMULAS if f.name not in text] == []


AMOUNT = st.floats(min_value=1e-3, max_value=1e4)


@given(st.fixed_dictionaries({name: AMOUNT for name in AMOUNTS}), st.sampled_from([365.0, 2.0, 0.5]))
def test_a_year_is_365_days_in_every_column(day: dict[str, float], times: float) -> None:
    """Trap 4: every result is of degree one in what adds up."""
    bounds = bounds_of()
    once = values_of(ActivityGroup(day | {"resource_share": 0.5}, bounds))
    year = values_of(ActivityGroup({n: v * times for n, v in day.items()} | {"resource_share": 0.5}, bounds))
    for item in ledger_formulas():
        assert math.isclose(year[item.name], times * once[item.name], rel_tol=1e-12), item.name


@given(st.lists(st.fixed_dictionaries({name: AMOUNT for name in AMOUNTS}), min_size=2, max_size=5))
def test_summing_first_is_summing_after(rows: list[dict[str, float]]) -> None:
    """Trap 10: rows whose factors are the same may be summed before any factor is applied."""
    bounds = bounds_of()
    groups = [ActivityGroup(row | {"resource_share": 0.5}, bounds) for row in rows]
    whole = ActivityGroup({n: math.fsum(r[n] for r in rows) for n in AMOUNTS} | {"resource_share": 0.5}, bounds)
    apart, together = amounts(groups), amounts([whole])
    for name, amount in together.items():
        assert amount.central == pytest.approx(apart[name].central, rel=1e-12)
        assert amount.low == pytest.approx(apart[name].low, rel=1e-9)
        assert amount.high == pytest.approx(apart[name].high, rel=1e-9)


def test_bounds_are_in_order_and_the_envelope_holds_the_interval() -> None:
    group = ActivityGroup(dict.fromkeys(AMOUNTS, 3.0) | {"resource_share": 0.5}, bounds_of())
    for amount in amounts([group]).values():
        assert (
            amount.envelope is not None
            and amount.low is not None
            and amount.central is not None
            and amount.high is not None
        )
        assert amount.envelope[0] <= amount.low <= amount.central <= amount.high <= amount.envelope[1]
        assert amount.envelope[0] < amount.envelope[1]


def test_one_evaluation_gives_every_statistic() -> None:
    """At factor values, at the bounds that lower and raise, and in every draw, as when each is evaluated for itself."""
    group = ActivityGroup(dict.fromkeys(AMOUNTS, 3.0) | {"resource_share": 0.5}, bounds_of())
    results = frozenset(item.name for item in ledger_formulas())
    found = outcomes_of(group, results)
    once = {name: uncertainty.statistics(found[name]) for name in results}
    for statistic in ("value", "low", "high", "draws"):
        apart = values_of(group, statistic, results)
        for name in results:
            assert getattr(once[name], statistic) == pytest.approx(apart[name], rel=1e-13), (name, statistic)


def test_each_factor_moves_the_results_the_way_its_sign_says() -> None:
    bounds = bounds_of()
    group = ActivityGroup(dict.fromkeys(AMOUNTS, 3.0) | {"resource_share": 0.5}, bounds)
    before = values_of(group)
    for name, bound in bounds.items():
        raised = bound.factor.model_copy(update={"value": bound.factor.value * 1.01})
        after = values_of(ActivityGroup(group.amounts, bounds | {name: type(bound)(name, bound.subject, raised)}))
        moved = [after[f.name] - before[f.name] for f in ledger_formulas()]
        way = 1 if bound_case(name, raised, raised=True) == raised.high else -1
        assert any(moved), name
        assert all(change * way >= 0 for change in moved), name
