"""What suppliers answered of their sites, or declared with an amount, in place of the factors of the tables."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from estimator.assessment.evaluation import SITE_PUE
from estimator.builds.hour_factors import select_of_hours
from estimator.catalogue.load import load
from estimator.catalogue.selection import SelectedFactor, given
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB
from estimator.places.placing import Knowledge
from estimator.places.supplier_answers import answered_bounds
from estimator.workloads.resolution import over_sites, sites_of_providers

ANSWERED = ("zone", "host", "machine")  # attributes of which an answer may set a factor
SEPARATOR = "|"  # between a subject, the site that answered and the day of its last answer
OVER_SITES = "*"  # in the mark of rows whose known provider does not say in which country it computes
BILLED = "+"  # in the mark of rows that tell the energy of their site alone, which the PUE divides
STATED = "="  # before the PUE by which a row divided the energy of its site, at the end of a mark
# SQL: the mark that a row has of itself; of the energy of a site alone; and of a stated PUE. The total of both sites is
# what was declared.
MARKED = f"CASE WHEN over_sites THEN '{SEPARATOR}{OVER_SITES}' ELSE '' END"
MARKED_BILL = f" || CASE WHEN site_energy_kwh IS NULL THEN '' ELSE '{SEPARATOR}{BILLED}' END"
MARKED_PUE = (
    f" || CASE WHEN reported_pue IS NOT NULL AND list_contains(checks, 'declared_site')"
    f" THEN '{SEPARATOR}{STATED}' || reported_pue ELSE '' END"
)


_PUBLISHED = re.compile(
    "".join(f"({re.escape(SEPARATOR + one)})?" for one in (OVER_SITES, BILLED))
    + rf"({re.escape(SEPARATOR + STATED)}(?P<pue>\d+(\.\d+)?))?"
)


def is_published(mark: str) -> bool:
    """Whether a mark is of a line as it is published: no answer of a supplier, and a PUE that can be, or none."""
    found, pue = _PUBLISHED.fullmatch(mark), load().quantities["pue"]
    return found is not None and (found["pue"] is None or pue.floor <= float(found["pue"]) <= pue.ceiling)


class AnsweredFactors:
    """Selection of factors for subjects of a build; one that is marked with a site and a day takes what the supplier
    had answered by then, with a PUE takes that one, and without a country may take those of the sites of providers."""

    def __init__(self, catalogue: Catalogue, known: Knowledge) -> None:
        self.catalogue, self._known = catalogue, known
        self._bounds: dict[str, Mapping[str, SelectedFactor]] = {}

    def select(self, name: str, subject: str, day: date) -> SelectedFactor:
        """The factor of a quantity for a subject, marked or not, on a day."""
        bare, _, mark = subject.partition(SEPARATOR)
        if not bare and OVER_SITES in mark and self.catalogue.quantities[name].hangs_on == "zone":
            return over_sites(name, sites_of_providers(self.catalogue), self.catalogue, day)
        return self._of(mark).get(name) or select_of_hours(self.catalogue, name, bare, day)

    def mark(self, host: str, day: date) -> str:
        """What marks the subjects of a site on a day; empty before its first answer."""
        days = [answer.date for answer in self._known.said_of(host, day)]
        return f"{SEPARATOR}{host}{SEPARATOR}{max(days).isoformat()}" if days else ""

    def days(self) -> list[date]:
        """The days of the answers."""
        return sorted({entry.said.date for entry in self._known.answers})

    def table(self, engine: DuckDB) -> None:
        """Table `answer_marks`: the mark of each site that answered, from one moment to another [us]."""
        columns: dict[str, list[Any]] = {name: [] for name in ("at_host", "since_us", "until_us", "mark")}
        for host in sorted({entry.said.host for entry in self._known.answers}):
            days = sorted({entry.said.date for entry in self._known.answers if entry.said.host == host})
            for since, until in zip(days, [*days[1:], date.max], strict=True):
                row = (host, day_us(since), day_us(until), self.mark(host, since))
                for column, value in zip(columns.values(), row, strict=True):
                    column.append(value)
        types = dict.fromkeys(columns, "VARCHAR") | {"since_us": "BIGINT", "until_us": "BIGINT"}
        engine.load("answer_marks", columns, types)

    def _of(self, mark: str) -> Mapping[str, SelectedFactor]:
        if mark and mark not in self._bounds:
            site, _, pue = mark.partition(STATED)
            host, _, day = site.replace(OVER_SITES, "").replace(BILLED, "").strip(SEPARATOR).partition(SEPARATOR)
            answers = self._known.said_of(host, date.fromisoformat(day)) if day else []
            stated = {"pue": given(self.catalogue, "pue", float(pue), "declared")} if pue else {}
            found = answered_bounds(answers, host) | stated
            divides = {SITE_PUE: replace(found["pue"], quantity=SITE_PUE)} if "pue" in found else {}
            self._bounds[mark] = {**found, **divides}
        return self._bounds.get(mark, {})


def marked(attribute: str) -> str:
    """SQL: the subject of an attribute, with the mark of its site where an answer may set its factors."""
    relation, dot, name = attribute.rpartition(".")
    return f"{attribute} || {relation}{dot}answered" if name in ANSWERED else attribute


def day_us(day: date) -> int:
    """When a day begins, in UTC [us]."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
