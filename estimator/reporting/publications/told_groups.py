"""Which groups of a scope can be published: none from which anything about fewer than five agents could be read.

A use that is told alone is told month by month. Those that are merged are told of whole calendar years alone, and so
that whoever knows any one large use of theirs, and takes it off, is left with a sum that is nearly all of no small one.
Sums are exact: months of them would be as many equations, in which a large use that takes the same of each request
tells when a small one ran, and how much.
"""

import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from types import MappingProxyType
from typing import Any, NamedTuple

from estimator.assessment.evaluation import ActivityGroup
from estimator.builds.build_file import PlacedGroup
from estimator.builds.equation_selection import AMOUNTS, ATTRIBUTES
from estimator.catalogue.load import load, of_tables
from estimator.catalogue.models import is_of
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.core.periods import Period
from estimator.governance.indicators.anonymity import grouped, small, withheld
from estimator.governance.indicators.scope import Scope
from estimator.governance.indicators.small_uses import Counted, is_of_one, people_of, small_beside, team_of
from estimator.governance.register.schema import UseCase

_ANSWERED = re.compile(r"^\|[^|=*]+\|\d{4}-\d\d-\d\d")  # of a mark: the site whose supplier answered, and the day


FACTS = ("model", *ATTRIBUTES, "answered")  # what decides the factors of a line
SUMS = ("items", "requests", *AMOUNTS)  # of each group that is told


class Key(NamedTuple):
    """What tells two published groups apart. use: empty for those merged; month: yyyymm, of merged ones their year."""

    use: str
    month: int
    training: bool
    resource_share: float
    facts: tuple[tuple[str, str], ...]


class Member(NamedTuple):
    """The lines of one use in a group."""

    case: UseCase
    line: PlacedGroup

    @property
    def month(self) -> int:
        return int(self.line.row["month"])


Groups = Mapping[Key, Sequence[Member]]
Enough = Callable[[Iterable[Member], Sequence[str]], bool]
Beside = Mapping[str, Collection[str]]  # of each large use, the small ones that shared its computer
NONE_BESIDE: Beside = MappingProxyType({})


class ToldGroups(NamedTuple):
    """The groups that can be published, and those that cannot; of how many kinds and uses of the calendar years these
    are, whether they have lines in the period or not; whether they are enough people; and whether their electricity may
    be told: not that of a part of a year, which less that of another part would be of a month. months: of each year,
    those over which merged groups are told in equal parts; small: its small uses."""

    told: Groups
    hidden: Groups
    kinds: int
    uses: frozenset[str]
    enough: bool
    sized: bool
    months: Mapping[int, Sequence[int]]
    small: Mapping[int, frozenset[str]]


def groups_of(found: Groups) -> list[ActivityGroup]:
    """The lines of these groups, as groups with their factors."""
    return [member.line.group for members in found.values() for member in members]


