"""Which groups of a scope can be published: none from which anything about fewer than five agents could be read."""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from estimator.assessment.evaluation import ActivityGroup
from estimator.builds.build_file import PlacedGroup
from estimator.builds.equation_selection import AMOUNTS, ATTRIBUTES
from estimator.catalogue.load import of_tables
from estimator.core.periods import Period
from estimator.governance.commitments.commitments import SMALLEST_GROUP
from estimator.governance.indicators.anonymity import grouped, small, withheld
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.small_uses import FEWEST_CASES, FEWEST_USES, heads_of, nearly_all
from estimator.governance.register.schema import UseCase

_ANSWERED = re.compile(r"^\|[^|=*]+\|\d{4}-\d\d-\d\d")  # of a mark: the site whose supplier answered, and the day


FACTS = ("model", *ATTRIBUTES, "answered")  # what decides the factors of a line
SUMS = ("items", "requests", *AMOUNTS)  # of each group that is told


class Key(NamedTuple):
    """What tells two published groups apart. use: empty for small ones together."""

    use: str
    month: int
    training: bool
    resource_share: float
    facts: tuple[tuple[str, str], ...]


class Member(NamedTuple):
    """The lines of one use in a group."""

    case: UseCase
    line: PlacedGroup


Enough = Callable[[Iterable[Member], Sequence[str]], bool]


class ToldGroups(NamedTuple):
    """The groups that can be published, and those that cannot; of how many kinds and uses of the calendar years these
    are, whether they have lines in the period or not; and whether they are enough people in each month: their sum less
    that of another period is then of enough too."""

    told: Mapping[Key, Sequence[Member]]
    hidden: Mapping[Key, Sequence[Member]]
    kinds: int
    uses: int
    enough: bool


def groups_of(found: Mapping[Key, Sequence[Member]]) -> list[ActivityGroup]:
    """The lines of these groups, as groups with their factors."""
    return [member.line.group for members in found.values() for member in members]


def told_groups(scope: Scope) -> ToldGroups:
    """A group is told when it is of a use that is told, or of several small ones that are enough people together; what
    is not told is enough people too, so that no difference of totals gives less. A kind of groups, of the same facts,
    is told or not in all months of a calendar year: which months are told would say when a small use ran. None of a
    territory whose total is not told is."""
    first, last = scope.period.months()[0] // 100, scope.period.months()[-1] // 100
    years = replace(scope, period=Period(str(first) if first == last else f"{first}-01..{last}-12"), only=None)
    whole, steady = _by_key(years), _steady(years)
    months = {*scope.period.months()}
    found = {key: members for key, members in whole.items() if key.month in months}
    if withheld(scope):
        return ToldGroups({}, found, len(whole), 0, enough=False)
    aside = _hidden(steady, whole)
    told = {key: members for key, members in found.items() if _kind(key) not in aside}
    held = [member for key, members in whole.items() if _kind(key) in aside for member in members]
    uses, enough = {member.case.id for member in held}, bool(aside) and steady(held, ())
    return ToldGroups(told, {key: found[key] for key in found.keys() - told.keys()}, len(aside), len(uses), enough)


