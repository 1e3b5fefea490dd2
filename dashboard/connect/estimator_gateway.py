"""Gateway to the import: dry run of an uploaded file, then the import itself; nothing is computed here."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import escape
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from estimator.catalogue import products as catalogue_products
from estimator.catalogue.load import load
from estimator.core.errors import say
from estimator.core.fields import Author
from estimator.core.home import default_home
from estimator.core.refusals import checked as checked_fields
from estimator.ingestion.context import reading_context
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.sidecar import SUFFIX
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal
from estimator.places.placing import Knowledge, knowledge
from estimator.places.supplier_answers import read_answers
from estimator.results.making import build, rebuilt

LONGEST_NAME = 180  # bytes; the maximum of a file system is 255
UNNAMED = "fichier"


def checked(name: str, content: bytes) -> Mapping[str, Any]:
    """Dry run of this file: {"account", "file"}; nothing is written. SobriaError."""
    home = default_home()
    with _file(name, content) as path:
        found = check_paths(home, [path], reading_context(home)).as_dict()
    return {"account": found["account"], "file": found["files"][0]}


def imported(name: str, content: bytes) -> Mapping[str, int]:
    """The account of the import of this file, after which the build is updated. SobriaError."""
    home = default_home()
    with _file(name, content) as path:
        report = import_paths(Ledger(home), [path], reading_context(home))
    for error in report.errors:
        raise error
    build(home)
    return report.account.as_dict()


def place_services(services: Sequence[str], said: Mapping[str, Any]) -> None:
    """A rule for each of these services, and the build that takes it. said: who, why, then the fields of a rule.
    SobriaError."""
    author = checked_fields(Author, {"who": said["who"], "why": said["why"]}, "author")
    rule = {name: value for name, value in said.items() if name not in ("who", "why") and value}
    home = default_home()
    rebuilt(home, lambda: [PlaceJournal(home).add_rule(rule | {"service": escape(s)}, author) for s in services])


def answers_taken(content: bytes, who: str, why: str) -> int:
    """How many answers of a questionnaire that was filled in are new, and the build that takes them. SobriaError."""
    author, home = checked_fields(Author, {"who": who, "why": why}, "author"), default_home()
    found = read_answers(content.decode("utf-8-sig", "replace"))
    return len(rebuilt(home, lambda: PlaceJournal(home).add_answers(found, author))[0])


def withdrawn(id: str, who: str, why: str) -> None:
    """Withdraw a rule or an answer, and the build without it. SobriaError."""
    author, home = checked_fields(Author, {"who": who, "why": why}, "author"), default_home()
    rebuilt(home, lambda: PlaceJournal(home).withdraw(id, author))


def known_places() -> Knowledge:
    """What is said of places in this home. SobriaError."""
    return knowledge(default_home())


def hosts(lang: str) -> Mapping[str, str]:
    """Hosting sites and classes by id."""
    return {s.id: load().label(s.id, lang) for s in load().subjects.values() if s.kind == "host"}


def products(lang: str) -> Mapping[str, str]:
    """Products bought by the seat, by their short name."""
    return {product.id.partition("/")[2]: product.label(lang) for product in catalogue_products.products()}


def tasks(lang: str) -> Mapping[str, str]:
    """Tasks whose tokens are in the tables, by their short name."""
    known = (subject for quantity, subject in load().by_subject if quantity == "task_input_tokens")
    return {subject.partition("/")[2]: load().label(subject, lang) for subject in known}


def seats_table(line: Mapping[str, str]) -> bytes:
    """A table of seats of one line, with decimal commas."""
    out = StringIO(newline="")
    writer = csv.DictWriter(out, list(line), delimiter=";")
    writer.writeheader()
    writer.writerow(line)
    return out.getvalue().encode()


def format_name(reader: str, lang: str) -> str:
    """The label of an input format."""
    return say("formats", reader, lang)


def plain_name(name: str) -> str:
    """A safe file name: no folder, no hidden file, no unprintable character, never a sidecar."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c if c.isprintable() else "-" for c in base).lstrip(".")
    short = kept.encode("utf-8", "ignore")[-LONGEST_NAME:].decode("utf-8", "ignore").lstrip(".")
    return (f"{short}.json" if short.endswith(SUFFIX) else short) or UNNAMED


@contextmanager
def _file(name: str, content: bytes) -> Iterator[Path]:
    """The content as a file, in a temporary folder."""
    with TemporaryDirectory(prefix="sobria-") as folder:
        path = Path(folder, plain_name(name))
        path.write_bytes(content)
        yield path
