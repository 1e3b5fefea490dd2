"""An amount as it may leave, and its ends: an interval that holds the one it is of, and tells no more than its central
value as told. Low and high are those that any amount told as this one may have: of this one, each would be one more
equation of what it is (decision 0128)."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from estimator.core.number_format import significant

KWH = "kWh"
KEPT = {KWH: 2}  # significant figures of an amount, by its unit; one of others
OF_RATIO = 2  # those of an amount over another that is told
ENDS = ("low", "central", "high")
INSIDE = Decimal("0.9")  # of half a place: under it, by less than what is told as it


class ToldSpan(NamedTuple):
    """An amount as it is told, and the lowest and the highest that are told so [its unit]."""

    value: float
    lowest: Decimal
    highest: Decimal


def told_amount(value: float, unit: str = "", least: float = 0.0, towards: str = ROUND_HALF_UP) -> float:
    """An amount [unit] to two significant figures for electricity, to one for another or where no unit is given; no
    finer than a rank [the same unit], but to one figure where it is less than half of that. towards: how decimal
    rounds; never to zero."""
    if not value:
        return value
    exact, one = _exact(value), place_of(value, 1, towards)
    told = exact.quantize(Decimal(1).scaleb(_told_place(value, unit, least, towards)), towards)
    return float(told or exact.quantize(Decimal(1).scaleb(one), towards))


def made_of(value: float, energy: float, told: float) -> float:
    """An amount as its ratio, rounded, to the electricity of the same sum [kWh] times that as it is told [kWh]."""
    return told * float(significant(value / energy, OF_RATIO))


def told_ends(
    amount: Mapping[str, Any], unit: str, least: float = 0.0, energy: float | None = None
) -> dict[str, float | None]:
    """The ends of an amount [unit], its central value rounded to the nearest, the others outwards: the lowest amount
    that is told as its central value, times the ratio of low to it, and the highest times that of high, both ratios
    rounded outwards. least, energy: as of `told_interval`."""
    rank, central = least if unit == KWH else 0.0, amount["central"]
    if not central:
        sides = {"low": ROUND_FLOOR, "high": ROUND_CEILING}
        outer = {name: amount[name] and told_amount(amount[name], unit, rank, side) for name, side in sides.items()}
        return outer | {"central": central}
    told = _told(central, unit, least, energy)

    def end(value: float | None, of: Decimal, towards: str) -> float | None:
        if not value:
            return value
        ratio = _exact(value) / _exact(central)
        place = ratio.adjusted() - OF_RATIO + (value <= central)  # 1.03 and 0.97 alike
        made = of * ratio.quantize(Decimal(1).scaleb(place), towards)
        return told_amount(float(made), unit, rank, towards)

    low, high = end(amount["low"], told.lowest, ROUND_FLOOR), end(amount["high"], told.highest, ROUND_CEILING)
    return {"low": low and min(low, told.value), "central": told.value, "high": high and max(high, told.value)}


def is_coarse(told: float, unit: str, least: float) -> bool:
    """Whether an amount [unit], as told, has fewer figures than documents print; least: as of `told_interval`."""
    return unit != KWH or bool(least) and place_of(told, KEPT[KWH]) < place_of(least, 1)


def place_of(value: float, figures: int, towards: str = ROUND_HALF_UP) -> int:
    """The place of the last of so many significant figures of an amount, rounded so: 1 of 340 to two."""
    first = significant(value, figures) if towards == ROUND_HALF_UP else _exact(value)
    return first.adjusted() - figures + 1


def _told_place(value: float, unit: str, least: float, towards: str = ROUND_HALF_UP) -> int:
    """The place to which an amount [unit] is told."""
    place = place_of(value, KEPT.get(unit, 1), towards)
    if not least or place >= (rank := _exact(least).adjusted()):
        return place
    return rank if value > least / 2 else place_of(value, 1, towards)


def _told(value: float, unit: str, least: float, energy: float | None) -> ToldSpan:
    """An amount [unit] as it is told; where its electricity is no finer than a rank, made of it as it is told."""
    if not (least and energy) or unit == KWH:
        rank = least if unit == KWH else 0.0
        told = told_amount(value, unit, rank)
        return ToldSpan(told, *_reach(told, unit, rank))
    beside = _told(energy, KWH, least, None)
    least_ratio, most_ratio = _reach(float(significant(value / energy, OF_RATIO)), KWH, 0.0)
    told = told_amount(made_of(value, energy, beside.value), unit)
    return ToldSpan(told, beside.lowest * least_ratio, beside.highest * most_ratio)


def _reach(told: float, unit: str, least: float) -> tuple[Decimal, Decimal]:
    """The lowest and the highest amounts [unit] that are told as this one: half a place away, and less under a power of
    ten, where places are finer: 9.95 and 10.5 of 10 to two figures."""
    above = Decimal(5).scaleb(_told_place(told, unit, least) - 1)
    under = float(_exact(told) - above * INSIDE)
    return _exact(told) - Decimal(5).scaleb(_told_place(under, unit, least) - 1), _exact(told) + above


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))
