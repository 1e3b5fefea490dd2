"""What an authority hands to a wider one: the groups of its activity over a period, without any row."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from estimator.builds.build_file import PlacedGroup
from estimator.builds.equation_selection import AMOUNTS, ATTRIBUTES
from estimator.builds.merged_groups import FORMAT, PublishedGroup, PublishedGroups
from estimator.catalogue.load import of_tables
from estimator.governance.commitments.commitments import SMALLEST_GROUP
from estimator.governance.indicators.anonymity import FEWEST_CASES, FEWEST_USES, grouped, small
from estimator.governance.indicators.scope import Scope
from estimator.governance.register.schema import UseCase
from estimator.reporting.publications.context import ReportFacts, ReportFiles
from estimator.reporting.publications.reen_file import commune_file

COUNTS = ("items", "requests")
REVIEW = ("uses", "seed", "shares")
_ANSWERED = re.compile(r"^\|[^|=*]+\|\d{4}-\d\d-\d\d")  # of a mark: the site whose supplier answered, and the day


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


Enough = Callable[[Iterable[Member]], bool]


def groups_file(facts: ReportFacts) -> ReportFiles:
    """The file of a territory, which is merged with others, and what it leaves out. reen_territory_wanted."""
    held = published_groups(facts)
    notes = [facts.say("groups_withheld", count=held.withheld)] if held.withheld else []
    lines = _lines(facts.scope).values()
    notes += [facts.say("groups_answers")] if any(map(_known_here_alone, lines)) else []
    return ReportFiles({"": f"{held.model_dump_json(indent=1)}\n"}, tuple(notes))


def published_groups(facts: ReportFacts) -> PublishedGroups:
    """The same as data. A group is told when it is of a use that is told, or of several small ones that are enough
    people together; what is not told is enough people too, so that no difference of totals gives less."""
    scope, build = facts.scope, facts.scope.sources.build
    body, enough = commune_file(facts).model_dump(mode="json"), _enough(scope)
    found = {} if facts.withheld else _by_key(scope)
    hidden = _hidden(enough, found)
    told = {key: members for key, members in found.items() if key not in hidden}
    aside = [member for key in hidden for member in found[key]]
    kwh = math.fsum(float(member.line.group.values.get("it_energy") or 0.0) for member in aside)
    used = {dict(key.facts).get("serving", "") for key in told}
    review: dict[str, Any] = {name: body[name] for name in REVIEW} | {"months": sorted({key.month for key in told})}
    review["services"] = [service for service in body["services"] if service["use_case"]]
    return PublishedGroups(
        format=FORMAT,
        **{name: body[name] for name in ("territory", "administration", "period", "made_at", "mark", "build")},
        factors_version=build.factors_version,
        formulas_version=build.meta["formulas_version"],
        withheld=len(hidden),
        withheld_kwh=kwh if enough(aside) else None if hidden or facts.withheld else 0.0,
        review=review,
        servings=tuple(
            row | {"place": _public_host(row["place"])} for name, row in sorted(build.servings.items()) if name in used
        ),
        groups=tuple(_published(key, members) for key, members in sorted(told.items())),
    ).sealed()


def _lines(scope: Scope) -> dict[int, PlacedGroup]:
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
    for line in _lines(scope).values():
        case = case_of[_place(line)]
        if case is not None:
            facts = tuple(sorted((name, text) for name, text in _public(line.row).items() if text))
            use = case.id if case.id in shown else ""
            key = Key(use, line.row["month"], line.row["training"], line.row["resource_share"], facts)
            found.setdefault(key, []).append(Member(case, line))
    return found


def _public(row: Mapping[str, Any]) -> dict[str, str]:
    """What decides the factors of a line, without what only its home knows: its own sites, its suppliers' answers."""
    facts = {name: str(row[name] or "") for name in ("model", *ATTRIBUTES, "answered")}
    facts["host"] = _public_host(facts["host"])
    return facts | {"answered": _ANSWERED.sub("", facts["answered"])}


def _public_host(host: str) -> str:
    """A host of the tables; a site that only its home names is not told."""
    return host if host in of_tables().subjects else ""


def _known_here_alone(line: PlacedGroup) -> bool:
    """Whether a factor of a line is not published: of a site, an answer or a measure of its home."""
    public = _public(line.row)
    told = all(line.row[name] == public[name] for name in ("host", "answered"))
    return not told or line.group.bounds["own_ratio"].factor is not None


def _hidden(enough: Enough, found: Mapping[Key, Sequence[Member]]) -> set[Key]:
    """The groups of small uses that are too few people, with as many others of their month, then of all months, as it
    takes for those that are not told to be enough people."""
    merged = [key for key in found if not key.use]
    hidden = {key for key in merged if not enough(found[key])}
    for month in sorted({key.month for key in hidden}):
        if not enough(_of([key for key in hidden if key.month == month], found)):
            hidden |= {key for key in merged if key.month == month}
    return set(merged) if hidden and not enough(_of(hidden, found)) else hidden


def _of(keys: Iterable[Key], found: Mapping[Key, Sequence[Member]]) -> Iterator[Member]:
    return (member for key in keys for member in found[key])


def _enough(scope: Scope) -> Enough:
    """Whether lines are of two uses or more and of 5 agents or more: one of the uses is not small, or all state their
    agents, or they count the uses of 5 agents in a month."""
    heads, few = scope.sources.commitments.with_access(scope.period.last_day), small(scope)

    def enough(members: Iterable[Member]) -> bool:
        there = list(members)
        cases = {member.case.id: member.case for member in there}
        if len(cases) < FEWEST_CASES or cases.keys() - few:
            return len(cases) >= FEWEST_CASES
        names = {case.service.casefold() for case in cases.values()}
        if names <= heads.keys():
            return sum(heads[name] for name in names) >= SMALLEST_GROUP
        counted = sum(member.line.row["items"] or member.line.row["requests"] or 0.0 for member in there)
        return counted >= FEWEST_USES * len({member.line.row["month"] for member in there})

    return enough


def _published(key: Key, members: Sequence[Member]) -> PublishedGroup:
    sums: dict[str, float] = {}
    for name in (*COUNTS, *AMOUNTS):
        known = [member.line.row[name] for member in members if member.line.row[name] is not None]
        sums |= {name: math.fsum(known)} if known else {}
    slices = sum(member.line.row["slices"] for member in members)
    about = {name: value for name, value in key._asdict().items() if name != "facts"}
    return PublishedGroup(**about, slices=slices, facts=dict(key.facts), sums=sums)
