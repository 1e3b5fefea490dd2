"""Summary of a territory and a period for an elected official: indicators, charter, decisions, claims."""

from collections.abc import Mapping
from typing import Any

from estimator.core.number_format import two_figures
from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.sovereignty import sovereignty
from estimator.governance.indicators.told_amounts import leaving_shares, rows_of_shares
from estimator.governance.indicators.use_budgets import territory_budgets, use_budgets
from estimator.reporting.summary.charter_status import charter, unchecked
from estimator.reporting.summary.decisions import decisions
from estimator.reporting.summary.statements import aloud, claims
from estimator.reporting.summary.use_cases import folded, uses

__all__ = ["synthesis", "with_told_total"]


def synthesis(scope: Scope) -> dict[str, Any]:
    """The sheet of indicators, then {"uses", "charter", "decisions", "use_budgets", "territory_budgets", "say",
    "not_say", "aloud"}: one body for every format."""
    body = sheet(scope)
    body |= {"in_use": len(scope.in_use), "registered": len(scope.judged)}
    told = uses(scope)
    body |= {"uses": told, "uses_rest": folded(scope, told)}
    body["sovereignty"] = leaving_shares(scope, sovereignty(rows_of_shares(scope), scope.day))
    body |= {"charter": charter(scope, body), "unchecked": unchecked(), "decisions": decisions(scope)}
    body |= {"use_budgets": use_budgets(scope), "territory_budgets": territory_budgets(scope)}
    return body | claims(body) | aloud(body)


def with_told_total(inside: Mapping[str, Any], out: Mapping[str, Any]) -> dict[str, Any]:
    """The summary for those who hold the data, its electricity with the ends of what leaves where both print the same
    central value to two figures: one amount is read once, on the page and in what is said of it."""
    entries = dict(inside["indicators"])
    here, told = entries["energy"]["value"], out["indicators"]["energy"]["value"]
    if here.known and told.known and not told.rounded and two_figures(here.central) == two_figures(told.central):
        value = here.model_copy(update={"low": told.low, "high": told.high})
        entries |= {name: entries[name] | {"value": value} for name in ("energy", "trajectory")}
    return dict(inside) | {"indicators": entries}
