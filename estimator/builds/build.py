"""Build: current rows, activity groups, factor selection, estimates and audits; then publish, or refuse unchanged."""

import json
import math
import os
import shutil
from contextlib import AbstractContextManager, suppress
from functools import partial
from importlib import import_module, resources
from pathlib import Path
from typing import NamedTuple

from estimator.builds.build_identity import identity, keep_secret
from estimator.builds.current import (
    BuildResult,
    beside,
    current,
    note_tables,
    own_beside,
    parts_beside,
    point_to,
    tables_of,
)
from estimator.catalogue.load import load
from estimator.catalogue.tables import Catalogue
from estimator.core.atomic_files import publish
from estimator.core.duckdb_engine import ROWS, DuckDB, FileDamaged, created, views_on_disk
from estimator.core.errors import LANGUAGES, SobriaError, sentences
from estimator.core.home import TABLES, home_file, use_tables
from estimator.core.language import span_text
from estimator.core.locks import lock_if_free, waited_lock
from estimator.core.progress import Progress
from estimator.core.spark_master import check_master
from estimator.core.spark_workers import workers_wait
from estimator.ledger import Ledger
from estimator.places.journal import PlaceJournal

KEPT_BUILDS = 3
ROUNDING = 1e-12  # relative difference of two sums of the same numbers, in another order


class How(NamedTuple):
    """How a build is made: anew, from rows alone, even if it is there; and by which Spark rows are read, by the address
    of its master, if not by this machine alone."""

    full: bool = False
    spark: str | None = None


class AuditFailed(SobriaError):
    """An audit of a build returned rows: it is not published."""


class BuildLocked(SobriaError):
    """Another process is building in the same home, for `age` [s] where that is known; it was waited for [s]."""

    def __init__(self, home: Path, waited: float, age: float | None) -> None:
        known = {} if age is None else {"age": {lang: span_text(age, lang) for lang in LANGUAGES}}
        since = sentences("build_lock", "since" if known else "since_unknown", **known)
        super().__init__(home=home, since=since, waited={lang: span_text(waited, lang) for lang in LANGUAGES})


def build(
    home: Path,
    catalogue: Catalogue | None = None,
    wait_s: float = 60.0,
    progress: Progress | None = None,
    how: How = How(),  # noqa: B008
) -> BuildResult:
    """The build of the current ledger, made if it does not exist; `progress` is told so. Made
    anew though it does, it is compared with what was there. AuditFailed, BuildLocked, spark_failed."""
    home = home if how.spark is None else for_spark(home, how.spark)
    use_tables(home / TABLES)
    PlaceJournal(home).use_hosts()
    catalogue = catalogue or load()
    folder = home / "builds"
    there = None if how.full or tables_of(home) is None else current(home)
    if there:  # nothing to write nor to lock, in a home that may be read-only
        build_id = identity(Ledger(home), catalogue)
        if there.name == f"sobria-{build_id}.duckdb" and (whole := _whole(there, build_id)):
            return BuildResult(build_id, there, False, opened=whole)
    folder.mkdir(parents=True, exist_ok=True)
    busy = partial(BuildLocked, home, wait_s)
    with waited_lock(folder / ".lock", wait_s, busy), Ledger(home).still() as ledger:
        keep_secret(home)
        build_id = identity(ledger, catalogue)
        path = folder / f"sobria-{build_id}.duckdb"
        if not how.full and _whole(path, build_id):
            return _publish(home, BuildResult(build_id, path, fresh=False), catalogue)
        if progress:
            progress(0, 0)
        draft = folder / f".draft-{build_id}.duckdb"
        before = _sums(path, build_id) if how.full else {}
        if not before:
            _remove(path)
        try:
            own = _made(draft, path, ledger, catalogue, how)
            publish(folder, own_beside(path).name, own.encode())
            if not _whole(draft, build_id):
                raise FileDamaged(file=draft.name)
            os.replace(draft, path)
            for made_of_it in beside(path) if before else ():
                if made_of_it != own_beside(path):
                    made_of_it.unlink(missing_ok=True)
        finally:
            draft.unlink(missing_ok=True)
            if not path.exists():
                shutil.rmtree(parts_beside(path), ignore_errors=True)
            draft.with_name(draft.name + ".wal").unlink(missing_ok=True)
        same = _apart(before, _sums(path, build_id)) <= ROUNDING if before else None
        built = _publish(home, BuildResult(build_id, path, fresh=True, same=same), catalogue)
        _prune(folder, path)
        return built


