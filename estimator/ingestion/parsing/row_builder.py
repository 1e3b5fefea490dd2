"""What readers of records share: what may be kept of a record, its identity, its account, its place and period."""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from estimator.catalogue import provider_addresses
from estimator.catalogue.providers import ProviderUnknown, find
from estimator.ingestion.parsing import timestamps
from estimator.ingestion.parsing.redaction import HIDDEN
from estimator.ingestion.parsing.row_identity import Identities
from estimator.ingestion.parsing.sidecars import Sidecars
from estimator.ingestion.reader import ReadingContext, RowRefused, Trace
from estimator.ingestion.sidecar import Sidecar
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity, Refused, TimeBasis

LONGEST_US = 10 * 366 * 86_400_000_000
ASSUMED_HOST = "class/server-unknown"
NOT_DECLARED, NOT_ESTIMABLE = "mode/not_declared", "mode/not_estimable"
_LARGEST = 1e20  # above any count, and any moment in nanoseconds
_LONGEST_NAME = 60
_NUMBER = re.compile(r"^[+-]?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?$")
_SHORT = re.compile(r"^.{1,120}$")
_MOMENT = re.compile(r"^[\d:.+/ TZ-]{1,40}$")
_UTC = ZoneInfo("UTC")
FIRST_US, _LAST_US = (
    timestamps.to_us(datetime(year, 1, 1, tzinfo=UTC), _UTC) for year in (timestamps.YEARS[0], timestamps.YEARS[1] + 1)
)
_MOST_CARDS = 999_999
_OF_ANY_ROW = ("machine_id", "machine", "device", "device_count", "precision", "concurrency", "resource_share")


class FieldNames(NamedTuple):
    """The fields of a format that are read: numbers, short texts, dates, and what is used and never kept."""

    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    moments: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Every field that something is taken from."""
        return frozenset((*self.numbers, *self.texts, *self.moments, *self.secret))


class RecordFields:
    """What one record says in the fields that are read; what has not the shape of its field is hidden."""

    def __init__(self, given: Mapping[str, Any], fields: FieldNames) -> None:
        self.kept: dict[str, str] = {}
        self._numbers = frozenset(fields.numbers)
        for names, shape in ((fields.numbers, _NUMBER), (fields.texts, _SHORT), (fields.moments, _MOMENT)):
            for name in names:
                text = _scalar(given.get(name))
                if text:
                    self.kept[name] = text if shape.match(text) and text.isprintable() else HIDDEN
        self.secret = {name: text for name in fields.secret if (text := _scalar(given.get(name)))}

    def text(self, name: str) -> str:
        """The text, empty where there is none or where it may not be shown."""
        text = self.kept.get(name, "")
        return "" if text == HIDDEN else text

    def number(self, name: str) -> float | None:
        """A number that is not negative, None where there is none. RowRefused."""
        text = self.kept.get(name)
        if text is None:
            return None
        value = float(text) if text != HIDDEN else math.nan
        if not 0 <= value <= _LARGEST:
            raise RowRefused("bad_amount", field=name, value=text[:40])
        return value

    def cards(self, name: str) -> float | None:
        """A number of cards, None where there is none. RowRefused."""
        value = self.number(name)
        if value is not None and value > _MOST_CARDS:
            raise RowRefused("bad_amount", field=name, value=self.kept[name][:40])
        return value

    def moment(self, name: str) -> datetime:
        """A date with its time. RowRefused."""
        if name not in self.kept:
            raise RowRefused("no_moment", field=name)
        found = timestamps.parse(self.text(name), day_first=False)
        if found is None:
            raise RowRefused("bad_moment", field=name, value=self.kept[name][:40])
        return found

    def since_1970_us(self, name: str, unit_us: float = 1e6) -> int:
        """A moment counted since 1970 in UTC, in seconds unless `unit_us` says otherwise [us]. RowRefused."""
        value = self.number(name)
        if value is None:
            raise RowRefused("no_moment", field=name)
        return round(value * unit_us)

    def told(self, names: Iterable[str]) -> Iterator[str]:
        """What these fields say, a number in its shortest form: what makes a record the same as another."""
        for name in names:
            text = self.kept.get(name) or self.secret.get(name)
            if text:
                yield f"{name}\x1e{_shortest(text) if name in self._numbers else text}"


def _scalar(value: Any) -> str:
    """A value as text, a nested one hidden; empty for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else HIDDEN
    return value.strip() if isinstance(value, str) else HIDDEN


def _shortest(text: str) -> str:
    if text == HIDDEN or abs(value := float(text)) >= 2**53:
        return text
    return repr(value)


class Snapshot(NamedTuple):
    """Fields whose values tell what a record is about: a later record about the same replaces it."""

    names: tuple[str, ...]


