"""Decomposition of a difference by part, and of uncertainty by factor."""

import math
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Values = float | Array

MOST_PARTS = 4  # volume, efficiency, scope, method


def shapley(
    before: "Mapping[str, Values]", after: "Mapping[str, Values]", value: "Callable[[Mapping[str, Values]], Values]"
) -> "dict[str, Any]":
    """Shapley effect of each part on value(after) - value(before): the mean over every order of the changes.

    Numbers give numbers, paired draws of shape (draws,) give draws. Effects add up to the difference: the rounding
    error, a few units of the last digit, is added to the largest effect, then to smaller ones while any is left.
    Under `math.fsum` numbers add up exactly, as long as no effect is so much larger than the two totals
    that its last digit is above theirs; draws add up to rounding. A part without influence has an effect of 0.
    ValueError: different parts before and after, or more than four.
    """
    if before.keys() != after.keys() or not 0 < len(before) <= MOST_PARTS:
        raise ValueError(f"the same parts are needed before and after, {MOST_PARTS} at most: {[*before]}, {[*after]}")
    parts = tuple(before)
    worlds = {
        changed: value({part: (after if part in changed else before)[part] for part in parts})
        for size in range(len(parts) + 1)
        for changed in map(frozenset, combinations(parts, size))
    }
    orders = math.factorial(len(parts))
    effects: dict[str, Any] = {}
    for part in parts:
        terms = [
            math.factorial(len(without))
            * math.factorial(len(parts) - len(without) - 1)
            * (worlds[without | {part}] - v)
            for without, v in worlds.items()
            if part not in without
        ]
        effects[part] = _sum(terms) / orders
    return _adjusted_effects(effects, worlds[frozenset(parts)] - worlds[frozenset()])


def split_difference(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    """B - A component by component, adding up under `math.fsum` to fsum(b) - fsum(a), rounding as in `shapley`.

    A component that an option lacks must be passed as 0. ValueError: different components.
    """
    if a.keys() != b.keys():
        raise ValueError(f"the same components are needed on both sides: {[*a]}, {[*b]}")
    return _adjusted_effects({name: b[name] - a[name] for name in a}, math.fsum(b.values()) - math.fsum(a.values()))


def variance_shares(total: "Values", factors: "Mapping[str, Values]") -> dict[str, float]:
    """Variance share of each factor in `total`: squared rank correlation, scaled to add up to one.

    total, factors: paired draws, shape (draws,). A constant factor has no uncertainty and is left out.
    """
    import numpy as np

    if not _varies(total):
        return {}
    rank = np.argsort(np.argsort(total))
    squares = {
        name: float(np.corrcoef(rank, np.argsort(np.argsort(values)))[0, 1]) ** 2
        for name, values in factors.items()
        if _varies(values)
    }
    whole = math.fsum(squares.values())
    return {name: square / whole for name, square in squares.items()} if whole else {}


def tornado(
    function: Callable[[Mapping[str, float]], float], factors: Mapping[str, tuple[float, float, float]]
) -> dict[str, tuple[float, float]]:
    """The function with one factor at its low, then at its high, others at central; widest first.

    factors: (low, central, high). function: a ratio of two options, or any positive value. ValueError if it is not.
    """
    central = {name: middle for name, (_, middle, _) in factors.items()}
    ends = {n: (function(central | {n: low}), function(central | {n: high})) for n, (low, _, high) in factors.items()}
    for name, pair in ends.items():
        if not all(0 < end < math.inf for end in pair):
            raise ValueError(f"a positive value was expected when {name} moves, read {pair}")
    return dict(sorted(ends.items(), key=lambda entry: -abs(math.log(entry[1][1] / entry[1][0]))))


def _varies(values: Any) -> bool:
    import numpy as np

    return isinstance(values, np.ndarray) and bool(values.max() > values.min())


def _sum(terms: list[Any]) -> Any:
    return math.fsum(terms) if all(isinstance(term, int | float) for term in terms) else sum(terms)


def _adjusted_effects(effects: dict[str, Any], total: Any) -> dict[str, Any]:
    """Effects adjusted to add up to the total: each in turn, largest first, absorbs the remaining error."""
    import numpy as np

    for name in sorted(effects, key=lambda name: -float(np.mean(np.abs(effects[name])))):
        if np.any(effects[name]):
            effects[name] = effects[name] + _sum([total, *(-effect for effect in effects.values())])
    return effects
