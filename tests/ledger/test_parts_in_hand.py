"""Parts in hand: batches of one month are blocks of one file, and each row is what it would be in a file of its own."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.core import parquet_files
from estimator.ledger import ACTIVITY_SCHEMA, Ledger
from estimator.ledger.append import Append
from estimator.ledger.parts_in_hand import PartsInHand
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity
from tests.support import FileRead, activity, append, row_ids


def written(home: Path, *batches: Sequence[Activity]) -> dict[str, int]:
    """The parts that these batches make, with their rows."""
    ledger, wrote = Ledger(home), dict[str, int]()
    ledger.prepare()
    parts = PartsInHand(ledger.store, wrote)
    for rows in batches:
        parts.add(parquet_files.table_of(rows, ACTIVITY_SCHEMA))
    parts.close()
    return wrote


def blocks(home: Path, name: str) -> list[int]:
    """The rows of each block of a part."""
    told = pq.ParquetFile(home / "ledger" / name).metadata
    return [told.row_group(place).num_rows for place in range(told.num_row_groups)]


def of(month: int, *seconds: int, **fields: object) -> list[Activity]:
    return [activity(f"2026-{month:02}-01T10:00:{second:02}", **fields) for second in seconds]


def test_batches_of_a_month_are_blocks_of_one_part(tmp_path: Path) -> None:
    """3 + 2 rows of March and 1 + 2 of April, each in the batch that brought it."""
    wrote = written(tmp_path, of(3, 1, 2, 3) + of(4, 4), of(4, 5, 6) + of(3, 7, 8))
    assert {name.split("/")[1]: (rows, blocks(tmp_path, name)) for name, rows in wrote.items()} == {
        "month=202603": (5, [3, 2]),
        "month=202604": (3, [1, 2]),
    }


def test_a_batch_that_is_written_otherwise_opens_another_part(tmp_path: Path) -> None:
    """The second says a count of cards, which the first has no column for; the third does not."""
    wrote = written(tmp_path, of(3, 1, 2), of(3, 3, device_count=2), of(3, 4))
    assert sorted(blocks(tmp_path, name) for name in wrote) == [[1], [1], [2]]
    ledger = Ledger(tmp_path)
    cards = [row.device_count for row in ledger.copies("activities", ledger.files("activities"))]
    assert sorted(cards, key=str) == [2, None, None, None]


def test_what_is_in_hand_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound, the largest is written: March of 30 rows, before April of 1."""
    ledger, wrote = Ledger(tmp_path), dict[str, int]()
    ledger.prepare()
    parts = PartsInHand(ledger.store, wrote)
    monkeypatch.setattr("estimator.ledger.parts_in_hand.MOST", 2_000)
    parts.add(parquet_files.table_of(of(3, *range(30)) + of(4, 1), ACTIVITY_SCHEMA))
    assert [(name.split("/")[1], rows) for name, rows in wrote.items()] == [("month=202603", 30)]


def test_an_import_writes_its_batches_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """7 rows in batches of 2: one part, whose rows are known to the next one."""
    monkeypatch.setattr("estimator.ledger.append.BATCH_ROWS", 2)
    rows = of(3, *range(7))
    ledger, bringing = Ledger(tmp_path), Append(Ledger(tmp_path))
    file = FileRead(rows[0].file_name, rows[0].file_sha)
    bringing.take(file, (ReadResult([row], [], 1) for row in rows))
    assert bringing.account().accepted == len(rows)
    [part] = ledger.parts()
    assert blocks(tmp_path, part) == [2, 2, 2, 1] and ledger.imports.read()[0][0].wrote == {part: 7}
    assert append(ledger, rows).duplicates == len(rows)


def test_an_import_that_fails_leaves_nothing_of_what_was_in_hand(tmp_path: Path) -> None:
    """Nothing is there before it is told, or large."""
    rows = of(3, *range(3))
    bringing = Append(Ledger(tmp_path))
    bringing.take(FileRead("test.csv", "0"), [ReadResult(rows, [], 3)])
    bringing.abandon()
    assert not row_ids(Ledger(tmp_path))


ROWS = st.lists(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from([None, 1, 2]), st.sampled_from(["a", "b"])), max_size=4),
    max_size=5,
)


@given(ROWS)
def test_batches_together_hold_the_rows_of_files_apart(told: list[list[tuple[int, int | None, str]]]) -> None:
    """Whatever the months, columns and texts of each."""
    batches = [
        [row for month, cards, name in some for row in of(month, 1, device_count=cards, service_key=name)]
        for some in told
    ]
    with TemporaryDirectory() as folder:
        together, apart = Path(folder) / "together", Path(folder) / "apart"
        assert sum(written(together, *batches).values()) == sum(map(len, batches))
        names = {name for some in batches for name in written(apart, some)}
        read = [
            sorted(
                (row.row_id, row.model_dump_json()) for row in ledger.copies("activities", ledger.files("activities"))
            )
            for ledger in (Ledger(together), Ledger(apart))
        ]
        assert read[0] == read[1] and len(Ledger(together).parts()) <= len(names)
