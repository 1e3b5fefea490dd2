"""The faults of a build's rows, and the marks that readers of before left on them."""

import math
import random
from pathlib import Path
from typing import Any

import pytest

from estimator.builds.row_faults import Says, faulted
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


def test_every_row_has_the_faults_that_it_has_alone(tmp_path: Path) -> None:
    """The rules read as SQL say of each row of a table what they say of it as one input, with the same figures: rows
    that state any of the numbers, zeros among them, of known and unknown machines, cards, zones and models; and tables
    of one row, of none, of one column, of rows that all state half of the numbers, as they may be known to."""
    chance = random.Random(20_261_128)
    some: dict[str, list[Any]] = dict.fromkeys(NUMBERS, [None, None, 0.0, 0.002, 0.7, 1.0, 1.3, 400.0, 3600.0, 2e6])
    some |= {"machine": [None, "machine/any", "machine/workstation"], "device": [None, "nvidia-l4", "unheard-of"]}
    some |= {"zone": [None, "FRA", "POL"], "model": [None, "alibaba/qwen3-8b", "unheard-of"]}
    some |= {"scope": [None, "machine", "process"], "reader": ["codecarbon", "declared"]}
    rows = [{name: chance.choice(values) for name, values in some.items()} for _ in range(300)]
    seen = set()
    every = {*chance.sample(NUMBERS, len(NUMBERS) // 2), *(f"{part}_energy_kwh" for part in ("cpu", "gpu"))}
    full = [row | {n: chance.choice(some[n][2:]) for n in every} | {"latency_s": None} for row in rows]
    for at, kept in enumerate([rows, rows[:1], [], [{"reported_pue": 0.8}, {"reported_pue": 1.2}, {}], full]):
        engine = DuckDB.create(tmp_path / f"{at}.duckdb")
        names = dict.fromkeys(("row_id", "service_key", "held_in", "zone_from"), "VARCHAR")
        types = names | dict.fromkeys(TEXTS, "VARCHAR") | dict.fromkeys(NUMBERS, "DOUBLE")
        stated = [row | {"row_id": str(i), "zone_from": "trace"} for i, row in enumerate(kept)]
        engine.load("runs", {name: [row.get(name) for row in stated] for name in types}, types)
        unstated = {name for name in NUMBERS if all(row.get(name) is None for row in kept)}
        texts = {name: {row.get(name) for row in kept} for name in TEXTS}
        says = Says(texts, every=every - {"latency_s"}) if kept is full else None
        judged = faulted(engine, load(), unstated if at % 2 else set(), says)
        told = engine.rows(
            "SELECT row_id, fault.code, fault.read_value AS read, fault.low, fault.high, fault.excess"
            f" FROM (SELECT row_id, UNNEST(faults) AS fault FROM ({judged}))"
        )
        found = {(row["row_id"], row["code"]): (row["read"], row["low"], row["high"], row["excess"]) for row in told}
        alone = {
            (str(i), fault.code): (*fault.worst, float(fault.excess[0]))
            for i, row in enumerate(kept)
            for fault in faults(of_one(row, load()))
        }
        assert found.keys() == alone.keys() and len(found) == len(told)
        for name, figures in alone.items():
            known = [x if math.isfinite(x) else math.nan for x in figures]
            assert [math.nan if x is None else x for x in found[name]] == pytest.approx(known, rel=1e-12, nan_ok=True)
        seen |= {code for _, code in found}
    assert len(seen) >= 14
