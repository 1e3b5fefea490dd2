"""Evidence on a hosting site besides its factors: facts with their source, thresholds, distance class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib import resources
from typing import Literal

from pydantic import Field, model_validator

from estimator.catalogue.csv_tables import records
from estimator.catalogue.load import load
from estimator.catalogue.schema import Factor, Subject, TableRow
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue
from estimator.core.errors import SobriaError
from estimator.places.requirements import CHOICES, FIELDS
from estimator.places.supplier_answers import SOURCE, SupplierAnswer, answered_bounds, latest

GRAND_NANCY = "FRA-GES/grand-nancy"  # region (country first), then territory
EU = "EU27"
INVENTORY = "sobria_inventory"  # the source of a site's country
FACTS = {"figures": ("average", "assumed"), "commune": (), "region": (), "territory": (), "commissioned": ()}
FACTS |= {"operator_country": (), **CHOICES}
PLACES = ("commune", "region", "territory")  # said of one site, never of its operator


class HostUnknown(SobriaError):
    """No hosting site or class has this id."""


class HostFact(TableRow):
    """A non-numeric fact of a site, with its source; `date` is a year, or a day, of the source's statement."""

    host: str
    fact: str
    value: str = Field(min_length=1)
    source: str = Field(min_length=1)
    locator: str = Field(min_length=1)
    date: str = Field(pattern=r"^(\d{4}(-\d\d){0,2})?$")
    note: str

    @model_validator(mode="after")
    def _check_fact(self) -> "HostFact":
        if self.fact not in FACTS or (FACTS[self.fact] and self.value not in FACTS[self.fact]):
            raise ValueError(f"{self.fact} = {self.value}")
        return self


