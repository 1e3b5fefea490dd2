"""What a commune hands to its métropole for the yearly review: its figures with their draws, as one file."""

import base64
import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from estimator.assessment.evaluation import ActivityGroup
from estimator.assessment.impacts import FIGURES, amounts
from estimator.assessment.uncertainty import DRAWS, SEED
from estimator.builds.published_groups import PublishedGroups
from estimator.builds.published_review import COUNTED, Amount, Authority, CommuneFigure, CommuneService, Month, counted
from estimator.comparison.paired_draws import Side
from estimator.core.errors import SobriaError, sentences
from estimator.core.fields import Strict
from estimator.core.interval import Interval
from estimator.core.number_format import WHOLE as WHOLE_SHARE
from estimator.core.periods import Period, PeriodRefused
from estimator.governance.indicator_list import FOOTPRINTS, INDICATORS
from estimator.governance.indicators.anonymity import grouped, told_months, withheld_amount
from estimator.governance.indicators.footprints import totals
from estimator.governance.indicators.told_ends import told_amount
from estimator.governance.indicators.usage_by_case import Attached, digest, months_of
from estimator.governance.register.schema import WHOLE
from estimator.reporting.publications.context import ReportFacts, ReportFiles
from estimator.reporting.publications.told_groups import Key, Member, groups_of, told_groups
from estimator.reporting.publications.unattached import unattached, unattached_notes
from estimator.results.proofs import proofs
from estimator.results.reading import Results
from estimator.results.totals import AuthorityPart, outside, rough_share

FORMAT = "sobria-reen/1"
LEAST_HELD = 1e-6  # of the electricity told, that what is withheld is more than [1]
FOUR = tuple(figure for figure in FIGURES if figure.id in FOOTPRINTS)

Version = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


def _period(text: str) -> str:
    try:
        return Period(text).text
    except PeriodRefused as refusal:
        raise PydanticCustomError("commune_period", "not a period") from refusal


def _footprints(figures: Mapping[str, CommuneFigure]) -> Mapping[str, CommuneFigure]:
    """The four are there, whole, in their units."""
    for figure in FOUR:
        found = figures.get(figure.id)
        if found is None or found.unit != figure.unit or not found.whole:
            raise PydanticCustomError(
                "commune_figure", "not a whole footprint", {"name": figure.id, "unit": figure.unit}
            )
    return figures


class Gap(Strict):
    """The months without data of a use that is told by its name."""

    name: Annotated[str, StringConstraints(min_length=1)]
    periods: Annotated[tuple[Annotated[str, AfterValidator(_period)], ...], Field(min_length=1)]


class Lacks(Strict):
    """What the sheet of a commune says is not in its figures, of any size; by the names of `Outside`."""

    gaps: tuple[Gap, ...] = ()
    unknown_runs: int = Field(ge=0, default=0)
    unread: bool = False
    lacks_rows: bool = False


