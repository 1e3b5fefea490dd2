"""Reader of the declaration template: a supplier's figures for a service over a period, or counts alone."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from shlex import quote
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from estimator.catalogue.default_subjects import ANY_NETWORK, ANY_STORAGE, DESK, DESKS
from estimator.catalogue.load import load
from estimator.catalogue.provider_addresses import is_provider
from estimator.core.errors import SobriaError
from estimator.core.typography import cut
from estimator.ingestion.codecarbon.columns import Columns
from estimator.ingestion.declarations.columns import CONTEXT, COUNTS, HEARD, Cells, is_template, repeated, understand
from estimator.ingestion.declarations.energy import energy_fields
from estimator.ingestion.parsing import delimited_text, redaction, timestamps
from estimator.ingestion.parsing.row_identity import Identities
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, check_begun, check_order, check_power
from estimator.ingestion.parsing.sidecars import Sidecars
from estimator.ingestion.reader import Reader, ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult
from estimator.ledger.rows import Activity, Refused, TimeBasis

NAME = "declared"
VERSION = 5
PHASES = ("training",)
LONGEST_US = 10 * 366 * 86_400_000_000
YEAR_S, HOUR_S = 365.25 * 86_400, 3600
SOUND = "son"  # the service of a table of hours of sound that names none
SESSION = timedelta(seconds=1)  # of a row without an end: a call at its moment, and others may be of the same day
USED = ("model", "device_hours", *COUNTS)  # what a use is described by, besides data kept or moved
MOST_MACHINES = 1000  # of the largest that one service may be declared for
ROUNDED = 1e-6  # of a sum that was written as text
PART_CHECKS = ("place_checks", "period_checks", "energy_checks")
Parts = Mapping[str, Any]
ASSUMED_HOST = "class/server-unknown"  # a supplier's machines are servers, location unknown


def sniff(name: str, head: str) -> bool:
    """Whether the first line has the columns service, start and end, or a day and hours of sound."""
    first = next(delimited_text.records(name, head, delimited_text.delimiter_of(head)), None)
    return first is not None and is_template(understand(first[1]))


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """Every row of the file, as an Activity or as Refused. empty_file, not_a_trace, bad_sidecar."""
    Sidecars(trace)  # no row takes anything of it
    text = delimited_text.decode(trace.data)
    delimiter = delimited_text.delimiter_of(text[:10_000])
    rows = delimited_text.records(trace.name, text, delimiter)
    header = next(rows, None)
    if header is None:
        raise SobriaError("empty_file", file=trace.name)
    columns = understand(header[1])
    if not is_template(columns):
        read = ", ".join(columns.safe_header()[:6])[:120]
        raise SobriaError("not_a_trace", file=trace.name, named=quote(trace.name), columns=read)
    if twice := repeated(columns):
        raise SobriaError("repeated_column", file=trace.name, columns=", ".join(twice))
    records, dated = list(rows), [columns.at[name] for name in ("start", "end") if name in columns.at]
    reading = _Reading(trace, context, columns, delimiter)
    reading.month_first = timestamps.month_first(
        cells[at].strip() for _, cells in records for at in dated if at < len(cells)
    )
    for line, cells in records:
        reading.take(line, cells)
    return ReadResult(reading.rows, reading.refused, len(reading.rows) + len(reading.refused), tuple(columns.unknown))


class _Place(NamedTuple):
    """Zone, host and provider of a row, with checks for a person."""

    zone: str | None
    host: str
    provider: str | None
    checks: list[str]


class _Reading:
    """One pass over one file."""

    def __init__(self, trace: Trace, context: ReadingContext, columns: Columns, delimiter: str) -> None:
        self.trace, self.context, self.columns = trace, context, columns
        self.spreadsheet = delimiter != ","
        self.identities = Identities(delimiter)
        self.months = timestamps.Months()
        self.hosts = {s.id: s.zone for s in load().subjects.values() if s.kind == "host"}
        self.devices = {row["id"] for row in context.places.subjects if row["kind"] == "device"}
        self.kept_by = {
            kind: tuple(s.id for s in load().subjects.values() if s.kind == kind) for kind in ("network", "storage")
        }
        self.rows: list[Activity] = []
        self.refused: list[Refused] = []
        self.now_us = timestamps.now_us()
        self.month_first = ""  # a date of the file that can only be read so
        self._zone: str | None = None  # of the row at hand

    def take(self, line: int, cells: list[str]) -> None:
        """One record: accepted or refused."""
        width = self.columns.width
        if len(cells) > width and not any(map(str.strip, cells[width:])):
            cells = cells[:width]
        if len(cells) != width:
            cut = {} if self.trace.data.endswith(b"\n") else {"bytes": str(self.trace.size)}  # it may be cut there
            refusal = RowRefused("wrong_width", found=str(len(cells)), expected=str(width), **cut)
            self._refuse(line, cells, refusal)
            return
        row_id = self.identities.of_text(self.identities.text_of(self.columns.words, cells))
        columns = self.columns.at.items()
        called = {name: self.columns.names[place] for name, place in columns}
        said = Cells({name: cells[place].strip() for name, place in columns}, self.spreadsheet, called)
        said.check_names()
        faults: list[RowRefused] = []
        parts: dict[str, Any] = {}
        for part in (self._named, self._counts, self._hardware, self._period, self._energies):
            try:
                parts |= part(said, parts)
            except RowRefused as refusal:
                faults.append(refusal)
        faults = [*said.faults.values(), *faults]
        if faults:
            self._refuse(line, cells, RowRefused.together(faults), row_id)
            return
        checks = tuple(sorted({code for name in PART_CHECKS for code in parts.pop(name)}))
        self.rows.append(self._activity(line, row_id, said, parts | {"checks": checks}))

    def _refuse(self, line: int, cells: list[str], refusal: RowRefused, row_id: str | None = None) -> None:
        """Quarantine a row with its known columns; if its cells may be shifted, numbers and dates only."""
        columns = self.columns
        wary = replace(columns, unknown=(*columns.unknown, redaction.HIDDEN))  # so that no free text is stored
        self.refused.append(
            Refused(
                row_id=row_id or self.identities.of_cells(cells),
                file_name=self.trace.name,
                file_sha=self.trace.sha,
                line=line,
                reader=NAME,
                code=refusal.code,
                facts=refusal.facts,
                header=redaction.as_line(columns.safe_header()),
                text=redaction.aligned_text(columns, cells) if row_id else redaction.shifted_text(wary, cells, ()),
            )
        )

    def _named(self, said: Cells, parts: Parts) -> dict[str, Any]:
        """Service and place as fields of Activity. RowRefused."""
        place = self._place(said)
        self._zone = place.zone
        if "service" in self.columns.at and not said.text("service"):
            raise RowRefused("declared_empty", column="service")
        told = {"zone": place.zone, "host": place.host, "provider": place.provider}
        return told | {"place_checks": place.checks}

    def _energies(self, said: Cells, parts: Parts) -> dict[str, Any]:
        """Energies as fields of Activity; `parts`: those of the period. RowRefused."""
        fields, checks = energy_fields(said)
        kept = self._kept(said, parts.get("duration_s", 0.0))
        if said.number("energy_kwh") is None and kept:
            used = any(said.text(name) for name in USED)
            alone = "stored_gb_years" not in kept and not used
            fields |= {"other_mode": "mode/none"} if alone else {}
            checks = checks if used else ["network_alone" if alone else "storage_alone"]
        if "data_gb" in kept and not said.text("network"):
            checks = [*checks, "network_assumed"]
        if "duration_s" in parts:
            check_power((said.number("energy_kwh") or 0.0) * JOULES_PER_KWH, parts["duration_s"], MOST_MACHINES)
        return fields | kept | {"energy_checks": checks}

    def _kept(self, said: Cells, duration_s: float) -> dict[str, Any]:
        """Data moved, or kept over the period, as fields of Activity. RowRefused where data kept stands with anything
        that holds its electricity already."""
        moved, kept = said.number("data_gb"), said.number("storage_tb")
        network, storage = (said.word(name, ids) for name, ids in self.kept_by.items())
        fields: dict[str, Any] = {"data_gb": moved, "network": network or ANY_NETWORK} if moved else {}
        if not kept:
            return fields
        beside = [name for name in ("energy_kwh", "data_gb", *USED) if said.text(name)]
        if beside:
            raise RowRefused("stored_apart", column=beside[0])
        return {"stored_gb_years": kept * 1000 * duration_s / YEAR_S, "storage": storage or ANY_STORAGE}

    def _counts(self, said: Cells, parts: Parts) -> dict[str, Any]:
        """Counts and what the supplier reports beside, as fields of Activity. RowRefused."""
        counts: dict[str, Any] = {name: said.number(name) for name in COUNTS}
        if (heard := said.hours(HEARD)) is not None:
            counts |= {"audio_s": heard * HOUR_S}
        counts |= {"reported_gwp_kg": said.number("gwp_kgco2e"), "reported_water_l": said.number("water_l")}
        return counts | {CONTEXT: _context(said)}

    def _hardware(self, said: Cells, parts: Parts) -> dict[str, Any]:
        """Accelerator and its hours, or the computer of a desk, and what they were for, as fields of Activity.
        RowRefused."""
        named, phase, hours = said.text("device"), said.word("phase", PHASES), said.number("device_hours")
        places, known = self.context.places, load().named(named)
        device = known if known in self.devices else places.resolve_device(named)[0]
        told: dict[str, Any] = {}
        if known in DESKS:
            told = {"machine": known}
            if "host_assumed" in parts.get("place_checks", ()) and not parts["provider"]:
                told |= {"host": DESK, "place_checks": [c for c in parts["place_checks"] if c != "host_assumed"]}
        elif named and device is None:
            raise RowRefused("declared_device", value=cut(named), desks=", ".join(DESKS))
        if told and hours is not None:
            raise RowRefused("declared_desk_hours", value=known)
        if phase and hours is None and said.number("energy_kwh") is None:
            raise RowRefused("declared_phase")
        cards = {"device": device, "device_as_read": named or None, "device_hours": hours, "phase": phase or None}
        return cards | told

    def _activity(self, line: int, row_id: str, said: Cells, parts: dict[str, Any]) -> Activity:
        unread = said.text("host") if "host_unread" in parts["checks"] else ""
        fields: dict[str, Any] = {
            "row_id": row_id,
            "run_key": row_id,
            "file_name": self.trace.name,
            "file_sha": self.trace.sha,
            "line": line,
            "reader": NAME,
            "reader_version": VERSION,
            "tool_version": " ; ".join(filter(None, map(said.text, ("provider", "method", "document")))) or None,
            "service_key": said.text("service") or SOUND,
            "model": said.text("model") or None,
            "zone_as_read": "/".join(filter(None, (said.text("zone"), unread))) or None,
        }
        return Activity(**fields | parts)

    def _period(self, said: Cells, parts: Parts) -> dict[str, Any]:
        """Start, end (exclusive), duration and time basis as fields of Activity. RowRefused."""
        check_order(said.text("start"), said.text("end"), self.month_first)
        start = said.moment("start")
        end = said.moment("end") if "end" in self.columns.at else start and start + SESSION
        if start is None or end is None:
            return {}
        name, basis = self._clock(self._zone)
        stated: TimeBasis = "offset" if ":" in said.text("start") + said.text("end") else "day"
        start_us, end_us = (timestamps.to_us(moment, ZoneInfo(name)) for moment in (start, end))
        if not 0 < end_us - start_us <= LONGEST_US:
            skipped = end_us <= start_us and start.replace(tzinfo=None) < end.replace(tzinfo=None)
            facts = {"start": said.text("start"), "end": said.text("end")}
            raise RowRefused("skipped_hour", zone=name, **facts) if skipped else RowRefused("declared_period", **facts)
        check_begun(start_us)
        return {
            "period_checks": ["period_unfinished"] if end_us > self.now_us else [],
            "start_us": start_us,
            "end_us": end_us,
            "start_month": self.months.of(start_us),
            "end_month": self.months.of(end_us - 1),
            "duration_s": (end_us - start_us) / 1e6,
            "time_basis": stated if start.tzinfo and end.tzinfo else basis,
        }

    def _clock(self, zone: str | None) -> tuple[str, TimeBasis]:
        if self.context.option_timezone:
            return self.context.option_timezone, "option"
        country = self.context.places.timezone(zone)
        return (country, "country") if country else (self.context.home_timezone, "home")

    def _place(self, said: Cells) -> _Place:
        """Host, where it is one of the tables; else who serves, by name or address; zone as named, else the host's."""
        places = self.context.places
        named = said.text("host")
        known = load().named(named)
        host = known if known in self.hosts else places.resolve_host(named, "")
        provider = said.text("provider") or (named if host is None else "")
        read = bool(named) and host is None and not is_provider(named)
        checks = ["host_unread"] if read else [] if host else ["host_assumed"]
        asked = said.text("zone")
        zone = places.written.get(asked.lower()) if asked else self.hosts.get(host or "") or None
        if zone is None:
            checks.append("unknown_country" if asked else "no_country")
        return _Place(zone, host or ASSUMED_HOST, provider or None, checks)


def _context(said: Cells) -> float | None:
    """Tokens re-read while writing, of a sender that summed them over its requests: between those of requests of one
    size, question aside, and those of one request that holds all. RowRefused."""
    stated = said.number(CONTEXT)
    if stated is None:
        return None
    read, written = said.number("input_tokens"), said.number("output_tokens") or 0.0
    least = written**2 / 2 / (said.number("requests") or math.inf)
    most = math.inf if read is None and written else written * ((read or 0.0) + written / 2)
    if not least * (1 - ROUNDED) <= stated <= most * (1 + ROUNDED):
        raise RowRefused("declared_context", value=f"{stated:g}", least=f"{least:.4g}", most=f"{most:.4g}")
    return stated


READER = Reader(NAME, VERSION, sniff, read)
