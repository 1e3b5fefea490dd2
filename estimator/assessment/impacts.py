"""From cells of activity with their bound factors to the figures people read, each with its interval and cover."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.evaluation import Cell, energy_as_read, inputs_of, needed, points_of, values_of, ways
from estimator.core.errors import sentences


@dataclass(frozen=True)
class Part:
    """A term of a figure: the first of `results` that is known. A figure is known only if its required parts are."""

    name: str
    results: tuple[str, ...]
    required: bool = True
    needs: tuple[str, ...] = ()  # the part exists only where one of these amounts is there


@dataclass(frozen=True)
class Figure:
    """A number that SobrIA shows, as a sum of parts."""

    id: str
    unit: str
    parts: tuple[Part, ...]


MACHINE_HOURS = ("machine_hours", "hosted_hours", "outputs")


def _embodied(x: str) -> tuple[Part, ...]:
    return (
        Part("use", (f"use_{x}",)),
        Part("devices", (f"device_embodied_{x}",), required=False, needs=("device_hours", "outputs")),
        Part("machines", (f"machine_embodied_{x}",), required=False, needs=MACHINE_HOURS),
        Part("network", (f"network_{x}",), required=False, needs=("data_gb",)),
    )


FIGURES = (
    Figure("energy", "kWh", (Part("site", ("site_energy",)),)),
    Figure(
        "water", "L", (Part("onsite", ("onsite_water_it", "onsite_water_site")), Part("electricity", ("grid_water",)))
    ),
    Figure("adpe", "kgSbeq", _embodied("adpe")),
    Figure("gwp", "kgCO2e", _embodied("gwp")),
    Figure("primary_energy", "MJ", _embodied("primary_energy")),
)
ASIDE = (
    Figure("water.electricity_reservoirs", "L", (Part("electricity_reservoirs", ("grid_reservoir_water",)),)),
    Figure("it_energy", "kWh", (Part("it", ("it_energy",)),)),
)


def figure_named(figure_id: str) -> Figure | None:
    """A figure, or one part of a figure (`gwp.use`) as a figure of its own."""
    for figure in FIGURES + ASIDE:
        if figure.id == figure_id:
            return figure
        for part in figure.parts:
            if f"{figure.id}.{part.name}" == figure_id:
                return Figure(figure_id, figure.unit, (replace(part, required=True, needs=()),))
    return None


@dataclass(frozen=True)
class Amount:
    """A value with its 5 - 95 % interval and its envelope, or why there is none.

    central: median of the draws of this very amount, which is what people read; medians of parts do not add up to
    that of their sum. at_factor_values: the exact arithmetic with every factor at its value; these do add up.
    """

    unit: str
    low: float | None = None
    central: float | None = None
    high: float | None = None
    at_factor_values: float | None = None
    envelope: tuple[float, float] | None = None
    missing: dict[str, str] | None = None
    covers: float = 0.0  # share of the electricity as read whose value is known
    parts: Mapping[str, "Amount"] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: unknown is null with its reason, never absent and never zero."""
        body: dict[str, Any] = {"low": self.low, "central": self.central, "high": self.high, "unit": self.unit}
        body["at_factor_values"] = self.at_factor_values
        if self.missing:
            body["missing"] = self.missing
        else:
            body["envelope"] = list(self.envelope or ())
            body["covers"] = self.covers
        return body | {name: part.as_dict() for name, part in self.parts.items()}


def amounts(cells: Sequence[Cell], figures: Iterable[Figure] = FIGURES + ASIDE) -> dict[str, Amount]:
    """Every figure over all cells together, shared factors taking one value at a time."""
    figures = tuple(figures)
    wanted = frozenset(r for f in figures for p in f.parts for r in p.results)
    picks = ("value", "low", "high", *(("draws",) if len(cells) > 1 else ()))  # of one cell, intervals are kept
    worlds = {pick: [values_of(cell, pick, wanted) for cell in cells] for pick in picks}
    weights = [energy_as_read(cell) for cell in cells]
    return {figure.id: _figure(figure, cells, worlds, weights) for figure in figures}


