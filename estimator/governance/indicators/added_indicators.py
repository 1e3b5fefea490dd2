"""Indicators that other packages compute, each from one of our footprints, whose cover and proof it has."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import isfinite
from types import FunctionType
from typing import Any, NamedTuple

from estimator.assessment.impacts import Amount, figure_named
from estimator.catalogue.schema import PROOFS
from estimator.core.interval import Interval
from estimator.core.plug_ins import PlugIn, PlugInRefused, foreign, plug_ins, refuse
from estimator.governance.indicator_list import FOOTPRINTS, INDICATORS


class AddedIndicator(NamedTuple):
    """An indicator: its name and its source in both languages, the footprint it is computed from, its unit."""

    who: PlugIn
    label: Mapping[str, str]
    source: Mapping[str, str]
    of: str
    unit: str
    compute: Callable[[Interval], Interval]

    def value(self, figure: Interval) -> Amount:
        """Its amount for an amount of the footprint [unit]; unknown where that is, or where its package fails."""
        if not figure.known:
            return Amount(unit=self.unit, missing=figure.missing)
        try:
            with foreign(self.who, self.of):
                found = self.compute(Interval.of(figure.ends, figure.unit))
                if not isinstance(found, Interval):
                    raise self.who.refusal(
                        "plug_in_type", what="compute", read=type(found).__name__, expected="Interval"
                    )
                low, central, high = found.ends
                if not (isfinite(low) and isfinite(high) and low <= central <= high):
                    raise self.who.refusal(
                        "plug_in_type", what="compute", read=tuple(found.ends), expected="low ≤ central ≤ high"
                    )
        except PlugInRefused as error:
            refuse(self.who, error)
            return Amount(unit=self.unit, missing=error.as_dict())
        covers = figure.covers if isinstance(figure, Amount) else 1.0
        untold = ("covers",) if covers is None else ()
        return Amount(unit=self.unit, low=low, central=central, high=high, covers=covers, untold=untold)


@cache
def added_indicators() -> tuple[AddedIndicator, ...]:
    """Those that other packages declare, under names that none of ours has."""
    return tuple(plug_ins("sobria.indicators", {entry.id for entry in INDICATORS}, _indicator).values())


def _indicator(who: PlugIn, declared: Mapping[str, Any]) -> AddedIndicator:
    of, unit = who.wanted(declared, "of", str), who.wanted(declared, "unit", str)
    if of not in FOOTPRINTS:
        raise who.refusal("plug_in_type", what="of", read=of, expected=", ".join(FOOTPRINTS))
    compute = who.wanted(declared, "compute", FunctionType)
    return AddedIndicator(who, who.label(declared), who.label(declared, "source"), of, unit, compute)


def computed(
    figures: Mapping[str, Interval],
    proofs: Mapping[str, Mapping[str, float | None]],
    asked: Sequence[AddedIndicator] | None = None,
) -> list[dict[str, Any]]:
    """[{"id", "label", "of", "plug_in", "source", "value", "proof"}] for footprints and the shares of each by proof,
    unknown where there is none; of these indicators, else of all."""
    return [
        {
            "id": one.who.name,
            "label": one.label,
            "of": one.of,
            "plug_in": str(one.who),
            "source": one.source,
            "value": one.value(figures[one.of]),
            "proof": _known(proofs.get(one.of, {})),
        }
        for one in (added_indicators() if asked is None else asked)
    ]


def _known(proof: Mapping[str, float | None]) -> Mapping[str, float | None]:
    return proof if any(proof.values()) else dict.fromkeys(PROOFS)


def added_indicator(number: str) -> AddedIndicator | None:
    """That of a number `total.NAME`, where it is none of ours."""
    kind, _, named = number.partition(".")
    if kind != "total" or figure_named(named):
        return None
    return next((one for one in added_indicators() if one.who.name == named), None)
