"""The rows that may share something with others, of which alone the whole ledger says what they are."""

from collections.abc import Sequence

from estimator.core.duckdb_engine import DuckDB
from estimator.ledger.withdrawn_rows import parquet

_TASKS = """SELECT DISTINCT HASH(run_id) AS name FROM stored
WHERE cumulative AND run_id IN (SELECT run_id FROM stored WHERE NOT cumulative AND task_name IS NOT NULL)"""


def judged_sql(engine: DuckDB, gone: Sequence[str]) -> str:
    """SQL: whether a row of `stored` may share something with another: its name, its run with other snapshots of it, or
    with tasks of it, its trace with other calls of it; or is withdrawn. Table `repeated`: those names, each as its
    hash: two that meet send a row to be judged for nothing."""
    engine.run(f"CREATE TABLE repeated AS {_TASKS}")
    for name, rows in (("row_id", "TRUE"), ("run_key", "cumulative"), ("trace_id", "trace_id IS NOT NULL")):
        if engine.repeats(f"SELECT HASH({name}) AS name FROM stored WHERE {rows}"):
            engine.run(
                f"INSERT INTO repeated SELECT HASH({name}) AS name FROM stored WHERE {rows}"
                " GROUP BY name HAVING COUNT(*) > 1"
            )
    if gone:
        engine.run(f"INSERT INTO repeated SELECT HASH(row_id) FROM {parquet(gone)}")
    found = engine.rows("SELECT 1 FROM repeated LIMIT 1")
    named = (f"HASH({name}) IN (SELECT name FROM repeated)" for name in ("row_id", "run_key", "run_id", "trace_id"))
    return " OR ".join(named) if found else "FALSE"
