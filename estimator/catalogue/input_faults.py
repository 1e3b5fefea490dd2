"""Faults of one input, or of the rows of a table: which rules it breaks, what was read, and what is possible."""

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from estimator.catalogue.fault_rules import BY_CODE, NUMBERS, RULES, UNKEPT, Rule, Stated, Value
from estimator.catalogue.load import load
from estimator.catalogue.physical_limits import LIMITS
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import LANGUAGES, say
from estimator.core.number_format import exact_text

COUNTED = frozenset((*NUMBERS, *UNKEPT))


class Found(NamedTuple):
    """A fault of some rows: what was read in each, and the limits of what is possible [unit of the rule]."""

    code: str
    rows: Any
    read: Any
    low: Any
    high: Any

    @property
    def excess(self) -> Any:
        """How many times beyond the limit, of each row."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.read > self.high, self.read / self.high, self.low / self.read)

    @property
    def worst(self) -> tuple[float, float, float]:
        """(read, low, high) of the row that is furthest beyond."""
        at = int(np.argmax(self.excess))
        return float(self.read[at]), float(self.low[at]), float(self.high[at])


def faults(stated: Stated, rules: Iterable[Rule] = RULES) -> list[Found]:
    """The faults of one input or of rows, in the order of the rules."""
    found = []
    with np.errstate(all="ignore"):
        for rule in rules:
            value = rule.read(stated)
            finite = np.isfinite(value)  # what is not known, and a quotient by zero, break no rule
            if not np.count_nonzero(finite):
                continue
            told = np.where(finite, value, math.nan), rule.low(stated), rule.high(stated)
            if np.count_nonzero((told[0] < told[1]) | (told[0] > told[2])):
                read, low, high = (np.broadcast_to(one, stated.rows) for one in told)
                rows = np.flatnonzero((read < low) | (read > high))
                found.append(Found(rule.code, rows, read[rows], low[rows], high[rows]))
    return found


def breaks(code: str, values: Mapping[str, Value]) -> Value:
    """Whether these values, or those of each row, break one rule, by the limits of any card and meter."""
    rule = BY_CODE[code]
    with np.errstate(all="ignore"):
        stated = Stated({**LIMITS["device"](load(), None), **values})
        return (rule.read(stated) < rule.low(stated)) | (rule.read(stated) > rule.high(stated))


def of_one(values: Mapping[str, Any], catalogue: Catalogue) -> Stated:
    """One input, by the names NUMBERS, UNKEPT and TEXTS; others are ignored."""
    known = {name: np.float64(value) for name, value in values.items() if value is not None and name in COUNTED}
    return Stated({**known, **_limits(catalogue, *(values.get(name) for name in LIMITS))})


@lru_cache(maxsize=1024)
def _limits(catalogue: Catalogue, *texts: str | None) -> Mapping[str, Value]:
    """All limits of what one input can state, by its texts in the order of LIMITS."""
    found = (limits(catalogue, text) for limits, text in zip(LIMITS.values(), texts, strict=True))
    return {name: value for of_text in found for name, value in of_text.items()}


def of_table(table: Any, catalogue: Catalogue) -> Stated:
    """The rows of an Arrow table with those of the columns NUMBERS and TEXTS that are stated. What is the same in all
    is one number."""
    held = set(table.column_names)
    known: dict[str, Value] = {
        name: table[name].to_numpy().astype(float, copy=False)
        for name in NUMBERS
        if name in held and table[name].null_count < len(table)
    }
    for name, limits in LIMITS.items():
        if name not in held:
            known |= limits(catalogue, None)
            continue
        told = table[name].combine_chunks().dictionary_encode()
        found = [limits(catalogue, value) for value in (*told.dictionary.to_pylist(), None)]
        if told.null_count in (0, len(told)) and len(found) <= 2:
            known |= found[0]
            continue
        place = told.indices.fill_null(len(found) - 1).to_numpy()
        known |= {limit: np.array([one[limit] for one in found])[place] for limit in found[-1]}
    with np.errstate(all="ignore"):
        return Stated(known, len(table))


def facts(code: str, read: float, low: float, high: float) -> dict[str, dict[str, str]]:
    """What fills the sentence of a fault, in each language: what was read, and what is possible."""
    said: dict[str, dict[str, str]] = {"read": {}, "allowed": {}}
    for lang in LANGUAGES:
        told = [exact_text(v, BY_CODE[code].unit, lang) if math.isfinite(v) else "" for v in (read, low, high)]
        way = "whole" if code == "part_of_token" else "between" if low > 0 and told[2] else ""
        way = way or ("at_most" if told[2] else "at_least")
        said["read"][lang], said["allowed"][lang] = told[0], say("possible", way, lang, low=told[1], high=told[2])
    return said
