"""The ends of files say which columns are read."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from estimator.builds.stated_columns import inlined, read_columns, shared, stated_columns
from estimator.core.duckdb_engine import DuckDB
from estimator.core.parquet_files import COUNTED, bytes_of
from estimator.ledger.rows import Activity

ROWS = {
    "same": ["a", "a", "a"],
    "none": pa.array([None, None, None], pa.string()),
    "few": ["a", None, "a"],
    "texts": [5, 7, 10],  # as texts, the least is "10" and the most "7": as those of the first row alone
    "nothing": pa.array([[], None, []], pa.list_(pa.string())),
    "things": [["a"], ["a"], ["a"]],
    "more": [["a"], ["a", "a"], []],
    "each": [["a"], ["b"], ["a"]],
    "number": [7, 7, 7],
}


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("together", [1, 2, 3])
def test_a_file_says_which_columns_its_rows_state_and_which_all_state_alike(
    tmp_path: Path, told: bool, together: int
) -> None:
    """Whatever rows are in one group; of a file without statistics rows are counted, and none is said to be alike."""
    path = str(tmp_path / "rows.parquet")
    pq.write_table(pa.table(ROWS), path, row_group_size=together, write_statistics=told)
    engine = DuckDB.create(tmp_path / "a.duckdb")
    found = stated_columns(engine, [path])[path]
    assert found.stated == {"same", "few", "texts", "things", "more", "each", "number"}
    alike = {"same": "a", "things": "a", "number": "7", "none": None, "nothing": None}
    assert {name: found.same[name] for name in found.same.keys() & ROWS.keys()} == (alike if told else {})
    assert told == (dict.fromkeys(Activity.model_fields.keys() - ROWS.keys()).items() <= found.same.items())
    assert found.rows == 3
    assert found.every == {"same", "texts", "number"}
    read = read_columns({"same": "VARCHAR", "none": "VARCHAR", "nothing": "VARCHAR[]"}, {"none", "nothing"}, {})
    rows = engine.rows(f"SELECT {read} FROM '{path}' LIMIT 1")
    assert rows == [{"same": "a", "none": None, "nothing": []}]


def test_a_column_of_which_the_end_says_nothing_may_be_stated_and_the_others_are_as_it_says(tmp_path: Path) -> None:
    """As the ledger writes its parts: nothing is said of the names of runs, which are not read to be counted."""
    path = str(tmp_path / "rows.parquet")
    counted = [name for name in ROWS if name not in ("none", "things")]
    pq.write_table(pa.table(ROWS), path, write_statistics=counted)
    found = stated_columns(DuckDB.create(tmp_path / "a.duckdb"), [path])[path]
    assert found.stated >= {"same", "none", "few", "texts", "things"} and found.same.keys() >= {"same"}
    assert not found.same.keys() & {"none", "few", "texts", "things"}


@pytest.mark.parametrize("text", ["l'été", "a\nb", 'un "mot"', "\\x41", "", " ", "null", "é" * 300])
def test_what_all_rows_state_alike_is_read_as_they_state_it_from_the_ends_of_files(tmp_path: Path, text: str) -> None:
    """Of two files, what both state alike is not read: theirs is another column here, which none of their rows has."""
    rows = {"text": [text] * 3, "list": [[text]] * 3, "whole": [-5] * 3, "true": [True] * 3, "real": [0.1] * 3}
    engine, paths = DuckDB.create(tmp_path / "a.duckdb"), [str(tmp_path / f"{n}.parquet") for n in range(2)]
    for n, path in enumerate(paths):
        pq.write_table(pa.table(rows | {"own": [str(n)] * 3}), path)
    types = {"text": "VARCHAR", "list": "VARCHAR[]", "whole": "BIGINT", "true": "BOOLEAN"}
    same = shared(one.same for one in stated_columns(engine, paths).values())
    assert "own" not in same and same.keys() >= types.keys()
    told = {name: values[0] for name, values in rows.items() if name in types}
    assert engine.rows(f"SELECT {read_columns(types, set(), same)}") == [told]
    assert read_columns({"real": "DOUBLE"}, set(), same) == "real"


def test_a_part_tells_the_checks_that_all_its_rows_have(tmp_path: Path) -> None:
    """As the ledger writes it: what is said of a list is said of its elements."""
    path = tmp_path / "part.parquet"
    path.write_bytes(bytes_of(pa.table({"line": range(COUNTED), "checks": [["no_host"]] * COUNTED})))
    found = stated_columns(DuckDB.create(tmp_path / "a.duckdb"), [str(path)])[str(path)]
    assert {name: value for name, value in found.same.items() if value is not None} == {"checks": "no_host"}


def test_what_all_rows_state_stands_for_a_column_and_for_no_text_nor_other_name() -> None:
    told = {"scope": "'process'", "machine": "NULL", "run_id": "''"}
    sql = "scope = 'machine' AND machine_id IS NULL AND run_id IS NULL OR machine = 'scope'"
    assert inlined(sql, told) == "'process' = 'machine' AND machine_id IS NULL AND '' IS NULL OR NULL = 'scope'"
