"""The law of each kind of bounds, and what factors share."""

import math
from dataclasses import replace

import numpy as np
import pytest

from estimator.assessment import uncertainty
from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import amounts, figure_named
from tests.support import bounds_of, factor


def quantiles(item, *points: float) -> list[float]:
    return [float(q) for q in np.quantile(uncertainty.draw(item, 200_000), points)]


@pytest.mark.parametrize("kind", ["p5_p95", "rival_sources"])
def test_p5_p95_bounds_are_the_5_and_95_points_and_the_value_is_the_median(kind: str) -> None:
    low, middle, high = quantiles(factor("grid_gwp", 50, 20, 300, bounds_kind=kind), 0.05, 0.5, 0.95)
    assert (low, middle, high) == (
        pytest.approx(20, rel=0.02),
        pytest.approx(50, rel=0.02),
        pytest.approx(300, rel=0.02),
    )


@pytest.mark.parametrize("kind", ["min_max", "rule"])
def test_other_bounds_are_never_left_and_the_law_is_two_half_triangles_in_the_logarithm(kind: str) -> None:
    item = factor("grid_gwp", 50, 20, 300, bounds_kind=kind)
    drawn = uncertainty.draw(item, 200_000)
    assert drawn.min() >= 20 and drawn.max() <= 300
    assert np.median(drawn) == pytest.approx(50, rel=0.01), "the median of every law is the value of its factor"
    halfway = math.exp(math.log(20) + (math.log(50) - math.log(20)) * math.sqrt(0.5))
    assert (drawn < halfway).mean() == pytest.approx(0.25, abs=0.01)  # half of a half triangle, in the logarithm


def test_pue_is_drawn_on_its_overhead() -> None:
    """PUE 1.5 (1.1 – 2.5): overhead 0.5 (0.1 – 1.5), two half triangles in the logarithm that meet at the median."""
    drawn = uncertainty.draw(factor("pue", 1.5, 1.1, 2.5), 200_000)
    assert drawn.min() >= 1.1 and drawn.max() <= 2.5
    assert np.median(drawn) == pytest.approx(1.5, abs=0.005)
    quarter = 1 + math.exp(math.log(0.5) + (math.log(1.5) - math.log(0.5)) * (1 - math.sqrt(0.5)))
    assert (drawn > quarter).mean() == pytest.approx(0.25, abs=0.01)


def test_a_bound_at_zero_gives_a_plain_triangle() -> None:
    drawn = uncertainty.draw(factor("wue_it", 0.4, 0, 0.8), 200_000)
    assert drawn.min() >= 0 and drawn.mean() == pytest.approx((0 + 0.4 + 0.8) / 3, rel=0.01)


def test_shares_never_pass_one() -> None:
    assert uncertainty.draw(factor("occupancy", 0.9, 0.5, 1.0), 50_000).max() <= 1


def test_an_exact_factor_is_one_number() -> None:
    assert uncertainty.draw(factor("pue", 1, 1, 1, bounds_kind="exact")) == 1


def test_one_factor_has_the_same_draws_everywhere() -> None:
    item = factor("grid_gwp", 50, 20, 300)
    assert (uncertainty.draw(item) == uncertainty.draw(item.model_copy())).all()


def test_factors_of_one_group_move_together_and_others_do_not() -> None:
    a, b, c = (
        factor("grid_gwp", 50, 20, 300, id=f"test/{n}", correlation_group=g)
        for n, g in (("a", "x"), ("b", "x"), ("c", ""))
    )
    ranks = [np.argsort(np.argsort(uncertainty.draw(f, 100_000))) for f in (a, b, c)]
    assert np.corrcoef(ranks[0], ranks[1])[0, 1] == pytest.approx(
        0.68, abs=0.03
    )  # Spearman of a Gaussian copula at 0.7
    assert np.corrcoef(ranks[0], ranks[2])[0, 1] == pytest.approx(0, abs=0.02)


def test_a_factor_without_value_cannot_be_drawn() -> None:
    item = factor("grid_gwp", 50, 20, 300).model_copy(update={"value": None})
    with pytest.raises(ValueError, match="has no value"):
        uncertainty.draw(item)


def test_two_cells_that_share_a_factor_do_not_average_its_doubt_away() -> None:
    """Ten cells of 1 kWh under one grid factor are as uncertain as one cell of 10 kWh."""
    figure = figure_named("gwp.use")
    assert figure is not None
    bounds = bounds_of()
    one = ActivityGroup({"it_energy": 1.0}, bounds)
    ten = amounts([one] * 10, [figure])["gwp.use"]
    single = amounts([ActivityGroup({"it_energy": 10.0}, bounds)], [figure])["gwp.use"]
    assert ten.low == pytest.approx(single.low) and ten.high == pytest.approx(single.high)


def test_the_interval_covers_what_it_says() -> None:
    """If truth is drawn by the same law, 90 % of truths fall inside: 95 standard errors allow 1 %."""
    drawn = uncertainty.draw(factor("grid_gwp", 50, 20, 300), 100_000)
    low, _, high = uncertainty.interval(drawn).ends
    truths = uncertainty.draw(factor("grid_gwp", 50, 20, 300, id="test/other"), 100_000)
    assert ((truths >= low) & (truths <= high)).mean() == pytest.approx(0.90, abs=0.01)


@pytest.mark.parametrize("change", [{"low": 10.0}, {"high": 600.0}, {"value": 60.0}, {"drawn_as": "another doubt"}])
def test_two_factors_of_one_name_never_share_a_kept_interval(change: dict[str, object]) -> None:
    """An interval is kept under every number it was drawn from: a bound of a user's own is a bound of its own."""
    use, bounds = figure_named("gwp.use"), bounds_of(pue=1.5)
    assert use is not None
    found = []
    for more in ({}, change):
        grid = factor("grid_gwp", 50, 20, 300).model_copy(update=more)
        group = ActivityGroup({"it_energy": 10.0}, bounds | {"grid_gwp": replace(bounds["grid_gwp"], factor=grid)})
        amount = amounts([group], (use,))["gwp.use"]
        found.append((amount.low, amount.central, amount.high))
    assert found[0] != found[1]


@pytest.mark.parametrize("count", [1, 2, 3, 20, 4096])
def test_points_are_those_of_numpy_whatever_the_numbers(count: int) -> None:
    """Laws, equal and nearly equal numbers, zeros, tiny and huge ones; numbers below zero, which are sorted in full."""
    chance = np.random.default_rng(7)
    law = chance.lognormal(0, 1.5, count)
    rows = [
        law,
        np.full(count, 3.0),
        1 + law * 1e-9,
        np.where(law > 1, 0, law),
        np.zeros(count),
        law * 1e-200,
        law * 1e20,
    ]
    rows += [np.round(law), np.concatenate([law[: count // 2], np.full(count - count // 2, 2.5)])]
    for drawn in (rows, [*rows, law - 1], [*rows, law * 1e200]):
        found = uncertainty.points_of_each([*drawn, 4.0])
        assert found[-1] == (4.0, 4.0, 4.0)
        np.testing.assert_allclose(found[:-1], np.quantile(drawn, (0.05, 0.5, 0.95), axis=1).T, rtol=1e-14, atol=0)
