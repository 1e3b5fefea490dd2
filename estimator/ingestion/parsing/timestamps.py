"""Wall-clock time of a trace to integer microseconds since 1970 in UTC."""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from time import time
from zoneinfo import ZoneInfo

import numpy as np

from estimator.core.fields import FIRST_DAY

_ISO = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?$")
_SLASHED = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})[T ](\d{1,2}):(\d\d)(?::(\d\d))?$")
_SLASHED_DAY = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)
DAY_US = 86_400_000_000
_QUARTER_US = 900_000_000
BEYOND = "year_beyond"  # code of the refusal of a year
YEARS = (1900, 2999)  # of the months of a row; what is too early or to come is refused by its day


def parse(text: str, day_first: bool) -> datetime | None:
    """A date with its time, with or without offset; None when ambiguous, or of an implausible year.

    ISO 8601 with T or a space, and `24/11/2026 23:02` as rewritten by spreadsheets: day first when
    `day_first`, or when one of the two numbers cannot be a month.
    """
    moment = _read(text, day_first)
    return moment if moment is not None and YEARS[0] <= moment.year <= YEARS[1] else None


def fault(text: str, day_first: bool, otherwise: str) -> tuple[str, dict[str, str]]:
    """Why a text is no date: its year, else the code that is given; and the facts of the first."""
    found = _read(text, day_first)
    return (otherwise, {}) if found is None else (BEYOND, {"year": f"{found.year:04}"})


def year_of(moment_us: int) -> str:
    """The year of microseconds since 1970 in UTC [us], of any calendar beyond 9999: years of 365.2425 days."""
    try:
        return f"{(_EPOCH + timedelta(microseconds=moment_us)).year:04}"
    except OverflowError:
        return str(1970 + math.floor(moment_us / (365.2425 * DAY_US)))


def _read(text: str, day_first: bool) -> datetime | None:
    try:
        if _ISO.match(text):
            return datetime.fromisoformat(text.replace(" Z", "Z").replace(" +", "+"))
        elif found := _SLASHED.match(text):
            first, second, year, hour, minute, seconds = (int(part or 0) for part in found.groups())
            if not day_first and first <= 12 and second <= 12 and first != second:
                return None
            day, month = (second, first) if second > 12 else (first, second)
            return datetime(year, month, day, hour, minute, seconds)
    except ValueError:
        pass
    return None


def by_order(text: str) -> dict[bool, str]:
    """The ISO days that a date written `03/01/2026` can be, day first (True) and month first (False); none where the
    order of its numbers says nothing."""
    if not (found := _SLASHED_DAY.match(text)) or found[1].zfill(2) == found[2].zfill(2):
        return {}
    first, second = (part.zfill(2) for part in found.groups()[:2])
    orders = ((True, second, first), (False, first, second))
    return {day_first: f"{found[3]}-{month}-{day}" for day_first, month, day in orders if "01" <= month <= "12"}


def month_first(texts: Iterable[str]) -> str:
    """The first of these dates that can only have its month first; empty without any."""
    return next((text for text in texts if [*by_order(text)] == [False]), "")


def to_us(moment: datetime, zone: ZoneInfo) -> int:
    """Microseconds since 1970 in UTC [us] of a wall-clock time; its own offset has priority.

    An hour that occurs twice is the first of the two; a skipped one takes the offset
    before the change. Both are fixed rules, so that a file read twice gives the same rows.
    """
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone, fold=0)
    return (aware.astimezone(UTC).replace(tzinfo=None) - _EPOCH) // _MICROSECOND


FIRST_US = to_us(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day), ZoneInfo("UTC"))


def now_us() -> int:
    """Now, in microseconds since 1970 in UTC [us]."""
    return round(time() * 1e6)


class Months:
    """Month, as the integer yyyymm, of microseconds in UTC [us]; caches days."""

    def __init__(self) -> None:
        self._days: dict[int, int] = {}

    def of(self, moment_us: int) -> int:
        """yyyymm"""
        day = moment_us // DAY_US
        month = self._days.get(day)
        if month is None:
            date = _EPOCH + timedelta(days=day)
            month = self._days[day] = date.year * 100 + date.month
        return month


class Walls:
    """Vectorised wall-clock times of one zone. A clock changes on a quarter of an hour, and once a day at most."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: dict[int, int] = {}

    def to_us(self, walls: np.ndarray) -> np.ndarray:
        """`to_us` of each of these times, given as if they were in UTC [us]."""
        if not len(walls):
            return walls
        days = walls // DAY_US
        lowest = int(days.min())
        days -= lowest
        there = np.flatnonzero(np.bincount(days))
        ends = np.zeros((2, int(there[-1]) + 1), np.int64)  # offsets of each day, when it begins and when it ends
        ends[0, there] = [self._offset((lowest + day) * DAY_US) for day in there.tolist()]
        ends[1, there] = [self._offset((lowest + day + 1) * DAY_US - _QUARTER_US) for day in there.tolist()]
        offsets: np.ndarray = ends[0, days]
        if np.any(changed := ends[0] != ends[1]):
            for place in np.flatnonzero(changed[days]).tolist():
                offsets[place] = self._offset(int(walls[place]) // _QUARTER_US * _QUARTER_US)
        offsets += walls
        return offsets

    def _offset(self, wall: int) -> int:
        if wall not in self._known:
            self._known[wall] = to_us(_EPOCH + timedelta(microseconds=wall), self._zone) - wall
        return self._known[wall]


def months_of(moments_us: np.ndarray) -> np.ndarray:
    """Months, as integers yyyymm, of microseconds in UTC [us]."""
    if not len(moments_us):
        return moments_us
    days = moments_us // DAY_US
    first, last = int(days.min()), int(days.max())
    few = last - first < len(days)
    months = (np.arange(first, last + 1) if few else days).astype("datetime64[D]").astype("datetime64[M]")
    since = months.astype(np.int64)
    told: np.ndarray = (1970 + since // 12) * 100 + since % 12 + 1
    return told[days - first] if few else told
