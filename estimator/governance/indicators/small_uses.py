"""Which use cases are of too few people to be told alone, and which sums of them are of enough.

The register has no head count. A service with a statement of how many agents have access to AI tools (a statement of
training) is small under 5 of them; without a statement, a use case is small under 100 counted uses
a month on average, the uses of 5 agents once a working day. Uses do not prove a group size: stating the agents
does. A use case without counts, such as machines that run by night, is not considered small. What residents ask
(`users` of the register) is told of no agent: it is never merged, and hides nothing of the others.
"""

from collections.abc import Collection, Mapping, Sequence

from estimator.governance.commitments.commitments import SMALLEST_GROUP
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import Scope, of_case
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import UseCase

WORKING_DAYS = 20  # of a month, rounded down
FEWEST_USES = SMALLEST_GROUP * WORKING_DAYS  # a month
RESIDENTS = "habitants"
FEWEST_CASES = 2  # minimum number merged: one alone would be disclosed by difference
MOST_OF_ONE = 0.85  # of the electricity of those merged: above it, their sum is nearly that of one (rule of the Insee)


def small_ids(scope: Scope) -> frozenset[str]:
    """The use cases of a scope in whose figures one agent could be recognised."""
    return frozenset(case.id for case in scope.cases if case.users != RESIDENTS and is_small(scope, case))


def is_small(scope: Scope, case: UseCase) -> bool:
    """Whether one agent could be recognised in the figures of this use case."""
    known = heads_of(scope).get(case.service.casefold())
    if known is not None:
        return known < SMALLEST_GROUP
    rows = of_case(scope.rows, case.id)
    uses = units(rows)
    return uses is not None and uses < FEWEST_USES * len(months_of(rows))


def heads_of(scope: Scope) -> dict[str, int]:
    """The agents with access that each service states, by its name in lower case."""
    return scope.sources.commitments.with_access(scope.period.last_day)


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
    names = {case.service.casefold() for case in cases}
    if len(cases) < FEWEST_CASES:
        return False
    return not names <= heads.keys() or sum(heads[name] for name in names) >= SMALLEST_GROUP
