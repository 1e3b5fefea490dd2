"""Large files of one JSON object a line, by blocks and by column: DuckDB takes the fields out of the lines, and leaves
to the row reader those that Python may read otherwise."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core.duckdb_engine import Connection, EngineError, connect_alone
from estimator.core.json_once import Shape
from estimator.ingestion.parsing import delimited_text, json_text
from estimator.ingestion.parsing.json_lines import JsonLines, Path
from estimator.ingestion.parsing.json_moulds import MANY, Moulds
from estimator.ingestion.reader import LargeTrace

BLOCK_BYTES = 10 << 20
_PARTS = 6  # of a block, that DuckDB reads one after the other
_SHORT = 1_500  # bytes of a line that cannot nest too deep for Python
_DEEPEST = 300
_DIGITS = 2_000  # half of those of a number too long for Python
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
sound AS (
  SELECT *, json_transform(text, '{{shape}}') AS said,
    CASE WHEN json_valid(quoted) AND NOT regexp_matches(quoted, '{{unlike}}') THEN quoted END AS inside
  FROM opened
)
SELECT
  CASE WHEN text IS NOT NULL AND (quoted IS NULL) = (inside IS NULL)
    THEN hash(names, json_keys(inside, {{paths_inside}})) END AS names,
  CASE WHEN inside IS NULL THEN said
    ELSE struct_update(said, {{name}} := json_transform(inside, '{{shape_inside}}')) END AS said,
  quoted IS NOT NULL AS quoted
FROM sound
"""
# What DuckDB reads as JSON, and Python does not: an object or a list that ends with a comma, and numbers that are none.
# Each begins with one character, which is looked for four times as fast as one of several.
_UNLIKE = (r",\s*(?:[}\]]|[-+]?(?i:nan|inf))", r":\s*[-+]?(?i:nan|inf)", r"\[\s*[-+]?(?i:nan|inf)")


class _ReadLines(JsonLines):
    """Lines that DuckDB read: their texts, and the fields that each says as JSON texts, null where it says none."""

    def __init__(self, first: int, texts: pa.Array, found: pa.Table, alike: np.ndarray, shape: Shape) -> None:
        names = found["names"].combine_chunks().fill_null(0)
        super().__init__(first, names.to_numpy(), alike, pc.equal(texts, "\n").to_numpy(zero_copy_only=False))
        self._texts, self._said, self._shape = texts, found["said"].combine_chunks(), shape

    def text(self, place: int) -> str:
        return str(self._texts[place].as_py()).removesuffix("\n")

    def strings(self, path: Path) -> pa.Array:
        return _unquoted(self.numbers(path))

    def numbers(self, path: Path) -> pa.Array:
        column = self._said
        for name in path:
            column = pc.struct_field(column, name)
        return column

    def shared(self, varying: Sequence[str]) -> Sequence[pa.Array]:
        return [*_leaves(self._said, self._shape, varying)]


def json_lines(trace: LargeTrace, shape: Shape) -> Iterator[JsonLines]:
    """The lines of a file, in UTF-8, a block of them in memory; without the spaces that end the file."""
    first, moulds = 1, Moulds(shape)
    with ExitStack() as stack:
        fields = _Fields(stack, shape)
        for block in _blocks(trace):
            lines = moulds.of(first, block)
            parts = [] if lines else _parts(block)
            del block
            while lines or parts:
                lines = lines or _lines_of(fields, first, parts.pop(0))
                first += len(lines)
                held, lines = [lines], None
                yield held.pop()  # held by who asked for it alone, and let go before the next is read


def _parts(block: bytes) -> list[bytes]:
    """Lines in some parts, for what DuckDB takes of them needs several times their memory, and each line some."""
    count = max(_PARTS, block.count(b"\n") * _PARTS // MANY)
    ends = (block.find(b"\n", len(block) * part // count) + 1 for part in range(1, count))
    cuts = sorted({0, *ends, len(block)})
    return [block[start:end] for start, end in pairwise(cuts)]


def _lines_of(fields: "_Fields", first: int, block: bytes) -> JsonLines:
    ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n")) + 1
    if not len(ends) or ends[-1] < len(block):
        ends = np.append(ends, len(block))
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    texts = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(block))
    found = fields.of(texts)
    alike = found["names"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    for unlike in _UNLIKE:
        alike &= ~pc.match_substring_regex(texts, unlike).to_numpy(zero_copy_only=False)
    alike[np.searchsorted(ends, np.array([*_long_numbers(block)], np.int64), side="right")] = False
    alike[_nested(block, offsets)] = False
    return _ReadLines(first, texts, found, alike, fields.shape)


def _blocks(trace: LargeTrace) -> Iterator[bytes]:
    """Blocks of whole lines in UTF-8, without the mark that begins the file, and the spaces that end the file."""
    for block in trace.blocks(BLOCK_BYTES):
        if trace.taken == len(block):
            block = block.removeprefix(delimited_text.UTF8)
        if not trace.is_utf8 or (b"\r" in block and b"\r\r\n" in block):  # one byte is found much faster
            block = json_text.decode_lines(block).encode()
        if trace.taken == trace.size:
            block = block.decode().rstrip().encode()
        if block:
            yield block
        del block


class _Fields:
    """The fields that DuckDB takes out of lines; out of a text too, once lines have some."""

    def __init__(self, stack: ExitStack, shape: Shape) -> None:
        """stack: closes the engine, which starts with the first lines that need it: most files have none."""
        _, first, *_ = paths = list(_paths("$", shape))
        self.shape, self._stack = shape, stack
        name = first.removeprefix("$.")
        inside = [path.replace(first, "$", 1) for path in paths if path.startswith(first)]
        self._told = {"paths": repr(paths), "first": first, "name": name, "paths_inside": repr(inside)}
        self._told |= {"unlike": "|".join(_UNLIKE), "shape": _json_of(shape), "shape_inside": _json_of(shape[name])}
        self._opening = False  # the first nested object of the last lines was a text

    @cached_property
    def _connection(self) -> Connection:
        return self._stack.enter_context(connect_alone())

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


def _json_of(shape: Shape) -> str:
    return json.dumps(shape).replace("null", '"JSON"')


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


def _unquoted(column: pa.Array) -> pa.Array:
    """The texts between the quotes of JSON texts of strings without escapes, null for others."""
    data = column.cast(pa.binary())
    plain = pc.and_(pc.starts_with(column, '"'), pc.invert(pc.match_substring(column, "\\")))
    return pc.if_else(plain, pc.binary_slice(data, 1, -1), None).cast(pa.string())


def _leaves(said: pa.StructArray, shape: Shape, varying: Sequence[str]) -> Iterator[pa.Array]:
    """The columns of the fields taken, but for those that vary."""
    for name, inside in shape.items():
        if inside is not None:
            yield from _leaves(pc.struct_field(said, name), inside, varying)
        elif name not in varying:
            yield pc.struct_field(said, name)
