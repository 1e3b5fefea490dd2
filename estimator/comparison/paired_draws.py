"""Paired evaluation of two lists of groups: a shared factor takes the same value in both, in draws and bound cases."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from estimator.assessment import uncertainty
from estimator.assessment.evaluation import ActivityGroup, Choose, bound_case, evaluated, followed, needed, why_unknown
from estimator.assessment.impacts import Contribution, ImpactIndicator, applies_to, known_result
from estimator.assessment.sensitivity import tornado, variance_shares
from estimator.catalogue.schema import Factor
from estimator.comparison.verdict_rules import FAR, ROUNDING, OptionPair

if TYPE_CHECKING:
    from estimator.assessment.uncertainty import Array

# one row a bound case: are the shared factors, those of A only, those of B only at the bound that raises?
CORNERS = tuple((bool(i & 1), bool(i & 2), bool(i & 4)) for i in range(8))


class UnknownPart(NamedTuple):
    """A part without a value: why (a code), the subjects whose factor is missing, the amounts that it starts from."""

    why: str
    subjects: frozenset[str]
    amounts: tuple[float, ...]

    def like(self, other: "UnknownPart") -> bool:
        """Whether both are of the same subjects, in amounts less than 1.1 apart."""
        pairs = ((min(two), max(two)) for two in zip(self.amounts, other.amounts, strict=True))
        return self.subjects == other.subjects and all(high < FAR * low or not high for low, high in pairs)


class Side:
    """An option's groups, with the sum of each figure. of: the groups that a figure is of, where it is not of all."""

    def __init__(
        self,
        groups: Sequence[ActivityGroup],
        of: Callable[[ImpactIndicator], Sequence[ActivityGroup]] | None = None,
    ) -> None:
        self.groups, self._of = tuple(groups), of
        self._groups: dict[str, Sequence[ActivityGroup]] = {}
        self._draws: dict[str, Any] = {}
        self._medians: dict[str, float | None] = {}

    def groups_of(self, figure: ImpactIndicator) -> Sequence[ActivityGroup]:
        """The groups that a figure is of."""
        if figure.id not in self._groups:
            self._groups[figure.id] = self._of(figure) if self._of else self.groups
        return self._groups[figure.id]

    def results(self, figure: ImpactIndicator) -> list[tuple[ActivityGroup, list[str]]]:
        """Each group with its results that add up to the figure; a group without a required part is left out."""
        found = []
        for group in self.groups_of(figure):
            parts = [(part, known_result(part, group.values)) for part in figure.parts if applies_to(part, group)]
            if all(name for part, name in parts if part.required):
                found.append((group, [name for _, name in parts if name]))
        return [(group, names) for group, names in found if names]

    def lacking(self, figure: ImpactIndicator) -> dict[Contribution, UnknownPart]:
        """Parts of the figure that apply to a group and have no value there."""
        found = {}
        for part in figure.parts:
            groups = [g for g in self.groups_of(figure) if applies_to(part, g) and not known_result(part, g.values)]
            if groups:
                why = next(
                    (why for why in (why_unknown(part.results[0], group) for group in groups) if why), "not_asked"
                )
                inputs = needed(frozenset(part.results))
                bounds = (bound for group in groups for name, bound in group.bounds.items() if name in inputs)
                subjects = frozenset(bound.subject for bound in bounds if bound.missing)
                sums = (math.fsum(group.amounts.get(need) or 0.0 for group in groups) for need in part.needs)
                found[part] = UnknownPart(why, subjects, tuple(sums))
        return found

    def total(self, figure: ImpactIndicator, choose: Choose) -> Any:
        """The figure over all groups, with `choose` for each factor; None when no part is known."""
        pairs = self.results(figure)
        if not pairs:
            return None
        return sum(_sum(evaluated(group, choose, frozenset(names)), names) for group, names in pairs)

    def at_factor_values(self, figure: ImpactIndicator) -> float | None:
        """The figure at factor values; None when no part is known."""
        pairs = self.results(figure)
        return float(sum(_sum(group.values, names) for group, names in pairs)) if pairs else None

    def central(self, figure: ImpactIndicator) -> float | None:
        """The median of the draws of the figure, as printed."""
        if figure.id not in self._medians:
            drawn = self.drawn(figure)
            self._medians[figure.id] = None if drawn is None else uncertainty.points(drawn)[1]
        return self._medians[figure.id]

    def drawn(self, figure: ImpactIndicator) -> "Array | float | None":
        """Draws of the figure, cached."""
        if figure.id not in self._draws:
            self._draws[figure.id] = self.total(figure, lambda _, item: uncertainty.draw(item))
        return self._draws[figure.id]  # type: ignore[no-any-return]

    def factors(self, figure: ImpactIndicator) -> dict[str, tuple[str, Factor]]:
        """Factors of the figure: id -> (quantity, factor)."""
        found: dict[str, tuple[str, Factor]] = {}
        for group, names in self.results(figure):
            used = followed(group, names)
            for name, bound in group.bounds.items():
                if bound.factor is not None and name in used:
                    found.setdefault(bound.factor.id, (name, bound.factor))
        return found