def known_result(part: Part, values: Mapping[str, Any]) -> str | None:
    """The result that gives a part its value in a cell."""
    for result in part.results:
        if values.get(result) is not None:
            return result
    return None


def asked(part: Part, cell: Cell) -> bool:
    """Does this part exist for this cell at all?"""
    for amount in part.needs:
        if cell.amounts.get(amount):
            return True
    return not part.needs


Worlds = Mapping[str, Sequence[Mapping[str, Any]]]


def _figure(figure: Figure, cells: Sequence[Cell], worlds: Worlds, weights: Sequence[float]) -> Amount:
    required = tuple(p for p in figure.parts if p.required)
    whole = [all(known_result(p, values) for p in required) for values in worlds["value"]]
    total = _sum(figure.unit, [figure.parts if ok else None for ok in whole], cells, worlds, weights)
    if total.central is None:
        total = replace(total, missing=_why(required, cells, worlds["value"]))
    if len(figure.parts) == 1:
        return total
    parts = {}
    for part in figure.parts:
        amount = _sum(figure.unit, [(part,)] * len(cells), cells, worlds, weights)
        parts[part.name] = (
            replace(amount, missing=_why((part,), cells, worlds["value"])) if amount.central is None else amount
        )
    return replace(total, parts=parts)


def _sum(
    unit: str, wanted: Sequence[Sequence[Part] | None], cells: Sequence[Cell], worlds: Worlds, weights: Sequence[float]
) -> Amount:
    """Sum over cells of the known ones among the wanted parts; None: the cell stays out and is not covered."""
    sums: dict[str, Any] = dict.fromkeys(worlds, 0.0)
    covered, applicable = 0.0, 0.0
    found: tuple[str, ...] = ()
    for index, cell in enumerate(cells):
        parts = wanted[index]
        there = [p for p in parts or () if asked(p, cell)]
        results = [r for r in (known_result(p, worlds["value"][index]) for p in there) if r]
        applicable += weights[index] if parts is None or there else 0.0
        if results:
            found = tuple(results)
            covered += weights[index]
            for pick, world in worlds.items():
                sums[pick] = sums[pick] + sum(world[index][r] for r in results)
    if not found:
        return Amount(unit)
    low, median, high = uncertainty.points(sums["draws"]) if "draws" in sums else points_of(cells[0], found)
    share, envelope = covered / applicable if applicable else 1.0, (float(sums["low"]), float(sums["high"]))
    return Amount(unit, low, median, high, float(sums["value"]), envelope, None, share)


def _why(parts: Sequence[Part], cells: Sequence[Cell], values: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The first reason met for which one of these parts is unknown."""
    reasons = (
        why_missing(part, cell)
        for cell, found in zip(cells, values, strict=True)
        for part in parts
        if asked(part, cell) and not known_result(part, found)
    )
    return sentences("missing", next((r for r in reasons if r), "not_asked" if cells else "no_activity"))


def why_missing(part: Part, cell: Cell) -> str | None:
    """Why a part of a cell has no value: the reason of the first input that is missing."""
    todo = list(part.results)
    while todo:
        name = todo.pop(0)
        if cell.values.get(name) is not None:
            continue
        bound = cell.bounds.get(name)
        if bound is not None and bound.missing:
            return bound.missing
        if name not in cell.amounts:
            todo = [*_applying(name, cell), *todo]  # a way to a quantity is followed to its end before the next
    return None


def _applying(name: str, cell: Cell) -> Sequence[str]:
    """Inputs of a quantity; of several ways to it, those that start from an amount of this cell, if any does."""
    inputs = inputs_of().get(name, ())
    if name not in ways():
        return inputs
    return [i for i in inputs if any(cell.amounts.get(below) for below in needed(frozenset({i})))] or inputs
