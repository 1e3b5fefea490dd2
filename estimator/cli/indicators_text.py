"""The twelve indicators for a terminal: value and interval, cover, objective or « objectif non fixé », change."""

from collections.abc import Mapping
from typing import Any

from estimator.errors import say
from estimator.numbers import count_text, interval_text, share_text
from estimator.periods import Period
from estimator.typography import typeset


def indicators_text(body: Mapping[str, Any], lang: str) -> str:
    """A line an indicator, then what its number stands on."""
    facts = {"territory": territory_text(body["territory"], lang), "period": Period(body["period"]).label(lang)}
    lines = [say("indicators", "head", lang, **facts), ""]
    for entry in body["indicators"].values():
        lines.append(f"{entry['number']:>2}. {say('indicators', entry['id'], lang)} : {value_text(entry, lang)}")
        lines += [f"    {text}" for text in _beside(entry, lang)]
    return typeset("\n".join(lines), lang)


def territory_text(territory: str, lang: str) -> str:
    """« tout le territoire », « la métropole », or the code of a commune."""
    known = {"all", "metropole"}
    return say("indicators", f"territory_{territory}", lang) if territory in known else territory


def value_text(entry: Mapping[str, Any], lang: str) -> str:
    """The value of an indicator in words; unknown is said, never zero."""
    value = entry["value"]
    if entry["kind"] == "footprint":
        return interval_text(value, lang)
    if entry["kind"] == "count":
        facts = {"a": count_text(value["numerator"], lang), "b": count_text(value["denominator"], lang)}
        return say("indicators", "of", lang, **facts)
    if value["share"] is None:
        return say("indicators", "unknown", lang)
    if "numerator" not in value:
        return share_text(value["share"], lang)
    facts = {"a": count_text(round(value["numerator"]), lang), "b": count_text(round(value["denominator"]), lang)}
    return f"{share_text(value['share'], lang)} ({say('indicators', 'of', lang, **facts)})"


def _beside(entry: Mapping[str, Any], lang: str) -> list[str]:
    lines = [say("indicators", "objective_set" if entry["objective"] else "objective_none", lang)]
    found = entry.get("change")
    if found and found["effects"]:
        key = "change_established" if found["established"] else "change_open"
        lines.append(say("indicators", key, lang, words=found.get("words", {}).get(lang, "")))
    if entry["id"] == "sober_hosting":
        known = entry["criteria_known"]
        lines.append(say("indicators", "criteria_known", lang, a=known["numerator"], b=known["denominator"]))
    return lines
