"""The user's own copy of tables that may not be distributed: same checks as the shipped ones, merged after them."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from estimator.catalogue.csv_tables import FactorsRefused, csv_files, records, rows
from estimator.catalogue.quality_checks import Problem, kind_of, kinds_of, problems
from estimator.catalogue.schema import Factor, Source, Subject, TableRow
from estimator.catalogue.tables import HOURS, Catalogue, content_hash, sources
from estimator.core.errors import LANGUAGES, SobriaError, say
from estimator.core.home import OWN_TABLES
from estimator.core.language import DEFAULT

SUBJECTS, SOURCES = "subjects.csv", "sources.toml"
LATER = ("silent_gap", "hole_in_time")  # reported by `sobria factors check`, not a reason to refuse a table
KINDS = (  # faults that have a text, by the start of their type
    "missing", "extra_forbidden", "float", "int", "string_type", "string_pattern", "literal_error", "dates_disorder",
    "date", "no_value", "no_bounds", "disorder",
)  # fmt: skip


R = TypeVar("R", bound=TableRow)
T = TypeVar("T")


class OwnTablesRefused(SobriaError):
    """An invalid line of the user's own tables."""

    def __init__(self, where: "RowPlace", reasons: Mapping[str, str]) -> None:
        super().__init__(file=where.file, line=where.line, reason=reasons)


class RowPlace(NamedTuple):
    """Position of a row: the first line is 1."""

    file: str
    line: int | str


def with_own(shipped: Catalogue, named: str, marked: bool = True) -> Catalogue:
    """The shipped catalogue merged with the tables of this folder. own_folder_refused, OwnTablesRefused.

    A user default replaces the shipped ones whose validity it covers, for the same quantity and subject: these become
    rivals, or are dropped if they only state that the value is missing. Ids are unique across both. marked: the licence
    of their sources says that they are the user's.
    """
    folder = Path(named)
    if not folder.is_absolute() or not folder.is_dir():
        raise SobriaError("own_folder_refused", folder=named, variable=OWN_TABLES)
    own_sources = _sources(folder, shipped, marked)
    names = csv_files(folder)
    of_subjects = [name for name in names if name.lower() == SUBJECTS]
    subjects = [found for name in of_subjects for found in _rows_with_place(folder, name, Subject)]
    factors = [found for name in names if name not in of_subjects for found in _rows_with_place(folder, name, Factor)]
    _check_subjects(shipped, subjects)
    seen = set(shipped.by_id)
    for where, item in factors:
        if item.id in seen:
            raise _refusal(where, Problem("repeated_id", item.id))
        if item.source not in own_sources:
            raise _refusal(where, Problem("no_source", item.id, item.source or "-"))
        seen.add(item.id)
    tables = shipped.tables() | {
        "version": hashlib.blake2b(f"{shipped.version}{content_hash(folder)}".encode(), digest_size=8).hexdigest(),
        "factors": _merged_factors(shipped, [item for _, item in factors]),
        "sources": {**shipped.sources, **own_sources},
    }
    merged = Catalogue(**tables).with_subjects(item for _, item in subjects)
    for where, item in factors:
        kind, wanted = kind_of(merged, item.subject), kinds_of(shipped, item.quantity)
        if wanted and item.subject in {*merged.subjects, *merged.zones} and kind not in wanted:
            raise _refusal(where, Problem("wrong_subject", item.id, _kinds({kind}), _kinds(wanted)))
    _check(merged, {item.id: where for where, item in factors})
    return merged


def files_of(named: str) -> tuple[dict[str, int], list[str]]:
    """Rows of each of the user's tables, and what else their folder holds that is not read: only `.csv` files that lie
    in it are tables, beside the sources and the folder of half-hours."""
    folder = Path(named)
    read = {name: sum(1 for _ in rows(folder, name)) for name in csv_files(folder)}
    known = {*read, SOURCES, HOURS}
    left = (f"{found.name}/" if found.is_dir() else found.name for found in folder.iterdir() if found.name not in known)
    return read, sorted(left)


def _merged_factors(shipped: Catalogue, own: list[Factor]) -> tuple[Factor, ...]:
    mine: dict[tuple[str, str], list[Factor]] = {}
    for item in own:
        if item.role == "default":
            mine.setdefault((item.quantity, item.subject), []).append(item)
    kept: list[Factor] = []
    for item in shipped.factors:
        if item.role == "rival" or not any(_covers(f, item) for f in mine.get((item.quantity, item.subject), ())):
            kept.append(item)
        elif item.value is not None:
            kept.append(item.model_copy(update={"role": "rival"}))
    return (*kept, *own)