def _made(draft: Path, path: Path, ledger: Ledger, catalogue: Catalogue, how: How) -> str:
    """Write a build; the measures of models that it holds, as JSON. What is kept of parts is made anew where it is not
    what factors now say of them, or is damaged."""
    from estimator.builds.contents import NewBuild, fill  # Arrow and numpy, which a build that is there does not need
    from estimator.builds.part_names import NamesDamaged
    from estimator.builds.rollups import RollupsStale
    from estimator.builds.settled_parts import FOLDER

    new = NewBuild(path.stem.removeprefix("sobria-"), parts_beside(path), how.full or bool(how.spark))
    while True:
        draft.unlink(missing_ok=True)
        try:
            if how.full:
                shutil.rmtree(draft.parent / FOLDER, ignore_errors=True)
            with _created(draft, parts_beside(path), how.spark) as engine:
                last = fill(engine, ledger, catalogue, new)
                _audit(engine)
                engine.run(last)
                return json.dumps(engine.rows("SELECT * FROM own_measures"))
        except RollupsStale as stale:
            new = new._replace(anew={*new.anew, *stale.parts})
        except NamesDamaged:
            shutil.rmtree(draft.parent / FOLDER, ignore_errors=True)


def _created(draft: Path, beside: Path, spark: str | None) -> AbstractContextManager[DuckDB]:
    if spark is None:
        return created(draft)
    from estimator.core import spark_engine

    return spark_engine.created(draft, beside, spark)


def for_spark(home: Path, master: str) -> Path:
    """A home as executors, which run elsewhere, find it; refused before anything is read or waited for. spark_store,
    spark_path, spark_wait, spark_missing, and the refusals of `check_master`."""
    if address := home_file(home).store:
        raise SobriaError("spark_store", address=address)
    if "," in str(home.absolute()):  # what executors write is found from the folder of builds: DuckDB cuts it there
        raise SobriaError("spark_path", folder=home.absolute())
    check_master(master)
    workers_wait()
    try:
        import_module("estimator.core.spark_engine")  # an extra
    except ImportError as error:
        raise SobriaError("spark_missing") from error
    return home.absolute()


def _sums(path: Path, build_id: str) -> dict[str, list[float]]:
    """What each group of a build sums, by what the group is; empty where there is no such build."""
    engine = _whole(path, build_id)
    rows = engine.rows("SELECT * EXCLUDE (group_id, slices) FROM groups") if engine else []
    if engine:
        engine.close()
    told = [{name: value for name, value in row.items() if not isinstance(value, float)} for row in rows]
    return {
        str(sorted((name, value) for name, value in key.items() if value is not None)): [
            value for value in row.values() if isinstance(value, float)
        ]
        for key, row in zip(told, rows, strict=True)
    }


def _apart(before: dict[str, list[float]], after: dict[str, list[float]]) -> float:
    """How far apart two builds are: the largest relative difference of a sum; infinite where they have other groups."""
    if {key: len(sums) for key, sums in before.items()} != {key: len(sums) for key, sums in after.items()}:
        return math.inf
    pairs = ((one, other) for key in after for one, other in zip(before[key], after[key], strict=True))
    return max((abs(one - other) / max(abs(one), abs(other)) for one, other in pairs if one != other), default=0.0)


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
    note_tables(home)
    return built


def _prune(folder: Path, newest: Path) -> None:
    """Delete all but the newest builds and what lies beside them: readers of an older one still have its file open, and
    keep the parts that it reads where they lie."""
    others = sorted((p for p in folder.glob("sobria-*.duckdb") if p != newest), key=lambda p: p.stat().st_mtime)
    for path in others[: max(0, len(others) - KEPT_BUILDS + 1)]:
        _remove_files(path)
    for parts in folder.glob(parts_beside(Path("sobria-*.duckdb")).name):
        with lock_if_free(parts) as held:
            if held:
                _sweep(parts, parts.with_suffix(newest.suffix))


def _sweep(parts: Path, path: Path) -> None:
    """Delete the parts of a build that is gone, or was never finished; of one that is there, the rows written by
    executors that it does not read: those of a build of the same rows that it replaced."""
    if not path.exists():
        shutil.rmtree(parts)
    elif rows := [*parts.glob(f"{ROWS}*")]:
        with suppress(FileDamaged):
            read = views_on_disk(path)
            for folder in rows:
                if folder.name not in read:
                    shutil.rmtree(folder)


def _remove(path: Path) -> None:
    """Delete a build and what lies beside it, if they exist."""
    _remove_files(path)
    shutil.rmtree(parts_beside(path), ignore_errors=True)


def _remove_files(path: Path) -> None:
    for file in (*beside(path), path):
        file.unlink(missing_ok=True)
