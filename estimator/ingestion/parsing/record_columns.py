"""Records of a large file of JSON lines, by column: lines that differ by their counts, their times and their id only
are read by the row reader once, and share what it makes of them; it also reads those that are written otherwise."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.digest_set import digests_of, hexadecimal
from estimator.core.json_once import Shape
from estimator.ingestion.parsing import timestamps
from estimator.ingestion.parsing.json_columns import json_lines
from estimator.ingestion.parsing.json_lines import JsonLines, ObjectNames
from estimator.ingestion.parsing.kinds import OfKinds, first_of_each, in_schema, joint_codes, renumbered
from estimator.ingestion.parsing.record_fields import RecordFields
from estimator.ingestion.parsing.records import LONGEST_US, OtherObject, Record, RecordReader
from estimator.ingestion.parsing.row_parts import MOST_BY_REQUEST
from estimator.ingestion.reader import LargeTrace
from estimator.ledger.arrow_schemas import BATCH_SCHEMA
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity

_ID = "^[!-~]([ -~]*[!-~])?$"
_COUNT = r"^[0-9]{1,15}$"
_WHOLE, _MICROSECONDS = 19, 26  # characters of a time to the second, and to the microsecond
_UTC = ("Z", "+00:00")  # at the end of a time
_REMEMBERED = 10_000
_HASHED = 2_048  # rows of which what is hashed is joined together: it stays near the processor
_NEVER = 2**62
_OWN = frozenset(
    {"row_id", "run_key", "run_id", "line", "start_us", "end_us", "start_month", "end_month", "duration_s"}
)
Kind = tuple[str | int | None, ...]


class RecordColumns(NamedTuple):
    """How the lines of a format are read by column. `shape`: the fields taken; `subject`: the field that identifies a
    record, as in a Snapshot; `counts`: path of each count, by its field of Activity, the last name being that of the
    field used; `beside`: paths of counts that no row keeps, and `alike`: which lines, by their counts and these, the
    row reader makes the same rows of; `moments`: its start and its end, in UTC where they say no zone; `lasting`:
    fields of Activity that are its duration [s]; `read`: the row reader, given the text of a line, its number and how
    many records are above."""

    shape: Shape
    subject: str
    counts: Mapping[str, tuple[str, ...]]
    beside: Sequence[tuple[str, ...]]
    alike: Callable[[Mapping[str, pa.Array], Sequence[pa.Array]], np.ndarray | bool]
    moments: tuple[str, str]
    lasting: Sequence[str]
    ignored: Callable[[Iterable[str]], Iterable[str]]
    read: Callable[[RecordReader, str, int, int], Iterator[Record | OtherObject | None]]


class _Alike(NamedTuple):
    """What the records of a kind share: a row, and the texts of its identity before, between and after its own."""

    row: Activity
    texts: Sequence[str]


class _SomeKinds(NamedTuple):
    """Some kinds: their numbers, the texts of their identities (one where it is the same in all), and the values of
    their rows."""

    numbers: Mapping[Kind, int]
    texts: Sequence[pa.Scalar | pa.Array]
    values: OfKinds


class _LineValues(NamedTuple):
    """Values of each line of a block: id and times as texts, counts as texts and numbers, times [us], null where there
    are none; mask of those in plain notation."""

    texts: dict[str, pa.Array]
    counts: dict[str, pa.Array]
    start: np.ndarray
    end: np.ndarray
    plain: np.ndarray


class ColumnReading:
    """One pass over a large file of JSON lines."""

    def __init__(self, reading: RecordReader, trace: LargeTrace, columns: RecordColumns) -> None:
        self._reading, self._trace, self._columns = reading, trace, columns
        self._trial = RecordReader(trace, reading.context, reading.reader, reading.version)
        self._names = ObjectNames(columns.shape)
        self._kinds: dict[Kind, _Alike | None] = {}
        self._held = _SomeKinds({}, (), OfKinds({}))  # those of the last block that had others
        self._varying = sorted((columns.subject, *columns.moments, *(path[-1] for path in columns.counts.values())))
        self._apart = [*self._varying, *(path[-1] for path in columns.beside)]
        self._shared = sorted({*BATCH_SCHEMA.names} - _OWN - {*columns.lasting} - columns.counts.keys())
        self._above = 0  # records above the block
        self._until = -1  # the last start of the rows above [us]

    def results(self) -> Iterator[ReadResult]:
        """The rows of each block: those read by column, then those that repeat one of them, with all others."""
        return chain.from_iterable(map(self._of_block, json_lines(self._trace, self._columns.shape)))

    def _of_block(self, block: JsonLines) -> Iterator[ReadResult]:
        table, sure = self._in_columns(block)
        starts, repeats = table["start_us"].to_numpy(), table[:0]
        later, self._until = starts.min(initial=_NEVER) > self._until, max(self._until, starts.max(initial=-1))
        if np.any(np.diff(starts) <= 0) and pc.count_distinct(table["row_id"]).as_py() < len(table):
            first = np.zeros(len(table), bool)
            first[np.unique(table["row_id"].to_numpy(), return_index=True)[1]] = True
            table, repeats = table.filter(pa.array(first)), table.filter(pa.array(~first))
        if sure.all() and not len(repeats):
            self._above += len(block)
            yield replace(self._reading.result(table), distinct=bool(later))
            return
        yield ReadResult([], [], len(table), table=table, distinct=bool(later))
        self._by_row(block, np.flatnonzero(~sure & ~block.empty).tolist())
        yield self._reading.result(repeats if len(repeats) else None)

    def _by_row(self, block: JsonLines, places: Iterable[int]) -> None:
        """Read these lines one at a time."""
        others = 0  # records of a line beyond the first, less the lines without any, but for those without a sign
        empty = np.cumsum(block.empty)
        for place in places:
            line = block.first + place
            found = 0
            if (text := block.text(place)).strip():
                for record in self._columns.read(
                    self._reading, text, line, self._above + place - int(empty[place]) + others
                ):
                    found += 1
                    if record:
                        self._reading.bring(record)
            others += found - 1
        self._above += len(block) - int(empty[-1]) + others

    def _in_columns(self, block: JsonLines) -> tuple[pa.Table, np.ndarray]:
        """A table of the lines that are alike for both readers, and their mask."""
        values = self._values(block)
        sure = block.alike & values.plain
        places = np.flatnonzero(sure)
        for first in np.unique(block.names[places], return_index=True)[1]:
            number = block.names[place := int(places[first])]
            names, once = self._names.of(int(number), block.text(place))
            if once:
                self._reading.left_out(self._columns.ignored(names))
            else:
                sure = sure & (block.names != number)
        kind_of = self._kinds_of(block, values, np.flatnonzero(sure))
        sure[np.flatnonzero(sure)[kind_of < 0]] = False
        kind_of = kind_of[kind_of >= 0]
        kept = np.flatnonzero(sure)
        if not len(kept):
            return BATCH_SCHEMA.empty_table(), sure
        return self._table(block.first, values, kept, kind_of), sure

    def _values(self, block: JsonLines) -> _LineValues:
        columns = self._columns
        ids = block.strings((columns.subject,))
        plain = _are_ids(ids)
        texts, counts = {columns.subject: ids}, {}
        for name, path in columns.counts.items():
            text = block.numbers(path)
            counts[name] = _whole_numbers(text)
            plain &= _are_counts(text, counts[name])
            texts[path[-1]] = text
        beside = []
        for path in columns.beside:
            beside.append(_whole_numbers(text := block.numbers(path)))
            plain &= _are_counts(text, beside[-1])
        plain &= columns.alike(counts, beside)
        spans = []
        for name in columns.moments:
            texts[name] = block.strings((name,))
            spans.append(_instants(texts[name]))
        start, end = spans
        plain &= (start >= timestamps.FIRST_US) & (end <= timestamps.now_us())
        plain &= (end >= start) & (end - start <= LONGEST_US)
        return _LineValues(texts, counts, start, end, plain)

    def _kinds_of(self, block: JsonLines, values: _LineValues, places: np.ndarray) -> np.ndarray:
        """The number held of the kind of each of these lines; -1 where the row reader refuses them."""
        shared = [_taken(column, places) for column in block.shared(self._apart)]
        signs = [_signs(_taken(column, places)) for column in values.counts.values()]
        columns = [*map(_encoded, shared), *signs]
        which = renumbered(joint_codes(columns, len(places)))
        first = first_of_each(which)
        of_kinds = [column.take(pa.array(first)).to_pylist() for column in shared]
        of_kinds += [sign[first].tolist() for sign, _ in signs]
        kinds: list[Kind] = [*zip(*of_kinds, strict=True)]
        if not all(kind in self._held.numbers or self._kinds.get(kind, self) is None for kind in kinds):
            lines = zip(kinds, places[first].tolist(), strict=True)
            found = ((kind, self._alike(kind, block.text(place), block.first + place)) for kind, place in lines)
            self._held = self._holding({kind: alike for kind, alike in found if alike})
        numbers = [self._held.numbers.get(kind, -1) for kind in kinds]
        return np.array(numbers, np.int64)[which] if len(which) else which

    def _holding(self, kinds: Mapping[Kind, _Alike]) -> _SomeKinds:
        """What is held of these kinds."""
        texts = []
        for of_kinds in zip(*(kind.texts for kind in kinds.values()), strict=True):
            alike = of_kinds.count(of_kinds[0]) == len(of_kinds)
            texts.append(pa.scalar(of_kinds[0]) if alike else pa.array(of_kinds, pa.string()))
        values = {name: [getattr(kind.row, name) for kind in kinds.values()] for name in self._shared if kinds}
        return _SomeKinds({kind: number for number, kind in enumerate(kinds)}, texts, OfKinds(values))

    def _alike(self, kind: Kind, text: str, line: int) -> _Alike | None:
        """What the row reader makes of the records of a kind, from one of them; None when it refuses it."""
        if kind in self._kinds:
            return self._kinds[kind]
        if len(self._kinds) >= _REMEMBERED:
            self._kinds.clear()
        trial = self._trial
        (record,) = self._columns.read(trial, text, line, 0)
        found = None
        if isinstance(record, Record):
            trial.bring(record)
            rows = trial.result().rows
            found = _Alike(rows[0], _identity_texts(trial.reader, record.said, self._varying)) if rows else None
        self._kinds[kind] = found
        return found

    def _table(self, first: int, values: _LineValues, kept: np.ndarray, kind_of: np.ndarray) -> pa.Table:
        columns = self._columns
        stated = ((name, column) for name, column in values.texts.items() if column.null_count < len(column))
        texts = {name: _taken(column, kept).fill_null("") for name, column in stated}
        row_ids = self._row_ids(texts, pa.array(kind_of))
        subject = f"{self._reading.reader}\x1d{columns.subject}\x1e".encode()
        subjects = hexadecimal(digests_of(texts[columns.subject].cast(pa.binary()).to_pylist(), subject))
        runs = pc.binary_join_element_wise(f"{self._reading.reader}/", subjects, "")
        start, end = values.start[kept], values.end[kept]
        duration = pa.array((end - start) / 1e6)
        own: dict[str, pa.Array] = {"row_id": row_ids, "run_key": runs, "run_id": runs}
        own |= {"line": pa.array(kept + first), "start_us": pa.array(start), "end_us": pa.array(end)}
        own |= {"start_month": pa.array(timestamps.months_of(start))}
        own |= {"end_month": pa.array(timestamps.months_of(np.maximum(start, end - 1)))}
        own |= dict.fromkeys(("duration_s", *columns.lasting), duration)
        own |= {name: _taken(column, kept) for name, column in values.counts.items()}
        return in_schema(self._held.values.by_row(kind_of) | own, len(kept))

    def _row_ids(self, texts: Mapping[str, pa.Array], kind_of: pa.Array) -> pa.Array:
        """Row identities, equal to those of the row reader."""
        pieces: list[pa.Scalar | pa.Array] = []
        for shared, name in zip(self._held.texts, (*self._varying, ""), strict=True):
            once = isinstance(shared, pa.Scalar)
            if once and pieces and isinstance(pieces[-1], pa.Scalar):
                pieces[-1] = pa.scalar(pieces[-1].as_py() + shared.as_py())
            else:
                pieces.append(shared if once else shared.take(kind_of))
            pieces += [texts[name]] if name in texts else []
        digests: list[bytes] = []
        for start in range(0, len(kind_of), _HASHED):
            some = (piece if isinstance(piece, pa.Scalar) else piece.slice(start, _HASHED) for piece in pieces)
            said = pc.binary_join_element_wise(*some, "")
            digests += digests_of(said.cast(pa.binary()).to_pylist())
        return hexadecimal(digests)


def _identity_texts(reader: str, said: RecordFields, varying: Sequence[str]) -> list[str]:
    """The text of the identity of a record, cut where the values of these sorted fields stand, numbers as whole ones:
    as many texts, and one more."""
    texts = [reader]
    for name in sorted({*said.kept, *said.secret, *varying}):
        told = next(said.told([name]), "")
        if name not in varying:
            texts[-1] += f"\x1d{told}"
        elif told:
            texts[-1] += f"\x1d{name}\x1e"
            texts.append(".0" if name in said.numbers else "")
        else:
            texts.append("")
    return texts


def _encoded(column: pa.Array) -> tuple[np.ndarray, int]:
    """The code of each value of a column, and how many they are."""
    encoded = column.dictionary_encode("encode")
    return encoded.indices.to_numpy(), len(encoded.dictionary)


def _taken(column: pa.Array, places: np.ndarray) -> pa.Array:
    """The values at these places, in their order; all of them where these are all places."""
    return column if len(places) == len(column) else column.take(pa.array(places))


def _truths(column: pa.Array) -> np.ndarray:
    truths: np.ndarray = pc.fill_null(column, False).to_numpy(zero_copy_only=False)
    return truths


def _are_ids(texts: pa.Array) -> np.ndarray:
    """Which of these are ids that Python reads as they stand."""
    said = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    if texts.null_count or texts.offset or not len(said) or said.min() <= ord(" ") or said.max() > ord("~"):
        return _truths(pc.match_substring_regex(texts, _ID))
    there: np.ndarray = pc.binary_length(texts).to_numpy() > 0
    return there


def _whole_numbers(texts: pa.Array) -> pa.Array:
    """Whole numbers of JSON texts, null where there is none in plain notation."""
    try:
        return pc.cast(texts, pa.int64())
    except pa.ArrowInvalid:
        return pc.cast(pc.if_else(pc.match_substring_regex(texts, _COUNT), texts, None), pa.int64())


def _within(numbers: pa.Array, most: int) -> bool:
    """Whether all of these are numbers, above zero and no greater than this."""
    if numbers.null_count or not len(numbers):
        return False
    least, greatest = (bound.as_py() for bound in pc.min_max(numbers).values())
    return bool(least > 0 and greatest <= most)


def _are_counts(texts: pa.Array, numbers: pa.Array) -> np.ndarray | bool:
    """Which of these texts are no count, or one that Python reads as this number, of those that a request may have."""
    if texts.null_count == len(texts) or _within(numbers, int(MOST_BY_REQUEST)):
        return True
    few = pc.and_(pc.less_equal(numbers, int(MOST_BY_REQUEST)), pc.invert(pc.starts_with(texts, "-")))
    return _truths(pc.or_kleene(pc.is_null(texts), few))


def _signs(numbers: pa.Array) -> tuple[np.ndarray, int]:
    """0 where there is no number, 1 where it is zero, 2 elsewhere; and how many of these there may be."""
    none = numbers.null_count == len(numbers)
    if none or _within(numbers, _NEVER):
        return np.full(len(numbers), 0 if none else 2), 1
    return np.minimum(pc.fill_null(numbers, -1).to_numpy() + 1, 2), 3


def _end_alike(texts: pa.Array) -> bool:
    """Whether all of these times have their seconds, microseconds at most, and end with the same of UTC."""
    if texts.null_count or texts.offset or not len(texts):
        return False
    ends = np.frombuffer(texts.buffers()[1], np.int32, len(texts) + 1)
    sizes, said = np.diff(ends), np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    zone = next((zone for zone in _UTC if texts[0].as_py().endswith(zone)), "")
    if not zone or sizes.min() < _WHOLE + len(zone) or sizes.max() > _MICROSECONDS + len(zone):
        return False
    return all(np.all(said[ends[1:] - len(zone) + n] == ord(sign)) for n, sign in enumerate(zone))


def _instants(texts: pa.Array) -> np.ndarray:
    """ISO times with their seconds, in UTC where they say no zone [us]; -1 where they are written otherwise."""
    if _end_alike(texts):
        with suppress(pa.ArrowInvalid):
            in_utc: np.ndarray = pc.cast(texts, pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy()
            return in_utc
    data = texts.cast(pa.binary())
    for zone in _UTC:
        data = pc.if_else(pc.ends_with(texts, zone), pc.binary_slice(data, 0, -len(zone)), data)
    walls = data.cast(pa.string())
    sizes = pc.binary_length(walls)
    walls = pc.if_else(
        pc.and_(pc.greater_equal(sizes, _WHOLE), pc.less_equal(sizes, _MICROSECONDS)),
        walls,
        pa.scalar(None, walls.type),
    )
    try:
        found = pc.cast(walls, pa.timestamp("us"))
    except pa.ArrowInvalid:
        read = [timestamps.parse(text, day_first=False) if text else None for text in walls.to_pylist()]
        found = pa.array([at if at and at.tzinfo is None else None for at in read], pa.timestamp("us"))
    instants: np.ndarray = pc.fill_null(pc.cast(found, pa.int64()), -1).to_numpy(zero_copy_only=False)
    return instants
