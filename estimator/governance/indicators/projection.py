"""Projection of a year from its known days: against the trajectory of an objective, and against a budget."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from estimator.assessment.impacts import Amount
from estimator.core.interval import Interval
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import expected
from estimator.governance.indicators.anonymity import grouped
from estimator.governance.indicators.footprints import of_scope, totals
from estimator.governance.indicators.handed_over import incomplete, names
from estimator.governance.indicators.known_days import (
    SHORT,
    YEAR,
    days_between,
    days_known,
    days_run,
    days_worth,
    known_rows,
    month_of,
    unknown_rows,
    workdays,
)
from estimator.governance.indicators.known_months import dated_rows, months_ever
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import apart_ids, is_ever_rounded
from estimator.governance.indicators.told_ends import told_amount
from estimator.governance.indicators.told_shares import share_of_ceiling
from estimator.governance.indicators.usage_by_case import Attached, last_day, months_of

MONTHS = 12
ENDS = ("low", "central", "high")
EXACT = 1 - 1e-9  # of a ceiling: reached, whatever a sum of 365 shares loses [1]
LITTLE = 0.1  # of a month to come: what uses known for a few days, or whose days are not told, may make of it [1]
NEAR = 0.9  # of a ceiling: from there it is told that it is almost used [1]

Curve = tuple[dict[date, float], dict[date, float]]


class Days(NamedTuple):
    """Of a use, or a service without one: the days of the year from its own first one on, and those known of them."""

    span: list[date]
    known: list[date]

    @property
    def times(self) -> float:
        """What the known ones are multiplied by for all."""
        return len(self.span) / self.worth

    @property
    def worth(self) -> float:
        return days_worth(self.known)


class Pace:
    """The year in which a period ends: the sum of its known months, and what a year makes at the pace of their days.

    A month without data is not a month at zero, and the running one counts by the days known of it. Twelve that are
    over are the year. A training counts once; of a use that closed by then, what is known, and nothing more.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.year = scope.period.last // 100
        self.rows, self.dated, self.days, self.worth, self.spent = _known(scope.year(self.year))

    @cached_property
    def to_count(self) -> list[date]:
        """The days of the year from the first one on which the scope ever ran: nothing is invented before it."""
        sources = self.scope.sources
        start, ever = date(self.year, 1, 1), days_run(sources.build, self._ever, sources.today)
        return days_between(max([start, *ever[:1]]), date(self.year, 12, 31))

    def projected(self, indicator: str, days: float = YEAR) -> Interval | None:
        """The interval of this number of days at this pace, None without known month."""
        spent = self.spent[indicator]
        if not spent.known or not self.days:
            return None
        times = self._times if self.days < YEAR else {}
        if len(times) < 2 and not any(row.row.training or self._is_over(row) for row in self.rows):
            low, central, high = (end * days / self.worth for end in spent.ends)
            return Interval.of((low, central, high), spent.unit)
        each = {part: days / self.span * found for part, found in times.items()}
        alike, known = days / self.worth, min(1.0, days / self.span)
        made = [
            (1 if row.row.training else known if self._is_over(row) else each.get(_part(row), alike), row.row.group)
            for row in self.rows
        ]
        return totals([group.times(found) for found, group in made])[indicator]

    def month_to_come(self, indicator: str) -> Interval | None:
        """A month after the last known one, the running one or a later one: its days, at the pace of the known days of
        each use, or service without one, whatever it lacks before; None where nothing is to come, of a year that is
        over or whose uses are, and where more than a tenth of it would be made of uses known for too few days to
        trust, or whose own days are not told."""
        known, today = months_of(known_rows(self.dated)), self.scope.sources.today
        if not known or self.year < today.year:
            return None
        start = max(last_day(known[-1]) + timedelta(1), today.replace(day=1))
        left = days_between(start, date(self.year, 12, 31))
        if not left:
            return None
        days = len(left) / (MONTHS + 1 - start.month)
        paced = [row for row in self.rows if not row.row.training and not self._is_over(row)]
        alike = Days(self.to_count, self._days(self.dated))  # of a small use, as of those whose months are known
        parts = [(row.row.group, self._parts.get(_part(row), alike)) for row in paced]
        each = [(group.times(days / part.worth), part) for group, part in parts]
        found = totals([group for group, _ in each])[indicator]
        short = [group for group, part in each if len(part.known) < SHORT or part is alike]
        if short and (totals(short)[indicator].central or 0.0) > LITTLE * (found.central or 0.0):
            return None
        return Interval.of(found.ends, found.unit) if found.known and found.central else None

    def _is_over(self, row: Attached) -> bool:
        return row.use_case is not None and row.use_case.is_over_in(self.year)

    def closing(self) -> dict[str, Any]:
        """closed: whether the use of this scope closed in the year or before; gaps: the months [yyyymm] before its
        closing whose electricity is not known, from the first in which it ever ran."""
        case = next((case for case in self.scope.cases if case.id == self.scope.use), None)
        if case is None or not case.is_over_in(self.year):
            return {"closed": False, "gaps": []}
        before = {month_of(day) for day in self.to_count if case.closed_on and day < case.closed_on}
        return {"closed": True, "gaps": sorted(before.difference(months_of(known_rows(self.rows))))}

    @cached_property
    def _times(self) -> dict[str, float]:
        """What the known days of each use, or service without one, are multiplied by for those of the year from its own
        first one on: a whole is no less than its parts."""
        return {part: days.times for part, days in self._parts.items()}

    @cached_property
    def _parts(self) -> dict[str, Days]:
        """The days of each use, or service without one, its trainings left out; not of small ones, whose months are not
        told."""
        sources, found = self.scope.sources, {}
        for part in dict.fromkeys(_part(row) for row in self.dated if not row.row.training):
            known = [row for row in self.dated if _part(row) == part and not row.row.training]
            ever = [row for row in self._ever if _part(row) == part]
            first = days_run(sources.build, ever, sources.today)[:1]
            span = days_between(max([date(self.year, 1, 1), *first]), date(self.year, 12, 31))
            found[part] = Days(span, self._days(known))
        return found

    @cached_property
    def _ever(self) -> list[Attached]:
        return dated_rows(replace(self.scope, period=Period.over(months_ever(self.scope) or [self.scope.period.last])))

    def _days(self, rows: Sequence[Attached]) -> list[date]:
        return days_known(self.scope.sources.build, rows, self.scope.sources.today)

    @cached_property
    def shorter(self) -> dict[str, float]:
        """What those known for fewer days than all together, since their own first one, are multiplied by for these."""
        together, found = self._days([row for row in self.dated if not row.row.training]), dict[str, float]()
        for part, days in self._parts.items():
            times = days_worth([day for day in together if day >= days.span[0]]) / days.worth
            found |= {part: times} if times > 1 else {}
        return found

    def as_known_together(self, indicator: str) -> float | None:
        """The known days of the year, these uses and services counted at their own pace on those that they lack."""
        if not self.shorter:
            return self.spent[indicator].central
        paced = [None if row.row.training or self._is_over(row) else self.shorter.get(_part(row)) for row in self.rows]
        groups = [row.row.group for row in self.rows]
        made = [group.times(times) if times else group for group, times in zip(groups, paced, strict=True)]
        return totals(made)[indicator].central

    @cached_property
    def ways(self) -> list[str]:
        """What its known days multiplied do not say of the year: "once", a training in it counts once; "apart", its
        uses, or services without one, have each their own known days; "workdays", these are those of no week-end."""
        if self.days >= YEAR:
            return []
        known = known_rows(self.rows)
        times = {part: self._times[part] for part in map(_part, known) if part in self._times}
        uneven = any(found != self.span / self.worth for found in times.values()) or any(map(self._is_over, known))
        once = any(row.row.training for row in known)
        more = workdays(self.days, self.worth)
        return [way for way, so in (("once", once), ("apart", len(times) > 1 and uneven)) if so] + more

    @cached_property
    def known(self) -> dict[str, Any]:
        """The days known: days: how many; ways: as `ways` says; at_least: whether a part of their electricity is not
        known, the year being a minimum; unknown: the names of the uses that it is of, or of the services of one use;
        and authorities that did not hand over every month; unnamed: how many others are outside the register,
        or of too few people to be named."""
        rows, shown = unknown_rows(self.rows), grouped(self.scope.year(self.year)).shown
        cases = {row.id: row.use_case for row in rows if row.use_case and row.id in shown}
        named, unnamed = [case.name for case in cases.values()], len({_part(row) for row in rows}) - len(cases)
        if self.scope.use:
            named, unnamed = list(dict.fromkeys(row.row.service_key for row in rows)), 0
        named += (without := names(incomplete(_so_far(self.scope.year(self.year)))))
        at_least = bool(rows or without)
        return {"days": self.days, "ways": self.ways, "at_least": at_least, "unknown": named, "unnamed": unnamed}

    @property
    def span(self) -> int:
        """How many days they are; those known, once they are the year."""
        return len(self.to_count) if self.days < YEAR else self.days

    def against_path(self, indicator: str) -> dict[str, Any] | None:
        """The year against the trajectory of the objective in force, None without one.

        span: the days compared, a year, or as many as the reference year has when the vote does not state its value.
        With what `known` says; verdict as in `against_budget`, "start" up to the reference year: it starts the path.
        reference: None, and no path, where an authority did not hand over every month of it; as `as_known_together`
        has it, which `filled` tells. month: the path of a year divided equally among its months; of a reference that
        leaves rounded, made of it as it leaves.
        """
        scope = self.scope
        objective = scope.sources.commitments.objective(indicator, scope.territory, scope.period.last_day)
        if objective is None:
            return None
        then = scope.year(objective.reference_year)
        stated, span = objective.reference, float(YEAR)
        filled = False
        if stated is None:
            past = Pace(then)
            span, filled = past.worth, bool(past.shorter)
            stated = None if incomplete(then) else past.as_known_together(indicator)
        body: dict[str, Any] = {"year": self.year, "span": span, "reference": stated, "filled": filled} | self.known
        body |= {"reference_year": objective.reference_year, "due_year": objective.due_year}
        body |= {"projected": self.projected(indicator, span), "path": None, "target": None, "verdict": None}
        body["month"] = None
        if self.year <= objective.reference_year:
            return body | {"verdict": "start"}
        if stated is None:
            return body
        body |= {"path": expected(objective, self.year, stated), "target": objective.target(stated)}
        rounded = objective.reference is None and is_ever_rounded(scope)
        told = told_amount(stated, self.spent[indicator].unit) if rounded else stated
        body["month"] = expected(objective, self.year, told) * YEAR / span / MONTHS if span else None
        return body | {"verdict": verdict_of(body["path"], body["projected"], body["at_least"])}

    def against_budget(self, indicator: str) -> dict[str, Any] | None:
        """The year against its voted ceiling, None without one: what is spent, and the days not known yet at its pace.

        since: the first month of those days, None when it is January.
        passed: the month [yyyymm] in which each bound of the interval reaches it, None when not in the year.
        verdict: "over" holds for the whole interval, and "under" too, of a year that is no minimum; "open" otherwise;
        "passed": already exceeded.
        maybe: the first of these days is over, and it is not passed for sure; by_now: the last one is over too.
        supposed: whether a use told one by one, or a service without one, has nothing known of a month before the last
        known one: it counts there at its pace, and the days above are supposed too.
        closed, gaps: as `closing` says; the verdict of a closed use is final, "open" where a gap may change it.
        With what `known` says.
        used: share of it that is used already [1], on the last known day, until; near: nine tenths of it, and not
        passed for sure.
        """
        budget = self.scope.sources.commitments.budget(indicator, self.scope.territory, self.year, self.scope.use)
        if budget is None:
            return None
        ends, spent = self.projected(indicator, self.span), self.spent[indicator]
        since = next((self.year * 100 + day.month for day in self.to_count[:1] if day.month > 1), None)
        body: dict[str, Any] = {"year": self.year, "since": since, "ceiling": budget.ceiling} | self.known
        body |= {"by": budget.by, "date": budget.date.isoformat(), "document": budget.document}
        body |= {"withheld": False, "spent": spent, "projected": ends} | self.closing()
        body["verdict"] = verdict_of(budget.ceiling, ends, body["at_least"] or bool(body["gaps"]))
        curve = self._curve(indicator) if ends and ends.ends.high > budget.ceiling else ({}, {})
        reached = {end: _reached(curve, budget.ceiling, spent[end], ends[end]) if ends else None for end in ENDS}
        body["passed"] = {end: day and day.year * 100 + day.month for end, day in reached.items()} if ends else None
        is_passed = bool(ends and spent.ends.low > budget.ceiling)
        over = {end: day is not None and day <= self.scope.sources.today for end, day in reached.items()}
        body["maybe"] = over["high"] and not is_passed
        body["by_now"] = body["maybe"] and over["low"]
        known = self._days(self.dated) if self.dated else []
        body["until"] = known[-1].isoformat() if known else None
        body["supposed"] = bool(known) and self._is_supposed(month_of(known[-1]))
        used = {end: share_of_ceiling(spent[end], budget.ceiling) for end in ENDS} if ends and budget.ceiling else None
        body["used"] = used
        body["near"] = used is not None and not is_passed and spent["central"] >= NEAR * budget.ceiling
        body |= {"maybe": False, "near": False} if body["closed"] else {}
        return body | ({"verdict": "passed"} if is_passed else {})

    def _curve(self, indicator: str) -> Curve:
        """How much of what is spent, and of what the year takes beside it, is of each day: what is spent, of the days
        of its month on which its use, or service without one, is known; the rest, of its unknown days, over or not."""
        spent, rest = defaultdict[date, float](float), defaultdict[date, float](float)
        of_months = defaultdict[tuple[str, int, bool], list[Attached]](list)
        for row in self.rows:
            of_months[_part(row), row.row.month, row.row.training].append(row)
        for (part, _, training), rows in of_months.items():
            days = self._days(rows if part in self._parts else self.dated)
            found = totals([row.row.group for row in rows])[indicator].central or 0.0
            for day in days:
                spent[day] += found / len(days)
            if self.days < YEAR and not training and not self._is_over(rows[0]):
                paced = self._parts.get(part) or Days(self.to_count, days)
                left = set(paced.span).difference(paced.known)
                for day in left:
                    rest[day] += found * max(0.0, paced.times - 1) / len(left)
        return spent, rest

    def _is_supposed(self, last: int) -> bool:
        apart = apart_ids(self.scope)
        return any(
            {month_of(day) for day in days.span if month_of(day) < last}.difference(map(month_of, days.known))
            for part, days in self._parts.items()
            if part not in apart
        )


