"""What a reader is given and what it gives back."""

import codecs
import hashlib
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from estimator.catalogue.resolver import Places, is_timezone
from estimator.core.errors import SobriaError
from estimator.ledger.read_result import ReadResult

STDIN = "-"
HEAD_CHARS = 65_536
HEAD_BYTES = 4 * HEAD_CHARS
_PIECE = 1 << 20
_DEFECTS = (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError)
LARGE_BYTES = 4 << 20  # from here on, a file is read a block at a time where its reader can


class NotATrace(SobriaError):
    """No reader knows the columns of this file."""


class EmptyFile(SobriaError):
    """The file holds no header."""


class NoEnergyColumn(SobriaError):
    """A trace without any column of energy."""


class BrokenTable(SobriaError):
    """The file cannot be cut into rows."""


class BrokenJson(SobriaError):
    """The file is not JSON, or was cut before its end."""


class BrokenMetrics(SobriaError):
    """A line that is neither of the text format of Prometheus nor of OpenMetrics: no counter of that file is taken."""


class ReaderFailed(SobriaError):
    """A defect of ours, met on this file: nothing more of it is read."""


class PowerWithoutTime(SobriaError):
    """Samples of power that do not say when they were read: no energy can be made of them."""


class NotAFile(SobriaError):
    """A device, which has no end."""


class Unreadable(SobriaError):
    """The file is not there or may not be read."""

    code = "unreadable_file"


class BadSidecar(SobriaError):
    """The sidecar beside a trace does not say what it should: better no import than a wrong label for ever."""


class UnknownTimezone(SobriaError):
    """The time zone given is not an IANA name."""


class RowRefused(Exception):
    """This row cannot become an Activity: code of [refusals], and what fills its sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(code)


@dataclass(frozen=True)
class Trace:
    """One input: its base name, its bytes, and the folder it lies in (None for the standard input)."""

    name: str
    data: bytes
    folder: Path | None

    @cached_property
    def sha(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


class LargeTrace:
    """A file too large to be held: its base name, the folder it lies in, its head, and its bytes in blocks of lines.

    What is appended to it while it is read is not read. Unreadable.
    """

    def __init__(self, path: Path) -> None:
        self.name, self.folder, self._path = path.name, path.parent, path
        self.size, self.taken, self.is_utf8 = 0, 0, True
        utf8 = codecs.getincrementaldecoder("utf-8")()
        with self._open() as file:
            self.head = file.read(HEAD_BYTES)
            file.seek(0)
            while piece := file.read(_PIECE):
                self.size += len(piece)
                self.is_utf8 = self.is_utf8 and _decodes(utf8, piece)
        worker = ThreadPoolExecutor(1)
        self._hashing = worker.submit(self._hash)
        worker.shutdown(wait=False)

    @property
    def sha(self) -> str:
        """SHA-256 of the bytes, in hexadecimal; worked out while the first are read."""
        return self._hashing.result()

    def _hash(self) -> str:
        sha, left = hashlib.sha256(), self.size
        with self._open() as file:
            while left > 0 and (piece := file.read(min(_PIECE, left))):
                sha.update(piece)
                left -= len(piece)
        return sha.hexdigest()

    def blocks(self, size: int) -> Iterator[bytes]:
        """The file cut at ends of lines, in pieces of about `size` bytes, or the length of a line if it is longer."""
        left = self.size
        with self._open() as file:
            while left > 0:
                block = file.read(min(size, left))
                left -= len(block)
                if left > 0:
                    block += file.readline(left)
                    left = self.size - file.tell()
                if not block:
                    return
                self.taken = file.tell()
                yield block

    def beginning(self) -> Trace:
        """Its head, for what looks no further."""
        return Trace(self.name, self.head, self.folder)

    def whole(self) -> Trace:
        """All of it at once, for readers that need it."""
        return Trace(self.name, b"".join(self.blocks(LARGE_BYTES)), self.folder)

    def _open(self) -> BinaryIO:
        try:
            return self._path.open("rb")
        except OSError as error:
            raise _unreadable(self.name, error) from error


@dataclass(frozen=True)
class ReadingContext:
    """What a trace does not hold and its reading needs. Time zones are IANA names; UnknownTimezone."""

    home_timezone: str
    option_timezone: str | None
    places: Places

    def __post_init__(self) -> None:
        for name in filter(None, (self.home_timezone, self.option_timezone)):
            if not is_timezone(name):
                raise UnknownTimezone(name=name)


@dataclass(frozen=True)
class Reader:
    """One input format. `sniff` says from the base name and the first characters whether it is this format; `stream`
    reads a large file by blocks, in the order of its lines, to the same rows as `read`."""

    name: str
    version: int
    sniff: Callable[[str, str], bool]
    read: Callable[[Trace, ReadingContext], ReadResult]
    stream: Callable[[LargeTrace, ReadingContext], Iterator[ReadResult]] | None = None


@contextmanager
def contained(file: str, reader: str) -> Iterator[None]:
    """What a reader raises without having meant to stops this file and no other: ReaderFailed says where."""
    try:
        yield
    except _DEFECTS as error:
        raise ReaderFailed(file=file, reader=reader, kind=type(error).__name__, where=_where(error)) from error


def _where(error: BaseException) -> str:
    """The module and the line that raised, which hold nothing of the file."""
    steps = list(traceback.walk_tb(error.__traceback__))
    ours = [step for step in steps if step[0].f_globals.get("__name__", "").startswith("estimator.")]
    frame, line = (ours or steps)[-1]
    return f"{frame.f_globals.get('__name__', '')}:{line}"


def open_trace(path: str | Path) -> Trace:
    """The bytes of a file, or of the standard input for `-`. Unreadable, NotAFile."""
    if str(path) == STDIN:
        return Trace("stdin", sys.stdin.buffer.read(), None)
    place = Path(path)
    try:
        if place.is_char_device() or place.is_block_device():
            raise NotAFile(file=place.name)
        return Trace(place.name, place.read_bytes(), place.parent)
    except OSError as error:
        raise _unreadable(place.name, error) from error


def _unreadable(name: str, error: OSError) -> Unreadable:
    return Unreadable(file=name, reason=error.strerror or type(error).__name__)


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    if piece.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True
