"""Parts of a difference that add up to it, and factors of a doubt."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.assessment.sensitivity import shapley, split_difference, tornado, variance_shares
from estimator.comparison.change_text import change_words
from tests.core.test_numbers import spaced

PARTS = ("volume", "efficiency", "scope", "method")
amounts = st.floats(0.25, 4)
sides = st.lists(amounts, min_size=4, max_size=4)


def product(parts):
    return math.prod(parts.values())


def test_a_service_used_twice_as_much_at_70_percent_of_its_intensity_rises_by_40_percent() -> None:
    """100 units at 1 each. Volume first: +100, then efficiency 200 -> 140: -60. Efficiency first: 100 -> 70: -30,
    then volume 70 -> 140: +70. Means: volume (100 + 70) / 2 = 85, efficiency (-60 - 30) / 2 = -45; 85 - 45 = 40."""
    effects = shapley({"volume": 100.0, "efficiency": 1.0}, {"volume": 200.0, "efficiency": 0.7}, product)
    assert effects == {"volume": 85.0, "efficiency": -45.0}
    assert spaced(change_words(effects, 100, "fr")) == (
        "Le total augmente de 40 % ; en points, volume : +85, par service rendu : −45."
    )
    assert (
        spaced(change_words(effects, 100, "en"))
        == "The total rises by 40%; in points, volume: +85, per service rendered: −45."
    )


@pytest.mark.parametrize("effects", [(18.4, 13.4, 0.0, 0.4), (61.4, -33.4, 2.2, 0.4), (400.0, 300.0, 216.0, 84.4)])
def test_the_parts_of_a_change_add_up_to_the_total_that_is_printed(effects: tuple[float, ...]) -> None:
    """18.4 + 13.4 + 0.4 is 32.2, said 32: the parts are said 19 (or 18), 13 (or 14) and 0, never 18 + 13."""
    names = ("volume", "efficiency", "scope", "method")
    said = change_words(dict(zip(names, effects, strict=True)), 100, "en").replace("−", "-")
    total, *parts = [float(number.replace(",", "")) for number in re.findall(r"[+-]?\d[\d,.]*(?<![,.])", said)]
    assert sum(parts) == total


def test_a_total_may_fall_stand_still_or_have_no_percent() -> None:
    assert "baisse de 30 %" in spaced(change_words({"volume": 0.0, "efficiency": -3.0}, 10, "fr"))
    assert "volume" not in change_words({"volume": 0.0, "efficiency": -3.0}, 10, "fr")
    assert "périmètre ou usages non comptés en services rendus : +30" in spaced(change_words({"scope": 3.0}, 10, "fr"))
    assert change_words({"volume": 3.0, "efficiency": -3.0}, 10, "en") == (
        "The total does not change; in points, volume: +30, per service rendered: −30."
    )
    assert change_words({"volume": 0.0}, 10, "fr") == "Rien ne change."
    with pytest.raises(ValueError, match="read 0"):
        change_words({"volume": 1.0}, 0, "fr")


@given(sides, sides)
def test_effects_add_up_to_the_last_digit(before: list[float], after: list[float]) -> None:
    first, last = dict(zip(PARTS, before, strict=True)), dict(zip(PARTS, after, strict=True))
    effects = shapley(first, last, product)
    total = product(last) - product(first)
    largest = max(map(abs, effects.values()))
    assert abs(math.fsum(effects.values()) - total) <= math.ulp(largest)
    if largest <= max(product(first), product(last)):
        assert math.fsum(effects.values()) == total


@given(sides, sides)
def test_a_part_that_stays_has_no_effect_and_the_way_back_is_the_opposite(before: list[float], after: list[float]):
    first, last = dict(zip(PARTS, before, strict=True)), dict(zip(PARTS, after, strict=True)) | {"scope": before[2]}
    there, back = shapley(first, last, product), shapley(last, first, product)
    assert there["scope"] == 0
    assert all(there[part] == pytest.approx(-back[part], rel=1e-9, abs=1e-9) for part in PARTS)


def test_draws_are_split_one_by_one_as_numbers_are() -> None:
    rng = np.random.default_rng(1)
    first, last = ({part: rng.lognormal(0, 0.5, 500) for part in PARTS} for _ in range(2))
    effects = shapley(first, last, product)
    np.testing.assert_allclose(sum(effects.values()), product(last) - product(first), rtol=0, atol=1e-12)
    one = shapley({p: float(v[7]) for p, v in first.items()}, {p: float(v[7]) for p, v in last.items()}, product)
    assert {part: pytest.approx(float(values[7]), abs=1e-12) for part, values in effects.items()} == one


def test_parts_must_be_the_same_and_few() -> None:
    for before, after in (({"a": 1.0}, {"b": 1.0}), ({}, {}), (dict.fromkeys("abcde", 1.0),) * 2):
        with pytest.raises(ValueError, match="the same parts"):
            shapley(before, after, product)


def test_components_add_up_to_the_headline() -> None:
    """0.1 + 0.2 + 0.3 = 0.6 against 0.4 + 0.2 + 0.7 = 1.3: 0.7 more, of which 0.3 servers and 0.4 network."""
    a, b = {"servers": 0.1, "cooling": 0.2, "network": 0.3}, {"servers": 0.4, "cooling": 0.2, "network": 0.7}
    found = split_difference(a, b)
    assert math.fsum(found.values()) == math.fsum(b.values()) - math.fsum(a.values())
    assert found == {"servers": pytest.approx(0.3), "cooling": 0, "network": pytest.approx(0.4)}
    with pytest.raises(ValueError, match="the same components"):
        split_difference(a, {"servers": 1})


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=7))
def test_components_add_up_whatever_they_are(pairs: list[tuple[float, float]]) -> None:
    a, b = ({str(n): pair[side] for n, pair in enumerate(pairs)} for side in (0, 1))
    total = math.fsum(b.values()) - math.fsum(a.values())
    assert math.fsum(split_difference(a, b).values()) == total


def test_what_matters_names_the_wide_factor() -> None:
    """Logs with standard deviations 0.3 and 0.1: shares of 0.09 and 0.01 in 0.10, hence 90 % and 10 %."""
    rng = np.random.default_rng(2)
    wide, narrow = rng.lognormal(0, 0.3, 20_000), rng.lognormal(0, 0.1, 20_000)
    found = variance_shares(wide * narrow, {"wide": wide, "narrow": narrow, "exact": 2.0, "still": np.ones(20_000)})
    assert found == {"wide": pytest.approx(0.9, abs=0.02), "narrow": pytest.approx(0.1, abs=0.02)}
    assert variance_shares(3.0, {"wide": wide}) == {} == variance_shares(wide, {})


def test_a_tornado_moves_one_factor_at_a_time() -> None:
    """Ratio x / y, at x = 2 and y = 2.5: x from 1 to 4, then y from 2 to 3. The shared z cancels."""
    found = tornado(
        lambda f: f["x"] * f["z"] / (f["y"] * f["z"]), {"z": (1, 2, 9), "y": (2, 2.5, 3), "x": (1.0, 2.0, 4.0)}
    )
    assert list(found) == ["x", "y", "z"]
    assert found == {"x": (0.4, 1.6), "y": (1.0, pytest.approx(2 / 3)), "z": (0.8, 0.8)}
    with pytest.raises(ValueError, match="when x moves"):
        tornado(lambda f: f["x"], {"x": (0.0, 1.0, 2.0)})
