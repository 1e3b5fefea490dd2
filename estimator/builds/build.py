"""Ledger to current rows, groups, bound factors, estimates and audits; then publish, or refuse and change nothing."""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from estimator.assessment.coefficients import COEFFICIENTS
from estimator.assessment.coefficients import evaluate as coefficients_of
from estimator.assessment.equation_system import sql
from estimator.assessment.explanation import formulas_version
from estimator.builds.build_identity import identity
from estimator.builds.coverage import run_energy
from estimator.builds.equation_selection import AMOUNTS, ledger_factors, ledger_formulas
from estimator.builds.inference_factors import bind_serving, pace_table
from estimator.catalogue.selection import SelectedFactor, select_factor
from estimator.catalogue.tables import Catalogue, load
from estimator.core.atomic_files import publish
from estimator.core.duckdb_engine import ENGINE_VERSION, DuckDB, created
from estimator.core.errors import SobriaError
from estimator.ledger import Ledger, withdrawn_rows
from estimator.ledger.files import current_rows_sql

KEPT_BUILDS = 3
VIEWS = ("proof_energy", "run_checks", "run_proofs", "services")


class AuditFailed(SobriaError):
    """An audit of a build returned rows: nothing is published."""

    code = "audit_failed"


class BuildLocked(SobriaError):
    """Another process is building in the same home."""

    code = "build_locked"


@dataclass(frozen=True)
class BuildResult:
    """What a build is called and whether it had to be made."""

    id: str
    path: Path
    fresh: bool


def build(home: Path, catalogue: Catalogue | None = None, wait_s: float = 60.0) -> BuildResult:
    """The build of the ledger as it stands, made if it is not there yet. AuditFailed, BuildLocked."""
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
                _fill(engine, ledger, catalogue, build_id)
                _audit(engine)
            os.replace(draft, path)
        finally:
            draft.unlink(missing_ok=True)
            draft.with_name(draft.name + ".wal").unlink(missing_ok=True)
        built = _publish(home, BuildResult(build_id, path, fresh=True), catalogue)
        _prune(folder, path)
        return built


def current(home: Path) -> Path | None:
    """The file that CURRENT names, if there is one."""
    pointer = home / "builds" / "CURRENT"
    if not pointer.exists():
        return None
    path = home / "builds" / pointer.read_text("utf-8").strip()
    return path if path.exists() else None


def sql_text(name: str) -> str:
    """The text of a file of estimator/builds/sql."""
    return (resources.files(__package__) / "sql" / name).read_text("utf-8")


def _audits() -> list[tuple[str, str]]:
    folder = resources.files(__package__) / "sql" / "audits"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [(f.name.removesuffix(".sql"), f.read_text("utf-8")) for f in files]


def _fill(engine: DuckDB, ledger: Ledger, catalogue: Catalogue, build_id: str) -> None:
    engine.run(f"CREATE VIEW activities AS {ledger.rows_sql('activities')}")
    engine.run(f"CREATE TABLE row_status AS {current_rows_sql()}")
    engine.run("DROP VIEW activities")
    engine.run(f"CREATE TABLE refused AS {withdrawn_rows.still_quarantined(ledger.rows_sql('quarantine'))}")
    _months(engine)
    engine.run(sql_text("runs.sql"))
    pace_table(engine)
    engine.run(sql_text("weighed_checks.sql"))
    engine.run(sql_text("slices.sql"))
    engine.run(sql_text("groups.sql"))
    _modes(engine, catalogue)
    attributes = bind_tables(engine, catalogue)
    engine.run(f"CREATE VIEW bound_slices AS {joined('slices', attributes)}")
    engine.run(f"CREATE VIEW bound_groups AS {joined('groups', attributes)}")
    engine.run(f"CREATE TABLE estimates AS {sql(ledger_formulas(), 'bound_groups')}")
    engine.run(f"CREATE VIEW run_energy AS {run_energy()}")
    for view in VIEWS:
        engine.run(f"CREATE VIEW {view} AS {sql_text(f'views/{view}.sql')}")
    sets = ", ".join(f"{a}_set" for a in attributes)
    sums = ", ".join(f"fsum({a}) AS {a}" for a in AMOUNTS)
    engine.run(
        "CREATE TABLE cells AS SELECT service_key, model, host, month, resource_share,"
        f" fsum(items) AS items, fsum(requests) AS requests, {sets}, {sums} FROM bound_groups GROUP BY ALL"
    )
    _meta(engine, ledger, catalogue, build_id, attributes)


def _months(engine: DuckDB) -> None:
    """The months between the first and last row, with their limits in UTC [us]."""
    span = engine.rows("SELECT MIN(start_month) AS first, MAX(end_month) AS last FROM row_status")[0]
    months: list[int] = []
    month = span["first"]
    while month is not None and month <= span["last"]:
        months.append(month)
        month = _next(month)
    columns = {
        "month": months,
        "from_us": [_start_us(m) for m in months],
        "to_us": [_start_us(_next(m)) for m in months],
    }
    engine.load("months", columns, {"month": "INTEGER", "from_us": "BIGINT", "to_us": "BIGINT"})


def _next(month: int) -> int:
    return month + 89 if month % 100 == 12 else month + 1


