"""Rounding to one decimal place with printed numbers that still add up exactly."""

import math
from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

from estimator.core.number_format import DisplayUnit, tick_text, with_unit

FIGURES = 3  # of the largest number: one more than of an amount, for its parts


def adding_up(start: float, parts: Mapping[str, float], worth: Decimal) -> tuple[Decimal, dict[str, Decimal], Decimal]:
    """Start, parts and their sum, in steps of `worth` [unit of the numbers], rounded so that they add up exactly.

    All are floored to the same place; the missing units go to those with the largest remainders.
    """
    exact = {name: Decimal(repr(value)) / worth for name, value in {"": start, **parts}.items()}
    whole = Decimal(repr(math.fsum((start, *parts.values())))) / worth
    largest = max(abs(value) for value in (*exact.values(), whole))
    place = Decimal(1).scaleb(largest.adjusted() - FIGURES + 1) if largest else Decimal(1)
    shown = {name: value.quantize(place, ROUND_FLOOR) for name, value in exact.items()}
    total = whole.quantize(place)
    lacking = int((total - sum(shown.values())) / place)
    for name in sorted(exact, key=lambda name: shown[name] - exact[name])[:lacking]:
        shown[name] += place
    return shown.pop(""), shown, total


def rounded_text(value: Decimal, step: DisplayUnit, lang: str, signed: bool = False) -> str:
    """One of these in words; signed: of a part, with its sign."""
    sign = ("+\u00a0" if value > 0 else "\u2212\u00a0" if value < 0 else "") if signed else ""
    return with_unit(sign + tick_text(float(abs(value) * step.worth), step, lang), step)
