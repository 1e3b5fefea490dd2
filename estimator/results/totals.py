"""The totals of a home as typed values: figures, proof, coverage, checks."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import chain
from typing import Any, NamedTuple

from pydantic import Field

from estimator.assessment.impacts import Amount
from estimator.builds.mending import AT_LEAST
from estimator.core.errors import sentences
from estimator.core.fields import Strict, in_each_language
from estimator.core.number_format import significant
from estimator.core.periods import Period
from estimator.core.typography import some_of

MENDED = ("to_check", "impossible")  # of runs, which only their own home knows
MOST_GAPS = 5  # uses of which months are missing, that are named
MOST_OF_A_PART = 0.9  # of an electricity, told to one digit [1]
COVERED = ("site_energy", "by_figure")  # shares of an electricity that is known whole
SHARES = ("site_energy", "embodied", "embodied_partly", "by_figure", "impossible", "proof")  # of an electricity


class Coverage(Strict):
    """Basis of the totals.

    runs: how many; of groups that authorities published, at most, for a run counts in each of its months; period: first
    and last day, of merged groups those of their months, and none after they were written;
    weight_kwh: known electricity of the machines, each factor at its value [kWh];
    site_energy and by_figure: share of it that each figure covers; embodied: share of it with all of its
    manufacture in the totals, embodied_partly: with a part of it alone; unknown: runs of unknown electricity;
    to_check: runs to mend, here or where they come from alone, for a total rests on it; impossible: share of the
    electricity that was read and that no such machine draws [1]. The last two are unknown where groups that authorities
    published count, and every share where nothing does: None, with the reason by its name in `missing`.
    """

    runs: int
    services: int
    period: tuple[str | None, str | None]
    weight_kwh: float
    site_energy: float | None
    embodied: float | None
    embodied_partly: float | None
    by_figure: Mapping[str, float | None]
    unknown: int
    quarantined: int
    to_check: int | None
    impossible: float | None
    missing: Mapping[str, Mapping[str, str]] = Field(default_factory=dict)

    def without(self, names: Sequence[str], reason: str) -> "Coverage":
        """The same without these numbers, which are unknown for a reason."""
        gone: dict[str, Any] = {name: None for name in names if name in type(self).model_fields}
        if "by_figure" in names:
            gone["by_figure"] = dict.fromkeys(self.by_figure)
        told = {name: sentences("missing", reason) for name in names}
        return self.model_copy(update=gone | {"missing": {**self.missing, **told}})

    @property
    def least(self) -> float:
        """The share that the least covered figure covers [1]; 0 of nothing, and of what is not known."""
        return min(share or 0.0 for share in self.by_figure.values())


@in_each_language
class Check(Strict):
    """Something for a person to look at, with the count of its runs and of their services, what mends it (None: a
    notice), and by which command, for one of them, where it is one."""

    code: str
    count: int
    mended_by: str | None
    command: str | None = None
    services: int = 1

    def said(self, lang: str) -> str:
        """Its sentence in a language."""
        return str(getattr(self, lang))


class MergedFile(Strict):
    """The groups that an authority published of a period: how many. withheld: how many it kept, about too few agents,
    of how many uses (files of before do not say), and their electricity [kWh]; None where all of them together are too
    few. unattached: whether its home has activity that no use has, in no group (files of before do not say); spread:
    whether it has merged uses, that are told of a year in equal parts."""

    period: str
    made_at: str
    build: str
    factors_version: str
    formulas_version: str
    groups: int
    withheld: int | None
    uses_withheld: int | None
    withheld_kwh: float | None
    unattached: bool | None = None
    spread: bool = False

    @property
    def nothing(self) -> bool:
        """Whether nothing was recorded: nothing is told, nothing is withheld, and nothing waits for a use."""
        return not self.groups and self.withheld_kwh == 0 and not self.unattached

    @property
    def months(self) -> frozenset[int]:
        """The months [yyyymm] of its period that were over when it was written: it has no other one whole."""
        day = datetime.fromisoformat(self.made_at).astimezone(UTC)  # as its rows are
        return frozenset(month for month in Period(self.period).months() if month < day.year * 100 + day.month)

    @property
    def handed(self) -> str:
        """Their period, which is its own unless it was written before that ended; empty without any."""
        return str(Period.over(self.months)) if self.months else ""


class AuthorityPart(Strict):
    """What an authority brought by the groups that it published: its share of a number, factors at their values [1]
    (None: unknown, or nothing in all)."""

    territory: str
    administration: str
    share: float | None
    files: tuple[MergedFile, ...]

    @property
    def months(self) -> frozenset[int]:
        """The months [yyyymm] that it handed over whole."""
        return frozenset(month for file in self.files for month in file.months)

    @property
    def handed(self) -> str:
        """« 2025, 2026-01..2026-02 »: the periods that it handed over whole."""
        return ", ".join(filter(None, (file.handed for file in self.files))) or "–"


class Outside(NamedTuple):
    """What authorities withhold of the groups that they published, and no figure holds: electricity [kWh] told by some
    of them, and how many others do not tell theirs; unfinished_merges: the files of a merge that did not end;
    lost_merges: the day of the merge of each file that is not there, by its name; stray_merges: those that were not
    merged as they are, which do not count; lacks_rows: whether a file of the ledger of the home is gone or cut, whose
    rows may be of any use and month;
    counted_twice: of each authority by its code, the months [yyyymm] that the home counts by itself too (None: no group
    is merged, or a file of theirs is damaged); lacking: of each that did not hand over every known month whole, by its
    code, the periods that it did (None: no group is merged); reasoned: files that were merged because a reason was
    stated, of months of these, as `reasoned_merges` tells; gaps: the "name" of each use, or service, and the
    "periods" of these without its data, where they leave of uses told one by one; unattached: the codes of those whose
    homes have activity of these months that no use has, of any size; spread: of those whose merged uses are told of a
    year, in equal months; unread: whether a part of what the home itself counts was not read, of uses told one by one;
    unknown_runs: how many runs of theirs, at least, have no known electricity (a sheet of indicators alone tells the
    last two)."""

    kwh: float = 0.0
    authorities: int = 0
    silent: int = 0
    unfinished_merges: tuple[str, ...] = ()
    lost_merges: Mapping[str, str] = {}
    stray_merges: Sequence[str] = ()
    lacks_rows: bool = False
    counted_twice: Mapping[str, Sequence[int]] | None = None
    lacking: Mapping[str, str] | None = None
    reasoned: Sequence[Mapping[str, Any]] = ()
    gaps: Sequence[Mapping[str, Any]] = ()
    unattached: tuple[str, ...] = ()
    spread: tuple[str, ...] = ()
    unread: bool = False
    unknown_runs: int = 0

    def lowered(self, found: Mapping[str, Amount], read_kwh: float) -> dict[str, Amount]:
        """These amounts of an electricity as read [kWh], that cover a share of it and of what is withheld."""
        if not self.kwh:
            return dict(found)
        return {
            name: amount.model_copy(update={"covers": self.share(amount["covers"], read_kwh), "covers_roughly": True})
            if "covers" in amount
            else amount
            for name, amount in found.items()
        }

    def untold(self, found: Mapping[str, Amount]) -> dict[str, Amount]:
        """These amounts without the share that they cover, where an unknown electricity is in none of them."""
        lost = {"covers": None, "covers_roughly": False}
        return {
            name: amount.model_copy(update=lost | {"untold": tuple(dict.fromkeys(("covers", *amount.untold)))})
            if self.unattached and amount.known
            else amount
            for name, amount in found.items()
        }

    def share(self, covered: float, read_kwh: float) -> float:
        """A covered share of an electricity as read [kWh], of it and of what is withheld, which each authority tells to
        one digit alone: so is this one [1]."""
        return rough_share(covered * read_kwh / (read_kwh + self.kwh))


def rough_share(share: float) -> float:
    """A share that rests on an electricity told to one digit [1], to one digit too; never all where it is a part."""
    return share if share >= 1 else min(float(significant(share, 1)), MOST_OF_A_PART)


def rough_sum(values: Collection[float]) -> float:
    """The sum of amounts as rounded ones are told, to the last figure of the coarsest: 1 and 0.02 are about 1."""
    told = [Decimal(repr(float(value))).normalize() for value in values if value]
    if not told:
        return 0.0
    last = max(value.adjusted() - len(value.as_tuple().digits) + 1 for value in told)
    return float(sum(told, Decimal(0)).quantize(Decimal(1).scaleb(last), rounding=ROUND_HALF_UP))


def lacking(parts: Sequence[AuthorityPart], known: Collection[int]) -> list[AuthorityPart]:
    """The authorities that did not hand over every known month [yyyymm] whole: a sum lacks something of them, that may
    be of any size."""
    return [part for part in parts if not part.months.issuperset(known)]


def handed(parts: Sequence[AuthorityPart], known: Collection[int]) -> dict[str, str] | None:
    """The periods that each of these handed over, by its code; None without any authority."""
    return {part.territory: part.handed for part in lacking(parts, known)} if parts else None


def outside(parts: Sequence[AuthorityPart], months: Collection[int] | None = None) -> Outside:
    """What these authorities withhold, in all or over months [yyyymm]: of a file with other months too, their part is
    not known. Each tells it rounded, and so is its sum."""
    kwh, silent, loose, spread = dict[str, list[float]](), set[str](), set[str](), set[str]()
    for part in parts:
        for file in part.files:
            mine = set(Period(file.period).months())
            if months is not None and mine.isdisjoint(months):
                continue
            loose |= {part.territory} if file.unattached else set()
            spread |= {part.territory} if file.spread else set()
            if file.withheld_kwh == 0:
                continue
            if file.withheld_kwh is None or (months is not None and not mine.issubset(months)):
                silent.add(part.territory)
            else:
                kwh.setdefault(part.territory, []).append(file.withheld_kwh)
    held = rough_sum([*chain.from_iterable(kwh.values())])
    return Outside(held, len(kwh), len(silent), unattached=tuple(sorted(loose)), spread=tuple(sorted(spread)))


class Totals(Strict):
    """Figures, proof (None where nothing counts) and coverage of the whole ledger; build: facts of the build by name;
    authorities: whose published groups are in it, the largest first; unfinished_merges: the files of a merge of such
    groups that did not end; lost_merges: the day of the merge of each file that is not there; stray_merges: those that
    were not merged as they are, which do not count; counted_twice: of each authority by its code, the months [yyyymm]
    that the home counts by itself too (None: no group is merged, or a file of theirs is damaged); lacking: of each that
    did not hand over every known month whole, the periods that it did (None: no group is merged); reasoned: files
    merged because a reason was stated, which may count twice; gaps: the "name" of each service of the home, and the
    "periods" without any row between its first and its last."""

    indicators: Mapping[str, Amount]
    proof: Mapping[str, float | None]
    coverage: Coverage
    checks: tuple[Check, ...]
    build: Mapping[str, str]
    sample: bool
    authorities: tuple[AuthorityPart, ...] = ()
    unfinished_merges: tuple[str, ...] = ()
    lost_merges: Mapping[str, str] = Field(default_factory=dict)
    stray_merges: Sequence[str] = ()
    counted_twice: Mapping[str, Sequence[int]] | None = None
    lacking: Mapping[str, str] | None = None
    reasoned: tuple[Mapping[str, Any], ...] = ()
    gaps: tuple[Mapping[str, Any], ...] = ()

    @property
    def outside(self) -> Outside:
        """What authorities withhold: in no figure, and in what a figure covers a share of."""
        found = outside(self.authorities)
        told = ("unfinished_merges", "lost_merges", "stray_merges", "counted_twice", "lacking", "reasoned", "gaps")
        return found._replace(**{name: getattr(self, name) for name in told})

    @property
    def at_least(self) -> bool:
        """Whether they are a minimum: a part of some run was not read."""
        return any(check.code in AT_LEAST for check in self.checks)


class ServiceTotals(Strict):
    """A service: its runs, period, proof and figures.

    proof: share by proof of its electricity, of the site, else of the machines; proved, unknown: runs with electricity
    of each proof, and of none.
    """

    service_key: str
    runs: int
    first: str | None
    last: str | None
    items: float | None
    to_check: int
    proof: Mapping[str, float]
    proved: Mapping[str, int]
    unknown: int
    indicators: Mapping[str, Amount]


def gaps_text(found: Sequence[Mapping[str, Any]], lang: str) -> str:
    """« Voirie (mai 2026, juillet 2026 à août 2026) »: the "name" of each use, or service, and the "periods" in which
    it has no data."""
    spans = ((one["name"], ", ".join(Period(period).label(lang) for period in one["periods"])) for one in found)
    return some_of([f"{name} ({periods})" for name, periods in spans], MOST_GAPS)
