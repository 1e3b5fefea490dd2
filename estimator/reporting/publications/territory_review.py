"""The yearly review of a whole territory as data: the files of its communes over one period, and what is in no sum."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from estimator.assessment.impacts import Amount
from estimator.assessment.uncertainty import points
from estimator.builds.published_review import COUNTED, CommuneService
from estimator.core.interval import Interval
from estimator.core.periods import Period
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.footprints import totals
from estimator.governance.indicators.usage_by_case import Attached
from estimator.reporting.publications.reen_file import CommuneFile, Lacks
from estimator.results.totals import Outside, rough_share, rough_sum


class Twice(NamedTuple):
    """A service that two communes count. energy: of these months, in one of them; None where its file tells that of
    more months alone; certain: the same amounts were read; else the same name and place. same: each month with the
    digest of what both read."""

    one: CommuneFile
    other: CommuneFile
    service: CommuneService
    months: int
    energy: Interval | None
    same: frozenset[tuple[str, str]]

    @property
    def certain(self) -> bool:
        return bool(self.same)


class OtherMonths(NamedTuple):
    """What an authority handed over of months that are not in the review. energy: its electricity at the site;
    read_kwh: that of its machines that is told, each factor at its value [kWh]; nothing: it recorded nothing."""

    territory: str
    period: str
    energy: Interval
    read_kwh: float
    nothing: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As JSON; unknown is null with its reason."""
        return {"territory": self.territory, "period": self.period, "energy": Interval.as_dict(self.energy)}


@dataclass(frozen=True)
class ReviewSource:
    """Where the files of a review come from. merged: they are groups merged in a home; folder: its name, empty for that
    of the home; outside: what the authorities of merged groups withhold, and of which of them `own` holds the months
    too; own: the electricity that the home itself counts in the period, in no sum; several: authorities whose practices
    are those of the last of several files, or of one that has other months too; own_of: that electricity, of each
    territory of the register of the home; rows: of each use of merged groups, by its authority and its id, in the
    period."""

    merged: bool = False
    folder: str = ""
    outside: Outside = Outside()
    own: Interval | None = None
    several: tuple[str, ...] = ()
    own_of: Mapping[str, Interval] = field(default_factory=dict)
    rows: Mapping[tuple[str, str], Sequence[Attached]] = field(default_factory=dict)


def _body(lacks: Lacks | None) -> dict[str, Any] | None:
    return None if lacks is None else lacks.model_dump(mode="json")


