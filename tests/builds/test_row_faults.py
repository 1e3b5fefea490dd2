"""The faults of a build's rows, and the marks that readers of before left on them."""

import math
import random
from pathlib import Path

import pytest

from estimator.builds.row_faults import record_faults
from estimator.catalogue.fault_rules import NUMBERS, TEXTS
from estimator.catalogue.input_faults import faults, of_one
from estimator.catalogue.load import load
from estimator.core.duckdb_engine import DuckDB
from tests.support import activity, built


@pytest.mark.parametrize("mark", [(), ("pue_odd",)])
def test_a_mark_left_by_a_reader_is_said_once_with_what_was_read(tmp_path: Path, mark: tuple[str, ...]) -> None:
    row = activity(cpu_energy_kwh=1.0, cpu_mode="mode/unknown", reported_pue=0.5, checks=mark)
    checks = built(tmp_path, row).runs()["rows"][0]["checks"]
    found = [check for check in checks if check["code"] == "pue_odd"]
    assert len(found) == 1
    assert "0,5" in found[0]["fr"]


def test_every_row_with_a_fault_is_found_whatever_else_it_states(tmp_path: Path) -> None:
    """The faults of rows of a table are those of each row alone, when rows with a fault state different numbers, and
    some state one that others lack or that is no number."""
    chance = random.Random(20_261_128)
    some: dict[str, list[float | None]] = {
        "cpu_energy_kwh": [None, 0.3, 3.3, 320.0],
        "duration_s": [3600.0, None],
        "machine_hours": [1.0, None],
        "output_tokens": [None, 400.0, 20_000.0, math.nan],
        "requests": [1.0, 20_000.0],
        "reported_pue": [None, 0.8, 1.2],
    }
    rows = [{name: chance.choice(values) for name, values in some.items()} for _ in range(40)]
    for at, kept in enumerate([rows, rows[:1], [], [{"reported_pue": 0.8}, {"reported_pue": 1.2}, {}]]):
        engine = DuckDB.create(tmp_path / f"{at}.duckdb")
        names = dict.fromkeys(("row_id", "service_key", "held_in", "zone_from"), "VARCHAR")
        types = names | dict.fromkeys(TEXTS, "VARCHAR") | dict.fromkeys(NUMBERS, "DOUBLE")
        stated = [row | {"row_id": str(i), "zone_from": "trace"} for i, row in enumerate(kept)]
        engine.load("runs", {name: [row.get(name) for row in stated] for name in types}, types)
        record_faults(engine, load(), set())
        found = {(row["row_id"], row["code"]) for row in engine.rows("SELECT row_id, code FROM row_faults")}
        alone = {(str(i), fault.code) for i, row in enumerate(kept) for fault in faults(of_one(row, load()))}
        assert found == alone
        assert found or len(kept) < 2
