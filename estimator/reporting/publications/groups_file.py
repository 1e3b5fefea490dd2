"""What an authority hands to a wider one: the groups of its activity over a period, without any row."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from estimator.builds.build_file import PlacedGroup
from estimator.builds.published_groups import FORMAT, PublishedGroup, PublishedGroups
from estimator.core.communes import METROPOLE
from estimator.core.refusals import checked
from estimator.reporting.publications.context import ReportFacts, ReportFiles
from estimator.reporting.publications.reen_file import (
    commune_file,
    withheld_kwh,
)
from estimator.reporting.publications.told_groups import (
    SUMS,
    Key,
    Member,
    ToldGroups,
    lines_of,
    public_facts,
    public_host,
    told_groups,
    told_runs,
)
from estimator.reporting.publications.unattached import has_unattached, unattached, unattached_notes

REVIEW = ("uses", "seed", "shares")


def groups_file(facts: ReportFacts) -> ReportFiles:
    """The file of a territory, which is merged with others, and what it leaves out. reen_territory_wanted,
    period_ahead."""
    held = published_groups(facts)
    notes = []
    if facts.withheld and not held.groups:
        notes += [facts.say("withheld"), facts.say("groups_empty")]
    elif held.withheld:
        key = "groups_part_of_year" if held.withheld_kwh is None else "groups_withheld"
        notes.append(facts.say(key, count=held.withheld, uses=held.uses_withheld))
    elif held.withheld is None:
        notes.append(facts.say("groups_silent"))
    elif not held.groups:
        key = "groups_none_attached" if held.unattached else "groups_none"
        notes.append(facts.say(key, period=held.period, territory=facts.territory))
    notes += unattached_notes(facts, unattached(facts))
    lines = lines_of(facts.scope).values()
    notes += [facts.say("groups_answers")] if any(map(_known_here_alone, lines)) else []
    notes += [facts.say("groups_metropole")] if held.territory == METROPOLE else []
    return ReportFiles({"": f"{held.model_dump_json(indent=1)}\n"}, tuple(notes))


def published_groups(facts: ReportFacts) -> PublishedGroups:
    """The same as data, made now: what it withholds may change without a new build."""
    build, body = facts.scope.sources.build, commune_file(facts).model_dump(mode="json")
    found = told_groups(facts.scope)
    told = [group for key, members in found.told.items() for group in _published(key, members, found)]
    groups, servings = _numbered(told, build.servings)
    review: dict[str, Any] = {name: body[name] for name in REVIEW} | {
        "months": sorted({group.month for group in groups})
    }
    review["services"] = [service for service in body["services"] if service["use_case"]]
    told_of = {name: body[name] for name in ("territory", "administration", "period", "mark", "build")}
    return checked(
        PublishedGroups,
        told_of
        | dict(
            format=FORMAT,
            made_at=datetime.now(UTC).isoformat(timespec="microseconds"),
            factors_version=build.factors_version,
            formulas_version=build.meta["formulas_version"],
            **dict.fromkeys(("withheld", "uses_withheld", "withheld_kwh")) | _withheld(found),
            unattached=has_unattached(facts, unattached(facts)),
            review=review,
            servings=servings,
            groups=groups,
        ),
    ).sealed()


def _numbered(
    groups: Sequence[PublishedGroup], servings: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[PublishedGroup, ...], tuple[dict[str, Any], ...]]:
    """These groups and their ways of serving, numbered in the file, then in its order: the numbers of the build count
    those that it does not tell."""
    used = servings.keys() & {group.facts.get("serving", "") for group in groups}
    names = {name: f"s{n}" for n, name in enumerate(sorted(used, key=lambda name: int(name[1:])), 1)}
    renamed = [
        group.model_copy(update={"facts": {**group.facts, "serving": names[group.facts["serving"]]}})
        if group.facts.get("serving") in names
        else group
        for group in groups
    ]
    rows = [
        {**servings[name], "serving": to, "place": public_host(servings[name]["place"])} for name, to in names.items()
    ]
    return tuple(sorted(renamed, key=_order)), tuple(rows)


def _order(group: PublishedGroup) -> tuple[str, int, bool, float, list[tuple[str, str]]]:
    return group.use, group.month, group.training, group.resource_share, sorted(group.facts.items())


def _withheld(found: ToldGroups) -> dict[str, float]:
    """How much is not told: nothing of groups that are too few people even together, their count included. Groups and
    uses are counted over the calendar years: those with lines in the period would say in which months they ran."""
    if (found.kinds or found.hidden) and not found.enough:
        return {}
    told = found.sized or not found.kinds
    kwh = {"withheld_kwh": withheld_kwh(found.hidden) if found.hidden else 0.0} if told else {}
    return {"withheld": found.kinds, "uses_withheld": len(found.uses)} | kwh


def _known_here_alone(line: PlacedGroup) -> bool:
    """Whether a factor of a line is not published: of a site, an answer or a measure of its home."""
    public = public_facts(line.row)
    told = all(line.row[name] == public[name] for name in ("host", "answered"))
    return not told or line.group.bounds["own_ratio"].factor is not None


def _published(key: Key, members: Sequence[Member], found: ToldGroups) -> Iterator[PublishedGroup]:
    """A group, or the equal parts of one that is told of a year."""
    months, few = ([key.month], ()) if key.use else (found.months[key.month], found.small[key.month])
    sums: dict[str, float] = {}
    for name in SUMS:
        known = [member.line.row[name] for member in members if member.line.row[name] is not None]
        sums |= {name: math.fsum(known) / len(months)} if known else {}
    about = {name: value for name, value in key._asdict().items() if name != "facts"}
    public = {name: text for name, text in public_facts(dict(key.facts)).items() if text}
    runs, more = divmod(told_runs(members, few), len(months))
    for number, month in enumerate(months):
        yield PublishedGroup(**about | {"month": month}, slices=runs + (number < more), facts=public, sums=sums)
