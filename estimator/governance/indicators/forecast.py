"""What a use would take each of the next five years, at the growth that the register states: before it is opened to
all, and after."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from estimator.assessment.uncertainty import interval
from estimator.comparison.paired_draws import Side
from estimator.core.fields import Strict
from estimator.core.interval import Interval
from estimator.governance.indicators.footprints import ENERGY
from estimator.governance.indicators.known_days import (
    YEAR,
    days_known,
    days_worth,
    ledger_end,
    past_year,
    present,
    unknown_rows,
    workdays,
)
from estimator.governance.indicators.projection import verdict_of
from estimator.governance.indicators.scope import Scope, Sources
from estimator.governance.indicators.usage_by_case import Attached
from estimator.governance.register.schema import Stage, UseCase

YEARS = (1, 3, 5)  # summed
STAGES: tuple[Stage, ...] = ("pilote", "generalisation")  # in which a use is forecast: at the gate, and past it


class YearAhead(Strict):
    """Electricity of a use in a year to come, without its trainings, and the ceiling voted for it [kWh]; verdict: as
    `verdict_of`, None without a vote."""

    year: int
    energy: Interval
    ceiling: float | None
    verdict: str | None


class Forecast(Strict):
    """Electricity of a use in the next years [kWh]. year: like the days known; days: how many they are; at_least:
    whether they are known in part, which makes it a minimum; years: each after the last of the ledger; over: the sum of
    the first ones; once: its trainings, counted once in each sum; growth: of its uses, a year [%]; stated: whether the
    register says it, else it is supposed to be none; changed: the month [yyyymm] of the last change of its model or
    place, None without any; mixed: whether the days known are of before and after it; ways: of them, as `workdays`."""

    days: int
    at_least: bool
    year: Interval
    once: Interval | None
    growth: float
    stated: bool
    years: tuple[YearAhead, ...]
    over: Mapping[int, Interval]
    changed: int | None = None
    mixed: bool = False
    ways: tuple[str, ...] = ()


def year_drawn(sources: Sources, rows: Sequence[Attached]) -> tuple[Any, int, float]:
    """Electricity of a year like the days known of the present state of these rows, as `present` has it, by draw [kWh],
    None where it is unknown; how many these days are, one at least, and those of a year that they stand for."""
    rows = present(sources.build, rows, sources.today).rows
    found = days_known(sources.build, rows, sources.today)
    drawn = Side([entry.row.group for entry in rows]).drawn(ENERGY)
    worth = days_worth(found)
    return None if drawn is None else drawn * YEAR / worth, max(1, len(found)), worth


def forecast(scope: Scope, case: UseCase) -> Forecast | None:
    """The forecast of a use from the days known of the last twelve months; None at another stage, for a use
    that is over, or without electricity.

    Uses grow, what one takes does not change: the k-th year is a year × (1 + growth)^k, on the same draws; over n
    years, the sum of the first n, and its trainings once.
    """
    known = _known(scope, case)
    made = [entry for entry in scope.of_use(case).everything if entry.row.training]
    trained = Side([entry.row.group for entry in made]).drawn(ENERGY)
    year, days, worth = year_drawn(scope.sources, known)
    if year is None or case.stage not in STAGES or case.is_over:
        return None
    growth = case.growth_percent or 0.0
    drawn = [year * (1 + growth / 100) ** k for k in range(1, max(YEARS) + 1)]
    sums = list(accumulate(drawn))
    over = {n: interval(sums[n - 1] + (0.0 if trained is None else trained), "kWh") for n in YEARS}
    now = present(scope.sources.build, known, scope.sources.today)
    last, least = ledger_end(scope.sources) // 100, bool(unknown_rows(now.rows))
    years = tuple(_ahead(scope, case, last + k, interval(each, "kWh"), least) for k, each in enumerate(drawn, 1))
    once = None if trained is None else interval(trained, "kWh")
    stated = case.growth_percent is not None
    told = {"days": days, "at_least": least, "growth": growth, "stated": stated}
    made_of = {"changed": now.changed, "mixed": now.mixed, "ways": tuple(workdays(days, worth))}
    return Forecast(**told, **made_of, year=interval(year, "kWh"), once=once, years=years, over=over)


def _known(scope: Scope, case: UseCase) -> list[Attached]:
    return [entry for entry in past_year(scope.sources) if entry.id == case.id and not entry.row.training]


def _ahead(scope: Scope, case: UseCase, year: int, energy: Interval, at_least: bool) -> YearAhead:
    voted = scope.sources.commitments.budget("energy", case.commune, year, case.id)
    ceiling = voted.ceiling if voted else None
    verdict = None if ceiling is None else verdict_of(ceiling, energy, at_least)
    return YearAhead(year=year, energy=energy, ceiling=ceiling, verdict=verdict)
