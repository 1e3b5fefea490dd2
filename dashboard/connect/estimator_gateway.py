"""Gateway to the import: dry run of an uploaded file, then the import itself; nothing is computed here."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from estimator.core.errors import say
from estimator.core.home import default_home
from estimator.ingestion.context import reading_context
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.sidecar import SUFFIX
from estimator.ledger import Ledger
from estimator.results.making import build

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
