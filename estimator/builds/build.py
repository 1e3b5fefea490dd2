"""Build: current rows, activity groups, factor selection, estimates and audits; then publish, or refuse unchanged."""

import json
import os
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from estimator.builds.build_identity import identity
from estimator.builds.current import NOTED, BuildResult, beside, current, own_beside, parts_beside, point_to, tables_now
from estimator.catalogue.load import load
from estimator.catalogue.tables import Catalogue
from estimator.core.atomic_files import publish
from estimator.core.duckdb_engine import DuckDB, FileDamaged, created
from estimator.core.errors import SobriaError
from estimator.core.home import TABLES, use_tables
from estimator.core.parquet_files import waited_lock
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal

KEPT_BUILDS = 3
Progress = Callable[[int, int], None]  # given what is done, of what: 0 of 0 while nobody knows


class AuditFailed(SobriaError):
    """An audit of a build returned rows: it is not published."""


class BuildLocked(SobriaError):
    """Another process is building in the same home."""


def build(
    home: Path, catalogue: Catalogue | None = None, wait_s: float = 60.0, progress: Progress | None = None
) -> BuildResult:
    """The build of the current ledger, made if it does not exist; `progress` is told so. AuditFailed, BuildLocked."""
    use_tables(home / TABLES)
    PlaceJournal(home).use_hosts()
    catalogue = catalogue or load()
    folder = home / "builds"
    there = current(home)
    if there:  # nothing to write nor to lock, in a home that may be read-only
        build_id = identity(Ledger(home), catalogue)
        if there.name == f"sobria-{build_id}.duckdb" and (whole := _whole(there, build_id)):
            return BuildResult(build_id, there, False, whole)
    folder.mkdir(parents=True, exist_ok=True)
    busy = BuildLocked(home=home, seconds=round(wait_s))
    with waited_lock(folder / ".lock", wait_s, busy), Ledger(home).still() as ledger:
        build_id = identity(ledger, catalogue)
        path = folder / f"sobria-{build_id}.duckdb"
        if _whole(path, build_id):
            return _publish(home, BuildResult(build_id, path, fresh=False), catalogue)
        from estimator.builds.contents import fill  # Arrow and numpy, which a build that is there does not need

        if progress:
            progress(0, 0)
        draft = folder / f".draft-{build_id}.duckdb"
        draft.unlink(missing_ok=True)
        _remove(path)
        try:
            with created(draft) as engine:
                fill(engine, ledger, catalogue, build_id, parts_beside(path))
                _audit(engine)
                own = json.dumps(engine.rows("SELECT * FROM own_measures"))
            publish(folder, own_beside(path).name, own.encode())
            if not _whole(draft, build_id):
                raise FileDamaged(file=draft.name)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
            if not path.exists():
                shutil.rmtree(parts_beside(path), ignore_errors=True)
            draft.with_name(draft.name + ".wal").unlink(missing_ok=True)
        built = _publish(home, BuildResult(build_id, path, fresh=True), catalogue)
        _prune(folder, path)
        return built


def _whole(path: Path, build_id: str) -> DuckDB | None:
    """A file that can be opened and says that it is this build, in its last table; else None."""
    if not path.exists():
        return None
    try:
        engine = DuckDB.read(path)
        found = engine.rows("SELECT value FROM meta WHERE name = 'build'")
    except FileDamaged:
        return None
    return engine if [row["value"] for row in found] == [build_id] else None


def _audits() -> list[tuple[str, str]]:
    folder = resources.files(__package__) / "sql" / "audits"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(f.name.removesuffix(".sql"), f.read_text("utf-8")) for f in files]


def _audit(engine: DuckDB) -> None:
    for name, text in _audits():
        rows = engine.rows(text)
        if rows:
            example = " ; ".join(f"{column} : {value}" for column, value in rows[0].items())
            raise AuditFailed(audit=name, count=len(rows), example=example[:200])


def _publish(home: Path, built: BuildResult, catalogue: Catalogue) -> BuildResult:
    """Write this build to CURRENT, after logging the effect of changed factors or formulas on the totals."""
    if current(home) not in (None, built.path):
        from estimator.builds.recalculation import record

        record(home, built, catalogue)
    point_to(built.path.parent, built.path)
    publish(built.path.parent, NOTED, f"{tables_now(home)}\n".encode())
    return built


def _prune(folder: Path, newest: Path) -> None:
    """Delete all but the newest builds and what lies beside them: readers of an older one still have its file open."""
    others = sorted((p for p in folder.glob("sobria-*.duckdb") if p != newest), key=lambda p: p.stat().st_mtime)
    for path in others[: max(0, len(others) - KEPT_BUILDS + 1)]:
        _remove(path)


def _remove(path: Path) -> None:
    """Delete a build and what lies beside it, if they exist."""
    for file in (*beside(path), path):
        file.unlink(missing_ok=True)
    shutil.rmtree(parts_beside(path), ignore_errors=True)
