"""What executors wrote beside a build goes when no build reads it, and never while somebody does."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from estimator.builds import build as building
from estimator.builds.build import How
from estimator.core.duckdb_engine import DuckDB, created
from estimator.ledger import Ledger
from estimator.results.making import build
from tests.support import activity, append

FULL, OF_SPARK = How(full=True), How(full=True, spark="local[1]")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose builds, asked of Spark, keep rows as its executors write them; the newest build alone is kept."""
    numbers = count(1)

    @contextmanager
    def made(draft: Path, beside: Path, spark: str | None) -> Iterator[DuckDB]:
        with created(draft) as engine:
            yield engine
            if spark:
                rows = beside / f"rows-0000000{next(numbers)}"
                rows.mkdir(parents=True)
                pq.write_table(pa.table({"told": [rows.name]}), rows / "part.parquet")
                engine.run(f"CREATE VIEW held AS FROM read_parquet('{beside.name}/{rows.name}/*.parquet')")

    monkeypatch.setattr(building, "_created", made)
    monkeypatch.setattr(building, "for_spark", lambda home, _: home)
    monkeypatch.setattr(building, "KEPT_BUILDS", 1)
    append(Ledger(tmp_path), [activity()])
    return tmp_path


def _rows(home: Path) -> list[str]:
    return sorted(path.name for path in home.glob("builds/*.parts/rows-*"))


def _held(engine: DuckDB) -> Any:
    return [row["told"] for row in engine.rows("FROM held")]


def test_rows_go_with_the_build_that_replaced_theirs(home: Path) -> None:
    """Made by Spark, then by Spark again, then by DuckDB, of the same rows."""
    path = build(home, how=OF_SPARK).path
    assert _rows(home) == ["rows-00000001"]
    assert build(home, how=OF_SPARK).path == path and _rows(home) == ["rows-00000002"]
    assert _held(DuckDB.read(path)) == ["rows-00000002"]
    assert build(home, how=FULL).path == path and not _rows(home)


def test_rows_that_are_read_stay_until_they_are_not(home: Path) -> None:
    """A reader of the first build reads its rows, whatever replaced it, or followed it; the build after it closes takes
    them out. This process still has the first file open, under the name of those that replaced it."""
    path = build(home, how=OF_SPARK).path
    reader = DuckDB.read(path)
    build(home, how=OF_SPARK)
    build(home, how=FULL)
    assert _rows(home) == ["rows-00000001", "rows-00000002"] and _held(reader) == ["rows-00000001"]
    append(Ledger(home), [activity(hours=2.0)])
    build(home)
    assert not path.exists() and _held(reader) == ["rows-00000001"]
    reader.close()
    append(Ledger(home), [activity(hours=3.0)])
    build(home)
    assert not _rows(home) and not path.with_suffix(".parts").exists()


def test_what_is_read_is_known_by_the_file_on_disk(home: Path) -> None:
    """A first file without rows, still open here, is replaced by one that reads some: they stay."""
    path = build(home).path
    first = DuckDB.read(path)
    build(home, how=OF_SPARK)
    assert _rows(home) == ["rows-00000001"]
    first.close()
    assert _held(DuckDB.read(path)) == ["rows-00000001"]


def test_what_a_build_left_when_it_was_killed_goes_with_the_next(home: Path) -> None:
    """Of rows that changed since: no file has its name."""
    (home / "builds" / "sobria-0.parts" / "rows-00000009").mkdir(parents=True)
    build(home)
    assert not _rows(home)
