"""What a build file holds: rows that count, their sums, the factors they meet, estimates and counts; made in SQL."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from estimator.assessment.equation_system import sql
from estimator.assessment.explanation import formulas_version
from estimator.builds.build_file import FORMAT
from estimator.builds.build_identity import digest
from estimator.builds.coverage import run_energy
from estimator.builds.equation_selection import AMOUNTS, ledger_formulas
from estimator.builds.factor_tables import bind_tables, joined
from estimator.builds.hour_factors import hours_table
from estimator.builds.inference_factors import machine_table, models_of, pace_table, supposed_table
from estimator.builds.locations import locate, say_places
from estimator.builds.mending import record_mends
from estimator.builds.merged_groups import add_groups, count_groups
from estimator.builds.own_measures import own_measures
from estimator.builds.row_faults import record_faults
from estimator.builds.row_status import EMBEDDED, row_status, sql_text
from estimator.builds.site_energy import site_pues
from estimator.builds.sums import SERVED, sum_rows
from estimator.builds.supplier_factors import MARKED, AnsweredFactors, day_us
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import ENGINE_VERSION, DuckDB
from estimator.core.periods import month_after, months_between
from estimator.ledger import Ledger, withdrawn_rows
from estimator.places.placing import knowledge

VIEWS = ("proof_energy", "run_proofs", "place_basis")
COUNTED = ("run_checks", "services", "unknown_energy", "service_months", "proved_runs")  # once a build
ANSWERS = " LEFT JOIN answer_marks ON at_host = host AND since_us <= parts.from_us AND until_us > parts.from_us"
WEIGHED = (
    ("charged", "charge_share", "1.0::DOUBLE"),
    ("run_hours", "hours", "NULL::VARCHAR"),
    ("site_pues", "site_pue", "NULL::DOUBLE"),
)


def fill(engine: DuckDB, ledger: Ledger, catalogue: Catalogue, build_id: str, parts: Path) -> None:
    """Every table and view of a new build. parts: the folder where it keeps the large parts of the ledger."""
    known = knowledge(ledger.home)
    answered = AnsweredFactors(catalogue, known)
    found = row_status(engine, ledger, parts, list(map(day_us, answered.days())))
    # To plan what reads a view of views of few rows takes longer than to write them.
    kept = "TABLE" if found.few else "VIEW"
    say_places(engine, known)
    unstated = found.unstated - locate(engine, known)
    engine.run(f"CREATE TABLE refused AS {withdrawn_rows.still_quarantined(ledger.rows_sql('quarantine'))}")
    _months(engine, answered)
    engine.run(sql_text("charged.sql"))
    hours_table(engine)
    site_pues(engine, answered)
    unstated -= _weigh(engine)
    answered.table(engine)
    supposed_table(engine, catalogue)
    marked = f"COALESCE(answer_marks.mark, '') || {MARKED}" if answered.days() else MARKED
    engine.run(sql_text("runs.sql").format(kept=kept, marked=marked, answers=ANSWERS if answered.days() else ""))
    sum_rows(engine, unstated)
    machine_table(engine)
    reserved = "settled.reserved" if pace_table(engine, catalogue) else "FALSE"
    for name, relation, form in (("settled", "portions", kept), ("gathered", "summed", "TABLE")):
        engine.run(f"CREATE {form} {name} AS {sql_text('placed.sql').format(relation=relation, **SERVED)}")
    engine.run(sql_text("slices.sql").format(reserved=reserved))
    add_groups(engine, ledger.home)
    engine.run(sql_text("weighed_checks.sql"))
    record_faults(engine, catalogue, unstated)
    record_mends(engine)
    _modes(engine, catalogue)
    attributes = bind_tables(engine, own_measures(engine, catalogue), answered)
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
        "CREATE TABLE cells AS SELECT service_key, model, host, month, training, resource_share,"
        f" fsum(items) AS items, fsum(requests) AS requests, {sets}, {sums} FROM bound_groups GROUP BY ALL"
    )
    count_groups(engine)
    _meta(engine, ledger, catalogue, build_id, attributes)


def _weigh(engine: DuckDB) -> set[str]:
    """View `weighed`: rows that count, each with the share of its energy that is charged, the mark of its hours, and
    whether its model hears, or embeds; the columns that it fills. A table without rows is not joined: it would be
    looked up for each row."""
    machines = "COALESCE(other_energy_kwh, site_energy_kwh / site_pue)"
    billed = bool(engine.rows("SELECT 1 FROM site_pues LIMIT 1"))
    told, joins = f"located.* REPLACE ({machines} AS other_energy_kwh)" if billed else "located.*", ""
    for table, name, otherwise in WEIGHED:
        there = bool(engine.rows(f"SELECT 1 FROM {table} LIMIT 1"))
        told += f", COALESCE({table}.{name}, {otherwise}) AS {name}" if there else f", {otherwise} AS {name}"
        joins += f" LEFT JOIN {table} ON {table}.row_id = located.row_id" if there else ""
    heard, read = "row_status WHERE audio_s > 0", f"row_status WHERE {EMBEDDED}"
    told += f", {models_of(engine, 'audio', heard)} AS hears, {models_of(engine, 'embedding', read)} AS embeds"
    engine.run(f"CREATE VIEW weighed AS SELECT {told} FROM located{joins} WHERE located.status = 'current'")
    return {"other_energy_kwh"} if billed else set()


def _months(engine: DuckDB, answered: AnsweredFactors) -> None:
    """The months between the first and last row, with their bounds in UTC [us], each cut where a supplier answered."""
    span = engine.rows("SELECT MIN(start_month) AS first, MAX(end_month) AS last FROM row_status")[0]
    months = [] if span["first"] is None else months_between(span["first"], span["last"])
    starts = sorted(
        {*((start_us(m), m) for m in months), *((day_us(d), d.year * 100 + d.month) for d in answered.days())}
    )
    cut = [(month, us) for us, month in starts if month in months]
    ends = [us for _, us in cut[1:]] + [start_us(month_after(m)) for m in months[-1:]]
    columns = {"month": [m for m, _ in cut], "from_us": [us for _, us in cut], "to_us": ends}
    engine.load("months", columns, {"month": "INTEGER", "from_us": "BIGINT", "to_us": "BIGINT"})


def start_us(month: int) -> int:
    """When a month [yyyymm] begins, in UTC [us]."""
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
        "format": FORMAT,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "factors_version": catalogue.version,
        "formulas_version": formulas_version(),
        "engine": ENGINE_VERSION,
        "attributes": json.dumps(list(attributes)),
        "ledger_files": str(len(ledger.names())),
        "ledger": digest(ledger.names()),
    }
    engine.load("meta", {"name": list(facts), "value": list(facts.values())}, {"name": "VARCHAR", "value": "VARCHAR"})
