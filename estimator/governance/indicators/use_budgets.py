"""Ceilings voted for one use of the register, or beside a territory: what is used of them, and where the year goes."""

from dataclasses import replace
from typing import Any

from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.anonymity import untold_ids, withheld, withheld_budget
from estimator.governance.indicators.projection import Pace
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.told_amounts import is_rounded, told_body
from estimator.governance.register.schema import WHOLE, UseCase


def use_budgets(scope: Scope) -> list[dict[str, Any]]:
    """The uses of a scope with a ceiling for its year; withheld, and said so, where one person is recognisable
    in the period or in that year."""
    hidden = untold_ids(scope, [*scope.period.months(), *scope.year(scope.period.last // 100).period.months()])
    found = [(case, said) for case in scope.cases for said in budgets_of(scope, case)]
    return [withheld_budget(said) if case.id in hidden else said for case, said in found]


def territory_budgets(scope: Scope) -> list[dict[str, Any]]:
    """The ceilings of the year of other territories that hold this one, or that it holds: {"territory", "indicator",
    "unit"} and what `Pace.against_budget` says of each."""
    found = []
    for territory in scope.sources.commitments.with_budget(scope.period.last // 100):
        other = replace(scope, territory=territory, only=None)
        if territory == scope.territory or WHOLE not in (territory, scope.territory):
            continue
        pace = Pace(other)
        hidden = withheld(other.year(pace.year))
        for name in FOOTPRINTS:
            if said := pace.against_budget(name):
                told = (
                    withheld_budget(said)
                    if hidden
                    else told_body(said, pace.spent[name].unit)
                    if is_rounded(other.year(pace.year))
                    else said
                )
                found.append({"territory": territory, "indicator": name, "unit": pace.spent[name].unit} | told)
    return found


def budgets_of(scope: Scope, case: UseCase) -> list[dict[str, Any]]:
    """The ceilings of one use for the year in which the period ends: {"use_case", "name", "indicator", "unit",
    "attached"}, whether anything measured is, and what `Pace.against_budget` says of each."""
    year, votes = scope.period.last // 100, scope.sources.commitments
    voted = [name for name in FOOTPRINTS if votes.budget(name, case.commune, year, case.id)]
    if not voted:
        return []
    pace = Pace(scope.of_use(case))
    about = {"use_case": case.id, "name": case.name, "attached": bool(case.attachments)}
    return [
        about | {"indicator": name, "unit": pace.spent[name].unit} | (pace.against_budget(name) or {}) for name in voted
    ]
