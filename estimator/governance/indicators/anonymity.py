"""Statistical disclosure control: small use cases are merged as « autres », so that no person is recognisable.

The register has no head count. A service with a statement of how many agents have access to AI tools (a statement of
training) is small under 5 of them; without a statement, a use case is small under 100 counted uses
a month on average, the uses of 5 agents once a working day. Uses do not prove a group size: stating the agents
does. A use case without counts, such as machines that run by night, is not considered small. What residents ask
(`users` of the register) is told of no agent: it is never merged, and hides nothing of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from estimator.core.errors import sentences
from estimator.core.interval import Interval
from estimator.governance.commitments.commitments import SMALLEST_GROUP
from estimator.governance.indicators.functional_units import units
from estimator.governance.indicators.scope import Scope, of_case
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import WHOLE, UseCase

WORKING_DAYS = 20  # of a month, rounded down
FEWEST_USES = SMALLEST_GROUP * WORKING_DAYS  # a month
VOTED = ("use_case", "name", "indicator", "unit", "year", "ceiling", "by", "date", "document")
WITHHELD = {"verdict": None, "near": False, "withheld": True}
RESIDENTS = "habitants"
FEWEST_CASES = 2  # minimum number merged: one alone would be disclosed by difference
MOST_OF_ONE = 0.85  # of the electricity of those merged: above it, their sum is nearly that of one (rule of the Insee)


@dataclass(frozen=True)
class Groups:
    """Ids of the use cases of a period that can be published one by one, and of those merged.

    too_few: even merged they are too few people, so no figure of theirs, nor one that gives it by difference, is told;
    kept: small ones are told to those who hold the data, and so to nobody else.
    """

    shown: frozenset[str]
    others: tuple[str, ...]
    too_few: bool = False
    kept: bool = False


def grouped(scope: Scope) -> Groups:
    """The use cases with data in a scope; small ones are merged until they are enough, but for those who hold the data:
    they read each run of theirs anyway."""
    there = {row.id for row in scope.rows}
    cases = sorted((c for c in scope.cases if c.id in there), key=lambda c: (-_uses(scope, c), c.id))
    if scope.sources.inside and any(case.users != RESIDENTS and is_small(scope, case) for case in cases):
        return Groups(frozenset(case.id for case in cases), (), kept=True)
    hidden = merged(scope)
    small = [case for case in cases if case.id in hidden]
    return Groups(
        shown=frozenset(case.id for case in cases if case.id not in hidden),
        others=tuple(case.id for case in small),
        too_few=bool(small) and not hide(scope, small, scope.rows),
    )


def merged(scope: Scope) -> frozenset[str]:
    """The use cases that are not told one by one in a scope: those that are small in its period, or over all that is
    known; with them the next smallest of their commune, and, for the whole territory, of any where there is none.

    The next smallest is by the uses of all that is known: a commune, the whole and two periods merge the same ones
    where they can, for what one merges and another tells is told by difference.
    """
    whole = scope.territory == WHOLE
    key, known = (scope.period, scope.only, whole), scope.sources.merged
    if key not in known:
        now, ever = replace(scope, territory=WHOLE, use=None), scope.sources.ever
        there = {row.id for row in now.rows}
        order = [case for case in ever.cases if case.id in there and case.users != RESIDENTS]
        order.sort(key=lambda case: (-_uses(ever, case), case.id))
        found = {case.id for case in order if any(is_small(one, case) for one in (now, ever))}
        communes = dict.fromkeys(case.commune for case in order)
        pools = [[case for case in order if case.commune == name] for name in communes]
        for pool in (*pools, *([order] if whole else [])):
            mine, rest = ([case for case in pool if (case.id in found) is small] for small in (True, False))
            while mine and rest and not hide(now, mine, now.rows):
                mine.append(rest.pop())
            found |= {case.id for case in mine}
        known[key] = frozenset(found)
    return known[key]


def small(scope: Scope) -> frozenset[str]:
    """The use cases in whose figures one agent could be recognised, where these are not told to who holds the data."""
    found = (case for case in scope.cases if case.users != RESIDENTS and is_small(scope, case))
    return frozenset() if grouped(scope).kept else frozenset(case.id for case in found)


def is_small(scope: Scope, case: UseCase) -> bool:
    """Whether one agent could be recognised in the figures of this use case."""
    known = _heads(scope).get(case.service.casefold())
    if known is not None:
        return known < SMALLEST_GROUP
    rows = of_case(scope.rows, case.id)
    uses = units(rows)
    return uses is not None and uses < FEWEST_USES * len(months_of(rows))


def _heads(scope: Scope) -> dict[str, int]:
    return scope.sources.commitments.with_access(scope.period.last_day)


def withheld(scope: Scope) -> bool:
    """Whether the total of a territory is that of its small use cases alone, too few people even together."""
    return grouped(scope).too_few and all(row.use_case for row in scope.rows)


def too_few_of(scope: Scope) -> frozenset[int]:
    """The months whose small use cases are too few people even together, as one use alone in its month is.

    What is in no use case is not told in them either: the total of the month less it would be theirs. Where all these
    months together are of too few people, no month is told: the total of the period less the others would be theirs.
    """
    found = grouped(scope)
    months: dict[int, list[Attached]] = {}
    for row in scope.rows:
        if row.id in found.others:
            months.setdefault(row.row.month, []).append(row)
    silent = frozenset(month for month, rows in months.items() if not hide(scope, cases_of(rows), rows))
    left = [row for month in silent for row in months[month]]
    alone = any(is_small(scope, case) for case in cases_of(left)) and not hide(scope, cases_of(left), left)
    return frozenset(months) if alone else silent


def withheld_amount(amount: Interval) -> Interval:
    """The same amount [its unit] without its figures, and why."""
    return Interval(unit=amount.unit, missing=sentences("indicators_missing", "small_group"))


def withheld_budget(found: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a ceiling when its spending is withheld: the vote alone."""
    return {key: value for key, value in found.items() if key in VOTED} | WITHHELD


def cases_of(rows: Sequence[Attached]) -> list[UseCase]:
    """Their use cases, each once."""
    return list({row.use_case.id: row.use_case for row in rows if row.use_case}.values())


def _uses(scope: Scope, case: UseCase) -> float:
    return units(of_case(scope.rows, case.id)) or 0.0


def hide(scope: Scope, cases: Sequence[UseCase], rows: Sequence[Attached]) -> bool:
    """Whether their sum over these rows tells nothing of one: they are enough, and no small one is nearly all of it."""
    return enough(cases, _heads(scope)) and not is_dominated(scope, cases, rows)


def is_dominated(scope: Scope, cases: Sequence[UseCase], rows: Sequence[Attached]) -> bool:
    """Whether one that is small in a scope has nearly all the electricity of these rows of the use cases."""
    known = [sum(row.row.group.values.get("it_energy") or 0.0 for row in of_case(rows, case.id)) for case in cases]
    return any(is_small(scope, cases[place]) for place in nearly_all(known))


def nearly_all(amounts: Sequence[float]) -> list[int]:
    """The places of those of these amounts that are nearly all of their sum: one at most."""
    most = MOST_OF_ONE * sum(amounts)
    return [place for place, amount in enumerate(amounts) if amount > most]


def enough(cases: Sequence[UseCase], heads: dict[str, int]) -> bool:
    """At least two use cases, and 5 agents when all of them are declared."""
    names = {case.service.casefold() for case in cases}
    if len(cases) < FEWEST_CASES:
        return False
    return not names <= heads.keys() or sum(heads[name] for name in names) >= SMALLEST_GROUP
