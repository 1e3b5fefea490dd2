"""The results of a home that others may read: none from which anything about fewer than five agents could be read."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from math import fsum
from pathlib import Path
from typing import Any

import pyarrow as pa

from estimator.assessment.evaluation import as_read
from estimator.assessment.impacts import FIGURES, SUPPLEMENTARY, GroupTerm, terms_of
from estimator.assessment.uncertainty import statistics
from estimator.core.errors import sentences, several
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.anonymity import Groups, withheld_months
from estimator.governance.indicators.scope import NEVER, NOWHERE, EveryService, Scope, Sources, is_loose, own_use
from estimator.governance.indicators.small_uses import people_of, small_ids
from estimator.governance.indicators.told_amounts import SHARES, rank_of, steady_impacts, told_impacts, told_row
from estimator.governance.indicators.told_together import merged_beside, merged_groups
from estimator.governance.indicators.usage_by_case import Attached
from estimator.governance.register.register import Register
from estimator.governance.register.schema import WHOLE
from estimator.governance.results_by_use_case import with_use_cases
from estimator.results.reading import Results
from estimator.results.schema import USE_CASE
from estimator.results.totals import Outside, outside

SUMS = ("total", "month")  # levels of rows over uses that are told and uses that are merged


@dataclass(frozen=True)
class ToldResults:
    """What can be told of a build: its rows, in the schema of results, and how many are withheld.

    groups: the uses that are told one by one, and those that are merged: the rows of sums that hold these are rounded.
    """

    table: pa.Table
    withheld: int
    groups: Groups
    scope: Scope

    @property
    def build(self) -> Results:
        """The build that they are of."""
        return self.scope.sources.build

    def is_rounded(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is of a sum that holds merged uses, and its amounts are rounded."""
        return row["level"] in SUMS and (row["month"] in self._rounded if row["month"] else bool(self._rounded))

    def is_rough(self, row: Mapping[str, Any]) -> bool:
        """Whether the coverage of a row rests on what authorities withhold, and is to one digit as that is told."""
        return bool(row["level"] in SUMS and row["coverage"] is not None and self.outside.kwh)

    def reason(self, row: Mapping[str, Any]) -> dict[str, str] | None:
        """Why a row has no value, or has one of which nobody knows what it covers; None of any other."""
        if row["missing"]:
            return several("missing", row["missing"].split("+"))
        return sentences("missing", "unattached_cover") if row["level"] in SUMS and self.outside.unattached else None

    @cached_property
    def outside(self) -> Outside:
        """What the authorities of merged groups withhold."""
        return outside(self.scope.sources.authorities)

    @cached_property
    def _rounded(self) -> frozenset[int]:
        """The months of the merged uses."""
        return frozenset(row.row.month for row in self.scope.rows if row.id in self.groups.others)

    @cached_property
    def rows(self) -> list[Attached]:
        """Months of the uses that are told one by one."""
        return [row for row in self.scope.rows if row.id in self.groups.shown]


def told_results(home: Path, build: Results, inside: bool = False) -> ToldResults:
    """The rows of a build that can be told to others; inside: every one, for who holds the data.

    A use is told alone or not at all. What is left of a total, of a service or of a month once those told are taken off
    is of several small uses that are enough people together, in each impact; where they are not, its rows are withheld.
    """
    months, register = build.months() or [NEVER], Register(home)
    period = Period.over(months)
    scope = Scope(EveryService(build, register, Commitments(home), home, date.today()), WHOLE, period)
    groups = Groups(frozenset(case.id for case in scope.cases), ()) if inside else _groups(scope)
    table = with_use_cases(build.table().arrow(), register)
    told = ToldResults(table.filter(_mask(table, scope, groups)) if groups.others else table, 0, groups, scope)
    rounded = _rounded(told)
    return replace(told, table=_lowered(told, rounded), withheld=len(table) - len(rounded))


def _groups(scope: Scope) -> Groups:
    """The uses that can be told one by one beside what is published of each year: those that no publication merges.

    What is in no use case is published in one: its services are told where those that are not are enough people, where
    it hides no use that is too few people whatever it is merged with, and where it is merged with no use.
    """
    published, loose = merged_groups(_published(scope)), {case.id for case in scope.cases if is_loose(case)}
    groups = merged_beside(scope, [group for group in published if group.uses - loose])
    hidden, people = frozenset[str]().union(*(group.uses for group in groups)), people_of(scope)
    months: dict[int, list[Attached]] = {}
    for row in scope.rows:
        if row.use_case and is_loose(row.use_case):
            months.setdefault(row.row.month, []).append(row)
    while beside := [
        row.id
        for rows in months.values()
        if (mine := [row for row in rows if row.id in hidden]) and not people.hide(mine)
        for row in rows
        if row.id and row.id not in hidden
    ]:
        hidden |= {*beside}
    if any(group.alone for group in published):
        hidden |= loose
    there = {row.id for row in scope.rows if row.id}
    return Groups(frozenset(there - hidden), tuple(sorted(there & hidden)))


def _published(scope: Scope) -> Scope:
    """The same as the publications know it: what is in no use case is of none."""
    sources = Sources(**{field.name: getattr(scope.sources, field.name) for field in fields(Sources)})
    return replace(scope, sources=sources)


