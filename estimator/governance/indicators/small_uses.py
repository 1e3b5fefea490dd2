"""Which use cases are of too few people to be told alone, and which sums of them are of enough.

The register has no head count. A service with a statement of how many agents have access to AI tools (a statement of
training) is small under 5 of them, today or at the end of a month; without a statement, a use case is small under 100
counted uses in a month, the uses of 5 agents once a working day. Seats are people too, whatever is stated: a use case
with a line of fewer than 5 in a month is small. Who is small in a month is small in its whole calendar
year, and in every period that has some of that year: the year less the months that are told would be the month.
Uses do not prove a group size: stating the agents does. A use case without counts, such as machines that run by night,
is not considered small: who publishes it is told that neither is known. What residents ask (`users` of the register) is
told of no agent: it is never merged, and hides nothing of the others.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from estimator.core.periods import months_between
from estimator.core.searched_text import as_compared
from estimator.governance.commitments.commitments import SMALLEST_GROUP
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import RESIDENTS, Scope, Sources, is_loose, of_case
from estimator.governance.indicators.seats import stated_uses
from estimator.governance.indicators.usage_by_case import Attached, last_day, months_of
from estimator.governance.register.schema import WHOLE, UseCase

WORKING_DAYS = 20  # of a month, rounded down
FEWEST_USES = SMALLEST_GROUP * WORKING_DAYS  # a month
FEWEST_TEAMS = 2  # minimum number merged: one alone would be disclosed by difference
MOST_OF_ONE = 0.85  # of the electricity of those merged: above it, their sum is nearly that of one (rule of the Insee)


def small_ids(scope: Scope) -> frozenset[str]:
    """The use cases of a scope in whose figures one agent could be recognised, in a year of its period or today; of the
    whole territory, the services in none too, each as a use of its own."""
    every = scope.every
    years = (small_in(every.sources, year) for year in _years(scope))
    return frozenset(case.id for case in every.cases).intersection(frozenset[str]().union(*years))


def small_loose(scope: Scope) -> list[str]:
    """The services in no use of the home that are small in the period of a scope, or today, by name."""
    whole = replace(scope, territory=WHOLE, use=None)
    small = small_ids(whole)
    return sorted(case.service for case in whole.every.cases if is_loose(case) and case.id in small)


def small_beside(scope: Scope) -> dict[str, frozenset[str]]:
    """By each use that is not small, the small ones, and the small services in no use, with which it shared the energy
    of a computer in the years of a scope: what its own runs read, less what is told of it, is theirs."""
    sources, years, ids = scope.sources.every, {*_years(scope)}, dict[tuple[str, int], set[str]]()
    for row in sources.rows if sources.build.shared_time else ():
        ids.setdefault((row.row.service_key, row.row.month), set()).add(row.id or "")
    found, small = dict[str, set[str]](), small_ids(scope)
    for pair in sources.build.shared_time:
        few = {
            id
            for month in months_between(pair["beside_first"], pair["beside_last"])
            for id in ids.get((pair["beside"], month), ())
            if id in small_in(sources, month // 100)
        }
        for month in months_between(pair["first"], pair["last"]):
            for id in ids.get((pair["service_key"], month), ()) if month // 100 in years else ():
                found.setdefault(id, set()).update(few)
    return {id: frozenset(few) for id, few in found.items() if few and id not in small}


def unstated(scope: Scope, told: Collection[str]) -> list[str]:
    """The services of those of these use cases, told one by one, of which the agents are not stated, nor the uses
    counted in each month: whether they are small is not known."""
    heads, found = heads_of(scope), list[str]()
    for case in _of_agents(scope.sources):
        if case.id not in told or as_compared(case.service) in heads:
            continue
        rows = of_case(scope.rows, case.id)
        known = {month for id, month in scope.sources.seats if id == case.id} | _counts(rows).keys()
        if not known.issuperset(months_of(rows)):
            found.append(case.service)
    return sorted({*found})


def small_today(sources: Sources) -> frozenset[str]:
    """Those of fewer than 5 agents today, whatever they were: small in every period."""
    heads = sources.commitments.with_access(sources.today)
    return frozenset(id for id, service in _services(sources).items() if _heads(heads, service) < SMALLEST_GROUP)


def small_in(sources: Sources, year: int) -> frozenset[str]:
    """Those that are small in a month of a year, or today, kept once found."""
    if year not in sources.small:
        heads, rows = sources.commitments.with_access(*_ends(sources, [year])), dict[str, list[Attached]]()
        seated = _few_seats(sources, [year])
        for row in sources.rows:
            if row.id and row.row.month // 100 == year:
                rows.setdefault(row.id, []).append(row)
        sources.small[year] = small_today(sources).union(
            id
            for id, service in _services(sources).items()
            if _heads(heads, service) < SMALLEST_GROUP
            or id in seated
            or (service not in heads and _is_seldom(rows.get(id, []), sources.today))
        )
    return sources.small[year]


def _services(sources: Sources) -> dict[str, str]:
    """The service of each use of agents, as it is compared."""
    return {case.id: as_compared(case.service) for case in _of_agents(sources)}


def _of_agents(sources: Sources) -> list[UseCase]:
    return [case for case in sources.cases if case.users != RESIDENTS]


def _heads(heads: Mapping[str, int], service: str) -> int:
    """Those stated of a service; enough where none are."""
    return heads.get(service, SMALLEST_GROUP)


def _is_seldom(rows: Sequence[Attached], today: date) -> bool:
    """Whether fewer uses than those of 5 agents are counted in one of these months."""
    return any(uses < _fewest(month, today) for month, uses in _counts(rows).items())


def _counts(rows: Sequence[Attached]) -> dict[int, float]:
    """The uses that are counted in each month of these rows, or stated of its seats; no entry where none is."""
    by_month = {month: [row for row in rows if row.row.month == month] for month in months_of(rows)}
    found = {month: units(there) or stated_uses(there) for month, there in by_month.items()}
    return {month: uses for month, uses in found.items() if uses is not None}


def _few_seats(sources: Sources, years: Collection[int]) -> dict[str, int]:
    """Those with a line of seats of fewer than 5 people in a month of these years, and how many people that is."""
    few = [(id, people) for (id, month), people in sources.seats.items() if month // 100 in years]
    return {id: int(people) for id, people in sorted(few, reverse=True) if people < SMALLEST_GROUP}


def _fewest(month: int, today: date) -> float:
    """The uses of 5 agents in a month [yyyymm], in its days until today where it is running."""
    last = last_day(month)
    return FEWEST_USES * (today.day / last.day if (today.year, today.month) == (last.year, last.month) else 1)


def _years(scope: Scope) -> list[int]:
    return list(dict.fromkeys(month // 100 for month in scope.period.months()))


def _ends(sources: Sources, years: Collection[int]) -> list[date]:
    """The last day of each month of these years of which something is known."""
    return [last_day(month) for month in months_of(sources.rows) if month // 100 in years]


def heads_of(scope: Scope) -> dict[str, int]:
    """The fewest agents with access that each service states in the years of a scope, or today where these are too few,
    by its name as it is compared; those of its seats where they are fewer than 5."""
    found = scope.sources.commitments.with_access(*_ends(scope.sources, _years(scope)))
    today = scope.sources.commitments.with_access(scope.sources.today)
    few = [(service, heads) for service, heads in today.items() if heads < SMALLEST_GROUP]
    every = scope.sources.every
    seated = _few_seats(every, _years(scope))
    few += [(as_compared(case.service), seated[case.id]) for case in _of_agents(every) if case.id in seated]
    for service, heads in few:
        found[service] = min(heads, found.get(service, heads))
    return found


class Team(NamedTuple):
    """Whose figures those of a use are: of a small one, the agents of its service, whose other small uses are theirs
    too; of a large one, its own. few: whether it is small; name: of the service as it is compared, or the id."""

    few: bool
    name: str


class Counted(NamedTuple):
    """The uses of a use case that are counted in a month [yyyymm]."""

    case: UseCase
    month: int
    uses: float


class KnownTeams(NamedTuple):
    """What is known of those of the uses of a scope: which uses are small, and the fewest agents of each service that
    states some."""

    small: frozenset[str]
    heads: Mapping[str, int]
    today: date

    def team(self, case: UseCase | None) -> Team:
        """That of a use; of what is in no use, none that is small."""
        return team_of(case, self.small)

    def are_enough(self, counted: Iterable[Counted]) -> bool:
        """Whether those of these uses are two teams at least, and one of them large, or of 5 agents: stated, of all the
        services that state some; or else counted, of the others alone, by as many uses a month as those of 5 agents."""
        there = list(counted)
        teams = {self.team(one.case) for one in there}
        if len(teams) < FEWEST_TEAMS or not all(team.few for team in teams):
            return len(teams) >= FEWEST_TEAMS
        if sum(self.heads.get(name, 0) for _, name in teams) >= SMALLEST_GROUP:
            return True
        uses = sum(one.uses for one in there if as_compared(one.case.service) not in self.heads)
        return uses >= sum(_fewest(month, self.today) for month in {one.month for one in there})

    def hide(self, rows: Sequence[Attached]) -> bool:
        """Whether the sum of these rows of use cases tells nothing of one: they are enough people, and no small team is
        nearly all of their electricity."""
        return self.are_enough(counted_in_months(rows)) and not is_dominated(rows, self.small)


def people_of(scope: Scope) -> KnownTeams:
    """Those of the uses of a scope, in the years of its period."""
    return KnownTeams(small_ids(scope), heads_of(scope), scope.sources.today)


def team_of(case: UseCase | None, small: Container[str]) -> Team:
    """The team of a use, where these uses are small."""
    few = case is not None and case.id in small
    return Team(few, "" if case is None else as_compared(case.service) if few else case.id)


def counted_in_months(rows: Sequence[Attached]) -> list[Counted]:
    """The uses of each use case that are counted in each month of these rows."""
    found: dict[tuple[str, int], list[Attached]] = {}
    for row in rows:
        found.setdefault((row.id or "", row.row.month), []).append(row)
    return [Counted(of[0].use_case, month, units(of) or 0.0) for (_, month), of in found.items() if of[0].use_case]


def is_dominated(rows: Sequence[Attached], small: Collection[str]) -> bool:
    """Whether one small team has nearly all the electricity of these rows."""
    return is_of_one((team_of(row.use_case, small), row.row.group.values.get("it_energy") or 0.0) for row in rows)


def is_of_one(amounts: Iterable[tuple[Team, float]]) -> bool:
    """Whether one small team has nearly all of a sum of these amounts."""
    found: dict[Team, float] = {}
    for team, amount in amounts:
        found[team] = found.get(team, 0.0) + amount
    return any([*found][place].few for place in nearly_all([*found.values()]))


def nearly_all(amounts: Sequence[float]) -> list[int]:
    """The places of those of these amounts that are nearly all of their sum: one at most."""
    most = MOST_OF_ONE * sum(amounts)
    return [place for place, amount in enumerate(amounts) if amount > most]
