"""Build id: a hash of everything that determines its numbers, our own sources included."""

import hashlib
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable

from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import ENGINE_VERSION
from estimator.ledger import Ledger

DECIDING = ("core", "catalogue", "ledger", "assessment", "workloads", "builds", "results")


def identity(ledger: Ledger, catalogue: Catalogue) -> str:
    """Hash of all inputs of the numbers: ledger files, withdrawals, factors, our own sources, DuckDB and numpy."""
    parts = [*ledger.names(), catalogue.version, ENGINE_VERSION, f"numpy {version('numpy')}", *_sources()]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()


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


def _sources() -> list[str]:
    return [f"{file.name}\n{file.read_text('utf-8')}" for file in deciding()]
