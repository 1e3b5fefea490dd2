"""The steps of a computation, in words and in numbers: of one cell, or summed over many."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.coefficients import COEFFICIENTS
from estimator.assessment.evaluation import Cell, followed, points_of, the_system, values_of
from estimator.assessment.expressions import Formula, render
from estimator.assessment.impacts import Figure, asked, known_result
from estimator.catalogue.tables import Catalogue, load

WORDS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ ", "either": " ; sinon "}
PLAIN = {"+": " + ", "-": " - ", "*": " * ", "/": " / ", "either": " | "}
OPENED_GROUPS = 3


class Opened:
    """A cell with the values and draws that figures need of it."""

    def __init__(self, cell: Cell, figures: Sequence[Figure]) -> None:
        self.cell = cell
        self.values = cell.values
        self.results = results_of(cell, figures, self.values)
        self.needed = followed(cell, self.results)

    @cached_property
    def drawn(self) -> dict[str, Any]:
        return values_of(self.cell, "draws")

    def interval(self, result: str) -> tuple[float, float]:
        low, _, high = points_of(self.cell, (result,))
        return low, high

    @property
    def size(self) -> float:
        return sum(float(self.values[r]) for r in self.results)


def results_of(cell: Cell, figures: Iterable[Figure], values: Mapping[str, Any]) -> list[str]:
    """Results that make these figures in a cell."""
    parts = [p for f in figures for p in f.parts if asked(p, cell)]
    return [r for r in dict.fromkeys(known_result(p, values) for p in parts) if r]


def steps_of(cells: Sequence[Opened], catalogue: Catalogue) -> list[dict[str, Any]]:
    """Each formula with its value; over several cells, the sum of the values, numbers being those of the groups."""
    alone = cells[0] if len(cells) == 1 else None
    steps = [_coefficient(c.name, alone, catalogue) for c in COEFFICIENTS if alone and _shown(c.name, alone)]
    for item in the_system().formulas:
        having = [cell for cell in cells if _shown(item.name, cell)]
        if having and not item.either:
            steps.append(_formula(item, having, alone, catalogue))
    return steps


def groups_of(cells: Sequence[Opened], catalogue: Catalogue) -> list[dict[str, Any]]:
    """The largest groups of a sum, opened: their share of it, and their own steps. Empty for one cell."""
    if len(cells) < 2:
        return []
    whole = sum(cell.size for cell in cells)
    largest = sorted(cells, key=lambda cell: -cell.size)[:OPENED_GROUPS]
    return [{"share": c.size / whole if whole else 0.0, "steps": steps_of([c], catalogue)} for c in largest]


def _shown(name: str, cell: Opened) -> bool:
    given = name in cell.cell.amounts or name in cell.cell.bounds
    return name in cell.needed and not given and cell.values.get(name) is not None


def _formula(item: Formula, cells: Sequence[Opened], alone: Opened | None, catalogue: Catalogue) -> dict[str, Any]:
    text = dict(_text(item))
    if alone:
        text["numbers"] = render(item.tree, lambda name: f"{alone.values[name]:.6g}", "{:g}".format, WORDS)
    value = float(sum(cell.values[item.name] for cell in cells))
    low, high = (
        alone.interval(item.name) if alone else uncertainty.interval(sum(cell.drawn[item.name] for cell in cells))
    )
    step = _head(item.name, text, catalogue) | {"value": value, "low": low, "high": high, "reference": item.reference}
    if alone:
        units = catalogue.quantities
        step["inputs"] = [{"name": i, "value": alone.values[i], "unit": units[i].unit} for i in item.inputs]
    return step


@cache
def _text(item: Formula) -> dict[str, str]:
    quantities = load().quantities

    def label(lang: str) -> str:
        return render(item.tree, lambda name: quantities[name].label(lang), "{:g}".format, WORDS)

    return {"fr": label("fr"), "en": label("en"), "expression": render(item.tree, str, "{:g}".format, PLAIN)}


@cache
def _coefficient_text(name: str) -> dict[str, str]:
    item, quantities = next(c for c in COEFFICIENTS if c.name == name), load().quantities

    def label(lang: str) -> str:
        return re.sub(r"[a-z_]{3,}", lambda m: quantities[m.group()].label(lang), item.text)

    return {"fr": label("fr"), "en": label("en"), "expression": item.text}


def _coefficient(name: str, cell: Opened, catalogue: Catalogue) -> dict[str, Any]:
    text = dict(_coefficient_text(name))
    text["numbers"] = re.sub(r"[a-z_]{3,}", lambda m: f"{cell.values[m.group()]:.6g}", text["expression"])
    low, high = cell.interval(name)
    return _head(name, text, catalogue) | {"value": cell.values[name], "low": low, "high": high}


def _head(name: str, text: Mapping[str, str], catalogue: Catalogue) -> dict[str, Any]:
    quantity = catalogue.quantities[name]
    label = {"fr": quantity.label_fr, "en": quantity.label_en}
    return {"name": name, "label": label, "formula": dict(text), "unit": quantity.unit}