class CriterionThreshold(TableRow):
    """The threshold of a criterion. comparison: lt, le, gt with value [unit], or `is` one of the condition's words.

    condition: for a number, the kind of value that it applies to (measured, by_design, or any).
    """

    id: str
    criterion: str
    quantity: str
    comparison: Literal["lt", "le", "gt", "is"]
    value: float | None
    unit: str
    condition: str
    valid_from: date | None
    valid_to: date | None
    source: str
    locator: str

    def side(self, low: float, high: float) -> bool | None:
        """True when the whole interval meets the threshold, False when none of it does, None when it straddles."""
        limit = self.value if self.value is not None else float("nan")
        if self.comparison == "gt":
            good, bad = low > limit, high <= limit
        elif self.comparison == "lt":
            good, bad = high < limit, low >= limit
        else:
            good, bad = high <= limit, low > limit
        return good if good or bad else None

    def accepts(self, word: str) -> bool:
        return word in self.condition.split("|")

    def valid_on(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class Membership(TableRow):
    """Membership of a country in a group of countries."""

    zone: str
    group: str
    source: str
    locator: str


class LegalName(TableRow):
    """Name in the text of law of a field of the questionnaire."""

    field: str
    name: str
    source: str
    locator: str


class HostTables(TableRow):
    """The four tables, loaded."""

    facts: Mapping[tuple[str, str], HostFact]
    thresholds: tuple[CriterionThreshold, ...]
    memberships: tuple[Membership, ...]
    names: Mapping[str, LegalName]


@cache
def tables() -> HostTables:
    """The shipped facts, thresholds, memberships and names. FactorsRefused."""
    home = resources.files("factors")
    return HostTables(
        facts={(f.host, f.fact): f for _, f in records(home, "host_facts.csv", HostFact)},
        thresholds=tuple(t for _, t in records(home, "thresholds.csv", CriterionThreshold)),
        memberships=tuple(m for _, m in records(home, "memberships.csv", Membership)),
        names={n.field: n for _, n in records(home, "host_fields.csv", LegalName)},
    )


@dataclass(frozen=True)
class Evidence:
    """Evidence of a statement. source: an id of sources.toml, `given` for an answer; title and locator for people."""

    source: str
    title: str
    locator: str
    date: str
    about: str
    declared: bool = False


@dataclass(frozen=True)
class KnownFact:
    """A fact and its evidence, None when unknown."""

    value: str
    evidence: Evidence | None = None


@dataclass(frozen=True)
class SiteMeasurement:
    """A value of the site or of its operator, with its bounds [unit of its quantity]."""

    value: float
    low: float
    high: float
    factor: Factor
    evidence: Evidence
    declared: bool


@dataclass(frozen=True)
class HostingSite:
    """A hosting site on a day, with its supplier's answers."""

    catalogue: Catalogue
    subject: Subject
    day: date
    answers: Mapping[str, SupplierAnswer]

    @property
    def host(self) -> str:
        return self.subject.id

    @cached_property
    def answered(self) -> dict[str, SelectedFactor]:
        return answered_bounds(list(self.answers.values()), self.host)

    def fact(self, name: str) -> KnownFact | None:
        """The answer, else the fact of the site, else of its operator as a whole."""
        if name in self.answers:
            answer = self.answers[name]
            return KnownFact(str(answer.value), answer_evidence(answer))
        for step in self.catalogue.fallbacks(self.host):
            of_operator = self.catalogue.subjects[step].provider == self.subject.provider != ""
            if step == self.host or (of_operator and name not in PLACES):
                found = tables().facts.get((step, name))
                if found is not None:
                    return KnownFact(found.value, self._of_fact(found))
        return None

    def reading(self, name: str, subject: str | None = None) -> SiteMeasurement | str:
        """The value of a quantity, or why there is none: not_published, average (of a class) or assumed (by others)."""
        declared = name in self.answered
        bound = self.answered[name] if declared else select_factor(self.catalogue, name, subject or self.host, self.day)
        item = bound.factor
        if item is None or item.value is None or item.low is None or item.high is None:
            return "not_published"
        figures = tables().facts.get((item.subject, "figures"))
        if figures is not None and not declared:
            return figures.value
        return SiteMeasurement(item.value, item.low, item.high, item, self._of_factor(item, declared), declared)

    def country(self) -> KnownFact | None:
        """Country of the site."""
        if "country" in self.answers:
            return self.fact("country")
        zone = self.catalogue.zones.get(self.subject.zone)
        if zone is None:
            return None
        source = self.catalogue.sources[INVENTORY]
        evidence = Evidence(INVENTORY, source.title, "factors/subjects.csv, zone", str(source.year or ""), self.host)
        return KnownFact(zone.wider or zone.zone, evidence)

    def _of_fact(self, found: HostFact) -> Evidence:
        title = self.catalogue.sources[found.source].title
        return Evidence(found.source, title, found.locator, found.date, found.host)

    def _of_factor(self, item: Factor, declared: bool) -> Evidence:
        if declared:
            wanted = "wue_it" if item.quantity == "wue_site" else item.quantity
            quantities = {name: q.factor for name, q in self.catalogue.quantities.items()}
            fields = [f for f in self.answers if FIELDS[f].kind == "number" and FIELDS[f].quantity]
            told = [self.answers[f] for f in fields if quantities[FIELDS[f].quantity] == wanted]
            return answer_evidence(max(told, key=lambda a: a.date))
        source = self.catalogue.sources[item.source]
        year = str(item.valid_from or source.year or "")
        return Evidence(item.source, source.title, item.locator, year, item.subject)


def answer_evidence(answer: SupplierAnswer) -> Evidence:
    """Evidence of an answer: the document named by its author."""
    return Evidence(SOURCE, answer.document, answer.by, answer.date.isoformat(), answer.host, declared=True)


def site(host: str, day: date, answers: Sequence[SupplierAnswer] = ()) -> HostingSite:
    """The site of this id or alias with the latest of its supplier's answers. HostUnknown."""
    catalogue = load()
    subject = catalogue.subjects.get(catalogue.named(host))
    if subject is None or subject.kind != "host":
        raise HostUnknown(read=host, near=", ".join(catalogue.nearest(host, "host")))
    return HostingSite(catalogue, subject, day, latest(answers, subject.id))


def country_of(zone: str) -> str:
    """The country of a zone or of a part of a country; empty for another, as for an aggregate."""
    known = load().zones.get(zone)
    return "" if known is None else known.wider or (zone if known.alpha2 else "")


def country_said(
    host: str, zone: str, day: date, said: tuple[str, str], answers: Sequence[SupplierAnswer] = ()
) -> tuple[SupplierAnswer, ...]:
    """The country where a use says that it takes its electricity, as an answer about its site; nothing where the site
    has that country already. said: who says it, and in which document. HostUnknown."""
    country, known = country_of(zone), site(host, day, answers).country()
    if not country or (known and known.value == country):
        return ()
    (by, document), named = said, load().named(host)
    return (SupplierAnswer(host=named, field="country", value=country, date=day, by=by, document=document),)


def shared(host: str, answers: Sequence[SupplierAnswer] = ()) -> KnownFact | None:
    """« yes » or « no »: is the centre shared between several organisations? None when unknown. HostUnknown."""
    return site(host, date.today(), answers).fact("shared")


def distance_class(host: str, territory: str = GRAND_NANCY, answers: Sequence[SupplierAnswer] = ()) -> KnownFact:
    """Distance class of a site from a territory (region/name): territory, region, country, eu, outside_eu or unknown.

    The nearest class proven by a source or an answer: in the same country, region unknown, is
    « country ». HostUnknown.
    """
    place = site(host, date.today(), answers)
    region, _, name = territory.partition("/")
    home = region.partition("-")[0]
    where = place.country()
    if where is None:
        return KnownFact("unknown")
    if where.value != home:
        member = next((m for m in tables().memberships if (m.zone, m.group) == (where.value, EU)), None)
        return KnownFact("eu" if member else "outside_eu", where.evidence)
    for key, wanted in (("territory", name), ("region", region)):
        found = place.fact(key)
        if found is not None and found.value == wanted:
            return KnownFact(key, found.evidence)
    return KnownFact("country", where.evidence)