def _covers(mine: Factor, theirs: Factor) -> bool:
    """Is the validity of one within that of the other?"""
    starts = (mine.valid_from or date.min) <= (theirs.valid_from or date.min)
    return starts and (theirs.valid_to or date.max) <= (mine.valid_to or date.max)


def _sources(folder: Path, shipped: Catalogue, marked: bool) -> dict[str, Source]:
    """The sources of the folder; their licence, printed on every screen, states that the table is the user's, if so."""
    if not (folder / SOURCES).is_file():
        return {}
    found = list(_validated_rows(SOURCES, sources(folder)))
    taken = next((s.id for s in found if s.id in shipped.sources), None)
    if taken:
        raise _refusal(RowPlace(SOURCES, f"[{taken}]"), Problem("source_taken", taken))
    return {s.id: s.model_copy(update={"licence": _licence(s.licence)}) if marked else s for s in found}


def _licence(licence: str) -> str:
    return say("own_tables", "licence", DEFAULT, licence=licence) if licence else ""


def _rows_with_place(folder: Path, name: str, kind: type[R]) -> Iterator[tuple[RowPlace, R]]:
    for line, item in _validated_rows(name, records(folder, name, kind)):
        yield RowPlace(name, line), item


def _validated_rows(name: str, rows: Iterator[T]) -> Iterator[T]:
    """Validated rows, with each fault under its file and line."""
    try:
        yield from rows
    except FactorsRefused as error:
        fault = _gravest(error.__cause__)
        where = RowPlace(name, str(error.facts["line"]))
        raise OwnTablesRefused(where, {lang: _reason(fault, lang) for lang in LANGUAGES}) from error
    except (ValueError, AttributeError, TypeError, OSError, csv.Error) as error:
        said = {lang: say("own_tables", "unreadable", lang, message=error) for lang in LANGUAGES}
        raise OwnTablesRefused(RowPlace(name, "-"), said) from error


def _gravest(error: BaseException | None) -> dict[str, Any]:
    """The fault to report: a missing column, an extra cell (it shifts the following ones) or a row that ends too soon,
    else the first."""
    faults = [dict(fault) for fault in error.errors()] if isinstance(error, ValidationError) else []
    return min(faults, key=lambda f: (f["type"] != "missing", f["type"] != "extra_forbidden", f["input"] is not None))


def _reason(fault: Mapping[str, Any], lang: str) -> str:
    """Expected value of a cell."""
    kind = next((k for k in KINDS if str(fault["type"]).replace("finite_number", "float").startswith(k)), "other")
    column, facts = ".".join(map(str, fault["loc"])), fault.get("ctx") or {}
    if kind == "extra_forbidden" and not column:
        return say("own_tables", "cells", lang)
    if fault["input"] is None:
        kind = "short"
    expected = str(facts.get("expected", "")).replace(" or ", ", ")
    return say("own_tables", kind, lang, column=column, read=facts.get("read", fault["input"]), expected=expected)


def _check_subjects(shipped: Catalogue, subjects: list[tuple[RowPlace, Subject]]) -> None:
    known = {*shipped.subjects, *shipped.zones}
    kinds = {item.id: item.kind for item in (*shipped.subjects.values(), *(item for _, item in subjects))}
    seen: set[str] = set()
    for where, item in subjects:
        if item.id in known or item.id in seen:
            raise _refusal(where, Problem("repeated_id", item.id))
        if item.wider and item.wider not in kinds:
            raise _refusal(where, Problem("unknown_subject", item.id, item.wider))
        if item.wider == item.id or kinds.get(item.wider, item.kind) != item.kind:
            raise _refusal(where, Problem("wrong_class", item.id, item.wider, _kinds({item.kind})))
        if item.zone and item.zone not in shipped.zones:
            raise _refusal(where, Problem("unknown_subject", item.id, item.zone))
        seen.add(item.id)


def _check(merged: Catalogue, places: Mapping[str, RowPlace]) -> None:
    """The checks of the shipped tables, restricted to these rows."""
    for problem in problems(merged):
        about = next((name for name in (problem.about, str(problem.detail).partition(" ")[0]) if name in places), None)
        if problem.fatal and problem.code not in LATER and about:
            raise _refusal(places[about], problem)


def _kinds(kinds: Iterable[str]) -> dict[str, str]:
    """Kinds of subject, in words."""
    return {lang: ", ".join(say("subject_kinds", kind, lang) for kind in sorted(kinds)) for lang in LANGUAGES}


def _refusal(where: RowPlace, problem: Problem) -> OwnTablesRefused:
    return OwnTablesRefused(where, {lang: problem.text(lang) for lang in LANGUAGES})
