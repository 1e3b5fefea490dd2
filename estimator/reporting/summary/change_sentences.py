"""Texts of a change: how much, against which months, and from what causes."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel.dates import format_date

from estimator.core.errors import say
from estimator.core.interval import Interval
from estimator.core.number_format import (
    DisplayUnit,
    exact_text,
    plain,
    range_text,
    share_text,
    step_for,
    two_figures,
    with_unit,
)
from estimator.core.periods import Period, first_day, month_after
from estimator.core.typography import typeset
from estimator.governance.indicators.uneven_uses import why_left_out
from estimator.reporting.summary.sentences import period_text, shares_text, tell

SEVERAL = 3  # times as much, from which a rise is said in times and not in per cent [1]


def change_text(body: Mapping[str, Any], lang: str) -> str:
    """« l'IA consomme 32 % d'électricité de plus qu'en 2025 (entre 13 et 53 %), d'avril à septembre. »

    Empty when no previous period of the same season is known: a rise of the season is nothing to say in public."""
    if not against_text(body, lang) or not body["same_season"]:
        return ""
    than = than_text(body, lang)
    return trend_text(body["indicators"]["energy"], lang, "change", over=over_text(body, lang), than=than)


def than_text(body: Mapping[str, Any], lang: str) -> str:
    """« qu'en 2025 », « qu'au 3e trimestre 2025 »: the period that a change is told from, empty without any."""
    before = body["previous"]
    if before is None:
        return ""
    told = before if before.isdecimal() else period_text(before, lang)
    several = "than_elided" if told[0] in "ao" else "than_before"
    return tell(several if ".." in before else "than_quarter" if "T" in before else "than_in", lang, before=told)


def trend_text(entry: Mapping[str, Any], lang: str, form: str = "trend", **more: object) -> str:
    """« en hausse de 30 % (entre 15 et 50 %), soit 12 à 60 kWh », « évolution non établie », or not comparable.

    form: the first part of the key of its words; more: their other placeholders."""
    found = entry.get("change")
    if why := (found or {}).get("missing"):
        return typeset(str(why[lang]), lang)
    if found and found.get("months") is None:
        return tell(f"{form}_untold", lang, **more)
    if not found or not found.get("months"):
        return tell(f"{form}_none", lang, **more)
    if not found["established"]:
        return tell(f"{form}_open", lang, **more)
    up = found["rises"]
    if found["difference"] is None:
        return tell(f"{form}_{'up' if up else 'down'}_alone", lang, **more)
    low, central, high = found["difference"].ends
    amount = Interval.of((low, central, high) if up else (-high, -central, -low), found["difference"].unit)
    key, facts = f"{form}_{'up' if up else 'down'}", more | {"amount": range_text(amount, lang)}
    relative = found.get("relative")
    if not relative:
        return tell(f"{key}_amount", lang, **facts)
    if up and found["share"] >= SEVERAL - 1:
        times = Interval.of((1 + relative["low"], 1 + found["share"], 1 + relative["high"]))
        facts |= {"times": exact_text(float(two_figures(times.ends.central)), "1", lang)}
        return tell(f"{form}_times", lang, between=range_text(times, lang), **facts)
    first, last = sorted(abs(relative[end]) for end in ("low", "high"))
    facts |= {"share": share_text(abs(found["share"]), lang), "between": shares_text(first, last, lang)}
    narrow = share_text(first, lang) == share_text(last, lang)
    return tell(f"{key}_narrow" if narrow else key, lang, **facts)


def months_compared(body: Mapping[str, Any], lang: str, indicator: str = "energy") -> str:
    """« , d'avril à septembre », of both years; « ; avril à mai 2026, comparés à janvier à février 2026 » of periods
    that follow each other; empty where whole ones are compared."""
    compared = body["indicators"][indicator]["change"].get("compared")
    if not compared or len(compared["now"]) == len(Period(body["previous"]).months()):
        return ""
    now, before = compared["now"], compared["before"]
    if [month % 100 for month in now] == [month % 100 for month in before]:
        months = _runs_text(now, "LLLL", lang)
        key = "over_one" if len(now) == 1 else "over_elided" if months[0] in "ao" else "over_months"
        return tell(key, lang, months=months)
    facts = {"now": _runs_text(now, "LLLL y", lang), "before": _runs_text(before, "LLLL y", lang)}
    return tell("over_others", lang, **facts)


def over_text(body: Mapping[str, Any], lang: str, indicator: str = "energy") -> str:
    """The months compared, then the uses left out of some of these, of which one period knows less, with its months."""
    found = body["indicators"][indicator]["change"].get("left_out")
    names = tell("over_left_out", lang, why=why_left_out(found, lang)) if found else ""
    return months_compared(body, lang, indicator) + names


def its_own_over(body: Mapping[str, Any], lang: str, indicator: str) -> str:
    """The same of an indicator that is compared over other months, or without other uses, than the electricity is,
    which is said once for all; empty for the others."""
    ours, told = (body["indicators"][one].get("change") or {} for one in (indicator, "energy"))
    if not ours.get("months") or all(ours.get(key) == told.get(key) for key in ("compared", "left_out")):
        return ""
    return over_text(body, lang, indicator) or tell("over_all", lang)


def _runs_text(months: Sequence[int], form: str, lang: str) -> str:
    """« avril à juin, août »: months [yyyymm] by runs."""
    runs: list[list[int]] = []
    for month in months:
        if runs and month_after(runs[-1][-1]) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    named = [[str(format_date(first_day(month), form, locale=lang)) for month in (run[0], run[-1])] for run in runs]
    told = [first if first == last else say("periods", "span", lang, first=first, last=last) for first, last in named]
    return tell("joined", lang).join(told)


def against_text(body: Mapping[str, Any], lang: str) -> str:
    """The baseline of a change: « année 2025, d'avril à septembre », and that the season is in it where it is another
    one; empty without any."""
    if not body["indicators"]["energy"]["change"].get("months"):
        return ""
    return tell(
        "against" if body["same_season"] else "against_season",
        lang,
        before=period_text(body["previous"], lang),
        over=over_text(body, lang),
    )


def picture_title(body: Mapping[str, Any], lang: str) -> str:
    """« Plus qu'avant », where it is established."""
    way = way_of(body, "energy")
    return tell(f"picture_{way if way in ('up', 'down') else 'open'}", lang)


