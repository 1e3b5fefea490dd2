"""A part leaves out the columns in which none of its rows says anything: nothing that is told of it changes."""

from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq

from estimator.builds import row_status
from estimator.builds.build import build
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger import Ledger, arrow_schemas
from estimator.ledger.arrow_schemas import ACTIVITY_SCHEMA
from estimator.ledger.compaction import compact
from scripts.walk_rollups import compare, said
from tests.support import activity, append, sobria

GOOD = Path(__file__).parents[1] / "traces" / "good"
WHO = ("--who", "DSI", "--why", "essai")


def whole(rows: pa.Table) -> pa.Table:
    """As parts held them before."""
    return rows


def test_a_part_holds_the_columns_in_which_a_row_says_something_and_the_names(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    rows = [activity(hours=hours, zone=zone, line=n) for n, (hours, zone) in enumerate([(1.0, None), (2.0, "FRA")], 1)]
    append(ledger, rows)
    (part,) = ledger.parts()
    held = {*pq.read_schema(ledger.folder / part).names}
    said_of = {name for row in rows for name, value in row if value is not None}
    assert held == said_of | {"row_id", "run_key", "run_id", "task_name", "trace_id"} < {*ACTIVITY_SCHEMA.names}
    assert sorted(ledger.copies("activities", ledger.files("activities")), key=lambda row: row.line) == rows


def test_a_home_tells_the_same_whatever_columns_its_parts_hold(tmp_path: Path) -> None:
    """Real traces in three homes: parts of all columns, of those that say something, and some of each; then a file is
    withdrawn, imported under another name, and parts are merged."""
    files = sorted(path for path in GOOD.iterdir() if path.suffix in (".csv", ".json", ".ndjson"))
    assert len(files) > 5
    every, some, mixed = (tmp_path / name for name in ("every", "some", "mixed"))

    def step(name: str, *arguments: str) -> None:
        for home in (every, some, mixed):
            with patch.object(arrow_schemas, "stated", whole if home == every else arrow_schemas.stated):
                sobria(home, *arguments)
        told(name)

    def told(name: str) -> None:
        homes = [said(DuckDB.read(build(home).path)) for home in (every, some, mixed)]
        for other in homes[1:]:
            compare(name, other, homes[0])

    with patch.object(row_status, "LARGE", 0):
        for n, path in enumerate(files):
            for home in (every, some, mixed):
                held = whole if home == every or (home == mixed and n % 2) else arrow_schemas.stated
                with patch.object(arrow_schemas, "stated", held):
                    sobria(home, "import", str(path))
        told("imported")
        step("withdrawn", "ledger", "withdraw", "--file", files[-1].name, *WHO)
        (tmp_path / "copy.csv").write_bytes(files[-1].read_bytes())
        step("of another name", "import", str(tmp_path / "copy.csv"))
        for home in (every, some, mixed):
            with patch.object(arrow_schemas, "stated", whole if home == every else arrow_schemas.stated):
                compact(Ledger(home))
        told("merged")
        step("again", "import", str(files[1]))