@dataclass(frozen=True)
class PairedSides:
    """Sides A and B on one figure."""

    a: Side
    b: Side
    figure: ImpactIndicator

    def pair(self) -> OptionPair:
        """Draws, bound cases and values at factor values, input of a verdict."""
        a, b = self.a.at_factor_values(self.figure), self.b.at_factor_values(self.figure)
        return OptionPair(self.a.drawn(self.figure), self.b.drawn(self.figure), a, b, self._corners(a is None))

    def _corners(self, unknown: bool) -> list[tuple[float, float]]:
        if unknown or not self.b.results(self.figure):
            return []
        import numpy as np

        raised = {kind: np.array([picks[index] for picks in CORNERS]) for index, kind in enumerate(("both", "a", "b"))}

        def choose(name: str, item: Factor) -> Any:
            if item.low == item.high:
                return item.value
            low, high = bound_case(name, item, raised=False), bound_case(name, item, raised=True)
            return np.where(raised[self._kind(item)], high, low)

        ends = [np.broadcast_to(side.total(self.figure, choose), (len(CORNERS),)) for side in (self.a, self.b)]
        return [(float(a), float(b)) for a, b in zip(*ends, strict=True)]

    def _kind(self, item: Factor) -> str:
        """Whether a factor is shared by both sides (itself, its draws or its correlation group) or belongs to one."""
        in_a, in_b = (item.doubt in names or item.correlation_group in groups for names, groups in self._draw_keys)
        return "both" if in_a and in_b else "a" if in_a else "b"

    @cached_property
    def _draw_keys(self) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
        sides = [side.factors(self.figure) for side in (self.a, self.b)]
        return tuple(
            (
                frozenset(item.doubt for _, item in f.values()),
                frozenset(item.correlation_group for _, item in f.values() if item.correlation_group),
            )
            for f in sides
        )

    def _factors(self) -> dict[str, Factor]:
        both = self.a.factors(self.figure) | self.b.factors(self.figure)
        return {key: item for key, (_, item) in both.items() if item.low != item.high}

    def doubts(self) -> list[Factor]:
        """The uncertain factors of both sides; of those with the same draws, the first."""
        found: dict[str, Factor] = {}
        for item in self._factors().values():
            found.setdefault(item.doubt, item)
        return list(found.values())

    def matters(self) -> dict[str, float]:
        """Variance share of each factor in the ratio, largest first; factors with the same draws are counted
        once, under the first of them."""
        import numpy as np

        a, b = self.a.drawn(self.figure), self.b.drawn(self.figure)
        if a is None or b is None or not np.all(np.asarray(a) > 0) or not np.all(np.asarray(b) > 0):
            return {}
        ratio = np.log(np.asarray(b)) - np.log(np.asarray(a))
        if np.ptp(ratio) < ROUNDING:  # all that is uncertain is the same on both sides
            return {}
        drawn = {item.id: uncertainty.draw(item) for item in self.doubts()}
        found = variance_shares(ratio, drawn)
        return dict(sorted(found.items(), key=lambda entry: -entry[1]))

    def tornado(self) -> dict[str, tuple[float, float]]:
        """The ratio B/A with each factor alone at its low, then at its high bound, widest first."""
        if not self.ratio({}):
            return {}
        ends = {key: (item.low, item.value, item.high) for key, item in self._factors().items()}
        known: Any = {key: end for key, end in ends.items() if None not in end}
        return tornado(lambda moved: self.ratio(moved) or 0.0, known)

    def ratio(self, moved: Mapping[str, float]) -> float | None:
        """B/A at factor values but for the factors changed; None when undefined."""

        def choose(_: str, item: Factor) -> Any:
            return moved.get(item.id, item.value)

        a, b = self.a.total(self.figure, choose), self.b.total(self.figure, choose)
        return None if not a or b is None else float(b / a)


def _sum(values: Mapping[str, Any], names: Sequence[str]) -> Any:
    return sum(values[name] for name in names)
