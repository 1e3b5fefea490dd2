"""Objects of several tools in one trace: each is read by the reader of its own, or set aside under its name."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from estimator.ingestion.parsing.records import RecordReader
from estimator.ingestion.reader import LargeTrace, Reader, ReadingContext, Trace
from estimator.ingestion.usage import chat_response, litellm, ollama
from estimator.ledger.read_result import ReadResult

_ONE_EACH = (chat_response.READER, ollama.READER, litellm.READER)  # an object is a row, at its own line
Objects = Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class _SomeObjects(Trace):
    """Some objects of a trace, each at its line there."""

    whole: Trace | LargeTrace

    @cached_property
    def sha(self) -> str:
        """SHA-256 of the whole trace, in hexadecimal."""
        return self.whole.sha


def read_by(reader: Reader, trace: Trace, context: ReadingContext) -> ReadResult:
    """Rows of a trace by this reader, and those of the objects that it leaves to others. The errors of the readers."""
    return with_others(reader.read(trace, context), reader, trace, context)


def with_others(result: ReadResult, reader: Reader, trace: Trace | LargeTrace, context: ReadingContext) -> ReadResult:
    """The result with the rows of its objects apart: by the reader that knows each, else set aside (object_unread)."""
    if not result.apart:
        return result
    known: dict[str, dict[int, Mapping[str, Any]]] = defaultdict(dict)
    for line, found in result.apart.items():
        text = json.dumps(found)
        others = (one.name for one in _ONE_EACH if one is not reader and one.sniff(trace.name, text))
        known[next(others, "")][line] = found
    unread = known.pop("", {})
    parts = [replace(result, apart={})]
    for other in _ONE_EACH:
        if other.name in known:
            part = other.read(_SomeObjects(trace.name, _lines(known[other.name]), trace.folder, trace), context)
            unread |= part.apart
            parts.append(part)
    reading = RecordReader(trace, context, reader.name, reader.version)
    for line, found in sorted(unread.items()):
        reading.unread(line, found)
    return _together([*parts, reading.result()])


def _lines(objects: Objects) -> bytes:
    """These objects as text, one a line, at their lines."""
    lines = [""] * max(objects)
    for line, found in objects.items():
        lines[line - 1] = json.dumps(found)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _together(parts: list[ReadResult]) -> ReadResult:
    return ReadResult(
        sorted((row for part in parts for row in part.rows), key=lambda row: row.line),
        sorted((row for part in parts for row in part.refused), key=lambda row: row.line),
        sum(part.read for part in parts),
        tuple(sorted({name for part in parts for name in part.unused})),
        parts[0].table,
        {line: told for part in parts for line, told in part.told.items()},
    )
