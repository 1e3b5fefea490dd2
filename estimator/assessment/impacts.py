"""Impact indicators of activity groups with selected factors: values, confidence intervals and coverage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.evaluation import (
    ActivityGroup,
    alternative_quantities,
    energy_as_read,
    inputs_of,
    needed,
    points_of,
    values_of,
)
from estimator.core.errors import sentences


@dataclass(frozen=True)
class Contribution:
    """A term of a figure: the first known of `results`. A figure is known only if its required parts are."""

    name: str
    results: tuple[str, ...]
    required: bool = True
    needs: tuple[str, ...] = ()  # the part exists only if one of these amounts is present


@dataclass(frozen=True)
class ImpactIndicator:
    """An indicator, as a sum of parts."""

    id: str
    unit: str
    parts: tuple[Contribution, ...]


ANSWERS = ("output_tokens", "media_outputs")
MACHINE_HOURS = ("machine_hours", "hosted_hours", *ANSWERS)


def _parts_with_embodied(x: str) -> tuple[Contribution, ...]:
    return (
        Contribution("use", (f"use_{x}",)),
        Contribution("devices", (f"device_embodied_{x}",), required=False, needs=("device_hours", *ANSWERS)),
        Contribution("machines", (f"machine_embodied_{x}",), required=False, needs=MACHINE_HOURS),
        Contribution("network", (f"network_{x}",), required=False, needs=("data_gb",)),
    )


FIGURES = (
    ImpactIndicator("energy", "kWh", (Contribution("site", ("site_energy",)),)),
    ImpactIndicator(
        "water",
        "L",
        (
            Contribution("onsite", ("onsite_water_it", "onsite_water_site")),
            Contribution("electricity", ("grid_water",)),
        ),
    ),
    ImpactIndicator("adpe", "kgSbeq", _parts_with_embodied("adpe")),
    ImpactIndicator("gwp", "kgCO2e", _parts_with_embodied("gwp")),
    ImpactIndicator("primary_energy", "MJ", _parts_with_embodied("primary_energy")),
)
SUPPLEMENTARY = (
    ImpactIndicator(
        "water.electricity_reservoirs", "L", (Contribution("electricity_reservoirs", ("grid_reservoir_water",)),)
    ),
    ImpactIndicator("it_energy", "kWh", (Contribution("it", ("it_energy",)),)),
)


def figure_named(figure_id: str) -> ImpactIndicator | None:
    """A figure, or one part of a figure (`gwp.use`) as a figure of its own."""
    for figure in FIGURES + SUPPLEMENTARY:
        if figure.id == figure_id:
            return figure
        for part in figure.parts:
            if f"{figure.id}.{part.name}" == figure_id:
                return ImpactIndicator(figure_id, figure.unit, (replace(part, required=True, needs=()),))
    return None


@dataclass(frozen=True)
class Amount:
    """A value with its 5 - 95 % confidence interval and its bounds, or the reason why there is none.

    central: median of the draws of this amount, the printed value; medians of parts do not add up to
    that of their sum. at_factor_values: the arithmetic with every factor at its central value; these do add up.
    """

    unit: str
    low: float | None = None
    central: float | None = None
    high: float | None = None
    at_factor_values: float | None = None
    envelope: tuple[float, float] | None = None
    missing: dict[str, str] | None = None
    covers: float = 0.0  # share of the raw electricity with a known value
    parts: Mapping[str, "Amount"] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON: unknown is null with its reason, never absent and never zero."""
        body: dict[str, Any] = {"low": self.low, "central": self.central, "high": self.high, "unit": self.unit}
        body["at_factor_values"] = self.at_factor_values
        if self.missing:
            body["missing"] = self.missing
        else:
            body["envelope"] = list(self.envelope or ())
            body["covers"] = self.covers
        return body | {name: part.as_dict() for name, part in self.parts.items()}


def per_unit(amount: Mapping[str, Any], units: float) -> dict[str, Any]:
    """An amount, as `as_dict` gives it, for one of so many units; without its parts."""
    ends = {end: None if amount[end] is None else amount[end] / units for end in ("low", "central", "high")}
    return ends | {name: amount[name] for name in ("unit", "missing") if name in amount}


