"""Own measurements first: what a home measured of a model at a place, over what is computed of the same use."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from estimator.assessment.uncertainty import Z95
from estimator.catalogue.selection import SelectedFactor
from estimator.core.errors import sentences
from estimator.workloads.inference.residual import components
from estimator.workloads.inference.serving import computed

OF_TIME = ("token_time_", "card_time_")  # factors of hours, which no reading of electricity teaches


@dataclass(frozen=True)
class OwnMeasure:
    """IT electricity measured of a model at a host over that of its answers alone, computed at factor values [1].

    low, high: 5 and 95 % points for another use; runs: how many were measured, from the first day to the last. told:
    whether these may be said, which would be of the use that was measured: not in what others read.
    """

    model: str
    host: str
    runs: int
    low: float
    value: float
    high: float
    first_day: str
    last_day: str
    told: bool = True

    def said(self) -> dict[str, str]:
        """That an estimate starts from it: with how many runs and which days, or the years alone."""
        if self.told:
            days = {"first": self.first_day, "last": self.last_day}
            return sentences("served", "own_measures", runs=str(self.runs), **days)
        years = dict.fromkeys(day[:4] for day in (self.first_day, self.last_day))
        return sentences("served", "own_measures_of_years", years="-".join(years))

    def factor(self) -> SelectedFactor:
        """The ratio as a factor of the equations."""
        ends, name = (self.low, self.value, self.high), f"own_ratio/{self.model}/{self.host}"
        item = computed(f"{name}/{self.value:.9g}-{self.high:.9g}", "own_ratio", ends, "given", "-", drawn_as=name)
        return SelectedFactor("own_ratio", self.model, item)


Own = Mapping[tuple[str, str], OwnMeasure]  # by model of the catalogue and host


def own_from(rows: Iterable[Mapping[str, Any]]) -> Own:
    """Measures from the rows of their table."""
    found = (OwnMeasure(**row) for row in rows)
    return {(measure.model, measure.host): measure for measure in found}


def ratio_of(runs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """5 % point, value and 95 % point of measured over computed, from the (measured, computed) electricity of runs.

    The value is that of the sums. The variance of a run, around the others, is known beforehand as that of a repeated
    configuration and learned from the runs, which weigh one each; another use has it, and the mean has an nth of it.
    """
    measured, expected = (sum(column) for column in zip(*runs, strict=True))
    value, count = measured / expected, len(runs)
    known = components()["configuration"][0] ** 2 + components()["repeat"][0] ** 2
    seen = sum(math.log(kwh / other / value) ** 2 for kwh, other in runs)
    spread = math.sqrt((known + seen) / count * (1 + 1 / count))
    return value * math.exp(-Z95 * spread), value, value * math.exp(Z95 * spread)


def as_measured(bounds: Mapping[str, SelectedFactor], measure: OwnMeasure) -> dict[str, SelectedFactor]:
    """The factors of answers, those of electricity without doubt: the ratio of the measurements carries it all."""
    found = {name: bound if name.startswith(OF_TIME) else _settled(bound) for name, bound in bounds.items()}
    return found | {"own_ratio": measure.factor()}


def _settled(bound: SelectedFactor) -> SelectedFactor:
    item = bound.factor
    if item is None or item.low == item.high:
        return bound
    update = {"id": f"{item.id}/settled", "low": item.value, "high": item.value, "bounds_kind": "exact"}
    return replace(bound, factor=item.model_copy(update=update | {"bounds_rule": ""}))
