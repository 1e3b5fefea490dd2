"""Rows that share no name with another are not judged: the status of each row is that of all judged together. Those of
large parts are not copied either, and the build says the same of them."""

import shutil
from pathlib import Path

import pytest

from estimator.builds import row_status
from estimator.builds.build import build
from estimator.core import parquet_files
from estimator.core.duckdb_engine import DuckDB, connect
from estimator.governance.register.register import author
from estimator.ledger import Ledger, withdrawals
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.compaction import compact
from estimator.ledger.current_rows import current_rows_sql
from estimator.places.journal import PlaceJournal
from estimator.results.making import build as build_results
from estimator.results.reading import Results
from tests.support import activity, append


@pytest.fixture(params=[row_status.LARGE, 0], ids=["copied", "read where they lie"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size from which a part is not copied."""
    monkeypatch.setattr(row_status, "LARGE", request.param)


@pytest.mark.usefixtures("large")
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
    path = build(ledger.home).path
    built = DuckDB.read(path).rows(f"SELECT {columns} FROM row_status ORDER BY ALL")
    assert [tuple(row.values()) for row in built] == together
    assert {"current", "superseded", "duplicate"} == {row["status"] for row in built}


@pytest.mark.parametrize("versions", [(1, 2), (2, 1)])
def test_of_two_readings_of_one_line_that_of_the_highest_version_counts(versions: tuple[int, int]) -> None:
    """A corrected reader read the same row again: 1 kWh at version 1, 2 kWh at version 2, in whatever order."""
    copies = [activity(row_id="a" * 32, reader_version=n, cpu_energy_kwh=float(n)) for n in versions]
    with connect() as connection:
        connection.register("told", parquet_files.table_of(copies, ACTIVITY_SCHEMA))
        connection.execute("CREATE TABLE activities AS SELECT * FROM told")
        found = connection.execute(f"SELECT cpu_energy_kwh, status FROM ({current_rows_sql()}) ORDER BY ALL").fetchall()
    assert found == [(1.0, "duplicate"), (2.0, "current")]


def test_a_build_says_the_same_whether_it_copies_rows_or_reads_them_where_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row alone, one across months, a run and its snapshot, one withdrawn, answers to be modelled of two models, one
    unknown, and cards that wait."""
    answers = {"cpu_energy_kwh": None, "other_mode": "mode/none", "cpu_mode": "mode/none", "output_tokens": 300.0}
    rows = [
        activity(checks=("no_model",), items=3.0),
        activity("2024-12-31T23:00:00", 2, requests=4.0),
        *(activity(run_key="grows", cumulative=True, duration_s=d, end_us=d * 1_000_000) for d in (60, 120)),
        activity(service_key="gone"),
        activity(model="alibaba/qwen3-8b", requests=1.0, **answers),
        activity(model="who/knows", **answers),
        activity(model="alibaba/qwen3-8b", device="gpu/h100", device_count=1, device_hours=5.0, **answers),
    ]
    said = []
    for name, size in (("copied", row_status.LARGE), ("read", 0)):
        monkeypatch.setattr(row_status, "LARGE", size)
        ledger = Ledger(tmp_path / name)
        append(ledger, rows)
        withdrawals.withdraw(ledger, withdrawals.Target("run", rows[4].row_id), author("DSI", "essai"))
        said.append(_said(Results(build_results(ledger.home).path)))
    assert said[0] == said[1]
    (parts,) = (tmp_path / "read" / "builds").glob("*.parts")
    assert len(list(parts.iterdir())) > 1 and not list((tmp_path / "copied" / "builds").glob("*.parts"))


def test_a_build_outlives_the_parts_that_it_reads_and_a_move_of_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_status, "LARGE", 0)
    ledger = Ledger(tmp_path / "home")
    for hour in (10, 11):
        append(ledger, [activity(f"2026-03-01T{hour}:00:00")])
    path = build_results(ledger.home).path
    before = _said(Results(path))
    assert compact(ledger).deleted == 2
    shutil.move(ledger.home, tmp_path / "elsewhere")
    assert _said(Results(tmp_path / "elsewhere" / "builds" / path.name)) == before


@pytest.mark.usefixtures("large")
def test_what_a_rule_or_a_bill_fills_is_summed_though_no_row_states_it(tmp_path: Path) -> None:
    """No row says a zone, a host, cards nor the energy of machines. A rule places all of them in a room of one H100,
    and a bill is 3 kWh of machines and cooling."""
    unsaid = dict.fromkeys(("zone", "host", "cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh", "other_energy_kwh"))
    ledger = Ledger(tmp_path)
    append(ledger, [activity(**unsaid, site_energy_kwh=3.0)])
    rule = {"service": "*", "host": "class/server-room", "zone": "FRA", "device": "gpu/h100", "cards": 1}
    PlaceJournal(tmp_path).add_rule(rule, author("DSI", "essai"))
    (group,) = DuckDB.read(build(tmp_path).path).rows("SELECT zone, host, device, declared_site_energy FROM groups")
    assert group == {"zone": "FRA", "host": "class/server-room", "device": "gpu/h100", "declared_site_energy": 3.0}


def _said(found: Results) -> dict[str, object]:
    """What a build says of its rows, but for its own name."""
    totals = found.totals().model_dump(mode="json", exclude={"build"})
    runs = found.runs()
    each = [found.run(row["row_id"]) for row in runs["rows"]]
    return {"totals": totals, "runs": runs, "each": each, "months": found.coverage_by_month()}
