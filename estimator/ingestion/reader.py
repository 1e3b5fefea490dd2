"""Input and output of readers."""

import codecs
import hashlib
import json
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from estimator.catalogue.resolver import Places, is_timezone
from estimator.core.errors import SobriaError, reason_of
from estimator.ingestion.parsing.row_identity import Identities
from estimator.ingestion.parsing.span_links import SpanLinks
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import ALSO

STDIN = "-"
HEAD_CHARS = 65_536
HEAD_BYTES = 4 * HEAD_CHARS
_PIECE = 1 << 20
_DEFECTS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
_LONGEST_LINE = 32 << 20  # of those that are looked at by themselves [B]
LARGE_BYTES = 4 << 20  # from this size, a file is read by blocks when its reader can


class ReaderFailed(SobriaError):
    """A defect of a reader on this file: the rest of it is not read."""


class RowRefused(Exception):
    """This row cannot become an Activity: code of [refusals], and the facts of its text."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)

    @classmethod
    def together(cls, faults: "Sequence[RowRefused]") -> "RowRefused":
        """All faults of a row as one refusal: that of the first, the others among its facts."""
        first, *others = faults
        also = {ALSO: json.dumps([[fault.code, fault.facts] for fault in others])} if others else {}
        return cls(first.code, **first.facts | also)


@dataclass(frozen=True)
class Trace:
    """One input: its base name, its bytes, and its folder (None for the standard input)."""

    name: str
    data: bytes
    folder: Path | None

    @cached_property
    def sha(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size(self) -> int:
        """Count of its bytes [B]."""
        return len(self.data)

    def sha_of_first(self, sizes: Collection[int]) -> dict[int, str]:
        """SHA-256 of so many of its first bytes [B], for each of these sizes."""
        return {size: replace(self, data=self.data[:size]).sha for size in sizes}


class LargeTrace:
    """A file too large for memory: base name, folder, head, SHA-256 in hexadecimal, and bytes in blocks of lines.

    Bytes appended during the reading are ignored. unreadable_file, file_shortened.
    """

    def __init__(self, path: Path) -> None:
        self.name, self.folder, self._path = path.name, path.parent, path
        self.size, self.taken, self.is_utf8 = 0, 0, True
        utf8, sha = codecs.getincrementaldecoder("utf-8")(), hashlib.sha256()
        with self._open() as file:
            self.head = file.read(HEAD_BYTES)
            file.seek(0)
            while piece := file.read(_PIECE):
                self.size += len(piece)
                self.is_utf8 = self.is_utf8 and _decodes(utf8, piece)
                sha.update(piece)
        self.is_utf8 = self.is_utf8 and not utf8.getstate()[0]
        self.sha = sha.hexdigest()

    def blocks(self, size: int) -> Iterator[bytes]:
        """The file split at line ends, in blocks of about `size` bytes, or of one line if longer."""
        start = 0
        with self._open() as file:
            while start < self.size:
                end = file.seek(min(start + size, self.size))
                end += len(file.readline(self.size - end))
                file.seek(start)
                block = file.read(end - start)
                start = self.taken = start + len(block)
                if start < end:
                    raise SobriaError("file_shortened", file=self.name, size=self.size, read=start)
                yield block
                del block

    def sha_of_first(self, sizes: Collection[int]) -> dict[int, str]:
        """SHA-256 of so many of its first bytes [B], for each of these sizes: it is read once for all."""
        found, sha = dict[int, str](), hashlib.sha256()
        with self._open() as file:
            for size in sorted(sizes):
                while left := size - file.tell():
                    if not (piece := file.read(min(left, _PIECE))):
                        raise SobriaError("file_shortened", file=self.name, size=self.size, read=file.tell())
                    sha.update(piece)
                found[size] = sha.hexdigest()
        return found

    def first_line(self) -> bytes:
        """Its first line with something in it, with its end; what is read of it where it is very long, or has none."""
        left, line = _LONGEST_LINE, b""
        with self._open() as file:
            while left > 0 and not line.removeprefix(codecs.BOM_UTF8).strip() and (line := file.readline(left)):
                left -= len(line)
        return line

    def beginning(self) -> Trace:
        """Its head, for readers that need only that."""
        return Trace(self.name, self.head, self.folder)

    def whole(self) -> Trace:
        """All of it at once, for readers that need it."""
        return Trace(self.name, self.data, self.folder)

    @property
    def data(self) -> bytes:
        """All of its bytes at once."""
        return b"".join(self.blocks(LARGE_BYTES))

    def _open(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise _unreadable(self.name, error) from error


@dataclass(frozen=True)
class ReadingContext:
    """Reading parameters absent from a trace. Time zones are IANA names; unknown_timezone.

    `read_at`: when files that hold no date were read, with its time zone; `rename`: its columns under our names, from
    the name and bytes of a table; both as a person said. `line_by_line`: what each line says is asked for.
    `span_links`: what was told before of spans without counts, where traces come in several sendings. `scratch`: folder
    where the ids of a large file lie while it is read; without one they stay in memory. `equal`: counts the equal
    records of a trace whose records are read some at a time; without one, each reading counts its own.
    """

    home_timezone: str
    option_timezone: str | None
    places: Places
    read_at: datetime | None = None
    rename: Callable[[str, bytes], bytes] | None = None
    line_by_line: bool = False
    span_links: SpanLinks | None = None
    scratch: Path | None = None
    equal: Identities | None = None

    def __post_init__(self) -> None:
        for name in filter(None, (self.home_timezone, self.option_timezone)):
            if not is_timezone(name):
                raise SobriaError("unknown_timezone", name=name)


@dataclass(frozen=True)
class Reader:
    """One input format. `sniff` recognises it from the base name and the first characters; `stream`
    reads a large file by blocks, in line order, to the same rows as `read`; `label`: its name in both languages, where
    it is of another package; `counters`: those that it reads of a page of metrics."""

    name: str
    version: int
    sniff: Callable[[str, str], bool]
    read: Callable[[Trace, ReadingContext], ReadResult]
    stream: Callable[[LargeTrace, ReadingContext], Iterator[ReadResult]] | None = None
    label: Mapping[str, str] | None = None
    counters: tuple[str, ...] = ()


@contextmanager
def contained(file: str, reader: str) -> Iterator[None]:
    """An unexpected exception of a reader stops this file only: ReaderFailed with its location."""
    try:
        yield
    except _DEFECTS as error:
        raise ReaderFailed(file=file, reader=reader, kind=type(error).__name__, where=_where(error)) from error


def _where(error: BaseException) -> str:
    """The module and the line that raised, without content of the file."""
    steps = list(traceback.walk_tb(error.__traceback__))
    ours = [step for step in steps if step[0].f_globals.get("__name__", "").startswith("estimator.")]
    frame, line = (ours or steps)[-1]
    return f"{frame.f_globals.get('__name__', '')}:{line}"


def open_trace(path: str | Path) -> Trace:
    """The bytes of a file, or of the standard input for `-`. unreadable_file, not_a_file."""
    if str(path) == STDIN:
        return Trace("stdin", sys.stdin.buffer.read(), None)
    place = Path(path)
    try:
        if place.is_char_device() or place.is_block_device():
            raise SobriaError("not_a_file", file=place.name)
        return Trace(place.name, place.read_bytes(), place.parent)
    except OSError as error:
        raise _unreadable(place.name, error) from error


def beginning(place: Path) -> Trace:
    """The first bytes of a file, enough to recognise it. unreadable_file."""
    try:
        with place.open("rb") as file:
            return Trace(place.name, file.read(HEAD_BYTES), place.parent)
    except OSError as error:
        raise _unreadable(place.name, error) from error


def _unreadable(name: str, error: OSError) -> SobriaError:
    return SobriaError("unreadable_file", file=name, reason=reason_of(error))


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    if piece.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True
