"""The steps of a calculation, in words and in numbers: of one group, or summed over several."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from estimator.assessment import uncertainty
from estimator.assessment.coefficients import COEFFICIENTS, Coefficient
from estimator.assessment.evaluation import (
    ActivityGroup,
    alternative_quantities,
    followed,
    inputs_of,
    the_system,
    values_of,
)
from estimator.assessment.expressions import Formula, Node, render
from estimator.assessment.impacts import ImpactIndicator, applies_to, is_counted, known_result
from estimator.catalogue.load import load
from estimator.catalogue.selection import SelectedFactor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, say
from estimator.core.fields import Strict
from estimator.core.number_format import spoken_numbers

WORDS = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ ", "**": " ^ "}
PLAIN = {"+": " + ", "-": " - ", "*": " * ", "/": " / ", "**": " ** ", "first_known_of": " | "}
OPENED_GROUPS = 3


class StepInput(Strict):
    """What a step reads: an amount, a factor or a result [unit]."""

    name: str
    value: float
    unit: str


class Step(Strict):
    """A formula or coefficient with its value at factor values and the 5 - 95 % interval of its draws [unit].

    formula: « fr », « en », « expression », and « numbers », the sum of those of each group, for three at most. inputs:
    those of a formula of one group. reference: of a formula, what it follows, by language.
    """

    name: str
    label: Mapping[str, str]
    formula: Mapping[str, str]
    unit: str
    value: float
    low: float
    high: float
    reference: Mapping[str, str] = {}
    inputs: tuple[StepInput, ...] = ()


class OpenedGroup(Strict):
    """One of the largest groups of a sum: its share of it [1] and its own steps."""

    share: float
    steps: tuple[Step, ...]


class EvaluatedGroup:
    """A group with the values and draws that these results of it need."""

    def __init__(self, group: ActivityGroup, results: Sequence[str]) -> None:
        self.group = group
        self.values = group.values
        self.results = results
        self.needed = followed(group, self.results)

    @cached_property
    def drawn(self) -> dict[str, Any]:
        return values_of(self.group, "draws")

    def factors(self) -> dict[str, SelectedFactor]:
        """The factors that the results are computed from."""
        return {name: bound for name, bound in self.group.bounds.items() if name in self.needed}

    @cached_property
    def _points(self) -> dict[str, tuple[float, ...]]:
        drawn = {name: values for name, values in self.drawn.items() if values is not None and name in self.needed}
        return dict(zip(drawn, uncertainty.points_of_each(list(drawn.values())), strict=True))

    def interval(self, result: str) -> tuple[float, float]:
        low, _, high = self._points[result]
        return low, high

    @property
    def size(self) -> float:
        return sum(float(self.values[r]) for r in self.results)


def results_of(group: ActivityGroup, figures: Iterable[ImpactIndicator], values: Mapping[str, Any]) -> list[str]:
    """Results that add up to these figures in a group."""
    parts = [p for f in figures if is_counted(f, group, values) for p in f.parts if applies_to(p, group)]
    return [r for r in dict.fromkeys(known_result(p, values) for p in parts) if r]


def steps_of(groups: Sequence[EvaluatedGroup], catalogue: Catalogue) -> tuple[Step, ...]:
    """Each formula with its value; over several groups, the sum of the values, with the inputs of each group."""
    alone = groups[0] if len(groups) == 1 else None
    steps = [_step(c, alone, catalogue) for c in COEFFICIENTS if alone and _is_shown(c.name, alone)]
    for item in the_system().formulas:
        having = [group for group in groups if _is_shown(item.name, group)]
        if having and not item.first_known_of:
            steps.append(_formula(item, having, alone, catalogue))
    return tuple(steps)


def groups_of(groups: Sequence[EvaluatedGroup], catalogue: Catalogue) -> tuple[OpenedGroup, ...]:
    """The largest groups of a sum with their share of it and their own steps. Empty for one group."""
    if len(groups) < 2:
        return ()
    whole = sum(group.size for group in groups)
    largest = sorted(groups, key=lambda group: -group.size)[:OPENED_GROUPS]
    return tuple(OpenedGroup(share=c.size / whole if whole else 0.0, steps=steps_of([c], catalogue)) for c in largest)


def _is_shown(name: str, group: EvaluatedGroup) -> bool:
    given = name in group.group.amounts or name in group.group.bounds
    return name in group.needed and not given and group.values.get(name) is not None


def _formula(
    item: Formula, groups: Sequence[EvaluatedGroup], alone: EvaluatedGroup | None, catalogue: Catalogue
) -> Step:
    if alone:
        step = _step(item, alone, catalogue)
        units = catalogue.quantities
        inputs = tuple(StepInput(name=i, value=alone.values[i], unit=units[i].unit) for i in item.inputs)
        return step.model_copy(update={"reference": references(item), "inputs": inputs})
    value = float(sum(group.values[item.name] for group in groups))
    ends = uncertainty.interval(sum(group.drawn[item.name] for group in groups))
    head = _head(item, groups, catalogue)
    if len(groups) <= OPENED_GROUPS:
        told = [_numbers(item, group) for group in groups]
        summed = told[0] if len(told) == 1 else " + ".join(f"({numbers})" for numbers in told)
        head["formula"] = {**head["formula"], "numbers": summed}
    return Step(value=value, low=ends.low, high=ends.high, reference=references(item), **head)


def references(item: Formula) -> dict[str, str]:
    """What a formula follows, a standard or a rule of ours, in each language."""
    return {lang: say("references", item.reference, lang) for lang in LANGUAGES}


def in_words(tree: Node, leaf: Callable[[str], str], lang: str) -> str:
    """A formula with the typographic signs and the numbers of a language."""
    signs = WORDS | {"first_known_of": say("formulas", "separator", lang) + say("formulas", "or_else", lang) + " "}
    return render(tree, leaf, lambda number: spoken_numbers(f"{number:g}", lang), signs)


def _taken(name: str, groups: Sequence[EvaluatedGroup]) -> tuple[str, ...]:
    """What gave the value of a quantity in these groups, a step or a factor: itself, or those of its alternatives."""
    found: dict[str, None] = {}
    for group in groups:
        one: str | None = name
        while one in alternative_quantities() and one not in group.group.amounts and one not in group.group.bounds:
            one = next((i for i in inputs_of()[one] if group.values.get(i) is not None), None)
        found[one or name] = None
    return tuple(found)


@cache
def _text(item: Formula | Coefficient, taken: tuple[tuple[str, ...], ...]) -> dict[str, str]:
    """A formula in words. taken: of each input, what gave its value."""
    quantities, of = load().quantities, dict(zip(item.inputs, taken, strict=True))

    def named(name: str, lang: str) -> str:
        labels = [quantities[one].label(lang) for one in of[name]]
        either = f" {say('formulas', 'either', lang)} "
        return labels[0] if len(labels) == 1 else f"({either.join(labels)})"

    def label(lang: str) -> str:
        return in_words(item.tree, lambda name: named(name, lang), lang)

    return {lang: label(lang) for lang in LANGUAGES} | {"expression": render(item.tree, str, "{:g}".format, PLAIN)}


def _step(item: Formula | Coefficient, group: EvaluatedGroup, catalogue: Catalogue) -> Step:
    """A formula or coefficient of one group, with its numbers."""
    head, (low, high) = _head(item, [group], catalogue), group.interval(item.name)
    head["formula"] = {**head["formula"], "numbers": _numbers(item, group)}
    return Step(value=group.values[item.name], low=low, high=high, **head)


def _numbers(item: Formula | Coefficient, group: EvaluatedGroup) -> str:
    return render(item.tree, lambda name: f"{group.values[name]:.15g}", "{:g}".format, WORDS)


def _head(item: Formula | Coefficient, groups: Sequence[EvaluatedGroup], catalogue: Catalogue) -> dict[str, Any]:
    quantity, taken = catalogue.quantities[item.name], tuple(_taken(name, groups) for name in item.inputs)
    label = {lang: quantity.label(lang) for lang in LANGUAGES}
    return {"name": item.name, "label": label, "formula": _text(item, taken), "unit": quantity.unit}
