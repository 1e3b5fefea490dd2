"""A table exported from a dashboard: the rows of a run are parts that add up, or readings of which the last counts."""

from pathlib import Path

import pytest

from estimator.ingestion.codecarbon import blocks, reader
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.reader import LargeTrace
from estimator.ingestion.readers import read_trace, stream_trace
from estimator.ledger import Ledger
from tests.traces_support import context, counting, read

HEADER = ",timestamp,run_id,duration,emissions_sum,energy_consumed,country_iso_code,project_id,project_name,team_id"
READINGS = [("10:02:00", 116, 0.005), ("10:04:00", 236, 0.011), ("10:06:01", 356, 0.016)]
PARTS = [("10:00:30", 30, 0.004), ("10:01:02", 32, 0.003), ("10:01:31", 27, 0.003)]

Rows = list[tuple[str, float, float]]


def exported(runs: dict[str, Rows]) -> str:
    """The table of these rows: time of the end, duration [s], energy [kWh]."""
    lines = (
        f",2026-03-02T{end},{run},{duration},0.01,{kwh},FRA,p,courrier,t"
        for run, rows in runs.items()
        for end, duration, kwh in rows
    )
    return "\n".join([HEADER, *lines]) + "\n"


def told(rows: Rows) -> tuple[set[str], set[bool]]:
    """(what is said of the way this run is read, whether a later row replaces an earlier one)"""
    found, _ = read(exported({"r": rows}))
    said = {check for row in found for check in row.checks if check.startswith(("readings", "increments"))}
    return said, {row.cumulative for row in found}


def test_a_duration_that_grows_as_the_clock_is_that_of_readings() -> None:
    """236 - 116 = 120 s from 10:02:00 to 10:04:00, 356 - 236 = 120 s in the next 121; the energy never falls."""
    assert told(READINGS) == ({"readings_proven"}, {True})
    assert told(READINGS[::-1]) == ({"readings_proven"}, {True}), "whatever the order of the lines"


def test_durations_that_fit_in_the_elapsed_time_are_those_of_parts() -> None:
    """32 + 27 = 59 s in the 61 s after 10:00:30; the second row alone, 39 s after 33 s, came late in the last case:
    40 + 39 = 79 s in the 80 s after 10:00:00."""
    assert told(PARTS) == ({"increments_proven"}, {False})
    late: Rows = [("10:00:00", 40, 0.001), ("10:00:47", 40, 0.001), ("10:01:20", 39, 0.001)]
    assert told(late) == ({"increments_proven"}, {False})


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([*READINGS[:2], ("10:06:01", 356, 0.0109)], id="the energy falls by 0.0001 kWh"),
        pytest.param([("10:02:00", 116, 0.005), ("10:04:00", 226, 0.011)], id="226 - 116 = 110 s in 120 s"),
        pytest.param([("10:00:00", 1, 0.001), ("10:01:00", 61, 0.002)], id="60 s more, and 61 s, in 60 s"),
    ],
)
def test_what_neither_or_both_explain_is_left_to_a_person(rows: Rows) -> None:
    assert told(rows) == ({"increments_suspected"}, {False})


def test_a_run_of_one_row_counts_as_it_is() -> None:
    assert told(READINGS[:1]) == (set(), {False})


def test_each_run_of_a_table_is_judged_by_itself(tmp_path: Path) -> None:
    """Of the readings the last, 0.016 kWh; the parts 0.004 + 0.003 + 0.003; a row alone 0.002; 0.005 + 0.0109 + 0.011
    where the energy falls: 0.0549 kWh in 1 + 3 + 1 + 3 rows."""
    falls: Rows = [*READINGS[:2], ("10:06:01", 356, 0.0109)]
    path = tmp_path / "export.csv"
    path.write_text(exported({"a": READINGS, "b": PARTS, "c": [("10:00:00", 20, 0.002)], "d": falls}))
    ledger = Ledger(tmp_path / "home")
    report = import_paths(ledger, [path], context())
    assert sorted(row[3] for row in counting(ledger).values()) == pytest.approx(
        [0.002, 0.003, 0.003, 0.004, 0.005, 0.0109, 0.011, 0.016], rel=1e-12
    )
    (remark,) = report.remarks
    ways = {"readings_proven": 1, "increments_proven": 1, "increments_suspected": 1}
    assert (remark.code, remark.facts) == ("exported_runs", ways)
    assert check_paths(tmp_path / "other", [path], context()).files[0].alike == [remark]


def test_a_large_table_is_judged_over_all_of_its_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty readings of two runs, a minute apart, in blocks of a few lines."""
    monkeypatch.setattr(reader, "BLOCK_BYTES", 200)
    monkeypatch.setattr(blocks, "_BY_ROW_BYTES", 1)
    run: Rows = [(f"10:{minute:02}:00", 60 * minute, minute / 1000) for minute in range(1, 21)]
    path = tmp_path / "export.csv"
    path.write_text(exported({"a": run, "b": run}))
    large = LargeTrace(path)
    rows = [row for result in stream_trace(large, context(), lambda read: None) for row in result.rows]
    assert rows == read_trace(large.whole(), context()).rows
    assert [(row.run_key, row.cumulative) for row in rows] == [("a/courrier", True)] * 20 + [("b/courrier", True)] * 20