def _mask(table: pa.Table, scope: Scope, groups: Groups) -> pa.Array:
    """Whether each row is told: by level and impact, then by use for a cell. By proof, what is left could be of one.
    The months are told that publications tell: the others of each year are a part too, which is their difference."""
    small = [row for row in scope.rows if row.id in groups.others]
    of_small = {row.row.service_key for row in small}
    published = _published(scope)
    silent = withheld_months(published, scope.begun)
    parts: dict[tuple[int, int], list[Attached]] = {}
    for row in small:
        month = row.row.month
        parts.setdefault((month // 100, 0 if month in silent else month), []).append(row)
    untold = any(group.alone for group in merged_groups(published))
    levels = {
        "total": frozenset[str]() if untold else _told_impacts(small, scope),
        "month": frozenset[str]()
        if untold
        else frozenset.intersection(*(_told_impacts(rows, scope) for rows in parts.values())),
        "proof": frozenset(),
    }
    named = {case.id for case in scope.cases}

    shown = groups.shown

    def tells(level: str, month: int | None, service: str, use: str | None, impact: str) -> bool:
        if level in ("service", "service_month"):
            return service not in of_small
        if level in levels:
            return month not in silent and impact in levels[level]
        return (use if use in named else own_use(service).id) in shown

    columns = ("level", "month", "service", USE_CASE, "impact")
    keys = zip(*(table.column(name).to_pylist() for name in columns), strict=True)
    return pa.array([tells(*key) for key in keys], pa.bool_())


def _told_impacts(small: list[Attached], scope: Scope) -> frozenset[str]:
    """The impacts in which a sum over small uses can be told, the first ones of the method before the others.

    Small uses are split by what is known of them in each impact that is told: any column, its coverage included, and
    any difference of two is a sum of such parts. So each part with a small use is of uses enough in number and people.
    What is in no use case is a part of its own, for it is published in one.
    """
    terms = [terms_of(row.row.group, FIGURES + SUPPLEMENTARY) for row in small]
    people = people_of(scope)
    asked: dict[tuple[bool, str], list[str]] = {}
    for name in dict.fromkeys(name for found in terms for name in found):
        asked.setdefault(("." in name, name.split(".")[0]), []).append(name)

    def told(split: list[tuple[object, ...]]) -> bool:
        parts: dict[tuple[object, ...], list[Attached]] = {}
        for row, key in zip(small, split, strict=True):
            parts.setdefault(key, []).append(row)
        return all(people.hide(rows) for rows in parts.values() if any(row.id in people.small for row in rows))

    firsts = [next(iter(of_row.values())) for of_row in terms]
    split: list[tuple[object, ...]] = [
        (row.use_case and row.use_case.commune == NOWHERE, first.weight > 0, as_read(row.row.group) > 0)
        for row, first in zip(small, firsts, strict=True)
    ]
    found: list[str] = []
    if told(split):
        for _, names in sorted(asked.items(), key=lambda item: item[0][0]):  # the parts of an impact all or none, last
            finer = [(*key, *(_known(row[name]) for name in names)) for key, row in zip(split, terms, strict=True)]
            if told(finer):
                split, found = finer, [*found, *names]
    return frozenset(found)


def _known(term: GroupTerm) -> tuple[object, ...]:
    """How a group enters the columns of an impact."""
    return term.outcomes is not None and statistics(term.outcomes).high > 0, term.applicable, term.made


def _rounded(told: ToldResults) -> pa.Table:
    """The rows that are told, those of sums that hold merged uses rounded, and of the footprints alone that are told of
    them: each other impact, part or envelope would be one more equation."""
    if not told.groups.others:
        return told.table
    few, mine = small_ids(told.scope) & {*told.groups.others}, told.scope.sources.own(told.scope.rows)
    years = {month // 100 for month in told.scope.period.months()}
    steady = {year: steady_impacts([row for row in mine if row.row.month // 100 == year], few) for year in years}
    impacts = {month: steady[month // 100] for month in told.scope.period.months()} | {None: told_impacts(mine, few)}
    merged = [row for row in mine if row.id in told.groups.others]
    of_year = {year: [row for row in merged if row.row.month // 100 == year] for year in years}
    finest = {year: rank_of(rows, people_of(told.scope.year(year))) for year, rows in of_year.items()}
    rows, found = [], told.table.to_pylist()
    whole = {row["impact"]: row for row in found if row["level"] == "total"}
    energy = {row["month"]: row["central"] for row in found if row["level"] in SUMS and row["impact"] == "energy"}
    for row in found:
        if not told.is_rounded(row):
            rows.append(row)
        elif row["impact"] in impacts[month := row["month"]]:
            row = row | {name: whole.get(row["impact"], {}).get(name) for name in SHARES}  # as of all of them
            rows.append(told_row(row, finest[month // 100] if month else 0.0, energy.get(month)))
    return pa.Table.from_pylist(rows, schema=told.table.schema)


def _lowered(told: ToldResults, table: pa.Table) -> pa.Table:
    """The same rows, those of sums covering less where authorities withhold some, and what they cover being unknown
    where one has electricity that no use has: it may be of any month."""
    if not (told.outside.kwh or told.outside.unattached):
        return table
    rows = table.to_pylist()
    read = fsum(row.row.group.values.get("it_energy") or 0.0 for row in told.scope.rows)
    for row in rows:
        if told.outside.unattached and row["level"] in SUMS:
            row["coverage"] = None
        elif told.is_rough(row):
            row["coverage"] = told.outside.share(row["coverage"], read)
    return pa.Table.from_pylist(rows, schema=table.schema)
