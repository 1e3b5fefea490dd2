"""`sobria when`: the hours of a day in which a computation emits least, from generation by half-hour."""

import math
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimator.cli.text import Json, show
from estimator.core.errors import SobriaError, say
from estimator.core.number_format import exact_text

if TYPE_CHECKING:
    from estimator.assessment.grid_hours import BestWindow, Ratio

ZONE = "FRA"  # éCO2mix is of France


def when(
    context: typer.Context,
    hours: Annotated[float, typer.Option(help="when_hours", min=0.5, max=23)],
    day: Annotated[datetime | None, typer.Option(help="when_day", formats=["%Y-%m-%d"])] = None,
    now: Annotated[datetime | None, typer.Option(help="when_now", formats=["%H:%M"])] = None,
    json_: Json = False,
) -> None:
    from estimator.assessment.grid_hours import best_window
    from estimator.catalogue.hourly_mix import CLOCK, own_hours

    mix = own_hours().get(ZONE)
    if mix is None:
        raise SobriaError("no_hours", zone=ZONE)
    best = best_window(mix, hours, day.date() if day else None, now.time() if now else None, CLOCK[ZONE])
    show(_body(best), json_, lambda: _text(best, hours, context.obj["lang"]))


def _body(best: "BestWindow") -> dict[str, Any]:
    """As JSON: days, hours of the local day, ratios with their 5 % and 95 % points; midnight at its end is 24:00."""
    ratios = {name: getattr(best, name) for name in ("over_mean", "over_now", "over_worst")}
    return {
        "days": [day.isoformat() for day in best.days],
        "window": [best.start, best.end],
        "worst_start": best.worst_start,
    } | {name: None if ratio is None else ratio._asdict() for name, ratio in ratios.items()}


def _text(best: "BestWindow", hours: float, lang: str) -> str:
    days = {"first": best.days[0], "last": best.days[-1], "count": len(best.days)}
    place = {"start": best.start, "end": best.end, "worst": best.worst_start}
    lines = [
        say("when", "usual" if len(best.days) > 1 else "day", lang, **days),
        say("when", "window", lang, hours=exact_text(math.ceil(2 * hours) / 2, "h", lang), **place),
        say("when", "over_mean", lang, **_spoken(best.over_mean, lang)),
    ]
    if best.over_now and best.now:
        lines.append(say("when", "over_now", lang, now=best.now, **_spoken(best.over_now, lang)))
    lines.append(say("when", "over_worst", lang, worst=place["worst"], **_spoken(best.over_worst, lang)))
    if all(round(value, 2) == 1 for value in best.over_worst):
        lines.append(say("when", "alike", lang))
    elif best.over_mean.high >= 1:
        lines.append(say("when", "undecided", lang))
    return "\n".join([*lines, say("when", "counted", lang)])


def _spoken(ratio: "Ratio", lang: str) -> dict[str, str]:
    return {name: exact_text(round(value, 2), "1", lang) for name, value in ratio._asdict().items()}
