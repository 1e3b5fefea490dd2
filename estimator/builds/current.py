"""Which build of a home is the published one: a text file that names it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from estimator.core.atomic_files import publish
from estimator.core.home import TABLES, home_file, own_tables

if TYPE_CHECKING:
    from estimator.core.duckdb_engine import DuckDB
    from estimator.workloads.own_measures import Own

CURRENT = "CURRENT"  # in the folder of builds
NOTED = "TABLES"  # beside CURRENT: the user's own tables that it took


@dataclass(frozen=True)
class BuildResult:
    """The id of a build, and whether it was newly made; opened: its file, where it had to be read to know that it is
    whole: to open it again while this is held takes no time; same: whether the sums are those of the build that was
    there, when all is read again."""

    id: str
    path: Path
    fresh: bool
    same: bool | None = None
    opened: "DuckDB | None" = field(default=None, repr=False, compare=False)


def current(home: Path) -> Path | None:
    """The file that CURRENT names, if there is one. home_too_new, home_file_torn."""
    home_file(home)
    path = home / "builds" / (_line(home / "builds" / CURRENT) or "")
    return path if path.is_file() else None


def own_of(home: Path | None) -> "Own":
    """What the published build of a home measured of models at its places, as written beside it: an estimate opens no
    database. The build file itself is read where that text is missing or torn."""
    path = current(home) if home else None
    if path is None:
        return {}
    try:
        rows = json.loads(own_beside(path).read_bytes())
    except (OSError, ValueError):
        from estimator.builds.build_file import BuildFile

        return BuildFile(path).own
    from estimator.workloads.own_measures import own_from

    return own_from(rows)


def tables_now(home: Path) -> str:
    """The user's own tables that a build made now takes: their folder, by its name where the home holds it; empty
    without any."""
    return TABLES if own_tables() == str((home / TABLES).absolute()) else own_tables()


def tables_of(home: Path) -> str | None:
    """Those that the published build took; None where it does not say."""
    return _line(home / "builds" / NOTED)


def note_tables(home: Path) -> None:
    """Atomic write of what `tables_of` reads."""
    publish(home / "builds", NOTED, f"{tables_now(home)}\n".encode())


def point_to(folder: Path, path: Path) -> None:
    """Atomic write of the text file CURRENT."""
    if _line(folder / CURRENT) != path.name:
        publish(folder, CURRENT, f"{path.name}\n".encode())


def _line(file: Path) -> str | None:
    """The line of one of these text files; None where it is not there, or damaged: a build writes it again."""
    try:
        line, end, _ = file.read_bytes().decode().partition("\n")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
    return line if end and not any(sign < " " for sign in line) else None


def beside(path: Path) -> list[Path]:
    """The files made from a build, which go when it goes: they have its name with another ending."""
    return [file for file in path.parent.glob(f"{path.stem}.*") if file not in (path, parts_beside(path))]


def own_beside(path: Path) -> Path:
    """The table `own_measures` of a build, as JSON."""
    return path.with_suffix(".own")


def parts_beside(path: Path) -> Path:
    """The folder of the parts of the ledger that a build reads where they lie."""
    return path.with_suffix(".parts")
