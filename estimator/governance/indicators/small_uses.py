"""Which use cases are of too few people to be told alone, and which sums of them are of enough.

The register has no head count. A service with a statement of how many agents have access to AI tools (a statement of
training) is small under 5 of them, today or at the end of a month; without a statement, a use case is small under 100
counted uses in a month, the uses of 5 agents once a working day. Who is small in a month is small in its whole calendar
year, and in every period that has some of that year: the year less the months that are told would be the month.
Uses do not prove a group size: stating the agents does. A use case without counts, such as machines that run by night,
is not considered small: who publishes it is told that neither is known. What residents ask (`users` of the register) is
told of no agent: it is never merged, and hides nothing of the others.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Literal

from estimator.core.searched_text import as_compared
from estimator.governance.commitments.commitments import SMALLEST_GROUP
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import Scope, Sources, of_case
from estimator.governance.indicators.usage_by_case import Attached, last_day, months_of
from estimator.governance.register.schema import UseCase

WORKING_DAYS = 20  # of a month, rounded down
FEWEST_USES = SMALLEST_GROUP * WORKING_DAYS  # a month
RESIDENTS: Literal["habitants"] = "habitants"
FEWEST_CASES = 2  # minimum number merged: one alone would be disclosed by difference
MOST_OF_ONE = 0.85  # of the electricity of those merged: above it, their sum is nearly that of one (rule of the Insee)


def small_ids(scope: Scope) -> frozenset[str]:
    """The use cases of a scope in whose figures one agent could be recognised, in a year of its period or today."""
    years = (_small_in(scope.sources, year) for year in _years(scope))
    return frozenset(case.id for case in scope.cases) & small_today(scope.sources).union(*years)


def unstated(scope: Scope, told: Collection[str]) -> list[str]:
    """The services of those of these use cases, told one by one, of which the agents are not stated, nor the uses
    counted in each month: whether they are small is not known."""
    heads, found = heads_of(scope), list[str]()
    for case in _of_agents(scope.sources):
        if case.id not in told or as_compared(case.service) in heads:
            continue
        rows = of_case(scope.rows, case.id)
        if any(units([row for row in rows if row.row.month == month]) is None for month in months_of(rows)):
            found.append(case.service)
    return sorted({*found})


def small_today(sources: Sources) -> frozenset[str]:
    """Those of fewer than 5 agents today, whatever they were: small in every period."""
    heads = sources.commitments.with_access(sources.today)
    return frozenset(case.id for case in _of_agents(sources) if _heads(heads, case) < SMALLEST_GROUP)


def _small_in(sources: Sources, year: int) -> frozenset[str]:
    """Those that are small in a month of a year, kept once found."""
    if year not in sources.small:
        heads, rows = sources.commitments.with_access(*_ends(sources, [year])), dict[str, list[Attached]]()
        for row in sources.rows:
            if row.id and row.row.month // 100 == year:
                rows.setdefault(row.id, []).append(row)
        sources.small[year] = frozenset(
            case.id
            for case in _of_agents(sources)
            if _heads(heads, case) < SMALLEST_GROUP
            or (as_compared(case.service) not in heads and _is_seldom(rows.get(case.id, []), sources.today))
        )
    return sources.small[year]


def _of_agents(sources: Sources) -> list[UseCase]:
    return [case for case in sources.cases if case.users != RESIDENTS]


def _heads(heads: Mapping[str, int], case: UseCase) -> int:
    """Those stated of a use case; enough where none are."""
    return heads.get(as_compared(case.service), SMALLEST_GROUP)


def _is_seldom(rows: Sequence[Attached], today: date) -> bool:
    """Whether fewer uses than those of 5 agents are counted in one of these months."""
    counts = {month: units([row for row in rows if row.row.month == month]) for month in months_of(rows)}
    return any(uses is not None and uses < _fewest(month, today) for month, uses in counts.items())


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
    by its name as it is compared."""
    found = scope.sources.commitments.with_access(*_ends(scope.sources, _years(scope)))
    today = scope.sources.commitments.with_access(scope.sources.today)
    few = {service: heads for service, heads in today.items() if heads < SMALLEST_GROUP}
    return found | {service: min(heads, found.get(service, heads)) for service, heads in few.items()}


def cases_of(rows: Sequence[Attached]) -> list[UseCase]:
    """Their use cases, each once."""
    return list({row.use_case.id: row.use_case for row in rows if row.use_case}.values())


def hide(rows: Sequence[Attached], small: Collection[str], heads: Mapping[str, int]) -> bool:
    """Whether the sum of these rows of use cases tells nothing of one: they are enough, and none that is small is
    nearly all of their electricity."""
    return enough(cases_of(rows), heads) and not is_dominated(rows, small)


def is_dominated(rows: Sequence[Attached], small: Collection[str]) -> bool:
    """Whether one that is small has nearly all the electricity of these rows."""
    known: dict[str, float] = {}
    for row in rows:
        name = row.id or ""
        known[name] = known.get(name, 0.0) + (row.row.group.values.get("it_energy") or 0.0)
    return any(list(known)[place] in small for place in nearly_all([*known.values()]))


def nearly_all(amounts: Sequence[float]) -> list[int]:
    """The places of those of these amounts that are nearly all of their sum: one at most."""
    most = MOST_OF_ONE * sum(amounts)
    return [place for place, amount in enumerate(amounts) if amount > most]


def enough(cases: Sequence[UseCase], heads: Mapping[str, int]) -> bool:
    """At least two use cases, and 5 agents when all of them are declared."""
    names = {as_compared(case.service) for case in cases}
    if len(cases) < FEWEST_CASES:
        return False
    return not names <= heads.keys() or sum(heads[name] for name in names) >= SMALLEST_GROUP
