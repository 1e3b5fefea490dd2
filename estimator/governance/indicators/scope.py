"""Scope of a sheet of indicators: a territory and a period, with its use cases and months."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Literal

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import Amount
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import Commitments
from estimator.governance.indicators.own_counts import months_twice
from estimator.governance.indicators.scenarios import ScenarioDecision, comparison
from estimator.governance.indicators.seats import fewest_seats
from estimator.governance.indicators.usage_by_case import Attached, attached, months_of
from estimator.governance.register.register import Register
from estimator.governance.register.schema import METROPOLE, WHOLE, UseCase
from estimator.results.reading import Results
from estimator.results.totals import AuthorityPart, Outside, outside

NEVER = 200001  # month of a ledger without any
IN_USE = ("experimentation", "pilote", "generalisation")
RESIDENTS: Literal["habitants"] = "habitants"
PUBLISHED = RESIDENTS  # users of the services of published groups: as what residents ask, told alone, and hide nothing
NAMING = ("name", "commune", "service", "users", "unit")  # what the runs of a use case are told by
NOWHERE = ""  # where a service in no use case is, as far as the register knows


@dataclass(frozen=True)
class MergedGroup:
    """Use cases that are told only together in a period (ids).

    silent: the months [yyyymm] told only as one sum; alone: even together they are too few people; cut: the period has
    a part only of their silent months. The sum of one that is alone or cut is not told.
    """

    uses: frozenset[str]
    silent: frozenset[int] = frozenset()
    alone: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Sources:
    """Inputs of a sheet: the build, the register, the commitments, the home of the scenarios.

    today: the current day; its month is incomplete: it is not compared, and a pace has the days known of it. inside:
    for the pages of those who hold the data, not for what leaves them.
    """

    build: Results
    register: Register
    commitments: Commitments
    home: Path
    today: date = date.max
    inside: bool = False

    @cached_property
    def rows(self) -> list[Attached]:
        """Months of the ledger, of any time and territory."""
        return attached(self.build, self.register)

    @cached_property
    def every(self) -> "Sources":
        """The same, where a service in no use case is a use of its own, which may be small as any other."""
        if all(row.use_case for row in self.rows):
            return self
        return EveryService(**{field.name: getattr(self, field.name) for field in fields(Sources)})

    @property
    def running_month(self) -> int:
        """That of today [yyyymm]."""
        return self.today.year * 100 + self.today.month

    @cached_property
    def ever(self) -> "Scope":
        """The whole territory over all the months that are known."""
        return Scope(self, WHOLE, Period.over(months_of(self.rows) or [NEVER]))

    @cached_property
    def merged(self) -> dict[Period, tuple[MergedGroup, ...]]:
        """The use cases that are told only together, by period: kept once found."""
        return {}

    @cached_property
    def small(self) -> dict[int, frozenset[str]]:
        """The use cases of too few people, by year: kept once found."""
        return {}

    @cached_property
    def dated(self) -> dict[tuple[str, str | None], list[Attached]]:
        """The rows by whose months those of a territory, or of one of its uses, are known: kept once found."""
        return {}

    @cached_property
    def seats(self) -> dict[tuple[str, int], float]:
        """The fewest people that seats count, by use and month: kept once found."""
        return fewest_seats(self.build, self.rows)

    @cached_property
    def impacts(self) -> dict[tuple[str, str | None, int], tuple[frozenset[str], frozenset[str]]]:
        """The footprints that are told of a territory, or of one of its uses, over a year and of its months: kept once
        found."""
        return {}

    @cached_property
    def ranks(self) -> dict[tuple[str, str | None, int], float]:
        """The last place to which the merged uses of a territory, or of one of its uses, are told of a year: kept once
        found."""
        return {}

    @cached_property
    def amounts(self) -> dict[tuple[str, str | None, tuple[int, ...]], Mapping[str, Amount]]:
        """The footprints of a territory, or of one of its uses, over some months with data: kept once found."""
        return {}

    @cached_property
    def figures(self) -> Mapping[str, Amount]:
        """The figures of the whole ledger, as the results hold them."""
        return self.build.totals().indicators

    @cached_property
    def figures_of_months(self) -> Mapping[int, Mapping[str, Amount]]:
        """The figures of each month of the whole ledger, as the results hold them."""
        return self.build.figures_of_months()

    @cached_property
    def authorities(self) -> tuple[AuthorityPart, ...]:
        """Those whose published groups are in the build."""
        return self.build.authorities("energy")

    @cached_property
    def counted_twice(self) -> Mapping[str, Sequence[int]] | None:
        """The months [yyyymm] of each of them, by its code, that the home counts by itself too; None without any, or
        where a file of theirs is damaged."""
        return months_twice(self.build, self.rows) if self.authorities else None

    def is_elsewhere(self, row: Attached) -> bool:
        """Whether a month is of the published groups of an authority."""
        return row.row.service_key in self.build.authority_of_service

    def own(self, rows: Sequence[Attached]) -> list[Attached]:
        """Those of these months that no authority published: whoever reads its groups takes theirs off a sum."""
        return [row for row in rows if not self.is_elsewhere(row)]

    @property
    def elsewhere(self) -> bool:
        """Whether the uses are in the registers of the authorities that published groups, and none is in that of here:
        what a register says is then unknown."""
        return bool(self.authorities) and not self.cases

    @cached_property
    def cases(self) -> list[UseCase]:
        """Use cases of the register."""
        return self.register.use_cases()

    def cases_of(self, day: date) -> list[UseCase]:
        """Those that were there at the end of a day, as they then were, but for what their runs are told by: that is of
        today. Kept once found."""
        if day not in self._cases_of_days:
            now = {case.id: {name: getattr(case, name) for name in NAMING} for case in self.cases}
            ran: dict[str, int] = {}
            for row in self.rows:
                if row.id:
                    ran[row.id] = min(row.row.month // 100, ran.get(row.id, row.row.month))
            found = self.register.use_cases_of(day, ran)
            self._cases_of_days[day] = [case.model_copy(update=now[case.id]) for case in found if case.id in now]
        return self._cases_of_days[day]

    @cached_property
    def _cases_of_days(self) -> dict[date, list[UseCase]]:
        return {}

    @cached_property
    def territories(self) -> tuple[str, ...]:
        """The whole territory, then the métropole and the communes that have use cases."""
        communes = {case.commune for case in self.cases}
        return (WHOLE, *sorted(communes, key=lambda commune: (commune != METROPOLE, commune)))

    def compared(self, case: UseCase) -> ScenarioDecision | None:
        """The comparison of the scenario of a use case, cached; None when it has none."""
        if case.scenario not in self._comparison_cache:
            self._comparison_cache[case.scenario] = comparison(self.home, case)
        return self._comparison_cache[case.scenario]

    @cached_property
    def _comparison_cache(self) -> dict[str, ScenarioDecision | None]:
        return {}


class EveryService(Sources):
    """Sources where a service in no use case is a use of its own, which may be small as any other."""

    @cached_property
    def rows(self) -> list[Attached]:
        """Months of the ledger, each with a use case."""
        return [
            row if row.use_case else replace(row, use_case=own_use(row.row.service_key, self.is_elsewhere(row)))
            for row in attached(self.build, self.register)
        ]

    @cached_property
    def cases(self) -> list[UseCase]:
        """Use cases of the register, then the services in none."""
        mine = {row.use_case.id: row.use_case for row in self.rows if row.use_case}
        return list(({case.id: case for case in self.register.use_cases()} | mine).values())


def own_use(service: str, published: bool = False) -> UseCase:
    """The use of a service that the register does not know; its id cannot be one of the register. published: by an
    authority, in its groups."""
    return UseCase.model_construct(
        id=_id_of(service),
        service=service,
        commune=NOWHERE,
        users=PUBLISHED if published else "",
        name="",
        task="",
        unit="",
        owner_role="",
    )


def use_of(row: Attached) -> str:
    """The id of the use of a month; where it has none, that of its service as a use of its own."""
    return row.id or _id_of(row.row.service_key)


def _id_of(service: str) -> str:
    return f"service/{service}"


def is_in_use(case: UseCase) -> bool:
    """Whether a use case is in trial or in service."""
    return case.stage in IN_USE and case.outcome in ("en_cours", "generalise")


def is_loose(case: UseCase) -> bool:
    """Whether it is that of a service of the home itself that the register does not know."""
    return case.commune == NOWHERE and case.users != PUBLISHED


@dataclass(frozen=True)
class Scope:
    """A territory ("all", "metropole" or an INSEE code) over a period, from these sources; only: some of its months;
    use: one use case of it alone; without: uses of it (ids), and services in none, as `use_of` names them, each with a
    month [yyyymm] in which it is left out."""

    sources: Sources
    territory: str
    period: Period
    only: frozenset[int] | None = None
    use: str | None = None
    without: frozenset[tuple[str, int]] = frozenset()

    @cached_property
    def everything(self) -> list[Attached]:
        """Months of the ledger in the territory, at any time."""
        rows = self.sources.rows if self.use is None else of_case(self.sources.rows, self.use)
        return [r for r in rows if self.territory == WHOLE or (r.use_case and r.use_case.commune == self.territory)]

    @cached_property
    def rows(self) -> list[Attached]:
        """Months of the ledger in the territory and the period."""
        return [
            r for r in self.everything if r.row.month in self.months and (use_of(r), r.row.month) not in self.without
        ]

    @cached_property
    def every(self) -> "Scope":
        """The same, where each service in no use case is a use of its own, in the whole territory alone."""
        return replace(self, sources=self.sources.every)

    @property
    def day(self) -> date:
        """The last day of the period, today when it is running."""
        return min(self.period.last_day, self.sources.today)

    @cached_property
    def begun(self) -> list[int]:
        """The months of the period that have begun by today, and later ones with data, whose dates are errors."""
        running, there = self.sources.running_month, set(months_of(self.rows))
        return [month for month in self.period.months() if month <= running or month in there]

    @cached_property
    def months(self) -> frozenset[int]:
        months = frozenset(self.period.months())
        return months if self.only is None else months & self.only

    @cached_property
    def outside(self) -> Outside:
        """What authorities withhold of the period, of the whole territory, and what it counts twice of theirs;
        whether the ledger lacks rows."""
        build = self.sources.build
        if self.territory != WHOLE or self.use is not None:
            return Outside(lacks_rows=build.lacks_rows)
        every, found = self.sources.counted_twice, outside(self.sources.authorities, self.months)
        mine = {code: [month for month in months if month in self.months] for code, months in (every or {}).items()}
        twice = None if every is None else {code: months for code, months in mine.items() if months}
        found = found._replace(unfinished_merges=build.unfinished_merges, lost_merges=build.lost_merges)
        found = found._replace(stray_merges=build.stray_merges, lacks_rows=build.lacks_rows)
        pairs = build.reasoned if self.sources.authorities else ()
        reasoned = [pair for pair in pairs if not self.months.isdisjoint(pair["months"])]
        return found._replace(counted_twice=twice, reasoned=reasoned)

    def lowered(self, found: Mapping[str, Amount]) -> dict[str, Amount]:
        """Amounts of all of its electricity, or of a part: what is withheld may be of any, which covers that less."""
        read = sum(group.values.get("it_energy") or 0.0 for group in self.groups) if self.outside.kwh else 0.0
        return self.outside.untold(self.outside.lowered(found, read))

    @property
    def groups(self) -> list[ActivityGroup]:
        return [r.row.group for r in self.rows]

    @cached_property
    def cases(self) -> list[UseCase]:
        """Use cases of the territory, as they are today."""
        return [case for case in self.sources.cases if self.territory in (WHOLE, case.commune)]

    @cached_property
    def judged(self) -> list[UseCase]:
        """Those that were there on the day judged, the last of the period, as they then were; today's while it runs."""
        if self.period.last_day >= self.sources.today:
            return self.cases
        there = {case.id for case in self.cases}
        return [case for case in self.sources.cases_of(self.day) if case.id in there]

    @cached_property
    def in_use(self) -> list[UseCase]:
        """Those of them in trial or in service."""
        return [case for case in self.judged if is_in_use(case)]

    def whole_years(self) -> "Scope":
        """The same territory over the whole calendar years of the period."""
        first, last = self.period.first // 100, self.period.last // 100
        return replace(self, period=Period.over([first * 100 + 1, last * 100 + 12]), only=None)

    def year(self, year: int) -> "Scope":
        """The same territory over a whole year."""
        return replace(self, period=Period(str(year)), only=None)

    def of_use(self, case: UseCase) -> "Scope":
        """One use case of the register, over the same period."""
        return replace(self, territory=case.commune, use=case.id, only=None)

    def over(self, months: Iterable[int]) -> "Scope":
        """The same territory and period, restricted to some months."""
        return replace(self, only=frozenset(months))


def of_case(rows: Sequence[Attached], case: str | None) -> list[Attached]:
    """The months of one use case."""
    return [row for row in rows if row.id == case]
