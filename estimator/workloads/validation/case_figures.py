"""The figures that a published case asks for, with their intervals, steps and factors, or their reason."""

import math
from dataclasses import dataclass, field
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.calculation_steps import EvaluatedGroup, steps_of
from estimator.assessment.evaluation import values_of, why_unknown
from estimator.assessment.explanation import describe
from estimator.core.errors import sentences
from estimator.workloads.inference_inventory import evidence
from estimator.workloads.published_case import PublishedCase, RequestedFigure
from estimator.workloads.validation.case_inventory import CaseInventory, CaseTerm, Options
from estimator.workloads.validation.case_serving import NotEstimable


@dataclass(frozen=True)
class CaseFigure:
    """One figure: its 5 - 95 % interval, median and value at factor values, or why there is none."""

    asked: RequestedFigure
    low: float | None = None
    central: float | None = None
    high: float | None = None
    at_factor_values: float | None = None
    missing: dict[str, str] | None = None
    steps: list[dict[str, Any]] = field(default_factory=list)
    factors: list[dict[str, Any]] = field(default_factory=list)


def figures_of(case: PublishedCase, options: Options | None = None, explain: bool = False) -> list[CaseFigure]:
    """Every figure that a case asks for, from the workload alone; what it leaves out comes from the factor tables."""
    inventory = CaseInventory.of(case, options or Options())
    return [_figure(inventory, asked, explain) for asked in case.asked]


def _figure(inventory: CaseInventory, asked: RequestedFigure, explain: bool) -> CaseFigure:
    try:
        terms = inventory.terms(asked)
        units = _units(inventory, asked)
        value, drawn = _sum(terms)
    except NotEstimable as reason:
        return CaseFigure(asked, missing=reason.sentences or sentences("missing", reason.code))
    low, median, high = (end / units for end in uncertainty.points(drawn))
    if not all(map(math.isfinite, (low, value, high))) or value < 0:
        return CaseFigure(asked, missing=sentences("missing", "out_of_range"))
    opened = [EvaluatedGroup(term.group, term.results) for term in terms] if explain else []
    steps = [step.model_dump(mode="json") for step in steps_of(opened, inventory.tables.catalogue)] if explain else []
    factors = _factors(inventory, terms, opened) if explain else []
    return CaseFigure(asked, low, median, high, value / units, None, steps, factors)


def _sum(terms: list[CaseTerm]) -> tuple[float, Any]:
    """Value at factor values and draws of a figure. NotEstimable with the reason of its first unknown part."""
    value, drawn = 0.0, 0.0
    for term in terms:
        for result in term.results:
            if term.group.values.get(result) is None:
                raise NotEstimable(why_unknown(result, term.group) or "out_of_range")
            value += term.group.values[result]
        evaluated = values_of(term.group, "draws", frozenset(term.results))
        drawn = drawn + sum(evaluated[result] for result in term.results)
    return value, drawn


def _units(inventory: CaseInventory, asked: RequestedFigure) -> float:
    """How many of what the figure is per. NotEstimable when the case does not count them."""
    workload = inventory.workload
    if asked.per in (None, "device"):
        return 1.0
    if asked.per == "device_hour":
        if not inventory.hours:
            raise NotEstimable("no_device_hours")
        return inventory.hours
    if not workload.requests:
        raise NotEstimable("no_requests")
    if asked.per == "request":
        return workload.requests
    if not workload.output_tokens:
        raise NotEstimable("no_output_tokens")
    return workload.requests * workload.output_tokens


def _factors(inventory: CaseInventory, terms: list[CaseTerm], opened: list[EvaluatedGroup]) -> list[dict[str, Any]]:
    """The rows of the tables behind a figure; a factor combined here is told by those it is made of."""
    catalogue = inventory.tables.catalogue
    found: dict[str, dict[str, Any]] = {}
    for group in opened:
        for name, bound in group.factors().items():
            for row in inventory.behind.get(name, (bound,)):
                if row.factor is not None and row.factor.source in catalogue.sources:
                    found.setdefault(row.factor.id, describe(row, row.quantity, catalogue).model_dump(mode="json"))
    for term in terms:
        found |= {row["id"]: row for row in evidence(term.rows, catalogue)}
    return list(found.values())
