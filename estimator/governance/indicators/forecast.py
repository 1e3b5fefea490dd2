"""What a use would take over one, three and five years, at the growth that the register states: before it is opened to
all, and after."""

from collections.abc import Mapping

from estimator.assessment.impacts import figure_named
from estimator.assessment.uncertainty import interval
from estimator.comparison.paired_draws import Side
from estimator.core.fields import Strict
from estimator.core.interval import Interval
from estimator.governance.indicators.known_days import YEAR, days_known, days_worth
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.usage_by_case import months_of
from estimator.governance.register.schema import Stage, UseCase

YEARS = (1, 3, 5)
MONTHS = 12  # at most, of those known, that a year is made from
STAGES: tuple[Stage, ...] = ("pilote", "generalisation")  # in which a use is forecast: at the gate, and past it


class Forecast(Strict):
    """Electricity of a use over the next years [kWh]. year: like the days known; days: how many they are; once: its
    trainings, counted once in each span; growth: of its uses, a year [%]; stated: whether the register says it, else it
    is supposed to be none."""

    days: int
    year: Interval
    once: Interval | None
    growth: float
    stated: bool
    over: Mapping[int, Interval]


def forecast(scope: Scope, case: UseCase) -> Forecast | None:
    """The forecast of a use from the days known of its last twelve months that are over; None at another stage, or
    without electricity.

    Uses grow, what one takes does not change: over n years, a year × Σ (1 + growth)^k, k from 1 to n, and its trainings
    once.
    """
    figure = figure_named("energy")
    assert figure is not None
    running = scope.sources.today.year * 100 + scope.sources.today.month
    rows = [entry for entry in scope.of_use(case).everything if entry.row.month < running]
    months = months_of(rows)[-MONTHS:]
    known = [entry for entry in rows if entry.row.month in months and not entry.row.training]
    drawn = Side([entry.row.group for entry in known]).drawn(figure)
    trained = Side([entry.row.group for entry in rows if entry.row.training]).drawn(figure)
    if drawn is None or case.stage not in STAGES:
        return None
    found = days_known(scope.sources.build, known, scope.sources.today)
    days = max(1, len(found))
    year, growth = drawn * YEAR / days_worth(found), case.growth_percent or 0.0
    spans = {n: year * sum((1 + growth / 100) ** k for k in range(1, n + 1)) for n in YEARS}
    over = {n: interval(pace if trained is None else pace + trained, "kWh") for n, pace in spans.items()}
    once = None if trained is None else interval(trained, "kWh")
    stated = case.growth_percent is not None
    return Forecast(days=days, year=interval(year, "kWh"), once=once, growth=growth, stated=stated, over=over)
