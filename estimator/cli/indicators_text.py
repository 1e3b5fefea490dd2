"""The indicators for a terminal: value and interval, cover, objective or « objectif non fixé », change."""

from collections.abc import Mapping
from typing import Any

from estimator.cli.text import sample_lines
from estimator.core.errors import say
from estimator.core.number_format import pair_text
from estimator.core.typography import typeset
from estimator.reporting.summary.ceilings import budget_text, use_budget_text
from estimator.reporting.summary.change_sentences import against_text, its_own_over, trend_text
from estimator.reporting.summary.sentences import (
    added_text,
    covered_period_text,
    hosting_text,
    name,
    objective_text,
    path_text,
    territory_text,
    value_text,
)
from estimator.reporting.summary.standing import outside_of


def indicators_text(body: Mapping[str, Any], lang: str) -> str:
    """One line an indicator, then the basis of its number; last, where the promises and the uses are."""
    facts = {"territory": territory_text(body["territory"], lang), "period": covered_period_text(body, lang)}
    lines = sample_lines(body["sample"], lang)
    lines += [say("indicators", "head", lang, **facts), against_text(body, lang)]
    lines += [*filter(None, [outside_of(body, lang)]), ""]
    for entry in body["indicators"].values():
        told = pair_text(name(entry["id"], lang), value_text(entry, lang), lang)
        lines.append(f"{entry['number']:>2}. {told}")
        lines += [f"    {text}" for text in _supplementary_text(entry, lang, body)]
    lines += [f"  + {added_text(entry, lang)}" for entry in body["added"]]
    beside = [*body["territory_budgets"], *body["use_budgets"]]
    lines += ["", *(use_budget_text(found, lang) for found in beside)] if beside else []
    return typeset("\n".join([*lines, "", say("indicators", "more", lang)]), lang)


def _supplementary_text(entry: Mapping[str, Any], lang: str, body: Mapping[str, Any]) -> list[str]:
    lines = [objective_text(entry["objective"], lang, body["elsewhere"])]
    if "change" in entry:
        lines.append(trend_text(entry, lang) + its_own_over(body, lang, entry["id"]))
        lines.append(entry["change"]["words"][lang] if entry["change"]["established"] else "")
        lines.append(path_text(entry, lang))
    if entry.get("budget"):
        lines.append(budget_text(entry["budget"], entry["value"]["unit"], lang))
    if entry["id"] == "sober_hosting":
        lines.append(hosting_text(entry, lang))
    return [line for line in lines if line]
