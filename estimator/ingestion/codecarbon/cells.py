"""Cells of a block of codecarbon rows, parsed by column: numbers, times, texts, and irregular rows."""

from collections.abc import Container
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.ingestion.codecarbon.columns import OF_A_ROW, Columns
from estimator.ingestion.parsing import timestamps
from estimator.ingestion.parsing.row_identity import Identities

_MOMENT = r"^20\d\d-\d\d-\d\d[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$"
_MOMENT_CHARS = 19
_CENTURY = (946_684_800_000_000, 4_102_444_800_000_000)  # from 2000 to 2099, the years of this notation [us]
_NUMBER = r"^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"
_ODD_WORD = r"[^ -~]|^ | $|^[+-]?[0-9_.]+(?:[eE][+-]?[0-9_]+)?$|^[+-]?(?i:inf|infinity|nan)$"
ONCE = pa.dictionary(pa.int32(), pa.string())  # texts that many rows share, held once each
_UUID_CHARS, _HYPHENS = 36, (8, 13)
_SAMPLE = 2000
_FEW = 0.05


class CellValues(NamedTuple):
    """Numbers of the columns OF_A_ROW as an array of shape (rows, columns), NaN where empty; wall-clock times
    [us]; texts, as in `Identities.text_of`, after a separator; mask of rows that must be parsed one at a time."""

    numbers: np.ndarray
    moments: np.ndarray
    words: pa.Array
    odd: np.ndarray


def said_by(columns: Columns, cells: pa.Table, few: Container[int], identities: Identities) -> CellValues:
    """The values of each row of cells; few: the columns that have few texts."""
    odd = np.zeros(len(cells), bool)
    numbers = np.full((len(cells), len(OF_A_ROW)), np.nan)
    for number, name in enumerate(OF_A_ROW):
        if name in columns.at:
            numbers[:, number], wrong = _numbers(whole(cells[columns.at[name]]))
            odd |= wrong
    pieces = _Pieces()
    moments = np.zeros(len(cells), np.int64)
    for name, place in columns.words:
        column = whole(cells[place])
        if name == "timestamp":
            moments, wrong = _moments(plain_texts(column))
            odd |= wrong
        if place in few:
            pieces.add_few(name, column.dictionary_encode(), identities)
            continue
        column = plain_texts(column)
        if name != "timestamp" and not _are_uuids(column):
            odd |= truths(pc.match_substring_regex(column, _ODD_WORD))
        pieces.add(name, column)
    return CellValues(numbers, moments, pieces.joined(len(cells)), odd)


class _Pieces:
    """The texts of each row, each after a separator and its name; those that all rows share are joined once."""

    def __init__(self) -> None:
        self._parts: list[pa.Array | str] = [""]

    def add_few(self, name: str, column: pa.DictionaryArray, identities: Identities) -> None:
        """The texts of a column, as in the identity of a row."""
        texts = [identities.normal(cell) for cell in column.dictionary.to_pylist()]
        said = [f"\x1f{name}\x1e{text}" if text else "" for text in texts]
        if len(said) == 1:
            self._add_shared(said[0])
        else:
            self._parts.append(pa.array(said, pa.string()).take(column.indices))

    def add(self, name: str, column: pa.Array) -> None:
        """The texts of a column, as they are written."""
        empty = pc.equal(column, "")
        if pc.any(empty).as_py():
            named = pc.binary_join_element_wise(f"\x1f{name}\x1e", column, "")
            self._parts.append(pc.if_else(empty, "", named))
        else:
            self._add_shared(f"\x1f{name}\x1e")
            self._parts.append(column)

    def joined(self, count: int) -> pa.Array:
        """The texts of each of so many rows."""
        if len(self._parts) == 1:
            return pa.repeat(self._parts[0], count)
        return pc.binary_join_element_wise(*self._parts, "")

    def _add_shared(self, text: str) -> None:
        if isinstance(self._parts[-1], str):
            self._parts[-1] += text
        else:
            self._parts.append(text)


def has_few(column: pa.Array) -> bool:
    """Whether a column has few texts, each in many rows."""
    if pa.types.is_dictionary(column.type):
        return len(column.dictionary) <= max(1, _FEW * len(column))
    if not pa.types.is_string(column.type):
        return False
    samples = (column[:size] for size in (_SAMPLE // 10, _SAMPLE))  # the first is enough where most texts differ
    return all(len(sample.unique()) <= max(1, _FEW * min(_SAMPLE, len(column))) for sample in samples)


def _are_uuids(column: pa.Array) -> bool:
    """Whether all of these texts have the length of a UUID, no space, and its first two hyphens: none is odd, since a
    number has one at most after its sign."""
    ends = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    if not np.all(np.diff(ends) == _UUID_CHARS):
        return False
    said = np.frombuffer(column.buffers()[2], np.uint8)[ends[0] : ends[-1]]
    texts = said.reshape(-1, _UUID_CHARS)
    return bool(said.min() > ord(" ") and said.max() <= ord("~") and np.all(texts[:, _HYPHENS] == ord("-")))


def plain_texts(column: pa.Array) -> pa.Array:
    """A column of texts, each written in its row."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def truths(column: pa.Array) -> np.ndarray:
    """The values of a column, of booleans or of numbers."""
    truths: np.ndarray = column.to_numpy(zero_copy_only=False)
    return truths


def _numbers(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of cells, NaN where empty or not in plain notation, and a mask of the latter."""
    told = plain_texts(column)
    told = pc.if_else(pc.equal(told, ""), None, told) if pa.types.is_string(told.type) else told
    try:
        parsed = pc.cast(told, pa.float64())
    except pa.ArrowInvalid:
        plain = pc.match_substring_regex(told, _NUMBER)
        parsed = pc.cast(pc.if_else(plain, told, None), pa.float64())
    numbers = truths(parsed)
    wrong = ~np.isfinite(numbers)
    return numbers, wrong & truths(told.is_valid()) if wrong.any() else wrong


def _moments(column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Wall-clock times [us], and a mask of those not in plain notation or with an invalid date."""
    if (moments := _all_moments(column)) is not None:
        return moments, np.zeros(len(column), bool)
    plain = pc.match_substring_regex(column, _MOMENT)
    try:
        parsed = pc.cast(pc.if_else(plain, column, None), pa.timestamp("us"))
    except pa.ArrowInvalid:
        found = [timestamps.parse(text, day_first=False) for text in column.to_pylist()]
        naive = [
            moment.replace(tzinfo=None) if moment and p else None
            for moment, p in zip(found, plain.to_pylist(), strict=True)
        ]
        parsed = pa.array(naive, pa.timestamp("us"))
    return truths(pc.fill_null(pc.cast(parsed, pa.int64()), 0)), truths(pc.is_null(parsed))


def _all_moments(column: pa.Array) -> np.ndarray | None:
    """The same where all are in plain notation, the only one of that many characters that is read without a zone."""
    sizes = pc.min_max(pc.binary_length(column)).as_py()
    if {*sizes.values()} != {_MOMENT_CHARS}:
        return None
    try:
        moments = truths(pc.cast(pc.cast(column, pa.timestamp("us")), pa.int64()))
    except pa.ArrowInvalid:
        return None
    return moments if _CENTURY[0] <= moments.min() and moments.max() < _CENTURY[1] else None