def _start_us(month: int) -> int:
    return int(datetime(month // 100, month % 100, 1, tzinfo=UTC).timestamp()) * 1_000_000


def _modes(engine: DuckDB, catalogue: Catalogue) -> None:
    modes = [s for s in catalogue.subjects.values() if s.kind == "mode"]
    columns: dict[str, list[Any]] = {"mode": [s.id for s in modes], "proof": [s.proof or "none" for s in modes]}
    engine.load("modes", columns, {"mode": "VARCHAR", "proof": "VARCHAR"})


def bind_tables(engine: DuckDB, catalogue: Catalogue) -> dict[str, list[str]]:
    """One table an attribute: (subject, month) -> central value of each factor and the set of bound factors.

    `sets` keeps what each set holds, and `factors` every factor row that is used.
    """
    attributes: dict[str, list[str]] = {}
    for name in ledger_factors():
        attributes.setdefault(catalogue.quantities[name].hangs_on, []).append(name)
    kept: list[tuple[str, int, SelectedFactor]] = []
    for attribute, names in attributes.items():
        kept += _bind_attribute(engine, catalogue, attribute, names)
    fields = ("attribute", "set_id", "quantity", "subject", "factor_id", "rung", "missing")
    rows = [(a, s, b.quantity, b.subject, b.factor.id if b.factor else None, b.rung, b.missing) for a, s, b in kept]
    types = dict.fromkeys(fields, "VARCHAR") | {"set_id": "INTEGER", "rung": "INTEGER"}
    engine.load("sets", {f: [row[i] for row in rows] for i, f in enumerate(fields)}, types)
    used = {b.factor.id: b.factor for _, _, b in kept if b.factor}
    columns: dict[str, list[Any]] = {"id": list(used), "row": [f.model_dump_json() for f in used.values()]}
    engine.load("factors", columns, {"id": "VARCHAR", "row": "VARCHAR"})
    return attributes


def _bind_attribute(
    engine: DuckDB, catalogue: Catalogue, attribute: str, names: Sequence[str]
) -> list[tuple[str, int, SelectedFactor]]:
    pairs = engine.rows(f"SELECT DISTINCT {attribute} AS subject, month FROM groups ORDER BY 1, 2")
    known: dict[tuple[Any, ...], int] = {}
    kept: list[tuple[str, int, SelectedFactor]] = []
    made = [c for c in COEFFICIENTS if set(c.inputs) <= set(names)]
    columns: dict[str, list[Any]] = {
        k: [] for k in ("subject", "month", f"{attribute}_set", *names, *(c.name for c in made))
    }
    for pair in pairs:
        day = date(pair["month"] // 100, pair["month"] % 100, 1)
        if attribute == "serving":
            bounds = bind_serving(catalogue, pair["subject"], day)
        else:
            bounds = [select_factor(catalogue, name, pair["subject"], day) for name in names]
        key = tuple((b.subject, b.factor.id if b.factor else None, b.missing) for b in bounds)
        if key not in known:
            known[key] = len(known)
            kept += [(attribute, known[key], b) for b in bounds]
        values = {b.quantity: b.factor.value if b.factor else None for b in bounds}
        extra = coefficients_of(values)
        row = {"subject": pair["subject"], "month": pair["month"], f"{attribute}_set": known[key]} | values
        for name, column in columns.items():
            column.append(row[name] if name in row else extra[name])
    types = dict.fromkeys(columns, "DOUBLE") | {"subject": "VARCHAR", "month": "INTEGER", f"{attribute}_set": "INTEGER"}
    engine.load(f"bound_{attribute}", columns, types)
    return kept


def joined(relation: str, attributes: Mapping[str, Sequence[str]]) -> str:
    """SQL: a relation with the factors of its attributes, joined by equality."""
    columns, joins = [f"{relation}.*"], []
    made = {c.name: set(c.inputs) for c in COEFFICIENTS}
    for attribute, names in attributes.items():
        wanted = [f"{attribute}_set", *names, *(n for n, inputs in made.items() if inputs <= set(names))]
        columns += [f"bound_{attribute}.{n}" for n in wanted]
        joins.append(
            f"JOIN bound_{attribute} ON bound_{attribute}.subject = {relation}.{attribute}"
            f" AND bound_{attribute}.month = {relation}.month"
        )
    return f"SELECT {', '.join(columns)} FROM {relation} " + " ".join(joins)


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
            raise AuditFailed(audit=name, count=len(rows), example=str(rows[0])[:200])


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
    """Name this build in CURRENT, once the log says what other factors or formulas change to the totals."""
    from estimator.builds.recalculation import record  # it reads builds, and so imports this module

    record(home, built, catalogue)
    _point(built.path.parent, built.path)
    return built


def _point(folder: Path, path: Path) -> None:
    """Replace the text file CURRENT, whole or not at all."""
    pointer = folder / "CURRENT"
    if pointer.exists() and pointer.read_text("utf-8").strip() == path.name:
        return
    publish(folder, pointer.name, f"{path.name}\n".encode())


def _prune(folder: Path, newest: Path) -> None:
    """Keep the newest builds: readers of an older one still hold its file open."""
    others = sorted((p for p in folder.glob("sobria-*.duckdb") if p != newest), key=lambda p: p.stat().st_mtime)
    for path in others[: max(0, len(others) - KEPT_BUILDS + 1)]:
        path.unlink(missing_ok=True)
