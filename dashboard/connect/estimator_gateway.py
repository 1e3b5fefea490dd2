"""Gateway to the import: dry run of an uploaded file, then the import itself; nothing is computed here."""

import csv
from collections.abc import Callable, Iterable, Mapping
from glob import escape
from io import StringIO
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NamedTuple
from unicodedata import normalize

from dashboard.register.estimator_gateway import register
from dashboard.register.service_names import use_cases
from estimator.catalogue import products as catalogue_products
from estimator.catalogue.load import load
from estimator.core.home import default_home
from estimator.core.typography import typeset
from estimator.governance.place_changes import applied, withdrawal
from estimator.governance.register.register import author as author_of
from estimator.ingestion.archives import is_archive, unpack
from estimator.ingestion.context import reading_context
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.parsing.delimited_text import decode
from estimator.ingestion.sidecar import SUFFIX
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal
from estimator.places.supplier_answers import read_answers
from estimator.results.making import build, rebuilt

LONGEST_NAME = 180  # bytes; the maximum of a file system is 255
UNNAMED = "fichier"


class Dropped(NamedTuple):
    """Files dropped together, on disk as long as this is held: traces, sidecars beside them, archives unpacked."""

    folder: TemporaryDirectory[str]
    names: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        """Each file, or the folder where an archive was unpacked."""
        return [Path(self.folder.name, str(place), name) for place, name in enumerate(self.names)]


def dropped(files: Iterable[tuple[str, BinaryIO]]) -> Dropped:
    """These files on disk, archives unpacked. Those of one name are apart; a sidecar is put beside the trace that it
    names. archive_refused."""
    folder = TemporaryDirectory(prefix="sobria-")
    names: list[str] = []
    sidecars: list[tuple[str, BinaryIO]] = []
    for name, content in files:
        plain = plain_name(name)
        if plain.endswith(SUFFIX):
            sidecars.append((plain, content))
            continue
        place = Path(folder.name, str(len(names)), plain)
        place.parent.mkdir()
        if is_archive(plain):
            unpack(content, place)
        else:
            with place.open("wb") as out:
                copyfileobj(content, out)
        names.append(plain)
    found = Dropped(folder, tuple(names))
    for plain, content in sidecars:
        beside = [path for path in found.paths if plain in (path.name + SUFFIX, path.stem + SUFFIX)] or found.paths[:1]
        for path in beside:
            content.seek(0)
            Path(path.parent, path.name + SUFFIX).write_bytes(content.read())
    return found


def checked(files: Dropped) -> Mapping[str, Any]:
    """Dry run of these files: {"account", "files"}; nothing is written. SobriaError."""
    home = default_home()
    return check_paths(home, files.paths, reading_context(home)).as_dict()


def imported(files: Dropped, progress: Callable[[int, int], None]) -> Mapping[str, int]:
    """The account of the import of these files, after which the build is updated. progress: bytes read, of how many.
    SobriaError where nothing of them could be read."""
    home = default_home()
    report = import_paths(Ledger(home), files.paths, reading_context(home), progress)
    if report.errors and not report.account.read:
        raise report.errors[0]
    build(home)
    return report.account.as_dict()


def mended(target: Mapping[str, str], said: Mapping[str, Any]) -> None:
    """What is said of the place of a service or of a run is a rule, and the build is made again; the use case of a
    service is an attachment. target: one of service, run; said: who, why, then what was chosen. SobriaError."""
    author = author_of(said["who"], said["why"])
    rule = {name: value for name, value in said.items() if name not in ("who", "why", "use") and value}
    if said.get("use"):
        register().attach(said["use"], {"service_key": escape(target["service"])}, author)
    if rule or not said.get("use"):  # nothing chosen is refused as a rule that says nothing
        home = default_home()
        matched = {"service": escape(target["service"])} if "service" in target else target
        rebuilt(home, lambda: PlaceJournal(home).add_rule(rule | dict(matched), author))


def host_named(said: Mapping[str, str]) -> None:
    """A host of one's own, from now on one of the catalogue. said: name, wider, zone, who, why. SobriaError."""
    author = author_of(said["who"], said["why"])
    fields, home = {name: said[name] for name in ("name", "wider", "zone")}, default_home()
    rebuilt(home, lambda: PlaceJournal(home).add_host(fields, author))


def answers_taken(content: bytes, who: str, why: str, lang: str) -> list[str]:
    """Take the answers of a questionnaire that was filled in, and say what they change, as lines. SobriaError."""
    author, home = author_of(who, why), default_home()
    PlaceJournal(home).use_hosts()
    found = read_answers(decode(content))
    hosts = {answer.host for answer in found}
    return applied(home, lambda journal: journal.add_answers(found, author), "answered", hosts, lang)[1]


def withdrawn(id: str, who: str, why: str, lang: str) -> list[str]:
    """Withdraw a rule, an answer or a host, and say what it changes, as lines. SobriaError."""
    return withdrawal(default_home(), id, author_of(who, why), lang)[1]


def known(name: str, lang: str) -> Mapping[str, str]:
    """What may be chosen, by id: sites and classes ("host"), countries and parts of one ("zone"), cards ("device"), or
    use cases of the register ("use")."""
    if name == "use":
        return use_cases()
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


def plain_name(name: str) -> str:
    """A safe file name: no folder, no hidden file, no unprintable character."""
    base = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c if c.isprintable() else "-" for c in base).lstrip(".")
    short = kept.encode("utf-8", "ignore")[-LONGEST_NAME:].decode("utf-8", "ignore").lstrip(".")
    return short or UNNAMED