class CommuneFile(Strict):
    """The file of a commune. months: with data that is told [yyyymm]; as_read_kwh: electricity that is told, before any
    factor; withheld_kwh: that of groups that are not, to one digit, in as_read_kwh in files of before; proof_kwh: told,
    of each proof [kWh]; unattached: of the home, that no use of any commune has, at the site, in the period; shares:
    the two counts of an indicator; lacks: files of before do not tell. Not written, of merged groups: unknown_uses:
    with activity of unknown electricity; handed: months of the period that were over when its files were made
    [yyyymm]."""

    format: Literal["sobria-reen/1"]
    territory: Authority
    administration: str
    period: Annotated[str, AfterValidator(_period)]
    made_at: str
    mark: str
    build: Version
    factors_version: Version
    formulas_version: Version
    seed: int
    months: tuple[Month, ...]
    uses: int = Field(ge=0)
    as_read_kwh: Amount
    withheld_kwh: Amount = 0.0
    proof_kwh: Mapping[str, Amount]
    unattached: CommuneFigure
    withheld: bool
    figures: Annotated[Mapping[str, CommuneFigure], AfterValidator(_footprints)]
    shares: Annotated[Mapping[str, tuple[Amount, Amount]], AfterValidator(counted)]
    services: tuple[CommuneService, ...]
    lacks: Lacks | None = None
    unknown_uses: int = Field(ge=0, default=0, exclude=True)
    loose: bool = Field(default=False, exclude=True)
    handed: tuple[Month, ...] = Field(default=(), exclude=True)

    @property
    def nothing(self) -> bool:
        """Whether nothing was recorded in the period: nothing is told, is withheld, or waits for a use."""
        return not self.months and not self.whole_kwh and not self.withheld and not self.loose

    @property
    def whole_kwh(self) -> float:
        """Its electricity before any factor, with what it withholds to one digit [kWh]."""
        return self.as_read_kwh + self.withheld_kwh

    @property
    def roughly(self) -> bool:
        """Whether what it covers rests on an electricity that it withholds, told to one digit."""
        return self.whole_kwh > (1 + LEAST_HELD) * sum(self.proof_kwh.values())

    @property
    def unsaid(self) -> bool:
        """Whether nothing says what its figures lack: a file of before."""
        return self.lacks is None and not self.nothing

    @property
    def lacking(self) -> bool:
        """Whether its figures lack a part of any size."""
        return self.lacks not in (None, Lacks()) or self.loose or self.unknown_uses > 0 or self.withheld

    def partly(self, name: str) -> bool:
        """Whether a part of what it counts is not in a footprint, of a known size or not."""
        return self.lacking or bool(self.withheld_kwh) or self.figures[name].covers <= WHOLE_SHARE

    def covers(self, name: str) -> float:
        """The share of its electricity that a footprint covers [1], to one digit where it is known roughly."""
        share = self.figures[name].covers
        return rough_share(share) if self.roughly else share

    @property
    def versions(self) -> tuple[str, str, int]:
        """What two files must share to be drawn together: formulas, factors, seed of the draws."""
        return self.formulas_version, self.factors_version, self.seed


class BroughtFiles(NamedTuple):
    """What an authority brought to a wider build over a period: its files that share months with it, by their period;
    its rows of that period; and what is told of it there."""

    period: Period
    files: Sequence[PublishedGroups]
    rows: Sequence[Attached]
    told: AuthorityPart


