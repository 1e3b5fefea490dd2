"""Impact indicators of activity groups with selected factors: values, confidence intervals and coverage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, model_serializer

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
from estimator.core.fields import Strict

if TYPE_CHECKING:
    from estimator.core.number_format import ReadableAmount


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


class Amount(Strict):
    """A value with its 5 - 95 % confidence interval and its bounds, or the reason why there is none.

    central: median of the draws of this amount, the printed value; medians of parts do not add up to
    that of their sum. at_factor_values: the arithmetic with every factor at its central value; these do add up.
    covers: share of the electricity as read with a known value.
    """

    model_config = ConfigDict(allow_inf_nan=True)

    unit: str
    low: float | None = None
    central: float | None = None
    high: float | None = None
    at_factor_values: float | None = None
    envelope: tuple[float, float] | None = None
    missing: Mapping[str, str] | None = None
    covers: float = 0.0
    parts: Mapping[str, "Amount"] = {}

    def with_parts(self, parts: Mapping[str, "Amount"]) -> "Amount":
        """The same amount with more parts."""
        return self.model_copy(update={"parts": {**self.parts, **parts}})

    @model_serializer
    def as_dict(self) -> dict[str, Any]:
        """As JSON: unknown is null with its reason, never absent and never zero."""
        body: dict[str, Any] = {name: self[name] for name in ("low", "central", "high", "unit", "at_factor_values")}
        if self.missing:
            body["missing"] = dict(self.missing)
        else:
            body |= {"envelope": list(self.envelope or ()), "covers": self.covers}
        return body | {name: part.as_dict() for name, part in self.parts.items()}

    def __contains__(self, name: object, /) -> bool:
        return name in self.parts or name in (KNOWN if self.missing is None else UNKNOWN)

    def __getitem__(self, name: str, /) -> Any:
        """A value or a part by its name in JSON. KeyError."""
        if name not in self:
            raise KeyError(name)
        return self.parts[name] if name in self.parts else getattr(self, name)

    def get(self, name: str, otherwise: Any = None, /) -> Any:
        """The same, or something else where JSON has no such name."""
        try:
            return self[name]
        except KeyError:
            return otherwise


UNKNOWN = ("low", "central", "high", "unit", "at_factor_values", "missing")
KNOWN = (*UNKNOWN[:-1], "envelope", "covers")


def figures(found: Mapping[str, Amount]) -> dict[str, Amount]:
    """Figures by name, `water.electricity_reservoirs` among the parts of water."""
    tree: dict[str, Amount] = {}
    for name, amount in found.items():
        outer, _, inner = name.partition(".")
        tree[outer] = tree[outer].with_parts({inner: amount}) if inner else amount
    return tree


def per_unit(amount: "ReadableAmount", units: float) -> dict[str, Any]:
    """An amount, as `as_dict` gives it, for one of so many units; without its parts."""
    ends = {end: None if amount[end] is None else amount[end] / units for end in ("low", "central", "high")}
    return ends | {name: amount[name] for name in ("unit", "missing") if name in amount}


def amounts(
    groups: Sequence[ActivityGroup], figures: Iterable[ImpactIndicator] = FIGURES + SUPPLEMENTARY
) -> dict[str, Amount]:
    """Every figure over all groups, a shared factor taking the same value in all."""
    running = RunningAmounts(figures)
    for group in groups:
        running.add(terms_of(group, running.figures, drawn=len(groups) > 1))  # intervals of a single group are cached
    return running.amounts()


@dataclass(frozen=True)
class GroupTerm:
    """What one group adds to an amount.

    statistics: "value", "low", "high" and, when drawn, "draws" -> the sum of its known results; empty when unknown.
    applicable: whether the amount applies to the group; why: the reason when unknown.
    """

    group: ActivityGroup
    results: tuple[str, ...]
    statistics: Mapping[str, Any]
    applicable: bool
    why: str | None


def terms_of(group: ActivityGroup, figures: Sequence[ImpactIndicator], drawn: bool = True) -> dict[str, GroupTerm]:
    """What a group adds to each figure, and to each part `figure.part` of a figure of several."""
    wanted = frozenset(r for f in figures for p in f.parts for r in p.results)
    names = ("value", "low", "high", *(("draws",) if drawn else ()))
    evaluations = {statistic: values_of(group, statistic, wanted) for statistic in names}
    found: dict[str, GroupTerm] = {}
    for figure in figures:
        required = tuple(p for p in figure.parts if p.required)
        whole = all(known_result(p, evaluations["value"]) for p in required)
        found[figure.id] = _term(group, figure.parts if whole else None, required, evaluations)
        if len(figure.parts) > 1:
            for part in figure.parts:
                found[f"{figure.id}.{part.name}"] = _term(group, (part,), (part,), evaluations)
    return found


def _term(
    group: ActivityGroup,
    parts: Sequence[Contribution] | None,
    required: Sequence[Contribution],
    evaluations: Mapping[str, Mapping[str, Any]],
) -> GroupTerm:
    """The sum of the known results among these parts; None: the group is left out and not covered."""
    values = evaluations["value"]
    there = [p for p in parts or () if applies_to(p, group)]
    results = tuple(r for r in (known_result(p, values) for p in there) if r)
    sums = {name: sum(found[r] for r in results) for name, found in evaluations.items()} if results else {}
    unknown = (p for p in required if applies_to(p, group) and not known_result(p, values))
    why = next((reason for reason in (why_missing(p, group) for p in unknown) if reason), None)
    return GroupTerm(group, results, sums, parts is None or bool(there), why)


class RunningAmounts:
    """Figures summed over groups added one at a time: memory does not depend on their number."""

    def __init__(self, figures: Iterable[ImpactIndicator] = FIGURES + SUPPLEMENTARY) -> None:
        self.figures = tuple(figures)
        self.as_read = 0.0  # electricity as read of the groups [kWh], the weight of coverage shares
        self._sums: dict[str, _RunningSum] = {}

    def add(self, terms: Mapping[str, GroupTerm], share: float = 1.0) -> None:
        """Add a share of what a group adds to each figure."""
        weight = share * energy_as_read(next(iter(terms.values())).group)
        self.as_read += weight
        for name, term in terms.items():
            if name not in self._sums:
                self._sums[name] = _RunningSum()
            self._sums[name].add(term, share, weight)

    def amounts(self) -> dict[str, Amount]:
        """Every figure, with its parts when it has several."""
        return {figure.id: self._amount(figure) for figure in self.figures}

    def _amount(self, figure: ImpactIndicator) -> Amount:
        whole = self._sum(figure.id).amount(figure.unit)
        if len(figure.parts) == 1:
            return whole
        parts = {p.name: self._sum(f"{figure.id}.{p.name}").amount(figure.unit) for p in figure.parts}
        return whole.with_parts(parts)

    def _sum(self, name: str) -> "_RunningSum":
        return self._sums.get(name) or _RunningSum()


class _RunningSum:
    """One amount over groups added one at a time."""

    def __init__(self) -> None:
        self._sums: dict[str, Any] = {}
        self._known = self._applicable = 0.0
        self._last: tuple[ActivityGroup, tuple[str, ...]] | None = None
        self._why: str | None = None
        self._groups = 0

    def add(self, term: GroupTerm, share: float, weight: float) -> None:
        self._groups += 1
        self._applicable += weight if term.applicable else 0.0
        self._why = self._why or term.why
        if not term.results:
            return
        self._last = term.group, term.results
        self._known += weight
        for statistic, value in term.statistics.items():
            total = self._sums.get(statistic, 0.0)
            total += value if share == 1.0 else share * value  # draws are added in place
            self._sums[statistic] = total

    def amount(self, unit: str) -> Amount:
        if self._last is None:
            reason = self._why or ("not_asked" if self._groups else "no_activity")
            return Amount(unit=unit, missing=sentences("missing", reason))
        sums = self._sums
        low, median, high = uncertainty.points(sums["draws"]) if "draws" in sums else points_of(*self._last)
        covers = self._known / self._applicable if self._applicable else 1.0
        return Amount(
            unit=unit,
            low=low,
            central=median,
            high=high,
            at_factor_values=float(sums["value"]),
            envelope=(float(sums["low"]), float(sums["high"])),
            covers=covers,
        )


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
