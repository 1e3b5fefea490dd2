"""Build id: a hash of everything that determines its numbers, our own sources included."""

import hashlib
import io
import re
import secrets
import sys
import tokenize
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path

from estimator.builds.merge_journal import in_place
from estimator.catalogue.tables import Catalogue
from estimator.core.atomic_files import publish
from estimator.core.duckdb_engine import ENGINE_VERSION
from estimator.core.home import AUTHORITIES
from estimator.core.storage.folder import LocalFolder
from estimator.core.storage.storage import StoreFailed, put_one, storage_at
from estimator.ledger import Ledger
from estimator.places.placing import knowledge

DECIDING = ("core", "catalogue", "ledger", "assessment", "workloads", "places", "builds", "results")
SOURCES = ".sources"
SECRET = "secret"  # file of a home: a random number
_SQL_TEXT = re.compile(r"'(?:[^']|'')*'|--[^\n]*")


def identity(ledger: Ledger, catalogue: Catalogue) -> str:
    """Hash of all inputs of the numbers: ledger files, withdrawals, places, merged groups, factors, our sources,
    DuckDB and numpy; and of the secret of the home. What leaves a home names its build: without a secret, whoever has
    all its rows but those of a team would make builds of their guesses, and know by the id which one is right."""
    folder = ledger.home / AUTHORITIES
    merged = [(folder / name).read_text("utf-8", "replace") for name in in_place(ledger.home)]
    inputs = [*ledger.names(), *knowledge(ledger.home).inputs(), *merged, catalogue.version, ENGINE_VERSION]
    return digest([*inputs, f"numpy {version('numpy')}", method(ledger.home / "builds"), _secret(ledger.home)])


def rows_of(ledger: Ledger) -> str:
    """Hash of the ledger files, withdrawals and the secret of the home: an explanation that leaves names them too."""
    return digest([*ledger.names(), _secret(ledger.home)])


def keep_secret(home: Path) -> None:
    """Draw the secret of a home, once for all machines that share its ledger; for this machine alone where it may only
    read there."""
    if _secret(home):
        return
    number = drawn()
    try:
        put_one(storage_at(home, ""), SECRET, number)
    except StoreFailed:
        put_one(LocalFolder(home), SECRET, number)


def drawn() -> bytes:
    """A random number that nobody can guess."""
    return secrets.token_hex(32).encode()


def _secret(home: Path) -> str:
    there = storage_at(home, "").read([SECRET]) or LocalFolder(home).read([SECRET])
    return there.get(SECRET, b"").decode("ascii", "replace")


def deciding() -> Iterator[Traversable]:
    """The files that may change a figure: modules and SQL of the rooms that determine numbers."""
    for room in DECIDING:
        yield from _below(resources.files("estimator") / room)


def _below(folder: Traversable) -> Iterator[Traversable]:
    for found in sorted(folder.iterdir(), key=lambda found: found.name):
        if found.is_dir():
            yield from _below(found)
        elif found.name.endswith((".py", ".sql")):
            yield found


def method(folder: Path) -> str:
    """Hash of our sources without their words; kept in a file under the hash of the sources as they are, which all of
    it follows from: to take the words out takes longer than to answer."""
    key = _as_they_are(deciding)
    kept = folder / SOURCES
    known, _, method = (kept.read_text("utf-8", "replace") if kept.exists() else "").partition(" ")
    if known != key:
        method = digest([f"{f.name}\n{without_words(f.name, f.read_text('utf-8'))}" for f in deciding()])
        publish(folder, SOURCES, f"{key} {method}".encode())
    return method


@cache
def _as_they_are(files: Callable[[], Iterator[Traversable]]) -> str:
    """Hash of sources and of what reads them, once a process: a line changed meanwhile is not what it runs."""
    return digest([sys.version, *(f"{file.name}\n{file.read_text('utf-8')}" for file in files())])


def digest(parts: Sequence[str]) -> str:
    """Hash of texts, in their order."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


def without_words(name: str, source: str) -> str:
    """A source without what only people read: the same text before and after a change of its comments or docstrings."""
    return _sql_without_words(source) if name.endswith(".sql") else _python_without_words(source)


def _sql_without_words(source: str) -> str:
    bare = _SQL_TEXT.sub(lambda found: "" if found[0].startswith("--") else found[0], source)
    return "\n".join(line.rstrip() for line in bare.splitlines() if line.strip())


def _python_without_words(source: str) -> str:
    """Its tokens; a statement that is a string and nothing else is a docstring."""
    kept: list[str] = []
    statement: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in (tokenize.COMMENT, tokenize.NL):
            continue
        statement.append(token)
        if token.type == tokenize.NEWLINE:
            blocks = [t for t in statement if t.type in (tokenize.INDENT, tokenize.DEDENT)]
            docstring = {t.type for t in statement if t not in blocks} == {tokenize.STRING, tokenize.NEWLINE}
            kept += [t.string for t in (blocks if docstring else statement)]
            statement = []
    return "\0".join(kept)
