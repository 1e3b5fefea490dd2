"""Projection of a year from its known days: against the trajectory of an objective, and against a budget."""

import math
from typing import Any

from estimator.governance.commitments.commitments import expected
from estimator.governance.indicators.footprints import of_scope
from estimator.governance.indicators.known_days import YEAR, known_days
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.usage_by_case import months_of

MONTHS = 12
ENDS = ("low", "central", "high")
NEAR = 0.9  # of a ceiling: from there it is told that it is almost used [1]


class Pace:
    """The year in which a period ends: the sum of its known months, and what a year makes at the pace of their days.

    Known months are complete months with data: a month without data is not a month at zero. Twelve are the year.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.year = scope.period.last // 100
        self.days, self.spent = _known(scope.year(self.year))

    def projected(self, indicator: str, days: int = YEAR) -> dict[str, Any] | None:
        """The interval of this number of days at this pace, None without known month."""
        spent = self.spent[indicator]
        if spent["central"] is None or not self.days:
            return None
        return {end: spent[end] * days / self.days for end in ENDS} | {"unit": spent["unit"]}

    def against_path(self, indicator: str) -> dict[str, Any] | None:
        """The year against the trajectory of the objective in force, None without one.

        span: the days compared, a year, or as many as the reference year has when the vote does not state its value.
        """
        scope = self.scope
        objective = scope.sources.commitments.objective(indicator, scope.territory, scope.period.last_day)
        if objective is None:
            return None
        then = scope.year(objective.reference_year)
        stated, span = objective.reference, YEAR
        if stated is None:
            span, past = _known(then)
            stated = past[indicator]["central"]
        body: dict[str, Any] = {"year": self.year, "days": self.days, "span": span, "reference": stated}
        body |= {"reference_year": objective.reference_year, "due_year": objective.due_year}
        body |= {"projected": self.projected(indicator, span), "path": None, "target": None, "verdict": None}
        if stated is None:
            return body
        body |= {"path": expected(objective, self.year, stated), "target": objective.target(stated)}
        return body | {"verdict": _verdict(body["path"], body["projected"])}

    def against_budget(self, indicator: str) -> dict[str, Any] | None:
        """The year against its voted ceiling, None without one.

        passed: the month [yyyymm] in which each bound of the interval reaches it, None when not in the year.
        verdict: "under" and "over" hold for the whole interval, "open" otherwise; "passed": already exceeded.
        used: share of it that is used already [1]; near: nine tenths of it, and not passed for sure.
        """
        budget = self.scope.sources.commitments.budget(indicator, self.scope.territory, self.year, self.scope.use)
        if budget is None:
            return None
        ends, spent = self.projected(indicator), self.spent[indicator]
        body: dict[str, Any] = {"year": self.year, "days": self.days, "ceiling": budget.ceiling}
        body |= {"by": budget.by, "date": budget.date.isoformat(), "document": budget.document}
        body |= {"spent": spent, "projected": ends, "verdict": _verdict(budget.ceiling, ends)}
        body["passed"] = {end: _month(self.year, budget.ceiling, ends[end]) for end in ENDS} if ends else None
        is_passed = bool(ends and spent["low"] > budget.ceiling)
        body["used"] = spent["central"] / budget.ceiling if ends and budget.ceiling else None
        body["near"] = not is_passed and (body["used"] or 0.0) >= NEAR
        return body | ({"verdict": "passed"} if is_passed else {})


def _known(year: Scope) -> tuple[int, dict[str, Any]]:
    """The days known of a year, none without a known month, and the footprints of its known months."""
    known = year.over(year.known_months())
    months = len(months_of(known.rows))
    sources = year.sources
    days = YEAR if months == MONTHS else known_days(sources.build, known.rows, sources.today) if months else 0
    return days, of_scope(known)


def _month(year: int, ceiling: float, whole: float) -> int | None:
    """The month in which a year that ends at `whole` reaches the ceiling."""
    if whole <= ceiling:
        return None
    return year * 100 + max(1, math.ceil(MONTHS * ceiling / whole - 1e-9))


def _verdict(limit: float, ends: dict[str, Any] | None) -> str | None:
    if ends is None:
        return None
    if ends["low"] > limit:
        return "over"
    return "under" if ends["high"] <= limit else "open"
