"""Input formats: one module each, listed here; the first that recognises a file reads it."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from estimator.readers import codecarbon, declared, table
from estimator.readers.base import (
    HEAD_CHARS,
    STDIN,
    Context,
    EmptyFile,
    NotATrace,
    Reader,
    ReadResult,
    Trace,
)
from estimator.sidecar import SUFFIX

READERS: tuple[Reader, ...] = (codecarbon.READER, declared.READER)
_NAMES = re.compile(r"(\.csv|\.csv\.bak|\.csv_\d+\.bak|^emissions.*\.bak)$", re.IGNORECASE)

__all__ = ["READERS", "Context", "ReadResult", "Reader", "Trace", "find_files", "pick", "read_trace"]


def pick(trace: Trace) -> Reader:
    """The reader that recognises the trace by its first lines. EmptyFile, NotATrace."""
    head = table.decode(trace.data[: 4 * HEAD_CHARS])[:HEAD_CHARS]
    if not head.strip():
        raise EmptyFile(file=trace.name)
    for reader in READERS:
        if reader.sniff(trace.name, head):
            return reader
    first = next((line for line in head.splitlines() if line.strip()), "")
    raise NotATrace(file=trace.name, columns="".join(c if c.isprintable() else "·" for c in first[:120]))


def read_trace(trace: Trace, context: Context) -> ReadResult:
    """Rows of one trace, by the reader that recognises it."""
    return pick(trace).read(trace, context)


def find_files(paths: Iterable[str | Path]) -> Iterator[str | Path]:
    """Traces to read, in a fixed order: a file as named, a folder's traces at any depth, `-` the standard input.

    In folders: *.csv, *.csv.bak, *.csv_0.bak, emissions*.bak; hidden folders are left alone. A sidecar is never one.
    A path that is not there is kept: opening it says so.
    """
    for path in paths:
        if str(path) == STDIN:
            yield STDIN
            continue
        place = Path(path)
        if place.is_dir():
            yield from _inside(place)
        elif not place.name.endswith(SUFFIX):
            yield place


def _inside(folder: Path) -> Iterator[Path]:
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(base, name) for name in sorted(files) if _NAMES.search(name) and not name.startswith("."))
