"""The months of which a territory is known to have data: those of its large uses, where small ones leave as a sum.

In which months a small use ran is not told: so none of them makes a month known, nor what a period is compared with,
the first month of a history, or the days that a year is made from. Of a year in which a territory has no large use, the
months are those that large uses have elsewhere. A month before the first of these in the whole home has no line in any
document, nor has one after the last, whoever ran there; between them, one that is not told is said to be so.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from estimator.governance.indicators.scope import Scope, use_of
from estimator.governance.indicators.small_uses import small_in
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import WHOLE

AHEAD = timedelta(hours=14)  # of the clock furthest ahead of UTC


def dated_rows(scope: Scope) -> list[Attached]:
    """The rows by whose months those of a scope are known; all of it for those who hold the data."""
    if scope.sources.inside:
        return scope.rows
    return [r for r in _ever(scope) if r.row.month in scope.months and (use_of(r), r.row.month) not in scope.without]


def months_ever(scope: Scope) -> list[int]:
    """The months with data of a territory, of any time, as they are told."""
    return months_of(scope.everything if scope.sources.inside else _ever(scope))


def outside_all(scope: Scope, months: Iterable[int]) -> frozenset[int]:
    """Those of these months that are before the first one known of the whole home, or after the last one."""
    known = months_ever(replace(scope, territory=WHOLE, use=None))
    return frozenset(month for month in months if known and not known[0] <= month <= known[-1])


def known_months(scope: Scope) -> list[int]:
    """The complete months of the period with data."""
    return [month for month in months_of(dated_rows(scope)) if month != scope.sources.running_month]


def known_in_both(now: Scope, before: Scope) -> list[tuple[int, int]]:
    """The complete months with data of a period that have their own in another one, with these; not the hours of a
    month before the first one."""
    there, then = known_months(now), set(known_months(before)) - {month_of_hours(now)}
    pairs = zip(now.period.months(), before.period.months(), strict=True)
    return [(month, earlier) for month, earlier in pairs if month in there and earlier in then]


def month_of_hours(scope: Scope) -> int | None:
    """The first month [yyyymm] of the ledger where all of its runs began in its last hours: they are the beginning of
    the next one by a clock ahead of UTC, and no month. None where the first one is a month, or without any run."""
    began = scope.sources.build.began
    if began is None or (began + AHEAD).month == began.month:
        return None
    return began.year * 100 + began.month


def before(scope: Scope) -> Scope:
    """The same territory over the same months a year before, where some are known in both; else over the previous
    period of the same length, whose season may be another one."""
    earlier = replace(scope, period=scope.period.same_months_before(), only=None)
    return earlier if known_in_both(scope, earlier) else replace(earlier, period=scope.period.previous())


def _ever(scope: Scope) -> list[Attached]:
    known, about = scope.sources.dated, (scope.territory, scope.use)
    if about not in known:
        large, years = _large(scope), {row.row.month // 100 for row in scope.every.everything}
        lone = years - {row.row.month // 100 for row in large}
        elsewhere = _large(replace(scope, territory=WHOLE, use=None)) if lone else []
        known[about] = [*large, *(row for row in elsewhere if row.row.month // 100 in lone)]
    return known[about]


def _large(scope: Scope) -> list[Attached]:
    sources = scope.sources.every
    return [row for row in scope.every.everything if row.id not in small_in(sources, row.row.month // 100)]
