"""Summary of a territory and a period for an elected official: indicators, charter, decisions, claims."""

from typing import Any

from estimator.governance.indicators.indicators import sheet
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.sovereignty import sovereignty
from estimator.governance.indicators.told_amounts import leaving_shares, rows_of_shares
from estimator.governance.indicators.use_budgets import territory_budgets, use_budgets
from estimator.reporting.summary.charter_status import charter, unchecked
from estimator.reporting.summary.decisions import decisions
from estimator.reporting.summary.statements import aloud, claims
from estimator.reporting.summary.use_cases import folded, uses

__all__ = ["synthesis"]


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
