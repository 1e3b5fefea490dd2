"""The event log of the register: one immutable JSON file an event, written atomically."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import Field

from estimator.core.errors import sentences
from estimator.core.fields import Id, Strict, Text
from estimator.core.storage.storage import Storage, storage_at

Kind = Literal["created", "changed", "staged", "reviewed", "quality", "decided", "attached", "detached"]
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
FOLDER = "register"


class Kept(Strict):
    """The content of one file, and when it was written. `event`: hash of the other fields."""

    event: str
    at: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")

    @property
    def order(self) -> tuple[str, str]:
        """Sort records without a causal link by time, then by hash."""
        return self.at, self.event

    @property
    def file_name(self) -> str:
        """<utc time>-<hash>.json"""
        return f"{self.at.replace('-', '').replace(':', '')}-{self.event}.json"


class SignedRecord(Kept):
    """A record signed by a person: author and reason."""

    who: Text
    why: Text
    data: dict[str, Any]


class Event(SignedRecord):
    """What happened to a use case. `previous`: the last event that its author had read."""

    use_case: Id
    kind: Kind
    previous: str | None


R = TypeVar("R", bound=Kept)


@dataclass(frozen=True)
class Fault:
    """A file or an event that was quarantined, with its reason code."""

    about: str
    code: str

    def as_dict(self) -> dict[str, str]:
        """{"code"} and each language."""
        return sentences("register_faults", self.code, about=self.about)


class Written(Protocol):
    """What says when it was written."""

    @property
    def at(self) -> str:
        """As MOMENT writes it."""


class Store(Protocol):
    """Storage of events."""

    def read(self) -> tuple[list[Event], list[Fault]]:
        """Every event once, in any order, and the files that could not be read."""

    def write(self, event: Event) -> None:
        """Store an event."""


def make_event(fields: Mapping[str, Any], now: datetime) -> Event:
    """The event of these fields (use_case, kind, who, why, previous, data), timestamped now. ValidationError."""
    return make_record(Event, fields, now)


def make_record(kind: type[R], fields: Mapping[str, Any], now: datetime) -> R:
    """The record of these fields, timestamped now. ValidationError."""
    body = {**fields, "at": now.astimezone(UTC).strftime(MOMENT)}
    return kind.model_validate(body | {"event": _hash(body)})


def moment_after(written: Iterable[Written], now: datetime) -> datetime:
    """Now, or just after the last of these where the clock has gone back: what is written last is the last."""
    last = max((one.at for one in written), default="")
    return max(now, datetime.strptime(last, MOMENT).replace(tzinfo=UTC) + timedelta(microseconds=1)) if last else now


def _hash(body: Mapping[str, Any]) -> str:
    return blake2b(_text(body).encode(), digest_size=16).hexdigest()


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, allow_nan=False)


class RecordFolder(Generic[R]):
    """The records of one kind in a place. Files never change, so each is read once and cached."""

    def __init__(self, place: Storage, kind: type[R]) -> None:
        self.place = place
        self.kind = kind
        self._known: dict[str, R] = {}

    def read(self) -> tuple[list[R], list[Fault]]:
        """The records of all files; a torn or foreign file is reported and skipped. Hidden files are ignored."""
        found: dict[str, R] = {}
        faults = []
        names = self._names()
        new = self._read(names - self._known.keys())
        for name in sorted(names):
            read = self._known.get(name) or new[name]
            if isinstance(read, Fault):
                faults.append(read)
            else:
                self._known[name] = found[read.event] = read
        return list(found.values()), faults

    def appeared(self, seen: set[str]) -> list[R]:
        """The records of the files whose names were not seen yet; they are seen from then on, torn ones apart."""
        found = []
        for name, read in sorted(self._read(self._names() - seen).items()):
            if isinstance(read, self.kind):
                seen.add(name)
                found.append(read)
        return found

    def latest(self, count: int) -> list[R]:
        """The records written last, the newest first: the name of a file begins with its time."""
        return self.appeared(set(sorted(self._names())[:-count]))[::-1]

    def moment(self, now: datetime) -> datetime:
        """When a record that is written now is of: as `moment_after` those that are there."""
        return moment_after(self.read()[0], now)

    def _names(self) -> set[str]:
        return {name for name in self.place.names() if "/" not in name}

    def _read(self, names: set[str]) -> dict[str, R | Fault]:
        texts: dict[str, bytes] = {}
        try:
            texts = self.place.read(sorted(names)) if names else {}
        except OSError:  # one that cannot be read hides no other
            for name in names:
                with suppress(OSError):
                    texts |= self.place.read([name])
        return {name: _record_or_fault(name, texts.get(name, b""), self.kind) for name in names}

    def write(self, event: R) -> None:
        """Atomic write of one file. OSError leaves nothing behind."""
        with self.writing([event]):
            pass

    @contextmanager
    def writing(self, events: Sequence[R]) -> Iterator[None]:
        """Context at whose end these records are there together: none of them where it fails."""
        texts = {event.file_name: json.dumps(event.model_dump(), ensure_ascii=False, indent=1) for event in events}
        with self.place.putting({name: f"{text}\n".encode() for name, text in texts.items()}):
            yield


class EventFolder(RecordFolder[Event]):
    """The events of the register of a home."""

    def __init__(self, home: Path) -> None:
        super().__init__(storage_at(home, FOLDER), Event)


def _record_or_fault(name: str, data: bytes, kind: type[R]) -> R | Fault:
    try:
        body = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return Fault(name, "torn")
    try:
        event = kind.model_validate(body)
        same = _hash({name: value for name, value in event.model_dump().items() if name != "event"})
    except (ValueError, RecursionError):
        return Fault(name, "foreign")
    return event if same == event.event else Fault(name, "altered")


class TrialStore:
    """Events in memory on top of another store, which is not written to until `keep`."""

    def __init__(self, base: Store) -> None:
        self._base = base
        self._read = base.read()
        self.new: list[Event] = []

    def read(self) -> tuple[list[Event], list[Fault]]:
        """The events of the underlying store, then the new ones."""
        events, faults = self._read
        return [*events, *self.new], faults

    def write(self, event: Event) -> None:
        """Add an event in memory."""
        self.new.append(event)

    def keep(self) -> None:
        """Write the new events to the underlying store."""
        for event in self.new:
            self._base.write(event)