def told_groups(scope: Scope) -> ToldGroups:
    """What the file of each calendar year of a period, or of the part of it that is there, tells, and nothing else: a
    use that one year merges would move sums of another, and two files less each other would be of a small use."""
    every, found = scope.period.months(), list[ToldGroups]()
    for year in dict.fromkeys(month // 100 for month in every):
        if scope.year(year).rows:
            part = Period.over([month for month in every if month // 100 == year])
            found.append(_of_year(replace(scope, period=part), scope.year(year)))
    held = [of_year for of_year in found if of_year.kinds or of_year.hidden]
    return ToldGroups(
        told=dict(chain.from_iterable(of_year.told.items() for of_year in found)),
        hidden=dict(chain.from_iterable(of_year.hidden.items() for of_year in found)),
        kinds=sum(of_year.kinds for of_year in found),
        uses=frozenset[str]().union(*(of_year.uses for of_year in found)),
        enough=bool(held) and all(of_year.enough for of_year in held),
        sized=bool(held) and all(of_year.sized for of_year in held),
        months=dict(chain.from_iterable(of_year.months.items() for of_year in found)),
        small=dict(chain.from_iterable(of_year.small.items() for of_year in found)),
    )


def _of_year(scope: Scope, year: Scope) -> ToldGroups:
    """A group is told when it is of a use that is told, or of merged ones in a whole calendar year, who are enough
    people whichever large one is taken off; what is not told is enough people too, so that no difference of totals
    gives less. None of a territory whose total is not told is. scope: of months of this year."""
    months, few = {*scope.period.months()}, {year.period.first // 100: small(year)}
    found, enough = _by_key(year), _enough(year)
    alone = {key: members for key, members in found.items() if key.use and key.month in months}
    merged = {key: members for key, members in found.items() if not key.use}
    if withheld(scope):
        hidden = alone | _within(merged, months)
        return ToldGroups({}, hidden, len(found), frozenset(), enough=False, sized=False, months={}, small=few)
    part = {*merged} if not months.issuperset(year.period.months()) else set[Key]()
    over = {key.month: _months(year) for key in merged}
    aside = _hidden(enough, merged, year) | part
    held = [member for key in aside for member in merged[key]]
    told = alone | {key: members for key, members in merged.items() if key not in aside}
    hidden = _within({key: merged[key] for key in aside}, months)
    is_enough = bool(aside) and enough(held, ())
    uses = frozenset(member.case.id for member in held)
    return ToldGroups(told, hidden, len(aside), uses, is_enough, is_enough and not part, over, few)


def told_runs(members: Sequence[Member], few: Container[str]) -> int:
    """How many runs a group has; at most that many, tens or hundreds, where those of one small use are nearly all,
    whichever large one is taken off."""
    runs: int = sum(member.line.row["slices"] for member in members)
    if not any(_is_one(left, few, ("slices",)) for left in _left(members, few)):
        return runs
    step: int = 10 ** max(1, len(str(runs)) - 1)
    return -(-runs // step) * step


def _months(year: Scope) -> list[int]:
    """The months of a year in which a large use of a territory ran; all of them until today where it has none."""
    few = small(year)
    large = {row.row.month for row in year.rows if row.id and row.id not in few}
    return sorted(large) or _until_today(year)


def _until_today(year: Scope) -> list[int]:
    today = year.sources.today.year * 100 + year.sources.today.month
    return [month for month in year.period.months() if month <= today] or year.period.months()


def _within(found: Groups, months: Container[int]) -> dict[Key, list[Member]]:
    """The lines of these groups in these months, none without any."""
    there = {key: [member for member in members if member.month in months] for key, members in found.items()}
    return {key: members for key, members in there.items() if members}


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
            month = line.row["month"]
            key = Key(use, month if use else month // 100, line.row["training"], line.row["resource_share"], facts)
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


def _hidden(enough: Enough, merged: Groups, year: Scope) -> set[Key]:
    """The merged groups that are too few people once a large use is taken off, or that equal months would not sum, or
    all of them where those that are not told would be too few. year: theirs."""
    few, months, beside = small(year), _until_today(year), small_beside(year)
    hidden = {
        key
        for key, members in merged.items()
        if not all(enough(left, SUMS) for left in _left(members, few, beside)) or not _is_even(members, months)
    }
    held = [member for key in hidden for member in merged[key]]
    return {*merged} if held and not enough(held, ()) else hidden


def _left(members: Sequence[Member], few: Container[str], beside: Beside = NONE_BESIDE) -> list[list[Member]]:
    """These lines, and what is left of them without each of the large uses, where a small one is; and without those
    too that shared its computer, of whose energy its own runs read all."""
    ids = {member.case.id for member in members}
    gone = [{id, *more} for id in sorted(ids) if id not in few for more in ((), beside.get(id, ()))]
    without = [[one for one in members if one.case.id not in some] for some in gone]
    return [[*members], *(left for left in without if any(one.case.id in few for one in left))]


def _is_even(members: Iterable[Member], months: Sequence[int]) -> bool:
    """Whether the factors of these lines are the same in all of these months, whichever the lines are of, which would
    otherwise be told: equal parts of their sums are worth them."""
    asked = {(name, bound.subject) for member in members for name, bound in member.line.group.bounds.items()}
    return all(_factor(name, of, month) == _factor(name, of, months[0]) for name, of in asked for month in months)


def _factor(name: str, subject: str, month: int) -> SelectedFactor:
    return select_factor(load(), name, subject, date(month // 100, month % 100, 1))


def _sum(member: Member, name: str) -> float:
    return float((member.line.row[name] if name else member.line.group.values.get("it_energy")) or 0.0)


def _enough(scope: Scope) -> Enough:
    """Whether lines are of enough people, and no small team is nearly all of their electricity, nor of a sum that is
    told of them, given by its column."""
    people = people_of(scope)._replace(small=small(scope))

    def enough(members: Iterable[Member], told: Sequence[str]) -> bool:
        there = list(members)
        return people.are_enough(map(_counted, there)) and not _is_one(there, people.small, told)

    return enough


def _counted(member: Member) -> Counted:
    """The uses of a line: none that trains a model or indexes documents."""
    row = member.line.row
    answers = not (row["training"] or is_of(row["model"] or "", "embedding"))
    return Counted(member.case, member.month, (row["items"] or row["requests"] or 0.0) if answers else 0.0)


def _is_one(members: Sequence[Member], few: Container[str], told: Sequence[str]) -> bool:
    """Whether one small team is nearly all of the electricity of these lines, or of a sum told of them."""
    teams = [team_of(member.case, few) for member in members]
    sums = ([_sum(member, name) for member in members] for name in ("", *told))
    return any(is_of_one(zip(teams, amounts, strict=True)) for amounts in sums)