def way_of(body: Mapping[str, Any], indicator: str) -> str:
    """« up », « down », « open », « season » where only one of another season is known, « none » without any."""
    change = body["indicators"][indicator]["change"]
    if change["established"] is None:
        return "none"
    if not body["same_season"]:
        return "season"
    return ("up" if change["rises"] else "down") if change["established"] else "open"


def causes(change: Mapping[str, Any]) -> dict[str, Interval]:
    """The effects that explain an established change, the largest first: none that is zero at the last figure printed
    of the whole."""
    least = 10.0 ** (two_figures(change["difference"].ends.central).adjusted() - 1) / 2
    told = {name: ends for name, ends in change["ends"].items() if max(abs(ends.low), abs(ends.high)) >= least}
    return dict(sorted(told.items(), key=lambda pair: -abs(change["effects"][pair[0]])))


def effect_text(amount: Interval, lang: str, form: str = "effect") -> str:
    """« de +12 à +60 kWh (valeur centrale : +25) »; form "effect_range": « +12 à +60 kWh »."""
    first, _, last = amount.ends
    step = step_for(amount.unit, max(abs(first), abs(last)), lang)
    low, central, high = (_signed_number(end, step, lang) for end in amount.ends)
    if low == high:
        return with_unit(central, step)
    return tell(form, lang, low=low, high=with_unit(high, step), central=central)


def _signed_number(value: float, step: DisplayUnit, lang: str) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + plain(abs(value), step, lang)