def reen_file(facts: ReportFacts) -> ReportFiles:
    """The file of a territory, which its métropole adds to others, and what it leaves out. reen_territory_wanted,
    period_ahead."""
    held = commune_file(facts)
    notes = [facts.say("withheld")] if facts.withheld else []
    found = told_groups(facts.scope)
    if found.kinds and not facts.withheld:
        key = "groups_withheld" if found.sized else "groups_part_of_year" if found.enough else "groups_silent"
        notes.append(facts.say(key, count=found.kinds, uses=len(found.uses)))
    notes += unattached_notes(facts, held.unattached)
    return ReportFiles(
        {"": json.dumps(held.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"}, tuple(notes)
    )


def commune_file(facts: ReportFacts) -> CommuneFile:
    """The same as data; figures about too few people are unknown. reen_territory_wanted, period_ahead."""
    if facts.scope.territory == WHOLE:
        raise SobriaError("reen_territory_wanted")
    if facts.scope.period.first > facts.scope.sources.today.year * 100 + facts.scope.sources.today.month:
        raise SobriaError("period_ahead", read=str(facts.scope.period), today=facts.scope.sources.today.isoformat())
    scope, build = facts.scope, facts.scope.sources.build
    rows = [] if facts.withheld else scope.rows
    found = told_groups(scope)
    hidden = found.kinds or found.hidden
    groups = groups_of(found.told) if hidden else [row.row.group for row in rows]
    read = as_read_kwh(groups)
    held_out = withheld_kwh(found.hidden) if found.sized else 0.0
    entries = facts.body["indicators"]
    counts = {e.id: entries[e.id]["value"] for e in INDICATORS if e.id in COUNTED}
    silent = facts.withheld or (bool(hidden) and not found.sized)
    return CommuneFile(
        format=FORMAT,
        territory=facts.code or scope.territory,
        administration=facts.administration,
        period=str(scope.period),
        made_at=build.made_at,
        mark=facts.mark,
        build=build.id,
        factors_version=build.factors_version,
        formulas_version=build.meta["formulas_version"],
        seed=SEED,
        months=tuple(sorted({key.month for key in found.told if key.use})) if silent else tuple(told_months(scope)),
        uses=len(scope.in_use),
        as_read_kwh=read,
        withheld_kwh=held_out,
        proof_kwh=_by_proof(groups),
        unattached=_without_draws(unattached(facts)),
        withheld=silent,
        figures=_figures(groups, read / (read + held_out) if read else float(bool(groups)), roughly=held_out > 0)
        if hidden
        else {name: _figure(groups, name, value) for name, value in _values(facts, groups).items()},
        shares={name: (value["numerator"], value["denominator"]) for name, value in counts.items()},
        services=tuple(_services(facts, rows)),
        lacks=Lacks(**{name: facts.body["outside"][name] for name in Lacks.model_fields}),
    )


def merged_file(part: BroughtFiles, build: Results) -> CommuneFile:
    """The same of an authority whose published groups are in a wider build, with the factors of that build. What it
    withholds lowers what its figures cover; its practices are those of its last file. ValidationError."""
    groups, months = [row.row.group for row in part.rows], part.period.months()
    loose = any(file.unattached for file in part.files)
    read, held_out = as_read_kwh(groups), outside([part.told], months)
    told = read / (read + held_out.kwh) if held_out.kwh else float(bool(groups) or not held_out.silent)
    last = max(part.files, key=lambda file: Period(file.period).last)
    known = sorted({month for file in part.files for month in file.review.get("months", ()) if month in months})
    return CommuneFile(
        **{"format": FORMAT, **last.review, "months": known, "services": _merged_services(part, build)},
        **last.model_dump(include={"territory", "made_at", "mark", "build"}),
        administration=part.told.administration,
        period=str(part.period),
        factors_version=build.factors_version,
        formulas_version=build.meta["formulas_version"],
        as_read_kwh=read,
        withheld_kwh=held_out.kwh,
        proof_kwh=_by_proof(groups),
        unattached=_without_draws(Interval(unit="kWh", missing=sentences("missing", "register_elsewhere"))),
        withheld=bool(held_out.silent),
        figures=_figures_elsewhere()
        if loose and not (groups or held_out.kwh or held_out.silent)
        else _figures(groups, told, roughly=held_out.kwh > 0),
        lacks=Lacks(),
        loose=loose,
        handed=tuple(sorted(part.told.months.intersection(months))),
        unknown_uses=len({row.row.service_key for row in part.rows if row.row.group.values.get("it_energy") is None}),
    )


def _merged_services(part: BroughtFiles, build: Results) -> list[dict[str, Any]]:
    """The services of these files, each once, over the months of the period. The electricity of one that has other
    months too, or is in several files, is that of the rows of its use."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for file in part.files:
        whole = len(part.files) == 1 and file.months <= set(part.period.months())
        for service in file.review.get("services", ()):
            read = CommuneService.model_validate(service)
            use = file.territory, read.use_case
            rows = [row for row in part.rows if build.use_of_service[row.row.service_key] == use]
            energy = read.energy if whole else _without_draws(totals([row.row.group for row in rows])["energy"])
            key = read.service, read.use_case, read.host
            months = found.get(key, {}).get("months", {}) | dict(read.months)
            here = {month: told for month, told in months.items() if int(month) in part.period.months()}
            found[key] = {**read.model_dump(), "months": here, "energy": energy.model_dump()}
    return [service for service in found.values() if service["months"]]


def _values(facts: ReportFacts, groups: Sequence[ActivityGroup]) -> Mapping[str, Interval]:
    """The footprints of the groups that are told, as exact as they are; those of the sheet where none is."""
    if facts.withheld:
        return {name: facts.body["indicators"][name]["value"] for name in FOOTPRINTS}
    return totals(groups)


def _figures_elsewhere() -> dict[str, CommuneFigure]:
    """Those of an authority that handed nothing over, and whose home has activity."""
    why = sentences("missing", "unattached_elsewhere")
    return {figure.id: _without_draws(Interval(unit=figure.unit, missing=why)) for figure in FOUR}


def _figures(groups: Sequence[ActivityGroup], share: float, *, roughly: bool) -> dict[str, CommuneFigure]:
    """The footprints of the groups that are told, a share of the electricity [1], that is known roughly or not."""
    found = totals(groups)
    figures = {name: _figure(groups, name, found[name]) for name in FOOTPRINTS}
    if not groups and not share:  # all is withheld: there are uses, and none is told
        return {name: _without_draws(withheld_amount(found[name])) for name in FOOTPRINTS}
    said: Callable[[float], float] = rough_share if roughly else float
    return {
        name: figure.model_copy(update={"covers": said(share * figure.covers), "covers_roughly": roughly})
        for name, figure in figures.items()
    }


def _figure(groups: Sequence[ActivityGroup], name: str, value: Interval) -> CommuneFigure:
    """A footprint of these groups, with its draws."""
    import numpy as np

    if not value.known:
        return _without_draws(value)
    ends = {name: value[name] for name in ("unit", "low", "central", "high")}
    figure = next(found for found in FOUR if found.id == name)
    drawn: Any = Side(groups).drawn(figure)
    packed = base64.b64encode((np.zeros(DRAWS) + drawn).astype("<f4").tobytes()).decode()
    made = {name: value[name] for name in ("made", "made_partly") if name in value}
    return CommuneFigure(**ends, covers=value["covers"], **made, draws=packed)


def _without_draws(value: Interval) -> CommuneFigure:
    """An amount that no other is added to, or why it is unknown."""
    return CommuneFigure(
        **{name: value[name] for name in ("unit", "low", "central", "high")}, missing=value.missing or {}
    )


def _services(facts: ReportFacts, rows: Sequence[Attached]) -> list[CommuneService]:
    """Each service of a use in which nobody can be recognised. Of others nothing is said, not even a digest of what was
    read: whoever guesses their months would find them in it."""
    shown = grouped(facts.scope).shown
    held: dict[tuple[str, str], list[Attached]] = {}
    for row in rows:
        if row.id in shown:
            held.setdefault((row.id or "", row.row.service_key), []).append(row)
    found = []
    for (case, key), mine in sorted(held.items()):
        found_here = amounts([row.row.group for row in mine], FOUR)["energy"]
        names = {"service": key, "use_case": case, "host": mine[0].row.host or ""}
        of_month = {month: [row for row in mine if row.row.month == month] for month in months_of(mine)}
        months = {str(month): digest(there, facts.scope.territory) for month, there in of_month.items()}
        found.append(CommuneService(**names, months=months, energy=_without_draws(found_here)))
    return found


def as_read_kwh(groups: Sequence[ActivityGroup]) -> float:
    """The known electricity of the machines of these groups, each factor at its value [kWh]."""
    return math.fsum(float(group.values.get("it_energy") or 0.0) for group in groups)


def withheld_kwh(hidden: Mapping[Key, Sequence[Member]]) -> float:
    """The same of groups that are not told, to one significant figure: beside their electricity at the site, a second
    one would be an equation on each. Of several years, what each tells, added up."""
    years = defaultdict[int, list[ActivityGroup]](list)
    for member in chain.from_iterable(hidden.values()):
        years[member.month // 100].append(member.line.group)
    return told_amount(math.fsum(told_amount(as_read_kwh(groups)) for groups in years.values()))


def _by_proof(groups: Sequence[ActivityGroup]) -> dict[str, float]:
    found: dict[str, float] = {}
    for group in groups:
        for name, kwh in proofs(group).items():
            found[name] = found.get(name, 0.0) + kwh
    return found
