"""The faults of the rows that count, by the rules of the catalogue: each rule is read once, as SQL over all rows."""

import math
import re
from collections.abc import Callable, Mapping, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from estimator.builds.alike_rows import SUMMED
from estimator.catalogue.fault_rules import NUMBERS, RULES, TEXTS, Stated
from estimator.catalogue.physical_limits import LIMITS
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB

OF_ITS_PLACE = ("grid_of_zone", "declared_gases")  # emissions by the place that the file names, not by another
FIGURES = ("read_value", "low", "high", "excess")
_FAULT = "STRUCT(code VARCHAR, read_value DOUBLE, low DOUBLE, high DOUBLE, excess DOUBLE)"
# What a rule does with numbers, as SQL where NULL is not known; a quotient by zero is not known either.
_NUMBERS: Mapping[Callable[..., Any], str] = {
    **{np.add: "({0} + {1})", np.subtract: "({0} - {1})", np.multiply: "({0} * {1})"},
    **{np.true_divide: "({0} / NULLIF({1}, 0))", np.fmax: "GREATEST({0}, {1})", np.fmin: "LEAST({0}, {1})"},
    np.maximum: "CASE WHEN {0} IS NOT NULL AND {1} IS NOT NULL THEN GREATEST({0}, {1}) END",
    **{np.where: "CASE WHEN {0} THEN {1} ELSE {2} END", np.nan_to_num: "COALESCE({0}, {nan})"},
    np.round: "ROUND_EVEN({0}, 0)",
}
_TRUTHS: Mapping[Callable[..., Any], str] = {
    **{np.less: "({0} < {1})", np.greater: "({0} > {1})", np.greater_equal: "({0} >= {1})", np.equal: "({0} = {1})"},
    **{np.not_equal: "({0} IS DISTINCT FROM {1})", np.isnan: "({0} IS NULL)", np.invert: "(NOT {0})"},
    **dict.fromkeys((np.bitwise_and, np.logical_and), "({0} AND {1})"),
}
# Numbers of which a limit reads more than a sum tells: whether cards read something is the same of all rows of one, and
# a limit that only holds from some hours of a machine on holds of their sum where it holds of one.
_OF_EACH = re.compile("|".join(sorted(SUMMED - {"gpu_energy_kwh", "machine_hours"})))
_LEAVES = {np.add: 0.0, np.bitwise_and: True, np.logical_and: True}  # the other as it is


class Says(NamedTuple):
    """What rows may say: each text that limits them, by its column (None: nothing); the checks of their files; and the
    columns that each of them states."""

    texts: Mapping[str, Set[str | None]]
    checks: Set[str] = frozenset()
    every: Set[str] = frozenset()


class _Column(NDArrayOperatorsMixin):
    """A number of each row, or a truth, as SQL: what a rule makes of it is SQL too, and nan where no row states it.
    every: whether each row states it."""

    def __init__(self, sql: str, truth: bool = False, every: bool = False) -> None:
        self.sql, self.number = sql, f"CASE WHEN {sql} THEN 1.0::DOUBLE ELSE 0 END" if truth else sql
        self.every = every

    def __array_ufunc__(self, done: Callable[..., Any], _: str, *values: Any) -> Any:
        constants = [math.nan if isinstance(value, _Column) else float(value) for value in values]
        if done in _LEAVES and _LEAVES[done] in constants:
            return values[1 - constants.index(_LEAVES[done])]
        if done in _LEAVES and isinstance(_LEAVES[done], bool) and 0.0 in constants:
            return np.False_
        if done is np.isnan and values[0].every:
            return np.False_
        unknown = [_unknown(value) for value in values]
        if any(unknown) and done in (np.fmax, np.fmin):
            return values[unknown.index(False)]
        if done in _TRUTHS:
            return _Column(_TRUTHS[done].format(*map(_sql, values)), truth=True)
        every = done in (np.add, np.subtract, np.multiply) and all(map(_every, values))
        return math.nan if any(unknown) else _Column(_NUMBERS[done].format(*map(_number, values)), every=every)

    def __array_function__(self, done: Callable[..., Any], _: Any, values: Any, named: Mapping[str, Any]) -> Any:
        if done is np.where and not isinstance(values[0], _Column):
            return values[1 if values[0] else 2]
        if done is np.where and all(map(_unknown, values[1:])):
            return math.nan
        return _Column(
            _NUMBERS[done].format(*map(_sql, values), **{name: _sql(value) for name, value in named.items()})
        )


def _every(value: Any) -> bool:
    return value.every if isinstance(value, _Column) else not math.isnan(value)


def _unknown(value: Any) -> bool:
    return not isinstance(value, _Column) and math.isnan(value)


def _sql(value: Any) -> str:
    if isinstance(value, _Column):
        return value.sql
    return "NULL::DOUBLE" if math.isnan(value) else f"'{float(value)!r}'::DOUBLE"


def _number(value: Any) -> str:
    return value.number if isinstance(value, _Column) else _sql(value)


class _Read(NamedTuple):
    """What a rule reads of a row and its limits, as SQL; `held`: where else it is held against them."""

    place: int
    code: str
    read: str
    low: str
    high: str
    held: str


