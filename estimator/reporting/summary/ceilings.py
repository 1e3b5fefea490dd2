"""Texts of voted ceilings: what is used of them, when the year would pass them, and of which scope they are."""

from collections.abc import Mapping
from typing import Any

from babel.dates import format_date

from estimator.core.errors import say
from estimator.core.number_format import said_in_sentence, share_text
from estimator.core.periods import first_day, short_day
from estimator.governance.indicators.known_days import known_text
from estimator.governance.indicators.told_shares import MOST
from estimator.reporting.summary.sentences import (
    amount_text,
    judged,
    minimum,
    path_text,
    period_text,
    shares_text,
    tell,
    territory_text,
    unknown_part,
)

DATED = ("over", "over_one", "open")  # states of which a month is told


def path_lines(entry: Mapping[str, Any], lang: str) -> list[str]:
    """The year of a footprint at its current pace: against the trajectory of its objective, and against its budget."""
    budget = [budget_text(entry["budget"], entry["value"]["unit"], lang)] if entry["budget"] else []
    return [line for line in (path_text(entry, lang), *budget) if line]


def ceilings(body: Mapping[str, Any], lang: str, brief: bool = False) -> list[tuple[Mapping[str, Any], str]]:
    """Every ceiling that covers the scope or a part of it, with its state in one sentence, and what is used of it
    unless brief: its own, those of other territories, of which their own sheet says that, those of its uses."""
    told = ((found, not brief and found["verdict"]) for found in voted(body))
    more = ((found, [supposed_text(found, lang), _used(found, lang)] if so else []) for found, so in told)
    return [(found, " ".join(filter(None, [_ceiling(found, lang), *said]))) for found, said in more]


def voted(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The same ceilings, without words."""
    entries = body["indicators"].values()
    own = [e["budget"] | {"indicator": e["id"], "unit": e["value"]["unit"]} for e in entries if e.get("budget")]
    return [*own, *body["territory_budgets"], *body["use_budgets"]]


def budget_text(found: Mapping[str, Any], unit: str, lang: str) -> str:
    """When the budget of the year is exceeded, at the pace of its known days."""
    facts: dict[str, object] = {"year": found["year"], "ceiling": amount_text(found["ceiling"], unit, lang)}
    facts["id"] = found.get("use_case")
    if not found["verdict"]:
        return tell(f"budget_{state_of(found)}", lang, **facts)
    facts |= {
        "projected": "".join(said_in_sentence(found["projected"], lang)),
        "known": known_text(found["days"], found["at_least"], found["ways"])[lang],
        "unknown": unknown_part(found, lang),
    }
    facts |= passing(found, lang)
    if found["closed"]:
        gaps = [tell("budget_gaps", lang, count=len(found["gaps"]))] if found["gaps"] else []
        facts["state"] = tell(f"ceiling_{state_of(found)}", lang)
        return " ".join([minimum(found, tell("budget_closed", lang, **facts), lang), *gaps])
    said = [tell(f"budget_{state_of(found)}", lang, **facts)]
    if found["since"]:
        said.append(tell("budget_since", lang, month=period_text(f"{found['year']}-{found['since'] % 100:02}", lang)))
    return " ".join(filter(None, [*said, supposed_text(found, lang), used_text(found, lang)]))


def supposed_text(found: Mapping[str, Any], lang: str) -> str:
    """« Des mois passés ne sont pas connus : … », where a month is told that they may change."""
    return tell("budget_supposed", lang) if state_of(found) in DATED and found["supposed"] else ""


def used_text(found: Mapping[str, Any], lang: str) -> str:
    """« Consommé au 30/09/2026 : entre 83 et 113 %. », once nearly all of it is, or once
    the pace may have passed it after the last known day; else empty."""
    if not found["used"] or not (found["near"] or found["maybe"]):
        return ""
    share = shares_text(found["used"]["low"], found["used"]["high"], lang, of=_share)
    key = "budget_used_known" if found["supposed"] else "budget_used"
    return tell(key, lang, day=short_day(found["until"], lang), share=share)


def _share(share: float, lang: str) -> str:
    """« moins de 100 % », « plus de 100 % » of nearly all of a ceiling: on which side it is decides."""
    if share == 1 or not MOST < share < 2 - MOST:
        return share_text(share, lang)
    return say("numbers", "less_than" if share < 1 else "more_than", lang, value=share_text(1, lang))


def _used(found: Mapping[str, Any], lang: str) -> str:
    return "" if "territory" in found else used_text(found, lang)


def use_budget_text(found: Mapping[str, Any], lang: str) -> str:
    """« Assistant : Plafond voté pour 2026 : … »"""
    return tell("about", lang, name=whose(found, lang), text=budget_text(found, found["unit"], lang))


def printed_text(found: Mapping[str, Any], lang: str) -> str:
    """The same on the sheet of a use, which carries no command: of a ceiling without verdict, why alone."""
    return budget_text(found, found["unit"], lang) if found["verdict"] else _stated(found, lang)


def _stated(found: Mapping[str, Any], lang: str) -> str:
    facts = {"year": found["year"], "ceiling": amount_text(found["ceiling"], found["unit"], lang)}
    said = minimum(found, tell(f"ceiling_{state_of(found)}", lang, **passing(found, lang)), lang)
    return f"{tell('ceiling', lang, **facts)} {said}"


def _ceiling(found: Mapping[str, Any], lang: str) -> str:
    said = _stated(found, lang)
    return tell("about", lang, name=whose(found, lang), text=said) if whose(found, lang) else said


def state_of(found: Mapping[str, Any]) -> str:
    """The key of the words of its verdict."""
    if not found["verdict"]:
        return "withheld" if found["withheld"] else "unknown" if found.get("attached", True) else "unattached"
    if found["closed"]:
        return f"closed_{found['verdict']}"
    one = found["verdict"] == "over" and found["passed"]["high"] == found["passed"]["low"]
    return "over_one" if one else judged(found)


def passing(found: Mapping[str, Any], lang: str) -> dict[str, str]:
    """The first and the last month in which it would be passed."""
    passed = found.get("passed") or {"high": None, "low": None}
    return {"first": _month(passed["high"], lang), "last": _month(passed["low"], lang)}


def whose(found: Mapping[str, Any], lang: str) -> str:
    """The name of the use or of the other territory of a ceiling; "" of that of the scope."""
    return territory_text(found["territory"], lang) if "territory" in found else str(found.get("name", ""))


def _month(month: int | None, lang: str) -> str:
    if month is None:
        return ""
    return str(format_date(first_day(month), "MMMM", locale=lang))