class RecordReader:
    """One pass over the records of one file: accepted, refused, and the names of what was left out."""

    def __init__(self, trace: Trace, context: ReadingContext, reader: str, version: int) -> None:
        self.trace, self.context, self.reader, self.version = trace, context, reader, version
        self.sidecar = Sidecars(trace).of("") or Sidecar()
        self.months = timestamps.Months()
        self._identities = Identities(",")
        self._rows: list[Activity] = []
        self._refused: list[Refused] = []
        self._unused: dict[str, None] = {}

    def take(
        self, line: int, said: RecordFields, make: Callable[[RecordFields], dict[str, Any]], about: Snapshot | bool
    ) -> None:
        """One record. `about`: True when the record is named by its own fields, so that the same again is the same;
        False when alike records are several; a Snapshot when a later record about the same replaces it."""
        row_id = self._identity(said, once=about is not False)
        try:
            fields = make(said)
            run = self._run(said, about) if isinstance(about, Snapshot) else None
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
        except RowRefused as refusal:
            self._refuse(line, row_id, refusal, said.kept)

    def refuse(self, line: int, said: RecordFields, refusal: RowRefused) -> None:
        """One record that cannot become a row."""
        self._refuse(line, self._identity(said, once=False), refusal, said.kept)

    def broken(self, line: int, text: str) -> None:
        """A line that cannot be read: nothing of it is kept but its number; `text` tells it from others."""
        self._refuse(line, self._identities.of_text(f"{self.reader}\x1d{text}"), RowRefused("broken_line"), {})

    def left_out(self, names: Iterable[str]) -> None:
        """Names of fields that nothing is taken from."""
        shown = (name if len(name) <= _LONGEST_NAME and name.isprintable() else HIDDEN for name in names)
        self._unused |= dict.fromkeys(shown)

    def result(self) -> ReadResult:
        """What was read."""
        return ReadResult(self._rows, self._refused, len(self._rows) + len(self._refused), tuple(sorted(self._unused)))

    def period(self, start_us: int, end_us: int, basis: TimeBasis) -> dict[str, Any]:
        """Start, end, months and duration as fields of Activity. RowRefused for a year that cannot be."""
        if not 0 <= end_us - start_us <= LONGEST_US:
            raise RowRefused("bad_period", seconds=f"{(end_us - start_us) / 1e6:g}")
        for moment in (start_us, end_us):
            if not FIRST_US <= moment < _LAST_US:
                raise RowRefused("bad_year")
        return {
            "start_us": start_us,
            "end_us": end_us,
            "start_month": self.months.of(start_us),
            "end_month": self.months.of(max(start_us, end_us - 1)),
            "duration_s": (end_us - start_us) / 1e6,
            "time_basis": basis,
        }

    def local(self, moment: datetime, zone: str | None) -> tuple[int, TimeBasis]:
        """Microseconds [us] of a moment that may have no offset, and what told its zone: the sidecar, else the option,
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

    def place(self, provider: str = "", address: str = "") -> tuple[dict[str, Any], list[str]]:
        """Host, zone and hardware as fields of Activity, with what a person should look at: as the sidecar says, else
        where the tables say that the provider of models serves, which the address decides where there is one."""
        side = self.sidecar
        host, checks = (side.host, []) if side.host else _host_at(provider, address)
        if host is None:
            host = ASSUMED_HOST
            checks = [*checks, "host_not_told"]
        zone = side.zone or self._zones.get(host)
        if zone is None:
            checks.append("zone_not_told")
        facts = {name: value for name in _OF_ANY_ROW if (value := getattr(side, name)) is not None}
        return facts | {"host": host, "zone": zone}, checks

    @cached_property
    def _zones(self) -> dict[str, str]:
        return {row["id"]: row["zone"] for row in self.context.places.subjects if row["kind"] == "host" and row["zone"]}

    def _identity(self, said: RecordFields, once: bool) -> str:
        identities = Identities(",") if once else self._identities
        return identities.of_text("\x1d".join((self.reader, *said.told(sorted((*said.kept, *said.secret))))))

    def _run(self, said: RecordFields, about: Snapshot) -> str:
        subject = Identities(",").of_text("\x1d".join((self.reader, *said.told(about.names))))
        return f"{self.reader}/{subject}"

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


MOST_COUNTED = 1e15  # of anything, in one row
MOST_BY_REQUEST = 1e9  # tokens: a hundred times the longest context that is sold
_BY_REQUEST = frozenset({"input_tokens", "output_tokens", "cached_tokens"})


def counts_only(model: str, counts: Mapping[str, float | None]) -> tuple[dict[str, Any], list[str]]:
    """Counts without energy, as fields of Activity, and what to look at: modelled by the build when model and output
    are known, not estimable otherwise, never zero. RowRefused when nothing was done, or more than any use does."""
    if not any(counts.values()):
        raise RowRefused("no_work")
    for name, value in counts.items():
        by_request = (value or 0.0) / (counts.get("requests") or 1.0) if name in _BY_REQUEST else 0.0
        if (value or 0.0) > MOST_COUNTED or by_request > MOST_BY_REQUEST:
            raise RowRefused("beyond_use", field=name, value=f"{value:.4g}")
    done = counts.get("output_tokens") or counts.get("images")
    checks = [] if model and done else ["no_output" if model else "no_model"]
    return {**counts, "model": model or None, "other_mode": NOT_DECLARED}, checks


def _host_at(provider: str, address: str) -> tuple[str | None, list[str]]:
    """The host of the provider whose address this is, or of the one named where there is no address; with what a
    person should look at."""
    at = provider_addresses.host_in(address)
    row = provider_addresses.find(at) if at else None
    if at is None or (row and row.usual == "yes"):
        host = _host_of(row.provider if row else provider)
        return host, ["host_of_provider"] if host else []
    if row:
        return None, ["address_of_region"]
    if at and provider_addresses.is_private(at):
        return None, ["address_private"]
    return None, ["address_not_of_provider"] if provider_addresses.is_known(provider) else []


@cache
def _host_of(provider: str) -> str | None:
    try:
        return find(provider).host
    except ProviderUnknown:
        return None
