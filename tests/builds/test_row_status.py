"""Rows that share no name with another are not judged: the status of each row is that of all judged together."""

from pathlib import Path

from estimator.builds.build import build
from estimator.core.duckdb_engine import DuckDB, connect
from estimator.ledger import Ledger
from estimator.ledger.files import current_rows_sql
from tests.support import activity, append


def test_the_status_of_each_row_is_that_of_all_judged_together(tmp_path: Path) -> None:
    """Snapshots of a run, a run started again, a run with its tasks, the same row in two parts, and rows alone."""
    hour = 3_600_000_000
    snapshots = [
        activity(run_key="grows", cumulative=True, duration_s=d, end_us=d * 1_000_000, cpu_energy_kwh=d / 100)
        for d in (60, 120, 30)
    ]
    tasks = [activity(run_id="tasked", task_name=f"t{n}", cpu_energy_kwh=0.4, end_us=n * hour) for n in (1, 2)]
    whole = activity(run_id="tasked", run_key="tasked", cumulative=True, cpu_energy_kwh=1.0, duration_s=10, end_us=hour)
    twice = activity(run_key="twice")
    alone = [activity(run_id="alone", cumulative=True), activity(), activity(device_count=2, device_hours=1.0)]
    ledger, other = Ledger(tmp_path / "home"), Ledger(tmp_path / "other")
    append(ledger, [twice])
    append(other, [twice.model_copy(update={"run_key": "other", "line": 3})])
    (part,) = other.activities.rglob("part-*")
    (ledger.activities / part.parent.name / part.name).write_bytes(part.read_bytes())
    append(ledger, [*snapshots, *tasks, whole, *alone])

    columns = "row_id, file_sha, line, status, hours_from, start_us, duration_s, device_hours, cpu_energy_kwh"
    with connect() as connection:
        connection.execute(f"CREATE VIEW activities AS {ledger.rows_sql('activities')}")
        together = connection.execute(f"SELECT {columns} FROM ({current_rows_sql()}) ORDER BY ALL").fetchall()
    built = DuckDB.read(build(ledger.home).path).rows(f"SELECT {columns} FROM row_status ORDER BY ALL")
    assert [tuple(row.values()) for row in built] == together
    assert {"current", "superseded", "duplicate"} == {row["status"] for row in built}
