"""The people that seats count: how many may use a product, or do, on a day of a month."""

from collections.abc import Iterable
from datetime import date
from math import inf

from estimator.builds.build_file import BuildFile
from estimator.governance.indicators.usage_by_case import Attached, last_day

SEAT_DAYS = ("seat_days", "active_seat_days")  # people × days: those that have a seat, and those that use theirs
STATED_USES = "stated_uses"  # of seats, by whoever sells them


def fewest_seats(build: BuildFile, rows: Iterable[Attached]) -> dict[tuple[str, int], float]:
    """The fewest people that a line of seats counts, by use and month [yyyymm], on the days that it is known of; no
    entry without one. Of several lines the fewest: each is published, and the same people may have them all."""
    found = dict[tuple[str, int], float]()
    for row in rows:
        for days in (row.row.group.amounts.get(name) for name in SEAT_DAYS):
            if row.id and days:
                place, people = (row.id, row.row.month), round(days / _days(build, row), 6)
                found[place] = min(people, found.get(place, inf))
    return found


def stated_uses(rows: Iterable[Attached]) -> float | None:
    """The uses that are stated of seats in these rows; None without any."""
    return sum(row.row.group.amounts.get(STATED_USES) or 0.0 for row in rows) or None


def _days(build: BuildFile, row: Attached) -> int:
    """How many days of its month a line is known of: the first to the last, all of them where none is told."""
    end = last_day(row.row.month)
    start: date = end.replace(day=1)
    mine = [span for span in build.spans.get(row.key, ()) if start <= span[0] and span[1] <= end]
    return (max(last for _, last in mine) - min(first for first, _ in mine)).days + 1 if mine else end.day
