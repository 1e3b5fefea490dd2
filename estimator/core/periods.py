"""Periods of whole months: a year, a quarter, a month, or from one month to another."""

import calendar
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from estimator.core.errors import SobriaError, say, texts

_YEAR = r"(?:19|2[0-9])[0-9]{2}"
_MONTH = r"(?:0[1-9]|1[0-2])"
DAY = re.compile(r"(?<![\w./-])\d{4}-\d\d-\d\d(?![\w/-]|[.:]\w)")
_WRITTEN = re.compile(rf"({_YEAR})(?:-T([1-4])|-({_MONTH})(?:\.\.({_YEAR})-({_MONTH}))?)?")


class PeriodRefused(SobriaError):
    """A text that is not a period."""


@dataclass(frozen=True)
class Period:
    """« 2026 », « 2026-T1 », « 2026-03 » or « 2025-07..2026-06 », years 1900 to 2999, in canonical (shortest) form.

    PeriodRefused.
    """

    text: str

    def __post_init__(self) -> None:
        first, last = _month_range(self.text)
        object.__setattr__(self, "text", _shortest_text(first, last))

    @staticmethod
    def is_one(text: str) -> bool:
        """Whether a text is a period."""
        try:
            return bool(Period(text).text)
        except PeriodRefused:
            return False

    @staticmethod
    def over(months: Collection[int]) -> "Period":
        """The period from the first to the last of these months [yyyymm]."""
        return Period("..".join(f"{month // 100}-{month % 100:02}" for month in (min(months), max(months))))

    @property
    def first(self) -> int:
        """The first month [yyyymm]."""
        return _yyyymm(_month_range(self.text)[0])

    @property
    def last(self) -> int:
        """The last month [yyyymm]."""
        return _yyyymm(_month_range(self.text)[1])

    @property
    def last_day(self) -> date:
        """The last day of the last month."""
        year, month = divmod(self.last, 100)
        return date(year, month, calendar.monthrange(year, month)[1])

    def months(self) -> list[int]:
        """Every month [yyyymm], first to last."""
        first, last = _month_range(self.text)
        return [_yyyymm(month) for month in range(first, last + 1)]

    def previous(self) -> "Period":
        """The period of the same length just before."""
        first, last = _month_range(self.text)
        return Period(_shortest_text(2 * first - last - 1, first - 1))

    def same_months_before(self) -> "Period":
        """The latest period of the same months of earlier years that is wholly before."""
        first, last = _month_range(self.text)
        years = (last - first) // 12 + 1
        return Period(_shortest_text(first - 12 * years, last - 12 * years))

    def label(self, lang: str) -> str:
        """« année 2026 », « 1er trimestre 2026 », « mars 2026 », « juillet 2025 à juin 2026 »."""
        year, month = divmod(self.first, 100)
        match len(self.months()):
            case 12 if month == 1:
                return say("periods", "year", lang, year=year)
            case 3 if month % 3 == 1:
                return say("periods", f"quarter_{(month + 2) // 3}", lang, year=year)
            case 1:
                return _month_label(self.first, lang)
        return say("periods", "span", lang, first=_month_label(self.first, lang), last=_month_label(self.last, lang))

    def __str__(self) -> str:
        return self.text


def stretches(months: Collection[int]) -> list[Period]:
    """These months [yyyymm], those that follow one another as one period."""
    found: list[list[int]] = []
    for month in sorted(set(months)):
        if found and month_after(found[-1][-1]) == month:
            found[-1].append(month)
        else:
            found.append([month])
    return [Period.over(each) for each in found]


def month_after(month: int, by: int = 1) -> int:
    """The month so many months later, or earlier [yyyymm]."""
    return _yyyymm(month // 100 * 12 + month % 100 - 1 + by)


def months_between(first: int, last: int) -> list[int]:
    """Every month [yyyymm] from the first to the last."""
    months = [first]
    while months[-1] < last:
        months.append(month_after(months[-1]))
    return months


def first_day(month: int) -> date:
    """The first day of a month [yyyymm]."""
    return date(month // 100, month % 100, 1)


def day_label(day: date | str, lang: str) -> str:
    """« 1er mars 2027 », « 1 March 2027 »."""
    from babel.dates import format_date

    found = date.fromisoformat(str(day))
    return str(format_date(found, _pattern("first_day" if found.day == 1 else "day", lang), locale=lang))


def day_of_month(day: date, lang: str) -> str:
    """« 1er », « 12 »: a day whose month is said after."""
    from babel.dates import format_date

    return str(format_date(day, _pattern("first_of_month" if day.day == 1 else "day_of_month", lang), locale=lang))


def short_day(day: date | str, lang: str) -> str:
    """« 25/11/2026 », « 25 Nov 2026 », on one line; a text that is not a day is unchanged."""
    from babel.dates import format_date

    try:
        found = date.fromisoformat(str(day))
    except ValueError:
        return str(day)
    return str(format_date(found, _pattern("short_day", lang), locale=lang)).replace(" ", "\u00a0")


def days_said(text: str, lang: str) -> str:
    """A text whose days, « 2026-11-25 », are written as by `short_day`; one in the name of a file or a model is not."""
    return DAY.sub(lambda day: short_day(day[0], lang), text)


def _month_range(text: str) -> tuple[int, int]:
    """First and last month of a text, in months since year 0. PeriodRefused."""
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        raise PeriodRefused(read=text)
    year, quarter, month, end_year, end_month = found.groups()
    first = int(year) * 12 + (int(month) - 1 if month else 3 * (int(quarter) - 1) if quarter else 0)
    more = 0 if month else 2 if quarter else 11
    last = int(end_year) * 12 + int(end_month) - 1 if end_year else first + more
    if last < first:
        raise PeriodRefused(read=text)
    return first, last


def _shortest_text(first: int, last: int) -> str:
    """The shortest form of the period from one month to another."""
    year, month = divmod(first, 12)
    length = last - first + 1
    if length == 12 and month == 0:
        return f"{year}"
    if length == 3 and month % 3 == 0:
        return f"{year}-T{month // 3 + 1}"
    start, end = (f"{m // 12}-{m % 12 + 1:02}" for m in (first, last))
    return start if length == 1 else f"{start}..{end}"


def _yyyymm(month: int) -> int:
    return month // 12 * 100 + month % 12 + 1


def _pattern(key: str, lang: str) -> str:
    """How a language writes a day, in the letters of CLDR."""
    return texts("date_patterns", lang)[key]


def _month_label(yyyymm: int, lang: str) -> str:
    from babel.dates import format_date

    return str(format_date(first_day(yyyymm), "LLLL yyyy", locale=lang))


def is_over(day: date | None, today: date) -> bool:
    """Whether a day is over; one that is not set is not."""
    return day is not None and day < today
