"""The only gateway to the estimator: the open build of a home, with results cached by build and arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from dashboard.shared.texts import DEFAULT, LANGUAGES, known_text
from estimator.assessment import method_documentation as method
from estimator.builds.current import current as current_file
from estimator.builds.gone_rows import GoneRow
from estimator.builds.queries import NoBuild
from estimator.catalogue import models
from estimator.catalogue.load import load as load_catalogue
from estimator.catalogue.schema import Factor
from estimator.catalogue.tables import Catalogue
from estimator.core.home import default_home
from estimator.core.typography import typeset
from estimator.governance.register.attachments import service_names as names_of
from estimator.governance.register.register import Register
from estimator.ledger import Ledger
from estimator.ledger.withdrawn_text import withdrawn_text
from estimator.places.named_rules import in_names
from estimator.results.reading import Results, open_current

LONGEST_ID = 400
REMEMBERED = 100  # results of a kind in the cache of a build
_register = lru_cache(maxsize=2)(Register)
KEPT = "totals services runs run quarantine checks to_mend mends coverage_by_month explain".split()


def current() -> Results | None:
    """The current build, or None when there is none yet. A new build is used from the next page on."""
    folder = default_home()
    pointer = current_file(folder)
    return _open_build(str(folder), str(pointer)) if pointer else None


def gone(row_id: str) -> GoneRow | None:
    """What became of the row with this id, which no longer counts; None of another."""
    build = current()
    return build.gone(Ledger(default_home()), row_id[:LONGEST_ID]) if build else None


def all_withdrawn(lang: str) -> str:
    """Where no row counts, that they are withdrawn and how to undo it; empty where none is."""
    return typeset(withdrawn_text(Ledger(default_home()), lang), lang)


def register() -> Register:
    """The register of this home; files are read once and cached."""
    return _register(default_home())


def use_cases() -> Mapping[str, str]:
    """Id -> name of each use case of the register."""
    return {case.id: case.name for case in register().use_cases()}


def service_names() -> dict[str, str]:
    """The services of the ledger that the register names, by key."""
    build = current()
    return names_of([entry.service_key for entry in build.services()] if build else (), register().use_cases())


def service_name(key: str) -> str:
    """The name of a service, or its key where it has none."""
    return service_names().get(key, key)


def services_by_name() -> Mapping[str, str]:
    """Key -> name of each service of the ledger, or its key again, largest first; none without a build."""
    build = current()
    return {entry.service_key: entry.service_key for entry in build.services()} | service_names() if build else {}


def place_text(told: str, lang: str) -> str:
    """What is said of places, with the names of sites, countries, hardware and services in place of their ids."""
    return typeset(in_names(told, lang, service_names()), lang)


def current_build() -> Results:
    """The build itself, for computations over it. SobriaError when there is none."""
    found = current()
    if found is None:
        raise NoBuild(home=default_home())
    return found


@lru_cache(maxsize=2)
def _open_build(folder: str, pointer: str) -> Results | None:
    """Opened once for all sessions: each query has its own cursor; a build never changes: its last results are kept."""
    build = open_current(Path(folder))
    for name in KEPT if build else ():
        setattr(build, name, lru_cache(maxsize=REMEMBERED)(getattr(build, name)))
    return build


@dataclass(frozen=True)
class FactorEntry:
    """A factor with the labels of its quantity and subject, as listed on the Facteurs page."""

    factor: Factor
    quantity: dict[str, str]
    subject: dict[str, str]
    source: Mapping[str, Any]
    bounds: dict[str, str]
    rivals: int

    @property
    def pair(self) -> tuple[str, str]:
        """The quantity and the subject shared by rival values."""
        return self.factor.quantity, self.factor.subject


@lru_cache(maxsize=1)
def factors() -> tuple[FactorEntry, ...]:
    """Every factor that ships, by quantity and subject, the values in use first, the newest first."""
    book = load_catalogue()
    entries = [_entry(item, book) for item in book.factors]
    newest_first = sorted(entries, key=lambda e: (str(e.factor.valid_from or ""), e.factor.id), reverse=True)
    return tuple(
        sorted(newest_first, key=lambda e: (e.quantity[DEFAULT], e.subject[DEFAULT], e.factor.role != "default"))
    )


@lru_cache(maxsize=len(LANGUAGES))
def method_text(lang: str) -> dict[str, Any]:
    """The method in words: what is counted, indicators, formulas then coefficients."""
    book = load_catalogue()
    rules = (*method.formulas(book, lang), *method.coefficients(book, lang))
    return {"boundary": method.boundary(lang), "indicators": method.indicators(book, lang), "rules": rules}


def unconfronted(lang: str) -> list[str]:
    """Names of the kinds of accelerator of the tables that no published case uses, in any of their forms."""
    book = load_catalogue()
    met = {step for row in method.validation_results() if row.mode == "device" for step in book.fallbacks(row.name)}
    kinds = [s for s in book.subjects.values() if s.kind == "device" and s.wider and book.subjects[s.wider].wider == ""]
    return sorted(typeset(book.label(s.id, lang), lang) for s in kinds if s.id not in met)


def factors_version() -> str:
    """The version of the factor tables that ship."""
    return load_catalogue().version


def subject_name(subject: str, lang: str) -> str:
    """Name of a host, machine, accelerator, zone … for people."""
    return typeset(load_catalogue().label(subject, lang), lang)


def model_name(model: str, lang: str) -> str:
    """Name of a set of models for people; that of a model as it was read."""
    known = models.load().set_of.get(model)
    return typeset(known.label(lang), lang) if known else model


def _entry(item: Factor, book: Catalogue) -> FactorEntry:
    return FactorEntry(
        factor=item,
        quantity={lang: _quantity_name(item.quantity, book, lang) for lang in LANGUAGES},
        subject={lang: typeset(book.label(item.subject, lang), lang) for lang in LANGUAGES},
        source=book.sources[item.source].model_dump(mode="json"),
        bounds={lang: typeset(book.bounds_text(item, lang) if item.bounds_rule else "", lang) for lang in LANGUAGES},
        rivals=len(book.rivals(item)),
    )


def _quantity_name(quantity: str, book: Catalogue, lang: str) -> str:
    """The label of a quantity of the factor tables: ours when several quantities use it, else its own."""
    named = [q for q in book.quantities.values() if quantity in (q.id, q.factor)]
    theirs = typeset(named[0].label(lang), lang) if named else quantity
    return known_text(f"quantities.{quantity}", lang) or theirs
