"""What a comparison becomes when the volume grows, and the volume at which two options change places."""

import math
from collections.abc import Sequence
from typing import Any

from estimator import draws
from estimator.compare import Comparator, told
from estimator.compare.options import Context
from estimator.compare.scenario import Scenario
from estimator.figures import figure_named

GROWTH = (1.0, 3.0, 10.0)
HALF = 0.5


def growth(scenario: Scenario, context: Context, times: Sequence[float] = GROWTH) -> list[dict[str, Any]]:
    """Electricity of each option at each multiple of the volume, its verdict against the reference of that volume.

    An option whose reserved hours no longer suffice is named in "beyond": its figures are those of too small a server.
    """
    return [_grown(Comparator(scenario, context, factor), factor) for factor in times]


def _grown(work: Comparator, factor: float) -> dict[str, Any]:
    figure = figure_named("energy")
    assert figure is not None
    totals = {}
    for name, weighed in work.weighed.items():
        drawn, central = weighed.side.drawn(figure), weighed.side.central(figure)
        low, high = draws.interval(drawn) if drawn is not None else (None, None)
        totals[name] = {"low": low, "central": central, "high": high, "unit": figure.unit}
    beyond = [n for n, w in work.weighed.items() if any(x["code"] == "hours_too_few" for x in w.built.warnings)]
    reference = work.reference()
    pairs = [told(work, reference, n, "energy") for n in work.weighed if n != reference] if reference else []
    body: dict[str, Any] = {"times": factor, "units": work.units, "energy": totals, "beyond": beyond}
    return body | {"reference": reference, "pairs": pairs}


def crossing(scenario: Scenario, context: Context, a: str, b: str) -> dict[str, Any] | None:
    """The volume at which options A and B use the same electricity, 5 - 95 % over the draws where there is one.

    Electricity of an option is a part that does not depend on the volume (a reserved server that waits, storage)
    and a part that grows with it. None where neither has a fixed part, or one of the two is not estimable.
    {"units": {low, central, high}, "share": of the draws that cross, "below": the lower option under it}.
    """
    import numpy as np

    figure = figure_named("energy")
    assert figure is not None
    lines = []
    for name in (a, b):
        at, half = (Comparator(scenario, context, times) for times in (1.0, HALF))
        if name not in at.weighed or at.weighed[name].side.central(figure) is None:
            return None
        ends = [(w.weighed[name].side.drawn(figure), w.weighed[name].side.central(figure)) for w in (at, half)]
        lines.append([_line(full, part, at.units) for full, part in zip(*ends, strict=True)])
    (fixed_a, slope_a), (fixed_b, slope_b) = (line[1] for line in lines)
    central = _meeting(fixed_b - fixed_a, slope_a - slope_b)
    drawn = [np.broadcast_to(np.asarray(v, dtype=float), (draws.DRAWS,)) for line in lines for v in line[0]]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (drawn[2] - drawn[0]) / (drawn[1] - drawn[3])
    real = found[np.isfinite(found) & (found > 0)]
    if central is None or not real.size:
        return None
    low, high = draws.interval(real)
    below = a if fixed_a < fixed_b else b
    units = {"low": min(low, central), "central": central, "high": max(high, central)}
    return {"a": a, "b": b, "units": units, "share": float(real.size / found.size), "below": below}


def _line(full: Any, part: Any, units: float) -> tuple[Any, Any]:
    """Fixed part and part by unit of what is affine in the volume, from its value at the volume and at half of it."""
    slope = (full - part) / (units * (1 - HALF))
    fixed = full - slope * units
    if isinstance(fixed, float) and abs(fixed) < 1e-9 * abs(full):
        fixed = 0.0
    return fixed, slope


def _meeting(gap: float, slope: float) -> float | None:
    """Where two lines meet, for a positive volume."""
    units = gap / slope if slope else math.inf
    return units if 0 < units < math.inf else None
