"""Dimensions of a unit text: each impact is its own dimension, so carbon and antimony never add up."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

SYMBOLS = frozenset({"kWh", "MJ", "L", "kgCO2e", "kgSbeq", "h", "year", "GB", "s", "TFLOP", "1"})
HOURS_PER_YEAR = 8766.0  # 365.25 days, a conversion between two units of time, not a factor


@dataclass(frozen=True)
class Unit:
    """Powers of base symbols, sorted; empty for a plain number."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: "Unit") -> "Unit":
        return _unit(Counter(dict(self.powers)), other, 1)

    def __truediv__(self, other: "Unit") -> "Unit":
        return _unit(Counter(dict(self.powers)), other, -1)

    def __str__(self) -> str:
        above = [s if p == 1 else f"{s}^{p}" for s, p in self.powers if p > 0]
        below = [s if p == -1 else f"{s}^{-p}" for s, p in self.powers if p < 0]
        return "·".join(above or ["1"]) + "".join(f"/{s}" for s in below)


@cache
def parse(text: str) -> Unit:
    """Dimensions of a unit such as "kgCO2e/kWh" or "1". ValueError on a symbol that is not in SYMBOLS."""
    powers: Counter[str] = Counter()
    for sign, symbol in re.findall(r"(/?)([^/·]+)", text):
        if symbol not in SYMBOLS:
            raise ValueError(f"unit {text!r}: symbol {symbol!r} is not one of {', '.join(sorted(SYMBOLS))}")
        if symbol != "1":
            powers[symbol] += -1 if sign else 1
    return Unit(tuple(sorted((s, p) for s, p in powers.items() if p)))


def _unit(powers: Counter[str], other: Unit, sign: int) -> Unit:
    for symbol, power in other.powers:
        powers[symbol] += sign * power
    return Unit(tuple(sorted((s, p) for s, p in powers.items() if p)))
