"""An SQL oracle written by hand against the whole chain: ledger, binding, groups, generated SQL, cells."""

import random
from pathlib import Path

import pytest

from estimator.core.duckdb_engine import connect
from estimator.ledger import Ledger
from tests.support import activity, built


def test_the_hand_written_oracle_agrees(tmp_path: Path, root: Path) -> None:
    chance = random.Random(7)
    rows = [
        activity(
            zone=chance.choice(["FRA", "DEU", "POL", "USA"]),
            host=chance.choice(["class/desk", "class/server-room", "class/server-unknown"]),
            machine=chance.choice(["machine/laptop", "machine/rack-server", "machine/ai-server"]),
            cpu_energy_kwh=chance.uniform(0.001, 5),
            cpu_mode=chance.choice(["mode/rapl", "mode/cpu_load", "mode/constant", "mode/unknown"]),
            gpu_energy_kwh=chance.uniform(0.001, 5),
            gpu_mode=chance.choice(["mode/nvml", "mode/unknown"]),
            ram_energy_kwh=chance.uniform(0.001, 1),
            ram_mode="mode/constant",
            gap=chance.choice(["gap/none", "gap/desktop-gpu", "gap/desktop-cpu", "gap/laptop", "gap/server"]),
            machine_hours=chance.uniform(0.1, 20),
            resource_share=chance.choice([1.0, 0.25]),
            service_key=chance.choice(["a", "b", "c"]),
        )
        for _ in range(200)
    ]
    totals = built(tmp_path, *rows).totals().indicators
    with connect() as connection:
        cursor = connection.execute(
            (root / "tests" / "builds" / "oracle.sql").read_text("utf-8"),
            {
                "factors": [
                    str(p) for p in (root / "factors").glob("*.csv") if "id,quantity," in p.read_text("utf-8")[:20]
                ],
                "activities": Ledger(tmp_path).files("activities"),
                "subjects": str(root / "factors" / "subjects.csv"),
            },
        )
        oracle = dict(zip([c[0] for c in cursor.description], cursor.fetchone(), strict=True))
    assert oracle.pop("rows_priced") == 200
    for name, value in oracle.items():
        figure, _, part = name.partition(".")
        amount = totals[figure][part] if part else totals[figure]
        assert amount["at_factor_values"] == pytest.approx(value, rel=1e-12), name
