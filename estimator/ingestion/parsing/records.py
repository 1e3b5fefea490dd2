"""Records of a file, by the fields of their format: redaction, identity, place and period of each, and its refusal."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa

from estimator.core.typography import some_of
from estimator.ingestion.parsing import json_text, timestamps
from estimator.ingestion.parsing.record_fields import FieldNames as FieldNames  # contract 1 of plug-ins has both here
from estimator.ingestion.parsing.record_fields import RecordFields as RecordFields
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.parsing.row_identity import Identities
from estimator.ingestion.parsing.row_parts import Part, check_begun, check_ended
from estimator.ingestion.parsing.served_at import served_at
from estimator.ingestion.parsing.sidecars import Sidecars
from estimator.ingestion.reader import LargeTrace, Reader, ReadingContext, RowRefused, Trace
from estimator.ingestion.sidecar import Sidecar
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import CALL, Activity, Refused, TimeBasis

LONGEST_US = 10 * 366 * 86_400_000_000
ASSUMED_HOST = "class/server-unknown"
READ_AT = "read_at"
BATCH = 1_000  # records of a large file whose rows are in memory at once
_LONGEST_NAME = 60
_UTC = ZoneInfo("UTC")
_FIRST_US, _LAST_US = (
    timestamps.to_us(datetime(year, 1, 1, tzinfo=UTC), _UTC) for year in (timestamps.YEARS[0], timestamps.YEARS[1] + 1)
)
_OF_ANY_ROW = (
    "machine_id",
    "machine",
    "machine_units",
    "device",
    "device_count",
    "precision",
    "concurrency",
    "resource_share",
)


def _shown(name: str) -> str:
    """The name of a field; hidden where it may be text."""
    return name if len(name) <= _LONGEST_NAME and name.isprintable() else HIDDEN


class Snapshot(NamedTuple):
    """Fields that identify the subject of a record: a later record on the same subject supersedes it. `once`: the
    subject is one call, which counts once whatever its records say; else a counter, which may start again."""

    names: tuple[str, ...]
    once: bool = False


class Record(NamedTuple):
    """One record: its line, its fields, what makes them fields of Activity, and what identifies it."""

    line: int
    said: RecordFields
    make: Callable[[RecordFields], dict[str, Any]]
    about: Snapshot | bool


class OtherObject(NamedTuple):
    """An object that is no record of this format: another reader may know it."""

    line: int
    found: Mapping[str, Any]


Records = Callable[["RecordReader"], Iterable[Record | OtherObject]]


def record_reader(
    name: str,
    version: int,
    sniff: Callable[[str, str], bool],
    records: Records,
    by_column: Callable[["RecordReader"], Iterator[ReadResult] | None] = lambda reading: None,
) -> Reader:
    """The reader of a format of records; of a large file, their rows come a batch at a time, or from `by_column` where
    it gives some."""

    def stream(trace: Trace | LargeTrace, context: ReadingContext) -> Iterator[ReadResult]:
        reading = RecordReader(trace, context, name, version)
        if isinstance(trace, LargeTrace) and not context.line_by_line and (results := by_column(reading)):
            yield from results
            return
        for number, record in enumerate(records(reading), 1):
            reading.bring(record)
            if number % BATCH == 0 and isinstance(trace, LargeTrace):
                yield reading.result()
        yield reading.result()

    def read(trace: Trace, context: ReadingContext) -> ReadResult:
        return next(stream(trace, context))

    return Reader(name, version, sniff, read, stream)


class RecordReader:
    """One pass over the records of one file: accepted, refused, and the names of ignored fields."""

    def __init__(self, trace: Trace | LargeTrace, context: ReadingContext, reader: str, version: int) -> None:
        self.trace, self.context, self.reader, self.version = trace, context, reader, version
        self.sidecar = Sidecars(trace).of("") or Sidecar()
        self.months = timestamps.Months()
        self._identities = context.equal or Identities(",")
        self._rows: list[Activity] = []
        self._refused: list[Refused] = []
        self._unused: dict[str, None] = {}
        self._told: dict[int, Mapping[str, str]] = {}
        self.apart: dict[int, Mapping[str, Any]] = {}

    def bring(self, record: Record | OtherObject) -> None:
        """One record, or an object for the reader of another tool."""
        if isinstance(record, OtherObject):
            self.apart[record.line] = record.found
        else:
            self.take(*record)

    def take(
        self, line: int, said: RecordFields, make: Callable[[RecordFields], dict[str, Any]], about: Snapshot | bool
    ) -> None:
        """One record. `about`: True when its own fields identify it, so that an equal record is a duplicate;
        False when equal records are distinct; a Snapshot when a later record on the same subject supersedes it."""
        row_id = self._identity(said, once=about is not False)
        try:
            fields = make(said)
            home = self.context.home_timezone
            if fields["time_basis"] == "home" and self.context.places.several_timezones(fields.get("zone"), home):
                fields["checks"] = tuple(sorted({*fields["checks"], "several_timezones"}))
            run = self.run_key(said, about) if isinstance(about, Snapshot) else None
            self._rows.append(
                Activity(
                    row_id=row_id,
                    run_key=run or row_id,
                    run_id=run,
                    cumulative=run is not None,
                    file_name=self.trace.name,
                    file_sha=self.trace.sha,
                    line=line,
                    reader=self.reader,
                    reader_version=self.version,
                    **fields,
                )
            )
            self._told[line] = said.kept
        except RowRefused as refusal:
            self._refuse(line, row_id, refusal, said.kept)

    def refuse(self, line: int, said: RecordFields, refusal: RowRefused) -> None:
        """Quarantine a record that cannot become a row."""
        self._refuse(line, self._identity(said, once=False), refusal, said.kept)

    def unread(self, line: int, found: Mapping[str, Any]) -> None:
        """Quarantine an object that no reader knows: only the names of its fields are stored."""
        names = some_of(sorted(map(_shown, found)))
        row_id = self._identities.of_text(f"{self.reader}\x1d{json.dumps(found, sort_keys=True)}")
        self._refuse(line, row_id, RowRefused("object_unread", fields=names), {})

    def broken(self, line: int, text: str) -> None:
        """Quarantine an unreadable line: only its number is stored, and the bytes of its file, which may be cut there;
        `text` distinguishes it from others."""
        fault = json_text.fault(text)
        if fault.code == "repeated_key":
            self.repeats(line, text, str(fault.facts["name"]))
            return
        cut = RowRefused("broken_line", bytes=str(self.trace.size)) if fault.code == "broken_json" else None
        self._refuse(line, self._identities.of_text(f"{self.reader}\x1d{text}"), cut or RowRefused(fault.code), {})

    def repeats(self, line: int, text: str, key: str) -> None:
        """Quarantine a line in which an object holds a key twice: which of its values counts, nobody knows."""
        row_id = self._identities.of_text(f"{self.reader}\x1d{text}")
        self._refuse(line, row_id, RowRefused("repeated_key", name=_shown(key)), {})

    def objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """(line, object) of a JSON trace; an unreadable line is quarantined. broken_json."""
        for line, found in json_text.objects(self.trace):
            if isinstance(found, str):
                self.broken(line, found)
            else:
                yield line, found

    def left_out(self, names: Iterable[str]) -> None:
        """Names of ignored fields."""
        self._unused |= dict.fromkeys(map(_shown, names))

    def result(self, table: pa.Table | None = None) -> ReadResult:
        """The rows read since the last one, with this table of rows."""
        rows, refused, told, apart = self._rows, self._refused, self._told, self.apart
        self._rows, self._refused, self._told, self.apart = [], [], {}, {}
        read = len(rows) + len(refused) + (0 if table is None else len(table))
        return ReadResult(rows, refused, read, tuple(sorted(self._unused)), table, told, apart)

    def row(self, *parts: Part | Mapping[str, Any], checks: Iterable[str] = (), **fields: Any) -> dict[str, Any]:
        """Fields of Activity from these parts, the last that gives one, with the checks of all; the service is the
        format where none gives one."""
        merged: dict[str, Any] = {"service_key": self.reader}
        for part in parts:
            given, told = part if isinstance(part, tuple) else (part, ())
            merged, checks = merged | {**given}, (*checks, *told)
        return merged | fields | {"checks": tuple(sorted(checks))}

    def device(self, name: str, count: float | None, hours: float) -> Part:
        """The accelerators of a name, and how many of them worked for these hours [h]."""
        device = self.context.places.resolve_device(name)[0]
        fields = {
            "device": device,
            "device_as_read": name or None,
            "device_count": int(count) if count else None,
            "device_hours": hours * count if count else None,
        }
        return fields, ["unknown_device"] if name and device is None else []

    def period(self, start_us: int, end_us: int, basis: TimeBasis, *, under_way: bool = False) -> dict[str, Any]:
        """Start, end, months and duration as fields of Activity. RowRefused for an implausible year, and for an end
        that is to come, unless what is declared may be under way."""
        if not 0 <= end_us - start_us <= LONGEST_US:
            raise RowRefused("bad_period", seconds=f"{(end_us - start_us) / 1e6:g}")
        for moment in (start_us, end_us):
            if not _FIRST_US <= moment < _LAST_US:
                raise RowRefused(timestamps.BEYOND, year=timestamps.year_of(moment))
        check_begun(start_us) if under_way else check_ended(start_us, end_us)
        return {
            "start_us": start_us,
            "end_us": end_us,
            "start_month": self.months.of(start_us),
            "end_month": self.months.of(max(start_us, end_us - 1)),
            "duration_s": (end_us - start_us) / 1e6,
            "time_basis": basis,
        }

    def local(self, moment: datetime, zone: str | None) -> tuple[int, TimeBasis]:
        """Microseconds [us] of a time that may lack an offset, and the source of its zone: the sidecar, the option,
        else the country, else the home."""
        if moment.tzinfo is not None:
            return timestamps.to_us(moment, _UTC), "offset"
        told: tuple[tuple[TimeBasis, str | None], ...] = (
            ("sidecar", self.sidecar.timezone),
            ("option", self.context.option_timezone),
            ("country", self.context.places.timezone(zone)),
            ("home", self.context.home_timezone),
        )
        basis, name = next((basis, name) for basis, name in told if name)
        return timestamps.to_us(moment, ZoneInfo(name)), basis

    def dated(self, said: RecordFields, name: str) -> tuple[datetime, list[str]]:
        """The date of a field, else the one a person gave for files without any, with its check. RowRefused."""
        if name in said.kept:
            return said.moment(name), []
        if self.context.read_at is None:
            raise RowRefused("no_date", field=name)
        return self.context.read_at, [READ_AT]

    def place(self, provider: str = "", address: str = "") -> tuple[dict[str, Any], list[str]]:
        """Host, zone and hardware as the sidecar says, the provider and the address as the record does, as fields of
        Activity, with checks for a person. Where nothing is said, it ran on some server; an address that cannot be read
        is not that of the provider named."""
        side, at = self.sidecar, served_at(address)
        zone = side.zone or self._zones.get(side.host or "")
        checks = [code for code, told in (("host_not_told", side.host), ("zone_not_told", zone)) if not told]
        facts = {name: value for name in _OF_ANY_ROW if (value := getattr(side, name)) is not None}
        named = provider.strip() if at or not address.strip() else ""
        facts |= {"host": side.host or ASSUMED_HOST, "zone": zone, "provider": named or None, "served_at": at}
        return facts, checks

    @cached_property
    def _zones(self) -> dict[str, str]:
        return {row["id"]: row["zone"] for row in self.context.places.subjects if row["kind"] == "host" and row["zone"]}

    def _identity(self, said: RecordFields, once: bool) -> str:
        identities = Identities(",") if once else self._identities
        return identities.of_text("\x1d".join((self.reader, *said.told(sorted({*said.kept, *said.secret})))))

    def run_key(self, said: RecordFields, about: Snapshot) -> str:
        """The name of the subject of a record, as its row bears it."""
        subject = Identities(",").of_text("\x1d".join((self.reader, *said.told(about.names))))
        return f"{CALL if about.once else ''}{self.reader}/{subject}"

    def _refuse(self, line: int, row_id: str, refusal: RowRefused, kept: Mapping[str, str]) -> None:
        self._refused.append(
            Refused(
                row_id=row_id,
                file_name=self.trace.name,
                file_sha=self.trace.sha,
                line=line,
                reader=self.reader,
                code=refusal.code,
                facts=refusal.facts,
                header="",
                text=json.dumps(kept, ensure_ascii=False) if kept else "",
            )
        )
