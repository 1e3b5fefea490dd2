"""Gateway to the import: dry run of an uploaded file, then the import itself; nothing is computed here."""

import csv
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from io import StringIO
from typing import Any
from unicodedata import normalize

from dashboard.shared import estimator_gateway
from dashboard.shared.dates import day_text, moment_text
from dashboard.shared.texts import t
from estimator.builds.places_ahead import check_in_home
from estimator.catalogue import products as catalogue_products
from estimator.catalogue.load import load
from estimator.core.errors import SobriaError
from estimator.core.home import default_home
from estimator.core.number_format import interval_text
from estimator.core.typography import some_of, typeset
from estimator.governance import import_changes, placed_imports
from estimator.governance.place_changes import applied, withdrawal, written
from estimator.governance.register.register import author as author_of
from estimator.governance.register.register import author_of_choice, author_of_what
from estimator.ingestion.context import reading_context
from estimator.ingestion.dropped_files import Dropped, dropped, plain_name
from estimator.ingestion.parsing.delimited_text import decode
from estimator.ingestion.unrecorded import unrecorded
from estimator.ingestion.usage.seats import check_line as check_seats
from estimator.ledger import Ledger
from estimator.ledger.journal import Import
from estimator.ledger.versions import withdrawn_imports
from estimator.places.journal import PlaceJournal
from estimator.places.supplier_answers import read_answers

LAST, NAMES = 5, 3  # imports that are listed; of the files of one, those that are named
_ledger = lru_cache(maxsize=1)(Ledger)  # kept from a page to the next: it reads each part and journal entry once
__all__ = ["Dropped", "author_of_choice", "check_seats", "dropped", "plain_name"]


def checked(files: Dropped) -> Mapping[str, Any]:
    """Dry run of these files, as `DryRun` has it: {"account", "files", "services"}; nothing is written. SobriaError."""
    home = default_home()
    found = check_in_home(home, files.paths, reading_context(home))
    return found.as_dict() | {"services": found.services}


def imported(
    files: Dropped, services: Sequence[str], said: Mapping[str, Any], tell: Callable[[str, int, int], None]
) -> Mapping[str, Any]:
    """Import these files with what is said of the place of their services, as `governance.placed_imports` does."""
    return placed_imports.imported(default_home(), files.paths, services, said, tell)


def mended(target: Mapping[str, str], said: Mapping[str, Any], *told: Any) -> list[str]:
    """What is said of the place of a service or of a run, or of its use; told: `lang` and `sure`. SobriaError."""
    return placed_imports.mended(default_home(), target, said, *told)


def host_named(said: Mapping[str, str]) -> None:
    """A host of one's own, from now on one of the catalogue. said: name, wider, zone, who, why. SobriaError."""
    fields, home = {name: said[name] for name in ("name", "wider", "zone")}, default_home()
    author = author_of_what(said["who"], said["why"], partial(PlaceJournal(home, trial=True).add_host, fields))
    written(home, lambda journal: [journal.add_host(fields, author)], "host_added")


def answers_taken(content: bytes, who: str, why: str, lang: str) -> list[str]:
    """Take the answers of a questionnaire that was filled in, and say what they change, as lines. SobriaError."""
    author, home = author_of(who, why), default_home()
    PlaceJournal(home).use_hosts()
    found = read_answers(decode(content))
    hosts = {answer.host for answer in found}
    return applied(home, lambda journal: journal.add_answers(found, author), "answered", hosts, lang)[1]


def withdrawn(id: str, who: str, why: str, lang: str) -> list[str]:
    """Withdraw a rule, an answer or a host, and say what it changes, as lines. SobriaError."""
    return withdrawal(default_home(), id, author_of_choice(id, who, why), lang)[1]