def amounts(
    groups: Sequence[ActivityGroup], figures: Iterable[ImpactIndicator] = FIGURES + SUPPLEMENTARY
) -> dict[str, Amount]:
    """Every figure over all groups, a shared factor taking the same value in all."""
    figures = tuple(figures)
    wanted = frozenset(r for f in figures for p in f.parts for r in p.results)
    statistics = (
        "value",
        "low",
        "high",
        *(("draws",) if len(groups) > 1 else ()),
    )  # intervals of a single group are cached
    evaluations = {statistic: [values_of(group, statistic, wanted) for group in groups] for statistic in statistics}
    weights = [energy_as_read(group) for group in groups]
    return {figure.id: _figure(figure, groups, evaluations, weights) for figure in figures}


def known_result(part: Contribution, values: Mapping[str, Any]) -> str | None:
    """The result that gives the value of a part in a group."""
    for result in part.results:
        if values.get(result) is not None:
            return result
    return None


def applies_to(part: Contribution, group: ActivityGroup) -> bool:
    """Whether this part applies to this group."""
    for amount in part.needs:
        if group.amounts.get(amount):
            return True
    return not part.needs


Evaluations = Mapping[str, Sequence[Mapping[str, Any]]]


def _figure(
    figure: ImpactIndicator, groups: Sequence[ActivityGroup], evaluations: Evaluations, weights: Sequence[float]
) -> Amount:
    required = tuple(p for p in figure.parts if p.required)
    whole = [all(known_result(p, values) for p in required) for values in evaluations["value"]]
    total = _sum(figure.unit, [figure.parts if ok else None for ok in whole], groups, evaluations, weights)
    if total.central is None:
        total = replace(total, missing=_why(required, groups, evaluations["value"]))
    if len(figure.parts) == 1:
        return total
    parts = {}
    for part in figure.parts:
        amount = _sum(figure.unit, [(part,)] * len(groups), groups, evaluations, weights)
        parts[part.name] = (
            replace(amount, missing=_why((part,), groups, evaluations["value"])) if amount.central is None else amount
        )
    return replace(total, parts=parts)


def _sum(
    unit: str,
    wanted: Sequence[Sequence[Contribution] | None],
    groups: Sequence[ActivityGroup],
    evaluations: Evaluations,
    weights: Sequence[float],
) -> Amount:
    """Sum over groups of the known results among these parts; None: the group is left out and not covered."""
    sums: dict[str, Any] = dict.fromkeys(evaluations, 0.0)
    covered, applicable = 0.0, 0.0
    found: tuple[str, ...] = ()
    for index, group in enumerate(groups):
        parts = wanted[index]
        there = [p for p in parts or () if applies_to(p, group)]
        results = [r for r in (known_result(p, evaluations["value"][index]) for p in there) if r]
        applicable += weights[index] if parts is None or there else 0.0
        if results:
            found = tuple(results)
            covered += weights[index]
            for statistic, evaluation in evaluations.items():
                sums[statistic] = sums[statistic] + sum(evaluation[index][r] for r in results)
    if not found:
        return Amount(unit)
    low, median, high = uncertainty.points(sums["draws"]) if "draws" in sums else points_of(groups[0], found)
    share, envelope = covered / applicable if applicable else 1.0, (float(sums["low"]), float(sums["high"]))
    return Amount(unit, low, median, high, float(sums["value"]), envelope, None, share)


def _why(
    parts: Sequence[Contribution], groups: Sequence[ActivityGroup], values: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """The first reason found why one of these parts is unknown."""
    reasons = (
        why_missing(part, group)
        for group, found in zip(groups, values, strict=True)
        for part in parts
        if applies_to(part, group) and not known_result(part, found)
    )
    return sentences("missing", next((r for r in reasons if r), "not_asked" if groups else "no_activity"))


def why_missing(part: Contribution, group: ActivityGroup) -> str | None:
    """Why a part of a group has no value: the reason of its first missing input."""
    todo = list(part.results)
    while todo:
        name = todo.pop(0)
        if group.values.get(name) is not None:
            continue
        bound = group.bounds.get(name)
        if bound is not None and bound.missing:
            return bound.missing
        if name not in group.amounts:
            todo = [*_applying(name, group), *todo]  # depth first over the alternatives of a quantity
    return None


def _applying(name: str, group: ActivityGroup) -> Sequence[str]:
    """Inputs of a quantity; of several alternatives, those that start from an amount of this group, if any."""
    inputs = inputs_of().get(name, ())
    if name not in alternative_quantities():
        return inputs
    return [i for i in inputs if any(group.amounts.get(below) for below in needed(frozenset({i})))] or inputs
