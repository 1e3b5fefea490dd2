"""Explanation of a footprint of a territory and a period: its steps, factors and services."""

from estimator.assessment.explanation import ExplainedNumber, NumberUnknown, explain_number
from estimator.assessment.impacts import figure_named
from estimator.governance.indicators.anonymity import withheld
from estimator.governance.indicators.footprints import figures_of
from estimator.governance.indicators.practices import coverage
from estimator.governance.indicators.scope import Scope

SHEET = "sheet"


def number_of(territory: str, period: str, figure: str) -> str:
    """The id of such a figure: sheet.TERRITORY.PERIOD.FIGURE."""
    return f"{SHEET}.{territory}.{period}.{figure}"


def split_number(number: str) -> tuple[str, str, str] | None:
    """(territory, period, figure) of an id, None for another kind of id."""
    kind, _, rest = number.partition(".")
    territory, _, rest = rest.partition(".")
    period, _, figure = rest.rpartition(".")
    known = kind == SHEET and territory and period and figure_named(figure)
    return (territory, period, figure) if known else None


def explain_footprint(scope: Scope, figure: str) -> ExplainedNumber:
    """The explanation of a footprint. NumberUnknown without data, or about too few people."""
    number = number_of(scope.territory, scope.period.text, figure)
    if not scope.groups or withheld(scope):
        raise NumberUnknown(id=number)
    return explain_number(
        number,
        scope.groups,
        figure,
        figures_of(scope).get(figure),
        scope=SHEET,
        key=f"{scope.territory}, {scope.period}",
        proof=coverage(scope)["proof"],
        build=scope.sources.build.meta,
        services=tuple(sorted({row.row.service_key for row in scope.rows})),
    )