def last_imports(lang: str) -> tuple[Mapping[str, str], Mapping[str, str], Mapping[str, str]]:
    """Imports of files in words that tell each apart: the last ones, those of them whose rows may be withdrawn, by id;
    all whose rows are, by the id of the withdrawal."""
    ledger = Ledger(default_home())
    done = {one.event: one for one in ledger.imports.latest(LAST) if one.sources}
    gone, told = withdrawn_imports(ledger), _imports_told(done, lang)
    days = {gone[one.event].event: day_text(one.at, lang) for one in ledger.in_force() if one.event in gone}
    said = {id: t("connect.last_undone", lang, told=told[id], day=days[id]) for id in told if id in days}
    new = [id for id, one in done.items() if any(source.new for source in one.sources) and id not in days]
    return told | said, {id: told[id] for id in new}, _imports_told(gone, lang)


def _imports_told(imports: Mapping[str, Import], lang: str) -> dict[str, str]:
    told = {}
    for id, done in imports.items():
        facts = {"read": done.read, "refused": sum(file.refused for file in done.sources)}
        names = some_of([file.name for file in done.sources], NAMES)
        told[id] = t("connect.last_one", lang, moment=moment_text(done.at, lang), files=names, **facts)
    said = [*told.values()]
    return {id: f"{text} ({imports[id].event[:8]})" if said.count(text) > 1 else text for id, text in told.items()}


def undone(id: str, who: str, why: str, lang: str) -> tuple[str, list[str]]:
    """Annul an import: the id of the withdrawal of its rows, and what it changes, as lines. SobriaError."""
    found = import_changes.annulled(default_home(), id, author_of_choice(id, who, why))
    return found["withdrawal"], _change_told("undone", found, lang)


def redone(id: str, who: str, why: str, lang: str) -> list[str]:
    """Bring an import back, by the id of the withdrawal of its rows, and say so, as lines. SobriaError."""
    return _change_told("redone", import_changes.restored(default_home(), id, author_of_choice(id, who, why)), lang)


def _change_told(name: str, found: Mapping[str, Any], lang: str) -> list[str]:
    lines = [t(f"connect.{name}", lang, n=found["rows"])]
    told = {"still": f"{name}_still", "again": f"{name}_again", "supersedes": "redone_supersedes"}
    told |= {"replaces": "redone_replaces"}
    lines += [t(f"connect.{key}", lang, n=found[count]) for count, key in told.items() if found[count]]
    lines += [t("connect.undone_also", lang, n=count, file=file) for file, count in found["also"].items()]
    energy = {name: interval_text(found[name], lang) for name in ("before", "after")}
    return [*lines, t("connect.undone_total", lang, **energy)]


def unfinished(lang: str) -> str:
    """Which imports did not end, or may be running, though their rows count, and what to do, or why the ledger does not
    tell; "" where all did."""
    try:
        return typeset(unrecorded(_ledger(default_home())).text(lang), lang)
    except SobriaError as error:
        return typeset(error.message(lang), lang)


def known(name: str, lang: str) -> Mapping[str, str]:
    """What may be chosen, by id: sites and classes ("host"), zones ("zone"), cards ("device") or uses ("use")."""
    if name == "use":
        return estimator_gateway.use_cases()
    book = load()
    ids = book.zones if name == "zone" else [s.id for s in book.subjects.values() if s.kind == name]
    labels = {id: typeset(book.label(id, lang), lang) for id in ids}
    return dict(sorted(labels.items(), key=lambda entry: normalize("NFD", entry[1]))) if name == "zone" else labels


def products(lang: str) -> Mapping[str, str]:
    """Products bought by the seat, by their short name."""
    return {product.id.partition("/")[2]: product.label(lang) for product in catalogue_products.products()}


def tasks(lang: str) -> Mapping[str, str]:
    """Tasks whose tokens are in the tables, by their short name."""
    return {subject.partition("/")[2]: load().label(subject, lang) for subject in load().having("task_input_tokens")}


def seats_table(line: Mapping[str, str]) -> bytes:
    """A table of seats of one line, with decimal commas."""
    out = StringIO(newline="")
    writer = csv.DictWriter(out, list(line), delimiter=";")
    writer.writeheader()
    writer.writerow(line)
    return out.getvalue().encode()