def _reads(engine: DuckDB, catalogue: Catalogue, unstated: Set[str], says: Says | None) -> tuple[list[_Read], str]:
    """The rules that read something of rows, and SQL that joins to them what they are limited by."""
    limits, joins = _limits(engine, catalogue, (says or _says(engine)).texts)
    every = says.every - {"site_energy_kwh"} if says else frozenset[str]()  # of a machine that was read, it is left out
    held = {name: _Column(name, every=name in every) for name in NUMBERS if name not in unstated}
    stated, found = Stated({**held, **limits}), list[_Read]()
    for place, rule in enumerate(RULES):
        with np.errstate(all="ignore"):
            read, low, high = rule.read(stated), rule.low(stated), rule.high(stated)
        where = " AND zone_from IN ('trace', 'unknown')" if rule.code in OF_ITS_PLACE else ""
        if not _unknown(read) and not (_unknown(low) and _unknown(high)):
            found.append(_Read(place, rule.code, _sql(read), _sql(low), _sql(high), where))
    return found, joins


def faulted(
    engine: DuckDB, catalogue: Catalogue, unstated: Set[str], says: Says | None = None, listed: bool = True
) -> str:
    """SQL of the runs, whether each is `faulty`, and its `faults`, each with what was read, its limits, and how far it
    is beyond; NULL where there is none. unstated: columns of no run; says: all that runs may say of what limits them,
    where that is known; listed: whether faults are told, which are long to plan."""
    reads, joins = _reads(engine, catalogue, unstated, says)
    broken, told, columns = ["FALSE"], [f"NULL::{_FAULT}"], list[str]()
    for place, code, *sides, held in reads:
        names = [f"{name}_{place}" for name in ("read", "low", "high")]
        columns += [f", {side} AS {name}" for side, name in zip(sides, names, strict=True)]
        beyond = " OR ".join(
            f"{names[0]} {than} {name}"
            for than, name, side in zip("<>", names[1:], sides[1:], strict=True)
            if "inf" not in side
        )
        broken.append(f"(({beyond}) AND ISFINITE({names[0]}){held})")
        excess = "CASE WHEN {0} > {2} THEN {0} / {2} ELSE {1} / {0} END".format(*names)
        figures = (
            f"{name} := CASE WHEN ISFINITE({value}) THEN {value} END"
            for name, value in zip(FIGURES, (*names, excess), strict=True)
        )
        told.append(f"CASE WHEN {broken[-1]} THEN STRUCT_PACK(code := '{code}', {', '.join(figures)}) END")
    faulty = f"SELECT *, {' OR '.join(broken)} AS faulty FROM (SELECT runs.*{''.join(columns)} FROM runs{joins})"
    faults = f"CASE WHEN faulty THEN LIST_FILTER([{', '.join(told)}], lambda fault: fault IS NOT NULL) END"
    return f"SELECT *, {faults} AS faults FROM ({faulty})" if listed else faulty


def faulty_sums(
    engine: DuckDB, catalogue: Catalogue, unstated: Set[str], says: Says
) -> tuple[str, dict[str, str]] | None:
    """SQL of runs that are each a sum of rows (`alike_rows`), with whether one of these may be `faulty`; and what has
    to be told of them for it, by column. None where what a rule reads hangs on more than numbers of a row, or its
    limits on numbers that a sum does not tell."""
    reads, joins = _reads(engine, catalogue, unstated, says)
    if any("limits_" in one.read or _OF_EACH.search(one.low + one.high) for one in reads):
        return None
    told, broken = dict[str, str](), ["FALSE"]
    for one in reads:
        for name, of_all, than, side in (("least", "MIN", "<", one.low), ("most", "MAX", ">", one.high)):
            if "inf" not in side:
                told[f"{name}_{one.place}"] = f"{of_all}({one.read})"
                broken.append(f"{name}_{one.place} {than} {side}{one.held}")
    return f"SELECT runs.*, {' OR '.join(broken)} AS faulty FROM runs{joins}", told


def _says(engine: DuckDB) -> Says:
    """What runs say of what limits them."""
    each = ", ".join(f"ANY_VALUE({name}) AS {name}" for name in TEXTS)
    said = engine.rows(f"SELECT {each} FROM runs GROUP BY HASH({', '.join(TEXTS)})")
    return Says({name: {row[name] for row in said} for name in TEXTS})


def _limits(engine: DuckDB, catalogue: Catalogue, texts: Mapping[str, Set[str | None]]) -> tuple[dict[str, Any], str]:
    """The limits of what rows may state, by name: a number, or a column of the tables that this SQL joins to `runs`,
    where they hang on a text that rows say."""
    limits, joins = dict[str, Any](), ""
    for name, read in LIMITS.items():
        found = {text: read(catalogue, text) for text in texts.get(name) or {None}}
        first, *others = found.values()
        apart = [limit for limit in first if any(str(one[limit]) != str(first[limit]) for one in others)]
        limits |= first
        if apart:
            columns: dict[str, list[Any]] = {"text": [*found]}
            columns |= {limit: [_finite(one[limit]) for one in found.values()] for limit in apart}
            engine.run(f"DROP TABLE IF EXISTS limits_{name}")
            engine.load(f"limits_{name}", columns, {"text": "VARCHAR"} | dict.fromkeys(apart, "DOUBLE"))
            joins += f" LEFT JOIN limits_{name} ON limits_{name}.text IS NOT DISTINCT FROM runs.{name}"
            limits |= {limit: _Column(f"limits_{name}.{limit}") for limit in apart}
    return limits, joins


def _finite(value: float) -> float | None:
    return None if math.isnan(value) else value