def _reached(curve: Curve, ceiling: float, spent: float, whole: float) -> date | None:
    """The day on which the ceiling is reached, None when not in the year: one curve makes this spending and the whole
    year."""
    if whole <= ceiling:
        return None
    known, rest = curve
    times = spent / (sum(known.values()) or 1.0), (whole - spent) / (sum(rest.values()) or 1.0)
    days = sorted({*known, *rest})
    made = accumulate(times[0] * known.get(day, 0.0) + times[1] * rest.get(day, 0.0) for day in days)
    return next((day for day, so_far in zip(days, made, strict=True) if so_far >= ceiling * EXACT), days[-1])


def _part(row: Attached) -> str:
    return row.id or row.row.service_key


def _known(year: Scope) -> tuple[list[Attached], list[Attached], int, float, dict[str, Amount]]:
    """The known months of a year, those by whose days they are known, these days, none without any, those that they
    stand for, and their footprints."""
    known, sources = _so_far(year), year.sources
    running, dated = month_of(sources.today), dated_rows(known)
    months = sum(month != running for month in months_of(known_rows(dated)))
    paced = [row for row in dated if not row.row.training] or dated
    days = days_known(sources.build, paced, sources.today) if paced else []
    counts = (YEAR, YEAR) if months == MONTHS else (max(1, len(days)), days_worth(days)) if paced else (0, 0)
    return known.rows, dated, *counts, of_scope(known)


def _so_far(year: Scope) -> Scope:
    """A year up to the running month: a later date is an error."""
    running = month_of(year.sources.today)
    return year.over(month for month in months_of(year.rows) if month <= running)


def verdict_of(limit: float, found: Interval | None, at_least: bool) -> str | None:
    """« over » holds for the whole interval, and « under » too, of no minimum; « open » otherwise; None of none."""
    if found is None:
        return None
    low, _, high = found.ends
    if low > limit:
        return "over"
    return "under" if high <= limit and not at_least else "open"
