"""Format of a day, a period, a month or a duration, in each language."""

from collections.abc import Sequence
from datetime import date, datetime

from babel.dates import format_date, format_datetime

from dashboard.shared.texts import sentence, t
from estimator.core import periods
from estimator.core.errors import texts
from estimator.core.number_format import NO_BREAK, count_text
from estimator.core.periods import day_label, day_of_month, first_day

MONTHS = "MMMM y"


def day_text(iso: str | date | None, lang: str) -> str:
    """« 24 novembre 2026 »; « 1er » on the first of a month in French."""
    return day_label(str(iso)[:10], lang) if iso else t("dates.unknown", lang)


def short_day(iso: str | date | None, lang: str) -> str:
    """« 24/11/2026 », « 24 Nov 2026 »: for tables, on one line."""
    return periods.short_day(str(iso)[:10], lang) if iso else t("dates.none", lang)


def validity_text(first: str | date | None, last: str | date | None, lang: str) -> str:
    """« depuis 01/01/2025 », « 01/01/2024 – 31/12/2024 », « sans date »."""
    if first and last:
        return t("factors.from_to", lang, first=short_day(first, lang), last=short_day(last, lang))
    if first:
        return t("factors.since", lang, first=short_day(first, lang))
    return t("factors.until", lang, last=short_day(last, lang)) if last else t("factors.always", lang)


def moment_text(iso: str | None, lang: str) -> str:
    """« 24 novembre 2026 à 14 h 05 (UTC) »."""
    if not iso:
        return t("dates.unknown", lang)
    moment = datetime.fromisoformat(iso)
    hour = str(format_datetime(moment, texts("date_patterns", lang)["hour"], locale=lang)).replace(" ", "\u00a0")
    return t("dates.moment", lang, day=day_text(moment.date(), lang), hour=hour)


def month_text(month: int, lang: str) -> str:
    """« nov. 2026 » for the month 202611."""
    return str(format_date(first_day(month), "MMM y", locale=lang))


def period_text(period: Sequence[str | None], lang: str) -> str:
    """« Du 3 au 12 mai 2026 », « De mai à novembre 2026 », « Le 24 novembre 2026 »: begins a sentence."""
    if not period or not period[0] or not period[-1]:
        return t("dates.undated", lang)
    first, last = date.fromisoformat(period[0]), date.fromisoformat(period[-1])
    if first == last:
        return t("dates.on", lang, day=day_text(first, lang))
    if (first.year, first.month) == (last.year, last.month):
        return t("dates.between", lang, first=day_of_month(first, lang), last=day_text(last, lang))
    start = str(format_date(first, MONTHS if first.year != last.year else "MMMM", locale=lang))
    end = str(format_date(last, MONTHS, locale=lang))
    elided = "dates.months_elided" if start[0] in "ao" else "dates.months"
    return sentence(t(elided, lang, first=start, last=end))


def duration_text(seconds: float | None, lang: str) -> str:
    """« 12 s », « 4 min », « 2 h 05 », « 3 j 4 h »: two units at most, on one line."""
    return t("dates.none", lang) if seconds is None else _duration(round(seconds), lang).replace(" ", NO_BREAK)


def _duration(whole: int, lang: str) -> str:
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if whole < 1:
        return t("dates.under_a_second", lang)
    if whole < 60:
        return t("dates.seconds", lang, n=whole)
    if whole < 3600:
        return t("dates.minutes", lang, n=minutes)
    if not days:
        return t("dates.hours", lang, hours=str(hours), minutes=f"{minutes:02}")
    return t("dates.days_hours" if hours else "dates.days", lang, days=count_text(days, lang), hours=str(hours))
