"""The spans of a year told together: each rounded by itself, all of them, and all impacts, bound a small use."""

import random
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from estimator.core.periods import Period
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.anonymity import grouped, withheld
from estimator.governance.indicators.footprints import FOUR, of_scope
from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import _at_factor_values, impacts_of, told_interval
from estimator.governance.register.register import Register
from tests.reporting.test_no_difference import audit
from tests.reporting.test_rounded_sums import half
from tests.reporting.test_synthesis import case, heads, run
from tests.support import built

COMMUNE, MONTHS = "54395", [f"2025-{month:02}" for month in range(1, 13)]
ZONES = ("FRA", "FRA", "FRA", "SWE", "DEU", "POL", "ZAF", "USA", "ESP")
SPANS = list(combinations(range(len(MONTHS) + 1), 2))  # 78 of them, each as its first month and the one after its last
SUM = "at_factor_values"
Line = tuple["np.ndarray", float, float]  # what each use is of a sum, and its ends


def drawn(home: Path, seed: int) -> Scope:
    """A large use and one to three small ones, each in a country drawn, over twelve months, and another use or none."""
    chance = random.Random(seed)
    small = ["deux", "trois", "quatre"][: chance.randint(1, 3)]
    kwh = {name: 10 ** chance.uniform(0.5, 1.5) for name in small}
    kwh["grand"] = max(kwh.values()) * 10 ** chance.uniform(-0.5, 1)
    if chance.random() < 0.5:
        kwh["autre"] = sum(kwh.values()) * chance.choice((1, 3))
    rows = []
    for name, size in kwh.items():
        case(Register(home), name, f"service {name}", COMMUNE)
        heads(home, f"service {name}", {"deux": 2, "trois": 3, "quatre": 4}.get(name, 40))
        zone = chance.choice(ZONES)
        for month in MONTHS:
            rows.append(run(name, size * chance.uniform(0.7, 1.3), month, requests=900.0, zone=zone))
    built(home, *rows)
    return next(scope for scope in audit(home).scopes() if scope.territory == COMMUNE)


def span(scope: Scope, first: int, after: int) -> Scope:
    return Scope(scope.sources, scope.territory, Period(f"{MONTHS[first]}..{MONTHS[after - 1]}"))


def whole(scope: Scope, impact: str) -> tuple[float, float]:
    """The least and the most of an impact of the merged uses over the year, by every span that is told of it: uses
    told alone are known, and taken off; a span is no more than its ends allow, nor than two others together do."""
    figure = next(figure for figure in FOUR if figure.id == impact)
    alone, most = grouped(scope).shown, np.full((len(MONTHS) + 1, len(MONTHS) + 1), np.inf)
    np.fill_diagonal(most, 0.0)
    for first, after in SPANS:
        most[after, first] = min(most[after, first], 0.0)
        there = span(scope, first, after)
        if withheld(there) or impact not in impacts_of(there):
            continue
        amount = of_scope(there)[impact]
        told = told_interval(amount).central
        assert told is not None and amount.central
        apart = (amount[SUM] or 0.0) / amount.central  # how far a central value is from a sum, granted
        known = sum(_at_factor_values(figure, row) for row in there.rows if row.id in alone)
        away = apart * half(told, impact)
        most[first, after] = min(most[first, after], apart * told + away - known)
        most[after, first] = min(most[after, first], -max(apart * told - away - known, 0.0))
    for middle in range(len(MONTHS) + 1):
        most = np.minimum(most, most[:, middle : middle + 1] + most[middle : middle + 1, :])
    return -most[-1, 0], most[0, -1]


def bounds(lines: Sequence[Line]) -> tuple["np.ndarray", "np.ndarray"]:
    """The least and the most of each use, at the corners of what these lines allow."""
    size = len(lines[0][0])
    sides = [*((-each, -low) for each, low, _ in lines), *((each, high) for each, _, high in lines)]
    sides += [(-axis, 0.0) for axis in np.eye(size)]
    left = np.array([each / np.abs(each).max() for each, _ in sides])
    right = np.array([end / np.abs(each).max() for each, end in sides])
    chosen = np.array([*combinations(range(len(left)), size)])
    there = np.abs(np.linalg.det(left[chosen])) > 1e-9
    corners = np.linalg.solve(left[chosen[there]], right[chosen[there]][..., None])[..., 0]
    allowed = corners[(corners @ left.T <= right + 1e-7 * max(1.0, float(np.abs(right).max()))).all(axis=1)]
    return allowed.min(axis=0), allowed.max(axis=0)


def read(scope: Scope) -> dict[str, float]:
    """How far from each small use of a year the reader of all its spans may be, who knows where each runs [1]."""
    merged, sums = grouped(scope).others, dict[str, Mapping[str, float]]()
    for figure in FOUR:
        each = {id: sum(_at_factor_values(figure, row) for row in scope.rows if row.id == id) for id in merged}
        sums[figure.id] = each
    kwh = sums["energy"]
    told = [name for name in FOOTPRINTS if name in impacts_of(scope)]
    lines = [(np.array([sums[name][id] / kwh[id] for id in merged]), *whole(scope, name)) for name in told]
    low, high = bounds([line for line in lines if np.isfinite(line[2])])
    names = {case.id: case.name for case in scope.cases}
    away = {id: max(kwh[id] - low[at], high[at] - kwh[id]) / kwh[id] for at, id in enumerate(merged)}
    return {names[id]: value for id, value in away.items() if names[id] not in ("grand", "autre")}


@pytest.mark.parametrize("start", [0])
def test_all_spans_and_impacts_read_few_small_uses_closely(tmp_path: Path, start: int) -> None:
    """Of twelve registers: one small use in thirty within a tenth at most, one in seven within a quarter."""
    found = [away for seed in range(start, start + 12) for away in read(drawn(tmp_path / str(seed), seed)).values()]
    assert len(found) > 15
    assert sum(away < 0.1 for away in found) <= max(1, len(found) / 30), sorted(found)[:5]
    assert sum(away < 0.25 for away in found) <= len(found) / 7, sorted(found)[:5]


def test_the_gases_of_a_small_use_in_a_dirtier_country_are_not_told(tmp_path: Path) -> None:
    """Two agents take 5 kWh a month in Poland, forty 10 in France: a third of the electricity and most of the gases.
    The electricity is told, the gases of the year, of a quarter and of a month are not; both in France, they are."""
    for zone, told in (("POL", False), ("FRA", True)):
        home = tmp_path / zone
        for name, agents in (("deux", 2), ("grand", 40)):
            case(Register(home), name, f"service {name}", COMMUNE)
            heads(home, f"service {name}", agents)
        where = {"deux": (5.0, zone), "grand": (10.0, "FRA")}
        built(home, *(run(name, kwh, month, zone=at) for name, (kwh, at) in where.items() for month in MONTHS))
        for scope in audit(home, "2025-T1", "2025-03").scopes():
            found = {name: sheet(scope)["indicators"][name] for name in ("energy", "gwp")}
            values = {name: one["value"]["central"] is not None for name, one in found.items()}
            assert values == {"energy": True, "gwp": told}, (zone, scope.period)
            months = [amount["central"] is not None for amount in found["gwp"]["months"].values() if amount]
            assert months and set(months) == {told}
