"""The one unit of a column of amounts: of its largest value, or smaller where its least would be all zeros."""

from collections.abc import Callable, Iterable

from estimator.core.interval import Interval
from estimator.core.number_format import LADDERS, DisplayUnit, step_for

LEAST = 0.001  # in the unit of a column, under which its least value has a smaller one
MOST = 1e5  # in a smaller unit, from which its largest value is no longer read


def column_step(amounts: Iterable[Interval], lang: str) -> DisplayUnit | None:
    """The unit of these amounts; None where none is known."""
    known = [amount for amount in amounts if amount.known]
    if not known:
        return None
    unit, ends = known[0].unit, [float(end) for amount in known for end in amount.ends if end] or [0.0]
    step = step_for(unit, max(ends), lang)
    for worth in reversed([float(worth) for worth, _ in LADDERS.get(unit.partition("/")[0], ())]):
        if worth < step.worth and min(ends) < LEAST * float(step.worth) and max(ends) < MOST * worth:
            step = step_for(unit, worth, lang)
    return step


def one_unit(amounts: Iterable[Interval], lang: str) -> Callable[[Interval], DisplayUnit | None]:
    """The unit of each of these amounts, that stand beside each other."""
    step = column_step(amounts, lang)
    return lambda amount: in_column(amount, step)


def in_column(amount: Interval, step: DisplayUnit | None) -> DisplayUnit | None:
    """The unit of a column for an amount of it; None, its own, where it would be all zeros in it."""
    told = [float(end) for end in amount.ends if end] if step and amount.known else []
    return step if step and (not told or min(told) >= LEAST * float(step.worth)) else None
