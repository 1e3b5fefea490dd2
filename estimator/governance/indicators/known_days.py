"""The days known of a use, which a year is made from: one rule for levers, forecasts and ceilings. A training is no
pace: it counts once."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import is_counted
from estimator.builds.build_file import BuildFile
from estimator.core.errors import LANGUAGES, say
from estimator.core.periods import first_day, month_after
from estimator.governance.indicators.footprints import ENERGY
from estimator.governance.indicators.known_months import months_ever
from estimator.governance.indicators.scope import Sources
from estimator.governance.indicators.usage_by_case import Attached, last_day, months_of

YEAR = 365  # days of a year made from those known
LOOKED = 12  # months, at most, that a year to come is made from
WEEK, WORKED = 7, 5  # days of a week, and those from Monday to Friday
SHORT = 7  # days under which a span is said to be short


class Present(NamedTuple):
    """What a year to come is made from. changed: the month [yyyymm] of the last change of model or place, None without
    any; mixed: whether the rows are of before and after it, too few days being known since."""

    rows: Sequence[Attached]
    changed: int | None
    mixed: bool


def ledger_end(sources: Sources) -> int:
    """The last month [yyyymm] of the ledger, this one at most: a later date is an error."""
    today = month_of(sources.today)
    return max((month for month in months_ever(sources.ever) if month <= today), default=today)


def past_year(sources: Sources) -> list[Attached]:
    """The rows of the last twelve months of the ledger, the running one in by the days known of it."""
    end = ledger_end(sources)
    return [entry for entry in sources.rows if month_after(end, 1 - LOOKED) <= entry.row.month <= end]


def by_use(rows: Sequence[Attached]) -> dict[str, list[Attached]]:
    """These rows by their use, or by their service where no use holds it, without those of trainings."""
    found: dict[str, list[Attached]] = {}
    for entry in rows:
        if not entry.row.training:
            found.setdefault(entry.id or entry.row.service_key, []).append(entry)
    return found


def present(build: BuildFile, rows: Sequence[Attached], today: date) -> Present:
    """Of the rows of a use, or of a service that no use holds, without its trainings, those of its present state.

    A service changes in the last month in which it ran on a model, or at a place, that is not of its last month. The
    whole months after the last change of any service count alone, where each service ran in them and a week of days is
    known at least; all count otherwise, which mixes what was before and after.
    """
    last = {entry.row.service_key: entry.row.month for entry in sorted(rows, key=lambda e: e.row.month)}
    now = {entry.key for entry in rows if entry.row.month == last[entry.row.service_key]}
    changed = max((entry.row.month for entry in rows if entry.key not in now), default=None)
    if changed is None:
        return Present(rows, None, False)
    after = [entry for entry in rows if entry.row.month > changed]
    enough = bool(known_rows(after)) and len(days_known(build, after, today)) >= SHORT
    if enough and {entry.row.service_key for entry in after} == last.keys():
        return Present(after, changed, False)
    return Present(rows, changed, True)


def month_of(day: date) -> int:
    """The month [yyyymm] of a day."""
    return day.year * 100 + day.month


def days_worth(days: Sequence[date]) -> float:
    """Days of a year that known ones stand for, one at least: where none of them is a Saturday or a Sunday, nothing is
    known of these, and five make a week."""
    working = all(day.weekday() < WORKED for day in days)
    return len(days) * WEEK / WORKED if days and working else max(1, len(days))


def workdays(days: int, worth: float) -> list[str]:
    """["workdays"] where too few days to trust are known, and no Saturday nor Sunday among them, as `days_worth` has
    it; else nothing."""
    return ["workdays"] if 0 < days < SHORT and worth > days else []


def days_known(build: BuildFile, rows: Sequence[Attached], today: date) -> list[date]:
    """Days of which the electricity of these rows is known, as `days_run` of those that it is known of; of all, where
    it is of none."""
    return days_run(build, known_rows(rows) or rows, today)


def known_rows(rows: Sequence[Attached]) -> list[Attached]:
    """Those whose electricity is known, or that use none."""
    return [row for row in rows if is_known(row.row.group)]


def is_known(group: ActivityGroup) -> bool:
    """Whether its electricity is, or it uses none."""
    return is_counted(ENERGY, group, group.values)


def unknown_rows(rows: Sequence[Attached]) -> list[Attached]:
    """Those whose electricity is not known, of months of which a part is: a year like their days is a minimum."""
    months = {row.row.month for row in known_rows(rows)}
    return [row for row in rows if row.row.month in months and not is_known(row.row.group)]


def days_run(build: BuildFile, rows: Sequence[Attached], today: date) -> list[date]:
    """Days of the months of these rows, from the first to the last day on which they ran, today at most.

    Days without a run in between count, and a month that they ran through counts whole, as does one that is known by
    a published sum of it alone; a month without any run does not. None without rows.
    """
    months = months_of(rows)
    ran = {(entry.key, entry.row.month) for entry in rows}
    spans = [span for key, month in ran for span in build.spans.get(key) or [_whole(month)] if _meets(span, month)]
    first = min((span[0] for span in spans), default=today)
    last = min(today, max((span[1] for span in spans), default=today))
    known = [days_between(max(first, first_day(month)), min(last, last_day(month))) for month in months]
    return [day for of_month in known for day in of_month]


def days_between(first: date, last: date) -> list[date]:
    """Each day from one to another, both in."""
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def known_text(days: int, at_least: bool, ways: Sequence[str] = ()) -> dict[str, str]:
    """« 5 jours connus seulement, ce qui est court », « 244 jours connus », by language: days that are covered, never
    told as months, which are those with a row. at_least: whether a part of them is unknown; ways: as of `Pace.ways`."""
    key = "known_short" if days < SHORT else "known_days"
    said = {}
    for lang in LANGUAGES:
        part = say("periods", "known_in_part", lang) if at_least else ""
        told = "".join(say("periods", f"known_{way}", lang) for way in ways)
        said[lang] = say("periods", key, lang, n=days, part=part, ways=told)
    return said


def _whole(month: int) -> tuple[date, date]:
    return first_day(month), last_day(month)


def _meets(span: tuple[date, date], month: int) -> bool:
    return span[0] <= last_day(month) and span[1] >= first_day(month)
