"""A value with its draws, and the trail of steps and factors that made it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from estimator.assessment import uncertainty as draws
from estimator.assessment.calculation_steps import PLAIN, WORDS
from estimator.assessment.explanation import describe
from estimator.assessment.expressions import Formula, render
from estimator.catalogue.selection import SelectedFactor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import words


class NotEstimable(Exception):
    """A figure that cannot be computed: the code of its reason, a key of [missing] or of [models]."""

    def __init__(self, code: str, sentences: dict[str, str] | None = None) -> None:
        self.code = code
        self.sentences = sentences
        super().__init__(code)


@dataclass(frozen=True)
class TracedValue:
    """A central value and its draws; one number where there is no doubt."""

    central: float
    draws: Any

    @property
    def exact(self) -> bool:
        return isinstance(self.draws, int | float)


def by_name(tables: Iterable[Any]) -> dict[str, Any]:
    """Rows by id and by quantity."""
    return {name: row for row in tables for name in (row.id, getattr(row, "quantity", row.id))}


@dataclass
class TracedCalculation:
    """How one figure came about, while it is being computed."""

    catalogue: Catalogue
    steps: list[dict[str, Any]] = field(default_factory=list)
    factors: dict[str, dict[str, Any]] = field(default_factory=dict)

    def given(self, value: float) -> TracedValue:
        """A number that the case states: exact."""
        return TracedValue(float(value), float(value))

    def factor(self, bound: SelectedFactor) -> TracedValue:
        """A factor with its draws. NotEstimable when there is none."""
        item = bound.factor
        if item is None or item.value is None:
            raise NotEstimable(bound.missing or "no_factor")
        self.factors.setdefault(item.id, describe(bound, bound.quantity, self.catalogue))
        return TracedValue(item.value, draws.draw(item))

    def factor_value(self, bound: SelectedFactor) -> TracedValue:
        """A value computed for this case alone, with its draws; what made it is told by `rows`."""
        item = bound.factor
        assert item is not None and item.value is not None
        return TracedValue(item.value, draws.draw(item))

    def rows(self, ids: Iterable[str], known: Mapping[str, Any]) -> None:
        """Rows of measured configurations and of the regression that a computation used, among those of `by_name`."""
        for key in ids:
            row = known.get(key)
            source = self.catalogue.sources.get(row.source) if row else None
            body: dict[str, Any] = {"id": key, "quantity": "token_energy", "locator": row.locator if row else ""}
            body["source"] = {n: source.shown[n] for n in ("id", "title", "url", "licence")} if source else {}
            self.factors.setdefault(key, body)

    def times(self, name: str, value: TracedValue, count: float) -> TracedValue:
        """One thing's value, as many times as there are of them."""
        found = TracedValue(value.central * count, value.draws * count)
        return self._step(name, {"expression": "*", "numbers": f"{value.central:.6g} × {count:g}"}, "kWh", found)

    def coefficient(self, name: str, function: Callable[[Any], Any], value: TracedValue) -> TracedValue:
        """An ordinary function of one value, as a step."""
        found = TracedValue(function(value.central), function(value.draws))
        return self._step(name, {"expression": name, "numbers": f"{found.central:.6g}"}, "", found)

    def apply(self, formula: Formula, **inputs: TracedValue) -> TracedValue:
        """A formula over central values and draws, as a step. NotEstimable where it divides by zero."""
        try:
            central = float(formula(**{name: value.central for name, value in inputs.items()}))
        except ZeroDivisionError as error:
            raise NotEstimable("out_of_range") from error
        found = TracedValue(central, formula(**{name: value.draws for name, value in inputs.items()}))
        numbers = render(formula.tree, lambda name: f"{inputs[name].central:.6g}", "{:g}".format, WORDS)
        text = {"expression": render(formula.tree, str, "{:g}".format, PLAIN), "numbers": numbers}
        return self._step(formula.name, text, str(formula.unit), found)

    def add(self, name: str, *values: TracedValue) -> TracedValue:
        """The sum of values of one unit, as a step when there are several."""
        if len(values) == 1:
            return values[0]
        found = TracedValue(sum(v.central for v in values), sum(v.draws for v in values))
        numbers = " + ".join(f"{v.central:.6g}" for v in values)
        return self._step(name, {"expression": name, "numbers": numbers}, "", found)

    def share(self, value: TracedValue, divisor: float) -> TracedValue:
        """A total brought to the unit asked for."""
        found = TracedValue(value.central / divisor, value.draws / divisor)
        return self._step("shared_out", {"expression": "/", "numbers": f"{value.central:.6g} ÷ {divisor:g}"}, "", found)

    def _step(self, name: str, text: dict[str, str], unit: str, value: TracedValue) -> TracedValue:
        low, high = draws.interval(value.draws)
        body = {"name": name, "label": self._label(name), "formula": text, "unit": unit}
        self.steps.append(body | {"low": low, "value": value.central, "high": high})
        return value

    def _label(self, name: str) -> dict[str, str]:
        found = self.catalogue.quantities.get(name)
        if found is not None:
            return {lang: found.label(lang) for lang in ("fr", "en")}
        return {lang: words(lang)["workload_steps"][name] for lang in ("fr", "en")}
