"""A home opened by a command: refused when it is newer than this version, brought to its format when it is older."""

import os
from collections.abc import Callable
from pathlib import Path

from estimator.builds.current import tables_now, tables_of
from estimator.core.home import FORMAT, LEDGER, OWN_TABLES, PLACES, TABLES, home_file, use_tables
from estimator.core.locks import file_lock

LOCK = ".migrating"
Tell = Callable[[str, dict[str, object]], None]  # given the key of a sentence of [custody], and what fills it


def open_home(home: Path, tell: Tell) -> Path:
    """The home, of the format of this version, its tables and the hosts that it names in the catalogue. home_too_new,
    home_file_torn, places_torn, and the refusals of a migration."""
    if not _is_ready(home):
        from estimator.custody.migration import migrate

        with file_lock(home / LOCK):
            if not _is_ready(home):  # another process may have done it meanwhile
                migrate(home, tell)
    if home_file(home).store or (home / PLACES).is_dir():
        from estimator.places.journal import PlaceJournal  # few homes name hosts: others do not wait for the tables

        PlaceJournal(home).use_hosts()
    use_tables(home / TABLES)
    before, now = tables_of(home), tables_now(home)
    if before is not None and before != now:
        key = "tables_to_build" if now == TABLES else "tables_differ"
        tell(key, {"before": before, "now": now, "folder": home / TABLES})
    elif now == TABLES and (unused := os.environ.get(OWN_TABLES)):
        tell("tables_unused", {"unused": unused, "folder": home / TABLES})
    return home


def _is_ready(home: Path) -> bool:
    """Whether nothing is to be done: of this format, or without a ledger yet."""
    found = home_file(home)
    if found.format == FORMAT:
        return not found.migrating
    return not (home / LEDGER).exists()
