"""What the picture of a footprint by month shows, in words and as a table: each month, the voted path, the months to
come."""

from estimator.core.number_format import figure, interval_text, plain, step_for, with_unit
from estimator.core.periods import Period
from estimator.reporting.documents.document import Table
from estimator.reporting.summary.months import History
from estimator.reporting.summary.sentences import period_text, tell


def month_name(month: int, lang: str) -> str:
    """« avril 2025 »."""
    return period_text(Period.over([month]).text, lang)


def months_alt(history: History, lang: str) -> str:
    """The short alternative, of a figure that says of what: the first and the last known month; the table has all that
    is drawn (RGAA 1.3, 1.6)."""
    ends = dict.fromkeys((min(history.known), max(history.known)))
    told = (f"{month_name(month, lang)}, {figure(history.known[month], lang).interval}" for month in ends)
    return tell("months_alt", lang, months=tell("joined_limits", lang).join(told))


def months_table(name: str, history: History, lang: str) -> Table:
    """All that the picture draws: a row a month, known or not, then one of those to come and of the path."""
    drawn = [month for month in history.months if month not in history.to_come]
    rows = [(month_name(month, lang), month_value(history, month, lang)) for month in drawn]
    return Table("", (tell("month", lang), name), (*rows, *drawn_after(history, lang).items()))


def drawn_after(history: History, lang: str) -> dict[str, str]:
    """What a picture draws beside the months with data: the pace of those to come, then the path, each by its name."""
    found: dict[str, str] = {}
    if history.pace and history.to_come:
        head = tell("months_pace_row", lang, months=_to_come(history, lang))
        found[head] = tell("about_pace", lang, value=interval_text(history.pace, lang))
    if history.limit is not None:
        head = tell("months_limit_row", lang, year=max(history.months) // 100)
        found[head] = value_text(history, history.limit, lang)
    return found


def value_text(history: History, value: float, lang: str) -> str:
    """One value of a picture in the unit of its months: « 540 kWh »."""
    step = step_for(next(iter(history.known.values())).unit, value, lang)
    return with_unit(plain(value, step, lang), step)


def _to_come(history: History, lang: str) -> str:
    """The months to come, from the first to the last."""
    return period_text(Period.over(history.to_come).text, lang)


def month_value(history: History, month: int, lang: str) -> str:
    """The amount of a month; else that it is not told, without data, or before or after all that is told."""
    if month in history.untold:
        return tell("legend_untold", lang)
    if amount := history.months[month]:
        return interval_text(amount, lang)
    if month in history.gaps:
        return tell("legend_gap", lang)
    return tell("month_after" if month > history.last else "month_before", lang)
