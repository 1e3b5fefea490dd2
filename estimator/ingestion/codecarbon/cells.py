"""Cells of a block of codecarbon rows, parsed by column: numbers, times, texts, and irregular rows."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.ingestion.codecarbon.columns import OF_A_ROW, Columns
from estimator.ingestion.parsing import timestamps
from estimator.ingestion.parsing.row_identity import Identities

_MOMENT = r"^20\d\d-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$"
_NUMBER = r"^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_ODD_WORD = r"[^ -~]|^ | $|^[+-]?[0-9_.]+(?:[eE][+-]?[0-9_]+)?$|^[+-]?(?i:inf|infinity|nan)$"
_SAMPLE = 2000
_FEW = 0.05


class CellValues(NamedTuple):
    """Numbers of the columns OF_A_ROW as an array of shape (rows, columns), NaN where empty; wall-clock times
    [us]; texts, as in `Identities.text_of`, after a separator; mask of rows that must be parsed one at a time."""

    numbers: np.ndarray
    moments: np.ndarray
    words: pa.Array
    odd: np.ndarray


def said_by(columns: Columns, cells: pa.Table, identities: Identities) -> CellValues:
    """The values of each row of cells."""
    odd = np.zeros(len(cells), bool)
    numbers = np.full((len(cells), len(OF_A_ROW)), np.nan)
    for number, name in enumerate(OF_A_ROW):
        if name in columns.at:
            numbers[:, number], wrong = _numbers(_array(cells[columns.at[name]]))
            odd |= wrong
    pieces: list[pa.Array | pa.Scalar] = [pa.scalar("")]  # without it, rows with no text would be left out
    moments = np.zeros(len(cells), np.int64)
    for name, place in columns.words:
        column = _array(cells[place])
        if name == "timestamp":
            plain = pc.match_substring_regex(column, _MOMENT)
            moments, wrong = _moments(column, plain)
            odd |= wrong
        if (texts := _few_texts(column, name, identities)) is not None:
            pieces.append(texts)
            continue
        if name != "timestamp":
            odd |= _truths(pc.match_substring_regex(column, _ODD_WORD))
        named = pc.binary_join_element_wise(pa.scalar(name), column, pa.scalar("\x1e"))
        pieces.append(pc.if_else(pc.equal(column, ""), None, named))
    words = pc.binary_join_element_wise(*pieces, pa.scalar("\x1f"), null_handling="skip")
    return CellValues(numbers, moments, words, odd)


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _truths(column: pa.Array) -> np.ndarray:
    truths: np.ndarray = column.to_numpy(zero_copy_only=False)
    return truths


def _numbers(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of cells, NaN where empty or not in plain notation, and a mask of the latter."""
    told = pc.if_else(pc.equal(column, ""), None, column) if pa.types.is_string(column.type) else column
    try:
        parsed = pc.cast(told, pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(told, _NUMBER)
        parsed = pc.cast(pc.if_else(plain, told, None), pa.float64())
    numbers = _truths(parsed)
    return numbers, ~np.isfinite(numbers) & _truths(told.is_valid())


def _moments(column: pa.Array, plain: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock times [us], and a mask of those not in plain notation or with an invalid date."""
    try:
        parsed = pc.cast(pc.if_else(plain, column, None), pa.timestamp("us"))
    except pa.ArrowInvalid:
        found = [timestamps.parse(text, day_first=False) for text in column.to_pylist()]
        naive = [
            moment.replace(tzinfo=None) if moment and p else None
            for moment, p in zip(found, plain.to_pylist(), strict=True)
        ]
        parsed = pa.array(naive, pa.timestamp("us"))
    return _truths(pc.fill_null(pc.cast(parsed, pa.int64()), 0)), _truths(pc.is_null(parsed))


def _few_texts(column: pa.Array, name: str, identities: Identities) -> pa.Array | None:
    """The identity text of each cell of a column with few values, null where empty; None for many values."""
    sample = column[:_SAMPLE]
    if len(sample.unique()) > max(1, _FEW * len(sample)):
        return None
    encoded = column.dictionary_encode()
    texts = [identities.normal(cell) for cell in encoded.dictionary.to_pylist()]
    return pa.array([f"{name}\x1e{text}" if text else None for text in texts], pa.string()).take(encoded.indices)
