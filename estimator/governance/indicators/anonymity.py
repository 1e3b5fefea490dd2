"""No figure about so few people that one could be recognised: small use cases are told together, as « autres ».

The register holds no head count. A service that says how many of its agents have access to AI tools (a statement of
training) is small under 5 of them; of a service that does not say, a use case is small when it counts under 100 uses
a month on average, what 5 agents make in using it once a working day. Uses do not prove a group: stating the agents
does. What counts nothing, as machines that run by night, is not held to be small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from estimator.governance.commitments.commitments import SMALLEST_GROUP
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import Scope, of_case
from estimator.governance.indicators.usage_by_case import months_of
from estimator.governance.register.schema import UseCase

WORKING_DAYS = 20  # of a month, rounded down
FEWEST_USES = SMALLEST_GROUP * WORKING_DAYS  # a month
FEWEST_CASES = 2  # told together: one alone would be told by its absence


@dataclass(frozen=True)
class Groups:
    """Ids of the use cases of a period that can be told one by one, and of those told together."""

    shown: frozenset[str]
    others: tuple[str, ...]


def grouped(scope: Scope) -> Groups:
    """The use cases that have data in a scope; small ones take the next smallest with them until they are enough."""
    heads = scope.sources.commitments.with_access(scope.period.last_day)
    there = {row.id for row in scope.rows}
    cases = sorted((c for c in scope.cases if c.id in there), key=lambda c: (-_uses(scope, c), c.id))
    small = [case for case in cases if is_small(scope, case, heads)]
    large = [case for case in cases if case not in small]
    while small and large and not _enough(small, heads):
        small.append(large.pop())
    if small and not _enough(small, heads):
        large = []
    return Groups(frozenset(case.id for case in large), tuple(case.id for case in small))


def is_small(scope: Scope, case: UseCase, heads: dict[str, int]) -> bool:
    """Could one agent be recognised in the figures of this use case?"""
    known = heads.get(case.service.casefold())
    if known is not None:
        return known < SMALLEST_GROUP
    rows = of_case(scope.rows, case.id)
    uses = units(rows)
    return uses is not None and uses < FEWEST_USES * len(months_of(rows))


def withheld(scope: Scope) -> bool:
    """Are all who could be behind the figures of a territory fewer than 5 declared agents?"""
    heads = scope.sources.commitments.with_access(scope.period.last_day)
    names = {row.use_case.service.casefold() for row in scope.rows if row.use_case}
    if not names or any(row.use_case is None for row in scope.rows) or not names <= heads.keys():
        return False
    return sum(heads[name] for name in names) < SMALLEST_GROUP


def _uses(scope: Scope, case: UseCase) -> float:
    return units(of_case(scope.rows, case.id)) or 0.0


def _enough(cases: Sequence[UseCase], heads: dict[str, int]) -> bool:
    """Two use cases at least, and 5 agents where all of them say how many they are."""
    names = {case.service.casefold() for case in cases}
    if len(cases) < FEWEST_CASES:
        return False
    return not names <= heads.keys() or sum(heads[name] for name in names) >= SMALLEST_GROUP
