"""Large files of one JSON object a line, by blocks and by column: DuckDB takes the fields out of the lines, and leaves
to the row reader those that Python may read otherwise."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.duckdb_engine import Connection, EngineError, connect_alone
from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.reader import LargeTrace

Shape = Mapping[str, Any]  # the fields that are taken: of a nested object, its own; the others, None. The first nested
# object may be written as a text.
BLOCK_BYTES = 3 << 20  # of 2 MiB, they would take a tenth more time; of 4, 10 MiB more memory
_BOM = b"\xef\xbb\xbf"
_SHORT = 1_500  # bytes of a line that cannot nest too deep for Python
_DEEPEST = 300
_DIGITS = 2_000  # half of those of a number too long for Python
_REMEMBERED = 10_000
# What is no object has no names, as an empty one: only such a one may be a text, whose fields `_OPENED` takes too, in a
# third more time.
_NAMED = """WITH named AS (SELECT text, json_keys(text, {paths}) AS names FROM (SELECT {text} AS text FROM lines))"""
_READ = f"""{_NAMED}
SELECT
  CASE WHEN text IS NOT NULL THEN hash(names) END AS names,
  json_transform(text, '{{shape}}') AS said,
  CASE WHEN len(names[2]) = 0 THEN json_type(text, '{{first}}') = 'VARCHAR' END AS quoted
FROM named
"""
_OPENED = f"""{_NAMED},
opened AS (
  SELECT *, CASE WHEN len(names[2]) = 0 AND json_type(text, '{{first}}') = 'VARCHAR'
    THEN json_extract_string(text, '{{first}}') END AS quoted
  FROM named
),
whole AS (
  SELECT *, CASE WHEN quoted IS NULL THEN text WHEN json_valid(quoted) AND NOT regexp_matches(quoted, '{{unlike}}')
    THEN json_merge_patch(text, json_object('{{name}}', quoted::JSON))::VARCHAR END AS whole
  FROM opened
)
SELECT
  CASE WHEN whole IS NOT NULL
    THEN hash(names, CASE WHEN quoted IS NOT NULL THEN json_keys(whole, {{paths}}) END) END AS names,
  json_transform(whole, '{{shape}}') AS said,
  quoted IS NOT NULL AS quoted
