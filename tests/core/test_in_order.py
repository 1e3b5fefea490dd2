"""Rows put in another order, by slices or one by one, are those that `take` gives."""

from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest

from estimator.core import parquet_files


@pytest.mark.parametrize(
    "order",
    [[], [0], [3, 4, 5, 0, 1, 2], [0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [0, 2, 4, 1, 3, 5], [1, 1, 2]],
    ids=str,
)
@pytest.mark.parametrize("slices", [1, 64])
def test_rows_in_another_order(monkeypatch: pytest.MonkeyPatch, order: list[int], slices: int) -> None:
    monkeypatch.setattr(parquet_files, "SLICES", slices)
    rows = pa.table({"n": [10, 11, 12, 13, 14, 15], "text": pa.array(list("aabbcc")).dictionary_encode()})
    found = parquet_files.in_order(rows, np.array(order, np.int64))
    assert found.to_pylist() == [rows.to_pylist()[place] for place in order]
    assert found.schema == rows.schema


def test_rows_that_stay_neighbours_are_not_copied() -> None:
    """Rows of two months, the second cut in two by the first: three slices, of the memory of the rows."""
    rows = pa.table({"n": np.arange(6)})
    with patch.object(parquet_files, "SLICES", 3):
        found = parquet_files.in_order(rows, np.array([2, 3, 0, 1, 4, 5]))
    assert found["n"].to_pylist() == [2, 3, 0, 1, 4, 5] and found["n"].num_chunks == 3
    assert {chunk.buffers()[1].address for chunk in found["n"].chunks} == {rows["n"].chunk(0).buffers()[1].address}
