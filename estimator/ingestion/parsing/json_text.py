"""JSON in traces: one document, or one a line; its field names, from its first characters."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from estimator.core.errors import SobriaError
from estimator.core.json_once import Pairs, Shape, loaded, pairs, repeated
from estimator.core.typography import cut
from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.reader import LARGE_BYTES, LargeTrace, Trace

UNREAD = ("broken_line", "long_number", "deep_json", "repeated_key")  # codes of a line of which nothing is read
_TEXT, _LONG = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL), 1_000
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,"]', re.DOTALL)


@lru_cache(maxsize=4)
def outline(head: str) -> frozenset[str]:
    """Dotted names of the fields in the first characters of a JSON text, through lists; none otherwise.

    Only keys are used, so that the text of a prompt or an answer cannot match a format.
    """
    if not head.lstrip().startswith(("{", "[")):
        return frozenset()
    found: set[str] = set()
    path: list[str] = []  # the key of each open brace
    key = ""
    last = ""
    for token in _TOKEN.finditer(head):
        text = token.group()
        if text == '"':  # the text is truncated inside a string
            break
        if text == ":" and last.startswith('"'):
            key = last[1:-1]
            found.add(".".join([*filter(None, path), key]))
        elif text in "{[":
            path.append(key)
            key = ""
        elif text in "}]" and path:
            path.pop()
            key = ""
        elif text == ",":
            key = ""
        last = text
    return frozenset(found)


def shortened(text: str) -> str:
    """A text of JSON whose long texts are empty, so that its first characters hold more of its fields."""
    return _TEXT.sub(lambda found: found.group() if len(found.group()) < _LONG else '""', text)


def decode(data: bytes) -> str:
    """Text of JSON: UTF-16 with byte order mark, else as `decode_lines`; CR-CR-LF becomes LF."""
    if data.startswith(delimited_text.UTF16):
        return delimited_text.decode(data)
    return decode_lines(data.removeprefix(delimited_text.UTF8))


def decode_lines(data: bytes) -> str:
    """Lines in UTF-8, whatever the others are; each line that is not, in a Western 8-bit encoding."""
    data = data.replace(b"\r\r\n", b"\n")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\n".join(map(delimited_text.decode_bytes, data.split(b"\n")))


def objects(trace: Trace | LargeTrace, shape: Shape | None = None) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(line, object) of a document, of each object of a list (its rank then), or of each line; the text of a line
    that is invalid, without an object, or with a key that `loaded` finds twice. broken_json when even the first line is
    not JSON; long_number, deep_json, repeated_key."""
    for line, value in _values(trace, shape):
        yield from objects_in(line, value)


def objects_in(line: int, value: Any) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """The same of the value of one line."""
    for rank, item in enumerate(value if isinstance(value, list) else [value], line):
        yield rank, item if isinstance(item, dict) else item if isinstance(item, str) else json.dumps(item)


def _values(trace: Trace | LargeTrace, shape: Shape | None) -> Iterator[tuple[int, Any]]:
    if isinstance(trace, LargeTrace) and has_lines(trace):
        yield from ((number, parsed(line, shape)) for number, line in numbered_lines(trace))
        return
    text = decode(trace.data).rstrip()
    begins = 1 + text[: len(text) - len(text.lstrip())].count("\n")
    try:
        yield begins, loaded(text, shape)
        return
    except (ValueError, RecursionError) as error:  # not held: it would hold the file, through its frames
        broken = error.lineno if isinstance(error, json.JSONDecodeError) else begins
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) < 2 or not _is_json(lines[0][1]):
        raise fault(text, trace.name, broken)
    yield from ((number, parsed(line, shape)) for number, line in lines)


def has_lines(trace: LargeTrace) -> bool:
    """Whether its first line is a whole JSON value: then each line is one."""
    if trace.head.startswith(delimited_text.UTF16):
        return False
    first = trace.first_line()
    return first.endswith(b"\n") and _is_json(decode(first))


def _is_json(text: str) -> bool:
    """Whether a text is JSON, and none of a text alone; its keys may be repeated."""
    return not isinstance(pairs(text), str)


def numbered_lines(trace: LargeTrace) -> Iterator[tuple[int, str]]:
    """Number and text of each line, those without text apart; a few blocks of it are in memory."""
    number, last = 0, (0, "")
    for block in trace.blocks(LARGE_BYTES):
        text = decode_lines(block) if number else decode(block)
        for line in text.removesuffix("\n").split("\n"):
            number += 1
            if line.strip():
                yield from [last] if last[0] else ()
                last = number, line
    yield from [(last[0], last[1].rstrip())] if last[0] else ()


def lists_in(value: Any, name: str) -> list[Any]:
    """The list at a key of an object; empty when absent."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def object_in(value: Any, name: str) -> dict[str, Any]:
    """The object at a key of an object; empty when absent."""
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def fault(text: str, file: str = "", line: int = 1) -> SobriaError:
    """Why a text is not read as JSON: broken_json, or what the parser does not go beyond, long_number, deep_json, or
    repeated_key."""
    try:
        found = json.loads(text, object_pairs_hook=Pairs)
    except RecursionError:
        return SobriaError("deep_json", file=file, line=line)
    except ValueError as error:
        if not isinstance(error, json.JSONDecodeError):
            return SobriaError("long_number", file=file, line=line)
    else:
        if (key := repeated(found)) is not None:
            return SobriaError("repeated_key", file=file, line=line, name=cut(key))
    return SobriaError("broken_json", file=file, line=line)


def parsed(text: str, shape: Shape | None = None) -> Any:
    """The value of a JSON text, or the text itself when invalid, or with a key that `loaded` finds twice."""
    try:
        return loaded(text, shape)
    except (ValueError, RecursionError):
        return text