FROM whole
"""
# What DuckDB reads as JSON, and Python does not: an object or a list that ends with a comma, and numbers that are none.
# Each begins with one character, which is looked for four times as fast as one of several.
_UNLIKE = (r",\s*(?:[}\]]|[-+]?(?i:nan|inf))", r":\s*[-+]?(?i:nan|inf)", r"\[\s*[-+]?(?i:nan|inf)")


class JsonLines(NamedTuple):
    """A block of lines: the number of the first; their texts; the fields that each says as JSON texts, null where it
    says none; a number of the names of its objects; mask of those that Python reads alike, if each name is there
    once."""

    first: int
    texts: pa.Array
    said: pa.StructArray
    names: np.ndarray
    alike: np.ndarray

    def text(self, place: int) -> str:
        """A line, without its end."""
        return str(self.texts[place].as_py()).removesuffix("\n")


def json_lines(trace: LargeTrace, shape: Shape) -> Iterator[JsonLines]:
    """The lines of a UTF-8 file, a block of them in memory; without the spaces that end the file."""
    first = 1
    with connect_alone() as connection:
        fields = _Fields(connection, shape)
        for block in _blocks(trace):
            lines = [_lines_of(fields, first, block)]
            first += len(lines[0].texts)
            del block
            yield lines.pop()  # held by who asked for it alone, and let go before the next is read


def _lines_of(fields: "_Fields", first: int, block: bytes) -> JsonLines:
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
    if not len(ends) or ends[-1] < len(block):
        ends = np.append(ends, len(block))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    texts = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block))
    found = fields.of(texts)
    names = found["names"].combine_chunks()
    alike = names.is_valid().to_numpy(zero_copy_only=False)
    for unlike in _UNLIKE:
        alike &= ~pc.match_substring_regex(texts, unlike).to_numpy(zero_copy_only=False)
    alike[np.searchsorted(ends, np.array([*_long_numbers(block)], np.int64), side="right")] = False
    alike[_nested(block, offsets)] = False
    return JsonLines(first, texts, found["said"].combine_chunks(), names.fill_null(0).to_numpy(), alike)


def _blocks(trace: LargeTrace) -> Iterator[bytes]:
    """Blocks of whole lines, without the spaces that end the file."""
    for block in trace.blocks(BLOCK_BYTES):
        if block.startswith(_BOM) or b"\r\r\n" in block:
            block = delimited_text.decode(block).encode()
        if trace.taken == trace.size:
            block = block.decode().rstrip().encode()
        if block:
            yield block
        del block


class _Fields:
    """The fields that DuckDB takes out of lines; out of a text too, once lines have some."""

    def __init__(self, connection: Connection, shape: Shape) -> None:
        _, first, *_ = paths = list(_paths("$", shape))
        self._connection = connection
        self._told = {"paths": repr(paths), "first": first, "name": first.removeprefix("$.")}
        self._told |= {"unlike": "|".join(_UNLIKE), "shape": json.dumps(shape).replace("null", '"JSON"')}
        self._opening = False  # the first nested object of the last lines was a text

    def of(self, texts: pa.Array) -> pa.Table:
        """Columns `names` and `said` of these texts, null where DuckDB reads no JSON."""
        self._connection.register("lines", pa.table({"text": texts}))
        found = self._asked(_OPENED if self._opening else _READ)
        quoted = bool(pc.any(found["quoted"]).as_py())
        found = self._asked(_OPENED) if quoted and not self._opening else found
        self._opening = quoted
        self._connection.unregister("lines")
        return found

    def _asked(self, sql: str) -> pa.Table:
        for text in ("text", "CASE WHEN json_valid(text) THEN text END"):
            try:
                return self._connection.sql(sql.format(text=text, **self._told)).to_arrow_table()
            except EngineError:
                continue
        raise ValueError("lines that DuckDB says are JSON, and does not read")


def _paths(path: str, shape: Shape) -> Iterator[str]:
    """The path of each object whose fields are taken."""
    yield path
    for name, inside in shape.items():
        if inside is not None:
            yield from _paths(f"{path}.{name}", inside)


def _long_numbers(block: bytes) -> Iterator[int]:
    """Where a number may be longer than Python takes."""
    return (at for at in range(0, len(block), _DIGITS) if block[at : at + _DIGITS].isdigit())


def _nested(block: bytes, offsets: np.ndarray) -> list[int]:
    """The lines that may nest deeper than Python takes."""
    long = np.flatnonzero(np.diff(offsets) > _SHORT).tolist()
    spans = [(place, int(offsets[place]), int(offsets[place + 1])) for place in long]
    return [p for p, start, end in spans if block.count(b"[", start, end) + block.count(b"{", start, end) > _DEEPEST]


class ObjectNames:
    """The names that objects hold, from one text of each kind of them."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._known: dict[int, tuple[frozenset[str], bool]] = {}

    def of(self, number: int, text: str) -> tuple[frozenset[str], bool]:
        """The names of the object of a text, and whether it holds each once, as do those inside whose fields are
        taken."""
        known = self._known.get(number)
        if known is None:
            found = _pairs(text)
            names = frozenset(name for name, _ in found) if isinstance(found, _Pairs) else frozenset[str]()
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[number] = names, _once(found, self._shape)
        return known


class _Pairs(list[tuple[str, Any]]):
    """An object, each of its names as often as it stands there."""


def _pairs(text: str) -> Any:
    """The value of a JSON text, or the text itself when invalid."""
    try:
        return json.loads(text, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return text


def _once(found: Any, shape: Shape) -> bool:
    """Whether this is an object, or the text of one, that holds each of its names once, as do those inside."""
    found = _pairs(found) if isinstance(found, str) else found
    if not isinstance(found, _Pairs):
        return False
    names = [name for name, _ in found]
    inside = [(value, shape[name]) for name, value in found if shape.get(name) is not None]
    return len(names) == len(set(names)) and all(_once(value, its) for value, its in inside if value is not None)


def unquoted(column: pa.Array) -> pa.Array:
    """The texts between the quotes of JSON texts of strings without escapes, null for others."""
    data = column.cast(pa.binary())
    plain = pc.and_(pc.starts_with(column, '"'), pc.invert(pc.match_substring(column, "\\")))
    return pc.if_else(plain, pc.binary_slice(data, 1, -1), None).cast(pa.string())
