"""A use case over a period for its documents: its figures with their proof, and who must say what is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from shlex import quote

from estimator.assessment.impacts import Amount
from estimator.catalogue import models
from estimator.catalogue.load import load
from estimator.catalogue.selection import select_factor
from estimator.comparison.option_inventory import host_of
from estimator.comparison.scenario import Option
from estimator.core.errors import SobriaError, listed, say
from estimator.core.number_format import missing_text, partly_text, range_text, share_text, tick_text, two_figures
from estimator.core.periods import Period
from estimator.core.searched_text import as_compared
from estimator.core.typography import some_of, typeset
from estimator.governance.commitments.schema import Publication, What
from estimator.governance.indicator_list import FOOTPRINTS
from estimator.governance.indicators.anonymity import untold_ids
from estimator.governance.indicators.explanation import USE
from estimator.governance.indicators.footprints import ENERGY, totals
from estimator.governance.indicators.functional_units import OUTPUTS, counted_in, counting, known, outputs, units
from estimator.governance.indicators.open_scope import scope_of
from estimator.governance.indicators.scenarios import retained
from estimator.governance.indicators.scope import Scope, of_case
from estimator.governance.indicators.small_uses import heads_of
from estimator.governance.indicators.told_amounts import apart_ids
from estimator.governance.indicators.usage_by_case import Attached, months_of
from estimator.governance.register.schema import UseCase
from estimator.reporting.documents.document import FieldList, Row, Section, Table, TableCell
from estimator.reporting.project.context import BARE, SHORT, clipped
from estimator.reporting.publications.context import known_shares
from estimator.reporting.summary.sentences import covered_period_text, day_text, proof_text

IMAGE = ("equivalence_energy", "equivalence/smartphone-day")  # the one factor of an electricity known from the home
YEAR = 365  # days of the image
LEAST_APART = 0.005  # share, of the electricity or of the units, left out that is said: less is rounded to zero
NAMES = 3  # of models and places of a use, that are said


@dataclass(frozen=True)
class UseFacts:
    """A use case with the whole territory over a period; its figures are withheld when about too few people."""

    scope: Scope
    case: UseCase
    lang: str

    def say(self, key: str, **facts: object) -> str:
        """A text of the documents of a use, typeset."""
        return typeset(say("use_sheets", key, self.lang, **facts), self.lang)

    @property
    def period(self) -> str:
        """« année 2026 (9 mois sur 12) » when only these have data of the use."""
        told = {"period": str(self.scope.period), "measured": months_of(self.rows)}
        return covered_period_text(told, self.lang)

    @property
    def mark(self) -> str:
        """« DONNÉES FICTIVES » for the sample data of the project, else nothing."""
        return say("report", "mark", self.lang) if self.scope.sources.build.sample else ""

    @cached_property
    def rows(self) -> list[Attached]:
        """The months of the use, none when they are about too few people."""
        return [] if self.hidden else of_case(self.scope.rows, self.case.id)

    @cached_property
    def hidden(self) -> bool:
        """Whether one person could be recognised in its figures, if only by whether there are some."""
        return self.case.id in apart_ids(self.scope)

    @property
    def untold(self) -> bool:
        """The same of any of its months: what is said of it then depends on the register alone."""
        return self.case.id in untold_ids(self.scope, self.scope.sources.ever.period.months())

    @cached_property
    def figures(self) -> Mapping[str, Amount]:
        """The four footprints of the use over the period."""
        return totals([row.row.group for row in self.rows])

    @property
    def proof(self) -> str:
        """« 60 % mesuré, 40 % estimé », of the electricity of the site, else of the machines; empty of none."""
        return proof_text(known_shares(self.rows) or known_shares(self.rows, "it_energy"), self.lang)

    @property
    def no_figures(self) -> str:
        """Why there is no figure; empty when there are some."""
        if self.rows and self.proof:
            return ""
        reason = "figures_hidden" if self.hidden else "figures_unknown" if self.rows else "figures_none"
        return self.say(reason, why=missing_text(self.figures["energy"], self.lang) if self.rows else "")

    @property
    def how_to_open(self) -> str:
        """What may open figures of too few people, to whoever makes a document; empty where their agents are declared,
        or nothing is hidden."""
        declared = as_compared(self.case.service) in heads_of(self.scope)
        told = {"service": quote(self.case.service), "id": self.case.id}
        return self.say("figures_open", **told) if self.hidden and not declared else ""

    def missing(self) -> str:
        """« non renseigné »: never an empty line; the foot says who must fill it in."""
        return self.say("missing")

    def foot(self, sections: Sequence[Section]) -> tuple[str, ...]:
        """Where the numbers come from, what they are, and who must fill in what these parts miss."""
        fields = [block for part in sections for block in part.blocks if isinstance(block, FieldList)]
        empty = any(self.missing() in value for block in fields for _, value in block.pairs)
        to_fill = (self.say("to_fill", who=clipped(self.case.owner_role, SHORT)),) if empty else ()
        return (*to_fill, self.traced(), self.say("nature"))

    def told(self, value: str) -> str:
        """A text of the register on one line, or that it is missing."""
        return " ".join(value.split()) or self.missing()

    def day(self, day: object) -> str:
        return day_text(str(day), self.lang)

    def table(self) -> Table:
        """The four footprints of the period; the electricity of one unit, where units are counted, and its proof."""
        energy = self.figures["energy"]
        here = known(self.rows, ENERGY)
        held = {counted_in(here) or "none": counting(here)} | {
            unit: [row for row in here if outputs([row], unit)] for unit in OUTPUTS
        }
        counted, rows_of = next(((unit, found) for unit, found in held.items() if found), ("none", []))
        made = _made(rows_of, counted)
        left = (_made(self.rows, counted) or 0.0) - (made or 0.0)
        part = totals([row.row.group for row in rows_of])["energy"]
        apart = 1 - (part.at_factor_values or 0.0) / (energy.at_factor_values or 1.0)
        rows: list[Row] = []
        for name in FOOTPRINTS:
            amount = self.figures[name]
            beside = (self.image(),) if name == "energy" and amount.known else ()
            partly = tuple(filter(None, (partly_text(amount, self.lang),)))
            rows.append((TableCell(self._name(name), beside), TableCell(range_text(amount, self.lang), partly)))
        told = (
            {"count": tick_text(made, BARE, self.lang), "each": range_text(part.per(made), self.lang)} if made else {}
        )
        caption = self.say(f"units_{counted}", n=made or 0, proof=self.proof, **told)
        if made and apart > LEAST_APART:
            caption += " " + self.say("units_apart", share=share_text(apart, self.lang))
        if made and left > LEAST_APART * made:
            caption += " " + self.say("units_left", count=tick_text(left, BARE, self.lang))
        return Table(caption, (self.say("column_indicator"), self.say("column_over")), tuple(rows))

    def _name(self, indicator: str) -> str:
        return typeset(say("indicators", indicator, self.lang), self.lang)

    def image(self) -> str:
        """The electricity as that of phones recharged for a day or a year, and its source; empty without any.

        Its least over the most of a phone to its most over the least of a phone: both intervals are in it.
        """
        found, amount = select_factor(load(), *IMAGE, self.scope.day).factor, self.figures["energy"]
        if found is None or not found.low or not found.high or not amount.known:
            return ""
        least, _, most = amount.ends
        low, high = least / found.high, most / found.low
        key, span = ("image_years", YEAR) if low >= YEAR else ("image_days", 1)
        ends = {
            end: tick_text(float(two_figures(v / span)), BARE, self.lang) for end, v in (("low", low), ("high", high))
        }
        return self.say(key, source=load().sources[found.source].citation, **ends)

    @property
    def counted_early(self) -> bool:
        """Whether uses were counted while the register says that it is still an idea."""
        case = self.case
        early = case.stage == "idee" and not case.is_over
        return early and any(row.id == case.id for row in self.scope.everything)

    def model(self) -> str:
        """The name of the model as the catalogue knows it, else as it is written; where the register names none, of
        those of its months, with what they rest on."""
        return self._named(self.case.model, "model", lambda model: models.name_of(model, self.lang))

    def host(self) -> str:
        """The name of the site; where the register names none, of those of its months, with what they rest on; where no
        month has one, that of its comparison."""
        if not self.case.host and self.site and not self.only("host"):
            return self.say("as_compared", names=load().label(self.site, self.lang))
        return self._named(self.case.host, "host", lambda name: load().label(name, self.lang))

    def only(self, name: str) -> str:
        """The model or the host of every month, or the zone; empty when unknown or when there are several."""
        found = {row.zone if name == "zone" else getattr(row.row, name) for row in self.rows}
        return (found.pop() or "") if len(found) == 1 else ""

    @property
    def site(self) -> str:
        """The site that the register names, else that of every month; where none has one, that of its comparison."""
        compared = host_of(self.compared) if self.compared and not any(row.row.host for row in self.rows) else ""
        return self.case.host or self.only("host") or compared or ""

    @property
    def zone(self) -> str:
        """The zone of every month; where none has one, that of its comparison."""
        placed = self.compared and (self.compared.use or self.compared.alternative)
        compared = placed.zone if placed and not any(row.zone for row in self.rows) else ""
        return self.only("zone") or compared or ""

    @property
    def zone_supposed(self) -> bool:
        """Whether it is that of its comparison, where nobody said the country."""
        return bool(self.zone and not self.only("zone") and self.compared and self.compared.zone_supposed)

    @cached_property
    def compared(self) -> Option | None:
        """The option of its comparison that the register retains."""
        made = self.scope.sources.compared(self.case)
        name = retained(made.scenario, self.case) if made else None
        return made.scenario.option(name) if made and name else None

    def _named(self, stated: str, name: str, words: Callable[[str], str]) -> str:
        if stated:
            return words(stated)
        found: dict[str, list[Attached]] = {}
        for row in self.rows:
            if held := getattr(row.row, name):
                found.setdefault(held, []).append(row)
        told: dict[str, list[str]] = {}
        for held, rows in found.items():
            told.setdefault(self._basis(name, rows), []).append(words(held))
        return listed((self.say(b, names=some_of(n, NAMES)) for b, n in told.items()), self.lang) or self.missing()

    def _basis(self, name: str, rows: Sequence[Attached]) -> str:
        """What the model or the host of some months rests on: of a site, what it was taken from unless it is the trace;
        else the proof of most of their electricity."""
        of = self.scope.sources.build.host_origins if name == "host" else {}
        origins = {origin for row in rows for origin in of.get((row.row.service_key, row.row.host or ""), ())}
        if origins and origins <= {"provider", "unknown"}:
            return "as_supposed"
        if origins and "trace" not in origins:
            return "as_declared"
        shares = known_shares(rows, "it_energy")
        return f"as_{max(shares, key=shares.__getitem__)}" if shares else "as_estimated"

    def traced(self) -> str:
        """Where its numbers come from: build and factors. What residents and officials print carries no command."""
        build = self.scope.sources.build
        return self.say("traced", build=build.id, factors=build.factors_version)

    @property
    def opened(self) -> str:
        """The command that opens its numbers, for the documents of engineers."""
        return f"sobria explain {USE}.{self.case.id}.{self.scope.period}.energy" if self.rows else "sobria totals"

    def logged(self, what: What) -> Publication | None:
        """Its last publication of this kind."""
        return self.scope.sources.commitments.published(self.case.id, self.scope.sources.today, what)

    def to_log(self, what: What, address: str) -> str:
        """Whether a document about this use is in the log of publications, or the command that writes it there."""
        if found := self.logged(what):
            return self.say("log", day=self.day(found.date), address=found.address, build=found.build)
        build = self.scope.sources.build
        command = (
            f"sobria commitments publication {what} --use-case {self.case.id} --build {build.id}"
            f" --factors-version {build.factors_version} --address {address} --who {self.say('log_who')}"
        )
        return self.say("log_none", command=command)


def _made(rows: Sequence[Attached], counted: str) -> float | None:
    """Units of one kind in these rows; None without any."""
    if counted in OUTPUTS:
        return outputs(rows, counted)
    return units(rows) if counted_in(rows) == counted else None


def use_facts(home: Path, asked: str, lang: str, period: str | None = None) -> UseFacts:
    """A use case of a home over a period; default: the year of the last month. NoBuild, UseCaseUnknown."""
    scope = scope_of(home, "all", period)
    return UseFacts(scope, scope.sources.register.use_case(asked), lang)


def every_use(home: Path, lang: str, period: str | None = None) -> list[UseFacts]:
    """Every use case of a home over a period, as it was at its end, by name. NoBuild, SobriaError."""
    scope = scope_of(home, "all", period)
    found = [UseFacts(scope, case, lang) for case in sorted(scope.judged, key=lambda case: case.name)]
    if not found:
        raise SobriaError("no_use_case")
    return found


def whole_life(facts: UseFacts) -> UseFacts:
    """The same use from its first month with data to its last; over its period where its months are not told."""
    months = [] if facts.hidden else months_of(of_case(facts.scope.everything, facts.case.id))
    if not months:
        return facts
    return replace(facts, scope=replace(facts.scope, period=Period.over(months)))


def years_of(facts: UseFacts) -> Sequence[UseFacts]:
    """The same use, year by year of its period."""
    years = sorted({row.row.month // 100 for row in facts.rows})
    return [replace(facts, scope=replace(facts.scope, period=Period(str(year)))) for year in years]
