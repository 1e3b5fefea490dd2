"""Build: current rows, activity groups, factor selection, estimates and audits; then publish, or refuse unchanged."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from estimator.assessment.equation_system import sql
from estimator.assessment.explanation import formulas_version
from estimator.builds.build_identity import identity
from estimator.builds.coverage import run_energy
from estimator.builds.current import BuildResult, beside, parts_beside, point_to
from estimator.builds.equation_selection import AMOUNTS, ledger_formulas
from estimator.builds.factor_tables import bind_tables, joined
from estimator.builds.hour_factors import hours_table
from estimator.builds.inference_factors import hearing, machine_table, pace_table, supposed_table
from estimator.builds.own_measures import own_measures
from estimator.builds.recalculation import record
from estimator.builds.row_status import row_status
from estimator.builds.sql_files import sql_text
from estimator.catalogue.load import load
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import ENGINE_VERSION, DuckDB, created
from estimator.core.errors import SobriaError
from estimator.core.periods import month_after, months_between
from estimator.ledger import Ledger, withdrawn_rows

KEPT_BUILDS = 3
VIEWS = ("proof_energy", "run_proofs")
COUNTED = ("run_checks", "services", "unknown_energy", "service_months", "proved_runs")  # once a build
PLACED = {"settled": "portions", "gathered": "summed"}


class AuditFailed(SobriaError):
    """An audit of a build returned rows: it is not published."""


class BuildLocked(SobriaError):
    """Another process is building in the same home."""


def build(home: Path, catalogue: Catalogue | None = None, wait_s: float = 60.0) -> BuildResult:
    """The build of the current ledger, made if it does not exist. AuditFailed, BuildLocked."""
    catalogue = catalogue or load()
    folder = home / "builds"
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder, wait_s), Ledger(home).still() as ledger:
        build_id = identity(ledger, catalogue)
        path = folder / f"sobria-{build_id}.duckdb"
        if path.exists():
            return _publish(home, BuildResult(build_id, path, fresh=False), catalogue)
        draft = folder / f".draft-{build_id}.duckdb"
        draft.unlink(missing_ok=True)
        try:
            with created(draft) as engine:
                _fill(engine, ledger, catalogue, build_id, parts_beside(path))
                _audit(engine)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
            if not path.exists():
                shutil.rmtree(parts_beside(path), ignore_errors=True)
            draft.with_name(draft.name + ".wal").unlink(missing_ok=True)
        built = _publish(home, BuildResult(build_id, path, fresh=True), catalogue)
        _prune(folder, path)
        return built


def _audits() -> list[tuple[str, str]]:
    folder = resources.files(__package__) / "sql" / "audits"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(f.name.removesuffix(".sql"), f.read_text("utf-8")) for f in files]


def _fill(engine: DuckDB, ledger: Ledger, catalogue: Catalogue, build_id: str, parts: Path) -> None:
    from estimator.builds.row_faults import record_faults  # Arrow and numpy, which a build that is there does not need

    row_status(engine, ledger, parts)
    engine.run(f"CREATE TABLE refused AS {withdrawn_rows.still_quarantined(ledger.rows_sql('quarantine'))}")
    _months(engine)
    engine.run(sql_text("charged.sql"))
    hours_table(engine)
    _weigh(engine)
    supposed_table(engine, catalogue)
    engine.run(sql_text("runs.sql"))
    engine.run(sql_text("summed.sql"))
    machine_table(engine)
    pace_table(engine, catalogue)
    for name, relation in PLACED.items():
        engine.run(f"CREATE VIEW {name} AS {sql_text('placed.sql').format(relation=relation)}")
    engine.run(sql_text("slices.sql"))
    engine.run(sql_text("weighed_checks.sql"))
    record_faults(engine, catalogue)
    _modes(engine, catalogue)
    attributes = bind_tables(engine, catalogue, own_measures(engine, catalogue))
    engine.run(f"CREATE VIEW bound_slices AS {joined('slices', attributes)}")
    engine.run(f"CREATE VIEW bound_groups AS {joined('groups', attributes)}")
    engine.run(f"CREATE TABLE estimates AS {sql(ledger_formulas(), 'bound_groups')}")
    engine.run(f"CREATE VIEW run_energy AS {run_energy()}")
    for view in VIEWS:
        engine.run(f"CREATE VIEW {view} AS {sql_text(f'views/{view}.sql')}")
    for table in COUNTED:
        engine.run(f"CREATE TABLE {table} AS {sql_text(f'tables/{table}.sql')}")
    sets = ", ".join(f"{a}_set" for a in attributes)
    sums = ", ".join(f"fsum({a}) AS {a}" for a in AMOUNTS)
    engine.run(
        "CREATE TABLE cells AS SELECT service_key, model, host, month, resource_share,"
        f" fsum(items) AS items, fsum(requests) AS requests, {sets}, {sums} FROM bound_groups GROUP BY ALL"
    )
    _meta(engine, ledger, catalogue, build_id, attributes)


def _weigh(engine: DuckDB) -> None:
    """View `weighed`: rows that count, each with the share of its energy that is charged, the mark of its hours, and
    whether its model hears. A table without rows is not joined: it would be looked up for each row."""
    told, joins = "row_status.*", ""
    for table, name, otherwise in (("charged", "charge_share", "1.0::DOUBLE"), ("run_hours", "hours", "NULL::VARCHAR")):
        there = bool(engine.rows(f"SELECT 1 FROM {table} LIMIT 1"))
        told += f", COALESCE({table}.{name}, {otherwise}) AS {name}" if there else f", {otherwise} AS {name}"
        joins += f" LEFT JOIN {table} ON {table}.row_id = row_status.row_id" if there else ""
    told += f", {hearing(engine)} AS hears"
    engine.run(f"CREATE VIEW weighed AS SELECT {told} FROM row_status{joins} WHERE row_status.status = 'current'")


def _months(engine: DuckDB) -> None:
    """The months between the first and last row, with their bounds in UTC [us]."""
    span = engine.rows("SELECT MIN(start_month) AS first, MAX(end_month) AS last FROM row_status")[0]
    months = [] if span["first"] is None else months_between(span["first"], span["last"])
    columns = {
        "month": months,
        "from_us": [_start_us(m) for m in months],
        "to_us": [_start_us(month_after(m)) for m in months],
    }
    engine.load("months", columns, {"month": "INTEGER", "from_us": "BIGINT", "to_us": "BIGINT"})


def _start_us(month: int) -> int:
    return int(datetime(month // 100, month % 100, 1, tzinfo=UTC).timestamp()) * 1_000_000


def _modes(engine: DuckDB, catalogue: Catalogue) -> None:
    modes = [s for s in catalogue.subjects.values() if s.kind == "mode"]
    columns: dict[str, list[Any]] = {"mode": [s.id for s in modes], "proof": [s.proof or "none" for s in modes]}
    engine.load("modes", columns, {"mode": "VARCHAR", "proof": "VARCHAR"})


def _meta(
    engine: DuckDB, ledger: Ledger, catalogue: Catalogue, build_id: str, attributes: Mapping[str, Sequence[str]]
) -> None:
    facts = {
        "build": build_id,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "factors_version": catalogue.version,
        "formulas_version": formulas_version(),
        "engine": ENGINE_VERSION,
        "attributes": json.dumps(list(attributes)),
        "ledger_files": str(len(ledger.names())),
    }
    engine.load("meta", {"name": list(facts), "value": list(facts.values())}, {"name": "VARCHAR", "value": "VARCHAR"})


def _audit(engine: DuckDB) -> None:
    for name, text in _audits():
        rows = engine.rows(text)
        if rows:
            example = " ; ".join(f"{column} : {value}" for column, value in rows[0].items())
            raise AuditFailed(audit=name, count=len(rows), example=example[:200])


@contextmanager
def _lock(folder: Path, wait_s: float) -> Iterator[None]:
    with (folder / ".lock").open("a+") as file:
        limit = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > limit:
                    raise BuildLocked(home=folder.parent, seconds=round(wait_s)) from None
                time.sleep(0.05)
        yield


def _publish(home: Path, built: BuildResult, catalogue: Catalogue) -> BuildResult:
    """Write this build to CURRENT, after logging the effect of changed factors or formulas on the totals."""
    record(home, built, catalogue)
    point_to(built.path.parent, built.path)
    return built


def _prune(folder: Path, newest: Path) -> None:
    """Delete all but the newest builds and what lies beside them: readers of an older one still have its file open."""
    others = sorted((p for p in folder.glob("sobria-*.duckdb") if p != newest), key=lambda p: p.stat().st_mtime)
    for path in others[: max(0, len(others) - KEPT_BUILDS + 1)]:
        for file in (*beside(path), path):
            file.unlink(missing_ok=True)
        shutil.rmtree(parts_beside(path), ignore_errors=True)
