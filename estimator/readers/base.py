"""What a reader is given and what it gives back."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from estimator.activity import Activity, Refused
from estimator.errors import SobriaError
from estimator.places import Places, is_timezone

STDIN = "-"
HEAD_CHARS = 65_536


class NotATrace(SobriaError):
    """No reader knows the columns of this file."""

    code = "not_a_trace"


class EmptyFile(SobriaError):
    """The file holds no header."""

    code = "empty_file"


class NoEnergyColumn(SobriaError):
    """A trace without any column of energy."""

    code = "no_energy_column"


class BrokenTable(SobriaError):
    """The file cannot be cut into rows."""

    code = "broken_table"


class BrokenJson(SobriaError):
    """The file is not JSON, or was cut before its end."""

    code = "broken_json"


class PowerWithoutTime(SobriaError):
    """Samples of power that do not say when they were read: no energy can be made of them."""

    code = "power_without_time"


class Unreadable(SobriaError):
    """The file is not there or may not be read."""

    code = "unreadable_file"


class BadSidecar(SobriaError):
    """The sidecar beside a trace does not say what it should: better no import than a wrong label for ever."""

    code = "bad_sidecar"


class UnknownTimezone(SobriaError):
    """The time zone given is not an IANA name."""

    code = "unknown_timezone"


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


@dataclass(frozen=True)
class Context:
    """What a trace does not hold and its reading needs. Time zones are IANA names; UnknownTimezone."""

    home_timezone: str
    option_timezone: str | None
    places: Places

    def __post_init__(self) -> None:
        for name in filter(None, (self.home_timezone, self.option_timezone)):
            if not is_timezone(name):
                raise UnknownTimezone(name=name)


@dataclass(frozen=True)
class ReadResult:
    """Rows of one trace: read = accepted + refused. `unused` are names of columns that nothing was taken from."""

    rows: list[Activity]
    refused: list[Refused]
    read: int
    unused: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.read != len(self.rows) + len(self.refused):
            raise ValueError(f"{self.read} rows read, {len(self.rows)} accepted, {len(self.refused)} refused")


@dataclass(frozen=True)
class Reader:
    """One input format. `sniff` says from the base name and the first characters whether it is this format."""

    name: str
    version: int
    sniff: Callable[[str, str], bool]
    read: Callable[[Trace, Context], ReadResult]


def open_trace(path: str | Path) -> Trace:
    """The bytes of a file, or of the standard input for `-`. Unreadable."""
    if str(path) == STDIN:
        return Trace("stdin", sys.stdin.buffer.read(), None)
    place = Path(path)
    try:
        return Trace(place.name, place.read_bytes(), place.parent)
    except OSError as error:
        raise Unreadable(file=place.name, reason=error.strerror or type(error).__name__) from error
