"""Rows of electricity that are alike are summed before they are placed and judged: a build says the same of them."""

import random
from pathlib import Path
from typing import Any

import pytest

from estimator.builds import row_status, settled_parts
from estimator.builds.alike_rows import SUMMED, alike_columns
from estimator.builds.build import build
from estimator.builds.row_faults import Says, faulted, faulty_sums
from estimator.catalogue.fault_rules import NUMBERS, TEXTS
from estimator.catalogue.load import load
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger import Ledger
from scripts.walk_rollups import compare, said, said_in_full
from tests.support import activity, append, sobria

SOME = [0.002, 0.7, 1.3, 5.0]
ROWS: dict[str, list[Any]] = {
    **dict.fromkeys((f"{part}_energy_kwh" for part in ("cpu", "gpu", "ram", "other")), [None, 0.0, 0.25, 1.0, 1e6]),
    **{"device": [None, "gpu/l4", "gpu/h100"], "device_count": [None, 1, 2], "device_hours": [None, 0.0, 1.5]},
    **{"machine_hours": [None, 0.001, 1.0], "reported_gwp_kg": [None, 0.0, 0.02], "reported_pue": [None, 1.0, 0.5]},
    **{"zone": [None, "FRA", "POL"], "host": [None, "class/server-room"], "service_key": ["a", "b"]},
    **{"checks": [(), ("no_host",), ("unknown_device",)], "scope": ["process", "machine"]},
}


def test_rows_are_summed_where_they_differ_in_nothing_else_and_read_something_of_the_same(tmp_path: Path) -> None:
    """Of two services of one part: three runs of « a », of 1, 2 and 4 kWh, and one that read none; one run of « b »."""
    engine = DuckDB.create(tmp_path / "x.duckdb")
    types = {"row_id": "VARCHAR", "service_key": "VARCHAR", "start_us": "BIGINT", "cpu_energy_kwh": "DOUBLE"}
    rows = [("1", "a", 5, 1.0), ("2", "a", 3, 2.0), ("3", "a", 9, 4.0), ("4", "a", 1, 0.0), ("5", "b", 1, 1.0)]
    engine.load("rows", dict(zip(types, map(list, zip(*rows, strict=True)), strict=True)), types)
    told = {name: "NULL" for name in SUMMED - {"cpu_energy_kwh"}}
    listed, by = alike_columns(types, told, set())
    found = engine.rows(f"SELECT {listed} FROM rows GROUP BY {by} ORDER BY start_us, service_key")
    assert [(row["alike"], row["service_key"], row["start_us"], row["cpu_energy_kwh"]) for row in found] == [
        (1, "a", 1, 0.0),
        (1, "b", 1, 1.0),
        (3, "a", 3, 7.0),
    ]


def test_a_sum_may_be_faulty_where_a_row_of_it_is(tmp_path: Path) -> None:
    """Of rows of electricity of two zones and two machines: no sum of them hides one that breaks a rule."""
    chance, seen = random.Random(20_261_130), 0
    some: dict[str, list[Any]] = dict.fromkeys(sorted(SUMMED), [*SOME * 9, 2e6, None]) | {
        "device_count": [None, 2],
        "reported_pue": [None],
    }
    some |= {"zone": ["FRA", "POL"], "scope": ["machine", "process"], "reader": ["codecarbon"]}
    rows = [{name: chance.choice(values) for name, values in some.items()} for _ in range(900)]
    engine = DuckDB.create(tmp_path / "x.duckdb")
    types = dict.fromkeys(("zone_from", *TEXTS), "VARCHAR") | dict.fromkeys(NUMBERS, "DOUBLE")
    columns = {name: [{"zone_from": "trace", **row}.get(name) for row in rows] for name in types}
    engine.load("runs", columns, types)
    says = Says({name: {*columns[name]} for name in TEXTS})
    unstated = {name for name in NUMBERS if not any(value is not None for value in columns[name])}
    engine.run(f"CREATE TABLE judged AS {faulted(engine, load(), unstated, says, listed=False)}")
    sums = faulty_sums(engine, load(), unstated, says)
    assert sums
    faulty, also = sums
    listed, by = alike_columns(types, {}, set())
    listed += "".join(f", {sql} AS {name}" for name, sql in also.items()) + ", BOOL_OR(faulty) AS broken"
    engine.run("ALTER TABLE runs RENAME TO rows")
    engine.run(f"CREATE TABLE runs AS SELECT {listed} FROM judged GROUP BY {by}")
    for row in engine.rows(f"SELECT broken, faulty, alike FROM ({faulty})"):
        assert row["faulty"] or not row["broken"]
        seen += bool(row["broken"])
    assert 20 < seen < len(rows) / 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_build_of_sums_says_what_it_says_of_each_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Runs that read any of the meters, or nothing, of known and unknown places and cards; a rule places one service,
    and a file of some is imported after the others are kept."""
    monkeypatch.setattr(row_status, "LARGE", 0)
    monkeypatch.setattr(settled_parts, "MOST_ASIDE", 0.9)
    chance, ledger = random.Random(seed), Ledger(tmp_path)
    for month in range(1, 4):
        told = [{name: chance.choice(values) for name, values in ROWS.items()} for _ in range(40)]
        append(ledger, [activity(f"2026-0{month}-03T10:00:00", **row) for row in told])
        if month == 2:
            sobria(tmp_path, "places", "add", "--service", "a", "--host", "class/desk", "--who", "DSI", "--why", "x")
        compare(str(month), said(DuckDB.read(build(tmp_path).path)), said_in_full(tmp_path, load()))