@dataclass(frozen=True)
class TerritoryReview:
    """The files of some communes over one period, and the communes expected: none said, none is known to be missing.
    left_out: what was handed over of other months; asked: the expected ones, if a person gave them with the command."""

    files: tuple[CommuneFile, ...]
    expected: tuple[str, ...] = ()
    left_out: tuple[OtherMonths, ...] = ()
    source: ReviewSource = ReviewSource()
    asked: tuple[str, ...] = ()

    @property
    def period(self) -> Period:
        return Period(self.files[0].period)

    @property
    def measured(self) -> set[int]:
        """The months [yyyymm] of which a file tells something, or which one without any handed over."""
        return {month for file in self.files for month in file.months or file.handed}

    @property
    def missing(self) -> list[str]:
        """Communes without a file of the period, that are expected or handed over one of another: their footprints are
        unknown, which is not zero."""
        there = {file.territory for file in self.files}
        known = dict.fromkeys((*self.expected, *sorted({one.territory for one in self.left_out})))
        return [code for code in known if code not in there]

    @property
    def unexpected(self) -> list[str]:
        """Communes with a file that are not expected, where some are: a code is then wrong, or the list short."""
        return [file.territory for file in self.files if self.expected and file.territory not in self.expected]

    @property
    def left_out_share(self) -> float | None:
        """Share of the known electricity handed over that is of other months [1]; None where there is none at all."""
        out = sum(one.read_kwh for one in self.left_out)
        whole = out + sum(sum(file.proof_kwh.values()) for file in self.files)
        return out / whole if whole else None

    @cached_property
    def drawn_together(self) -> bool:
        """Whether all files have the same factors, so that a factor they share is drawn once for all."""
        return len({file.versions for file in self.files}) == 1

    def knowing(self, name: str) -> list[CommuneFile]:
        """The files of the communes that know a footprint."""
        return [file for file in self.files if file.figures[name].known]

    def knowing_partly(self, name: str) -> list[CommuneFile]:
        """Those among them that lack a part of it: withheld, unknown, or in no file."""
        return [file for file in self.knowing(name) if file.partly(name)]

    def knowing_unsaid(self, name: str) -> list[CommuneFile]:
        """Those of which it is not known whether they do: files of before."""
        return [file for file in self.knowing(name) if file.unsaid and not file.partly(name)]

    def figure(self, name: str) -> Amount:
        """The sum of a footprint over the communes that know it: by draw when they share their factors, else of their
        bounds, as if all of their doubt were shared. covers: share of the electricity of all files [1]; made and
        made_partly: of that told by the communes that know it."""
        known = self.knowing(name)
        found = [file.figures[name] for file in known]
        first = self.files[0].figures[name]
        if not found:
            return Amount(unit=first.unit, missing=first.missing)
        low, central, high = (
            points(sum(figure.drawn() for figure in found))
            if self.drawn_together
            else map(sum, zip(*(figure.ends for figure in found), strict=True))
        )
        read = sum(file.whole_kwh for file in self.files)
        covered = sum(file.covers(name) * file.whole_kwh for file in known)
        told = [sum(file.proof_kwh.values()) for file in known]  # what a file holds out has no manufacture in it
        there = sum(told)
        made = {
            part: sum(file.figures[name].get(part, 0.0) * kwh for file, kwh in zip(known, told, strict=True)) / there
            for part in ("made", "made_partly")
            if there and part in found[0]
        }
        roughly, covers = any(file.roughly for file in self.files), covered / read if read else 1.0
        covers = rough_share(covers) if roughly else covers
        lost = any(file.loose for file in self.files)  # of any size: what is covered is not known
        basis = {"covers": None, "untold": ("covers",)} if lost else {"covers": covers, "covers_roughly": roughly}
        ends = {"low": low, "central": central, "high": high}
        return Amount(unit=first.unit, **ends, **basis, **made)

    def _known(self, name: str) -> dict[str, Any]:
        """A footprint as JSON, with how many communes know it."""
        found = self.figure(name)
        covers = {name: found[name] for name in ("covers", "made", "made_partly") if found.known and name in found}
        covers |= {"covers_roughly": True} if found.covers_roughly else {}
        covers |= {"covers": None, "untold": list(found.untold)} if found.untold else {}
        return (
            Interval.as_dict(found)
            | covers
            | {"communes": len(self.knowing(name))}
            | {"communes_partly": len(self.knowing_partly(name)), "communes_unsaid": len(self.knowing_unsaid(name))}
        )

    @property
    def proof(self) -> dict[str, float]:
        """Share of the electricity of all files by proof [1]."""
        found: dict[str, float] = {}
        for file in self.files:
            for name, kwh in file.proof_kwh.items():
                found[name] = found.get(name, 0.0) + kwh
        whole = sum(found.values())
        return {name: kwh / whole for name, kwh in found.items()} if whole else {}

    def share(self, name: str) -> dict[str, Any]:
        """The two counts of an indicator, added up."""
        numerator, denominator = (sum(file.shares[name][place] for file in self.files) for place in (0, 1))
        share = numerator / denominator if denominator else None
        return {"numerator": numerator, "denominator": denominator, "share": share}

    def twice(self) -> Iterator[Twice]:
        """Services that two communes count, those read from the same lines first."""
        found = []
        for one, other in combinations(self.files, 2):
            for a in one.services:
                for b in other.services:
                    marks = frozenset(a.months.items() & b.months.items())
                    same = {month for month, _ in marks}
                    named = bool(a.service) and (a.service, a.host) == (b.service, b.host)
                    both = same or (a.months.keys() & b.months.keys() if named else set())
                    if both:
                        energy = self._energy(one, a, both) or (self._energy(other, b, both) if same else None)
                        found.append(Twice(one, other, a if a.service else b, len(both), energy, marks))
        yield from sorted(found, key=lambda twice: not twice.certain)

    def _energy(self, file: CommuneFile, service: CommuneService, months: Collection[str]) -> Interval | None:
        """The electricity of a service in some of its months: told of all of them together, or by the groups of its use
        where it alone has it; None where neither tells it."""
        if len(months) == len(service.months):
            return service.energy
        if [other.use_case for other in file.services].count(service.use_case) > 1:
            return None
        rows = [row.row for row in self.source.rows.get((file.territory, service.use_case), ())]
        here = [row for row in rows if str(row.month) in months]
        return (
            totals([row.group for row in here])["energy"] if {str(row.month) for row in here} == set(months) else None
        )

    def as_dict(self) -> dict[str, Any]:
        """As JSON; unknown is null with its reason."""
        twice = [
            {"service": t.service.service, "communes": [t.one.territory, t.other.territory], "months": t.months}
            | {"certain": t.certain, "energy": {end: t.energy and t.energy[end] for end in ("low", "central", "high")}}
            for t in self.twice()
        ]
        return {
            "period": self.files[0].period,
            "communes": [file.territory for file in self.files],
            "months": {file.territory: file.months for file in self.files},
            "missing": self.missing,
            "unexpected": self.unexpected,
            "left_out": [one.as_dict() for one in self.left_out],
            "left_out_share": self.left_out_share,
            "own": Interval.as_dict(self.source.own) if self.source.own else None,
            "counted_twice": self.source.outside.counted_twice,
            "lacking": self.source.outside.lacking,
            "reasoned": self.source.outside.reasoned,
            "withheld": {
                "kwh": rough_sum([file.withheld_kwh for file in self.files]),
                "communes": [file.territory for file in self.files if file.withheld_kwh],
                "untold": [file.territory for file in self.files if file.withheld],
            },
            "unfinished_merges": self.source.outside.unfinished_merges,
            "lost_merges": self.source.outside.lost_merges,
            "stray_merges": self.source.outside.stray_merges,
            "lacks_rows": self.source.outside.lacks_rows,
            "expected_told": bool(self.expected),
            "drawn_together": self.drawn_together,
            "indicators": {name: self._known(name) for name in FOOTPRINTS},
            "proof": self.proof,
            "shares": {name: self.share(name) for name in COUNTED},
            "twice": twice,
            "unattached": {f.territory: Interval.as_dict(f.unattached) for f in self.files if f.unattached.high},
            "unattached_in": [file.territory for file in self.files if file.loose],
            "lacks": {} if self.source.merged else {file.territory: _body(file.lacks) for file in self.files},
            "versions": {file.territory: [file.build, *file.versions] for file in self.files},
        }
