"""Evaluation of an activity group: central values, bounds, draws and confidence intervals."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any

from estimator.assessment import coefficients, uncertainty
from estimator.assessment.equation_system import System, system
from estimator.assessment.equations import FORMULAS
from estimator.assessment.expressions import Node, names
from estimator.catalogue.default_subjects import NOT_DECLARED
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor
from estimator.catalogue.selection import SelectedFactor
from estimator.ledger.rows import COMPONENTS

MODELLED = frozenset(
    {"output_tokens", "media_outputs", "stated_uses", "working_hours", "stored_gb_years"}
)  # amounts without a reading
BILLED = "declared_site_energy"  # of machines and cooling together
SITE_PUE = "site_pue"  # the PUE of a host, where it divides the energy of its site
CELLS = 128  # sets of factors, of a model at a place, whose coefficients are kept


@dataclass(frozen=True)
class ActivityGroup:
    """Sums of activity data with the same selected factors, and these factors.

    amounts: quantity -> sum [unit of the dictionary]; an absent amount is unknown. part: which line of its use it is,
    where that has several.
    """

    amounts: Mapping[str, float]
    bounds: Mapping[str, SelectedFactor]
    part: str = ""

    @cached_property
    def values(self) -> dict[str, Any]:
        """Central values of every input, coefficient and result."""
        return values_of(self)

    def times(self, factor: float) -> "ActivityGroup":
        """The same activity, so many times."""
        extensive = {q.id for q in load().quantities.values() if q.extensive}
        told = {name: value * factor for name, value in self.amounts.items() if name in extensive and value}
        return replace(self, amounts={**self.amounts, **told})


@cache
def the_system() -> System:
    """The formulas of SobrIA, checked against the shipped dictionary of quantities."""
    quantities = load().quantities
    return system(
        FORMULAS, {q.id: q.unit for q in quantities.values()}, {q.id: q.extensive for q in quantities.values()}
    )


@cache
def factor_inputs() -> tuple[str, ...]:
    """Factor quantities that the formulas of the ledger read, directly or through a coefficient."""
    names = coefficients.below(the_system().inputs)
    return tuple(name for name in load().quantities if name in names and load().quantities[name].kind == "factor")


@cache
def base_signs() -> dict[str, int]:
    """Sign of each input, the same in every result: FormulaRefused is raised earlier otherwise."""
    signs: dict[str, int] = {}
    for result in the_system().signs.values():
        for name, sign in result.items():
            if signs.setdefault(name, sign) != sign:
                raise ValueError(f"{name} raises one result and lowers another: the envelope needs one run a result")
    return signs


@cache
def inputs_of() -> dict[str, tuple[str, ...]]:
    """Inputs of every formula and coefficient, by name."""
    return {f.name: f.inputs for f in the_system().formulas} | {c.name: c.inputs for c in coefficients.COEFFICIENTS}


@cache
def needed(results: frozenset[str]) -> frozenset[str]:
    """These results with all quantities that they depend on."""
    inputs = inputs_of()
    found: set[str] = set()
    todo = list(results)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(inputs.get(name, ()))
    return frozenset(found)


def followed(group: "ActivityGroup", results: Iterable[str]) -> frozenset[str]:
    """These results of a group with all quantities used: of several alternatives, the one that gave the value; of a
    product with an amount of zero, this one alone."""
    inputs, several = inputs_of(), alternative_quantities()
    zeros, trees = {name for name, amount in group.amounts.items() if amount == 0}, _trees()
    found: set[str] = set()
    todo = list(results)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            below = names(trees[name], zeros) if name in trees else inputs.get(name, ())
            below = () if name in group.amounts or name in group.bounds else below
            todo.extend([i for i in below if group.values.get(i) is not None][:1] if name in several else below)
    return frozenset(found)


@cache
def _trees() -> dict[str, Node]:
    """The expression of each formula without alternatives."""
    return {f.name: f.tree for f in the_system().formulas if not f.first_known_of}


@cache
def alternative_quantities() -> frozenset[str]:
    """Quantities with several alternative formulas."""
    return frozenset(f.name for f in the_system().formulas if f.first_known_of)


Choose = Callable[[str, Factor], Any]  # (quantity, its factor) -> the number or array to evaluate with


def values_of(group: ActivityGroup, statistic: str = "value", wanted: frozenset[str] | None = None) -> dict[str, Any]:
    """Inputs, coefficients and results of a group: all, or those that `wanted` depends on.

    statistic: "value", "draws", or "low" / "high" for the bound case that lowers / raises every result.
    """
    statistics: dict[str, Choose] = {
        "value": lambda _, item: item.value,
        "draws": lambda _, item: uncertainty.draw(item),
        "low": lambda name, item: bound_case(name, item, raised=False),
        "high": lambda name, item: bound_case(name, item, raised=True),
    }
    return evaluated(group, statistics[statistic], wanted)


def outcomes_of(group: ActivityGroup, wanted: frozenset[str]) -> dict[str, Any]:
    """The results that `wanted` depends on, evaluated once for all statistics: a number, or an array that
    `uncertainty.statistics` takes apart. Coefficients of a model at a place are kept from one request to another."""
    given, below = _coefficient_inputs(), _needed_by_formulas(wanted)
    zeros = frozenset(name for name, amount in group.amounts.items() if amount == 0)
    used = _used(wanted, frozenset(group.amounts), zeros)
    cell = tuple((name, b.factor) for name, b in group.bounds.items() if name in given and b.factor is not None)
    factors = {
        name: None if b.factor is None else _outcomes(name, b.factor) if name in used else b.factor.value
        for name, b in group.bounds.items()
        if name in below
    }
    return the_system().evaluate({**factors, **_coefficients(cell), **group.amounts}, below)


@cache
def _needed_by_formulas(wanted: frozenset[str]) -> frozenset[str]:
    """What these results depend on, without what coefficients alone are computed from."""
    return needed(wanted) - (_coefficient_inputs() - {*the_system().inputs})


@cache
def _used(wanted: frozenset[str], amounts: frozenset[str], zeros: frozenset[str]) -> frozenset[str]:
    """What these results are computed from where these amounts are known, but for what is only multiplied by one of
    zero: one number of it does for all its draws."""
    given = amounts | {name for name in the_system().inputs if load().quantities[name].kind != "activity"}
    trees, found = _trees(), set[str]()
    for item in the_system().reduced(given, wanted):
        found.update(names(trees[item.name], zeros) if item.name in trees else item.inputs)
    return frozenset(found)


def _outcomes(name: str, item: Factor) -> Any:
    return uncertainty.outcomes(item, _raises(name))


@cache
def _coefficient_inputs() -> frozenset[str]:
    """Factors that coefficients are computed from."""
    return coefficients.below([item.name for item in coefficients.COEFFICIENTS])


@lru_cache(maxsize=CELLS)
def _coefficients(cell: tuple[tuple[str, Factor], ...]) -> dict[str, Any]:
    """Outcomes of the coefficients of a set of factors that formulas read."""
    found = coefficients.evaluate({name: _outcomes(name, item) for name, item in cell})
    return {name: found[name] for name in the_system().inputs if name in found}


def bound_case(name: str, item: Factor, raised: bool) -> Any:
    """The bound of a factor that raises, or lowers, every result that depends on it."""
    return item.high if raised == _raises(name) else item.low


def evaluated(group: ActivityGroup, choose: Choose, wanted: frozenset[str] | None = None) -> dict[str, Any]:
    """Inputs, coefficients and results of a group, with the number or array that `choose` returns for each factor."""
    below = None if wanted is None else needed(wanted)
    factors: dict[str, Any] = {}
    for name, bound in group.bounds.items():
        if below is None or name in below:
            factors[name] = choose(name, bound.factor) if bound.factor is not None else None
    extra = coefficients.evaluate(factors, below)
    return extra | the_system().evaluate({**factors, **extra, **group.amounts}, below) | factors


@cache
def _raises(name: str) -> bool:
    """Whether a factor raises every result that it plays a part in. ValueError when it lowers another."""
    through = {
        found == (base_signs().get(c, 1) > 0) for c, found in coefficients.raises(name).items() if c in base_signs()
    }
    if name in base_signs():
        through.add(base_signs()[name] > 0)
    if len(through) > 1:
        raise ValueError(f"{name} raises one result and lowers another: the envelope needs one run a result")
    return through.pop() if through else True


def coverage_weight(group: ActivityGroup, values: Mapping[str, Any] | None = None) -> float:
    """Known electricity of the machines of a group, each factor at its value [kWh]: its weight in coverage shares.

    values: outcomes of its results, where they are known already. A site of unknown PUE weighs what it declares.
    """
    if "it_energy" in group.amounts:
        return group.amounts["it_energy"]
    if MODELLED & group.amounts.keys():
        found = group.values["it_energy"] if values is None else values["it_energy"]
        return float(uncertainty.statistics(found).value if found is not None else group.amounts.get(BILLED) or 0.0)
    return sum(group.amounts.get(f"{c}_energy", 0.0) for c in COMPONENTS)


def read_of_components(group: ActivityGroup) -> dict[str, float]:
    """Electricity of a group as it was read of each component, before any factor; that of a site, of other machines, is
    brought to them by the PUE, where it is known [kWh]."""
    billed = group.amounts.get(BILLED) or 0.0
    pue = group.bounds[SITE_PUE].factor if billed and SITE_PUE in group.bounds else None
    billed /= pue.value if pue and pue.value else 1.0
    found = {part: group.amounts.get(f"{part}_energy") or 0.0 for part in COMPONENTS}
    return found | {"other": found["other"] + billed}


def as_read(group: ActivityGroup) -> float:
    """Electricity of the machines of a group as it was read, before any factor [kWh]."""
    return sum(read_of_components(group).values())


def points_of(group: ActivityGroup, results: tuple[str, ...]) -> tuple[float, float, float]:
    """5 % point, median and 95 % point of the sum of results of a group."""
    drawn = values_of(group, "draws", frozenset(results))
    return uncertainty.points(sum(drawn[result] for result in results))


def why_unknown(result: str, group: ActivityGroup, values: Mapping[str, Any] | None = None) -> str | None:
    """Why a result of a group has no value: the reason of its first missing input. values: its results, if known."""
    values = group.values if values is None else values
    todo = [result]
    while todo:
        name = todo.pop(0)
        if values.get(name) is not None:
            continue
        bound = group.bounds.get(name)
        if bound is not None and bound.missing:
            return "nothing_stated" if bound.subject == NOT_DECLARED else bound.missing
        if name not in group.amounts:
            todo = [*_applying(name, group), *todo]  # depth first over the alternatives of a quantity
    return None


def _applying(name: str, group: ActivityGroup) -> Sequence[str]:
    """Inputs of a quantity; of several alternatives, those that start from an amount of this group, if any."""
    inputs = inputs_of().get(name, ())
    if name not in alternative_quantities():
        return inputs
    return [i for i in inputs if any(group.amounts.get(below) for below in needed(frozenset({i})))] or inputs