def told_runs(members: Sequence[Member], few: Container[str]) -> int:
    """How many runs a group has; at most that many, tens or hundreds, where those of one small use are nearly all."""
    runs: int = sum(member.line.row["slices"] for member in members)
    if not _is_one(members, few, ("slices",)):
        return runs
    step: int = 10 ** max(1, len(str(runs)) - 1)
    return -(-runs // step) * step


def lines_of(scope: Scope) -> dict[int, PlacedGroup]:
    """The lines of `groups` of the uses of a scope, by id."""
    mine = {(*row.key, row.row.month) for row in scope.rows if row.id}
    since = min((row.row.month for row in scope.rows), default=0)
    return {line.row["group_id"]: line for line in scope.sources.build.placed_groups(since) if _place(line) in mine}


def _place(line: PlacedGroup) -> tuple[Any, ...]:
    return tuple(line.row[name] for name in ("service_key", "model", "host", "training", "month"))


def _by_key(scope: Scope) -> dict[Key, list[Member]]:
    """The lines of each group that could be published."""
    case_of = {(*row.key, row.row.month): row.use_case for row in scope.rows}
    shown, found = grouped(scope).shown, dict[Key, list[Member]]()
    for line in lines_of(scope).values():
        case = case_of[_place(line)]
        if case is not None:
            facts = tuple((name, str(line.row[name])) for name in FACTS if line.row[name])
            use = case.id if case.id in shown else ""
            key = Key(use, line.row["month"], line.row["training"], line.row["resource_share"], facts)
            found.setdefault(key, []).append(Member(case, line))
    return found


def public_facts(row: Mapping[str, Any]) -> dict[str, str]:
    """What decides the factors of a line, without what only its home knows: its own sites, its suppliers' answers."""
    facts = {name: str(row.get(name) or "") for name in FACTS}
    facts["host"] = public_host(facts["host"])
    return facts | {"answered": _ANSWERED.sub("", facts["answered"])}


def public_host(host: str) -> str:
    """A host of the tables; a site that only its home names is not told."""
    return host if host in of_tables().subjects else ""


def _kind(key: Key) -> Key:
    """What tells a group apart in its calendar year, any month."""
    return key._replace(month=key.month // 100)


def _hidden(steady: Enough, found: Mapping[Key, Sequence[Member]]) -> set[Key]:
    """The kinds of groups of small uses that are too few people in a month, or all kinds where those that are not told
    would be."""
    merged: dict[Key, list[Member]] = {}
    for key, members in found.items():
        if not key.use:
            merged.setdefault(_kind(key), []).extend(members)
    hidden = {kind for kind, members in merged.items() if not steady(members, SUMS)}
    if hidden and not steady([member for kind in hidden for member in merged[kind]], ()):
        return set(merged)
    return hidden


def _steady(scope: Scope) -> Enough:
    """Whether lines are enough in each month that has some; or their large uses hide, in it, each small one at the most
    that it takes in a month: whether it ran decides nothing."""
    enough, few = _enough(scope), small(scope)

    def steady(members: Iterable[Member], told: Sequence[str]) -> bool:
        by_month: dict[int, list[Member]] = {}
        for member in members:
            by_month.setdefault(member.line.row["month"], []).append(member)
        most = [_most_of_few(there, few, told) for there in by_month.values()]
        least = {name: max(each.get(name, 0.0) for each in most) for name in ("", *told)} if most else {}
        return all(enough(there, told) or _hides(there, few, least) for there in by_month.values())

    return steady


def _most_of_few(members: Sequence[Member], few: Container[str], told: Sequence[str]) -> dict[str, float]:
    """The most that one small use has of the electricity of these lines (by no name), and of each sum."""
    found = {name: defaultdict[str, float](float) for name in ("", *told)}
    for member in members:
        if member.case.id in few:
            for name, of_use in found.items():
                of_use[member.case.id] += _sum(member, name)
    return {name: max(of_use.values(), default=0.0) for name, of_use in found.items()}


def _hides(members: Sequence[Member], few: Container[str], most: Mapping[str, float]) -> bool:
    """Whether the large uses of these lines would hide a small one that has the most of each sum."""
    large = [member for member in members if member.case.id not in few]
    if not large or not any(most.values()):
        return False
    return not any(0 in nearly_all([value, sum(_sum(one, name) for one in large)]) for name, value in most.items())


def _sum(member: Member, name: str) -> float:
    return float((member.line.row[name] if name else member.line.group.values.get("it_energy")) or 0.0)


def _enough(scope: Scope) -> Enough:
    """Whether lines are of two uses or more and of 5 agents or more (one of the uses is not small, or all state their
    agents, or they count the uses of 5 agents in a month), and no small one is nearly all of their electricity, nor of
    a sum that is told of them, given by its column."""
    heads, few = heads_of(scope), small(scope)

    def enough(members: Iterable[Member], told: Sequence[str]) -> bool:
        there = list(members)
        cases = {member.case.id: member.case for member in there}
        if len(cases) < FEWEST_CASES or _is_one(there, few, told):
            return False
        if cases.keys() - few:
            return True
        names = {case.service.casefold() for case in cases.values()}
        if names <= heads.keys():
            return sum(heads[name] for name in names) >= SMALLEST_GROUP
        counted = sum(member.line.row["items"] or member.line.row["requests"] or 0.0 for member in there)
        return counted >= FEWEST_USES * len({member.line.row["month"] for member in there})

    return enough


def _is_one(members: Iterable[Member], few: Container[str], told: Sequence[str]) -> bool:
    """Whether one small use is nearly all of the electricity of these lines, or of a sum told of them."""
    sums = {name: defaultdict[str, float](float) for name in ("", *told)}
    for member in members:
        for name, of_use in sums.items():
            of_use[member.case.id] += _sum(member, name)
    found = (list(of_use)[place] for of_use in sums.values() for place in nearly_all([*of_use.values()]))
    return any(use in few for use in found)
