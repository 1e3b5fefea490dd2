"""Cumulative energy counters: the increase between the first reading and the last, resets left out."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from estimator.ingestion.parsing import delimited_text, prometheus, timestamps
from estimator.ingestion.parsing.prometheus import SeriesSample
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, check_power, energy
from estimator.ingestion.reader import Reader, RowRefused

FIELDS = FieldNames(numbers=("joules", "readings"), texts=("subject",), moments=("since", "until"), secret=("source",))
_SUBJECT = ("subject", "since", "source")


@dataclass(frozen=True)
class Counters:
    """A counter format: the names of its counters, joules per unit, (service, source) of a counted sample and None for
    another, the component that the energy is of, its mode, its checks, and what else is so of every row."""

    names: tuple[str, ...]
    joules: float
    subject_of: Callable[[SeriesSample], tuple[str, str] | None]
    component: str
    mode: str
    checks: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class _Count:
    """Energy of one subject since its first reading: the last value of each of its series, and the joules added."""

    line: int
    since: str
    until: str
    moments: set[str] = field(default_factory=set)
    last: dict[str, float] = field(default_factory=dict)
    joules: float = 0.0

    def add(self, series: str, value: float, moment: str) -> None:
        """Add a value; a decrease is a counter reset, whose increase is unknown."""
        before = self.last.get(series)
        if before is not None and value > before:
            self.joules += value - before
        self.last[series] = value
        self.until = moment
        self.moments.add(moment)


def counter_reader(name: str, version: int, sniff: Callable[[str, str], bool], counters: Counters) -> Reader:
    """The reader of a counter format."""
    return replace(record_reader(name, version, sniff, partial(_records, counters)), counters=counters.names)


def _records(counters: Counters, reading: RecordReader) -> Iterator[Record]:
    """One record a subject, from successive readings in one file, each dated by its samples or by a comment
    `# until DATE` above it. broken_metrics."""
    trace = reading.trace
    text = delimited_text.decode(trace.data)
    dates = prometheus.dates(text)
    lines = [line for line, _ in dates]
    counts: dict[tuple[str, str], _Count] = {}
    undated: dict[tuple[str, str], int] = {}
    for sample in prometheus.samples(text, trace.name):
        subject = counters.subject_of(sample)
        if subject is None:
            reading.left_out([sample.name])
            continue
        above = bisect_left(lines, sample.line)
        moment = prometheus.iso(sample.moment_s) or (dates[above - 1][1] if above else None)
        if moment is None or timestamps.parse(moment, day_first=False) is None:
            undated.setdefault(subject, sample.line)
            continue
        count = counts.setdefault(subject, _Count(sample.line, moment, moment))
        count.add(f"{sample.name}{sorted(sample.labels.items())}", sample.value * counters.joules, moment)
    for (name, source), line in undated.items():
        yield Record(line, RecordFields({"subject": name, "source": source}, FIELDS), _refuse_undated, True)
    for (name, source), count in counts.items():
        facts = {"subject": name, "source": source, "since": count.since, "until": count.until}
        said = RecordFields(facts | {"joules": count.joules, "readings": len(count.moments)}, FIELDS)
        yield Record(count.line, said, partial(_fields, reading, counters), Snapshot(_SUBJECT))


def _refuse_undated(said: RecordFields) -> dict[str, Any]:
    raise RowRefused("counter_without_dates", lines="# until 2026-03-01T08:00:00Z")


def _fields(reading: RecordReader, counters: Counters, said: RecordFields) -> dict[str, Any]:
    joules, readings = said.number("joules") or 0.0, said.number("readings") or 0.0
    if readings < 2:
        raise RowRefused("reading_alone")
    place = reading.place()
    (start_us, basis), (end_us, _) = (reading.local(said.moment(name), place[0]["zone"]) for name in ("since", "until"))
    period = reading.period(start_us, end_us, basis)
    check_power(joules, period["duration_s"])
    electricity = energy(**{counters.component: (joules / JOULES_PER_KWH, counters.mode)})
    fields = counters.fields if joules else {}
    service = said.text("subject") or reading.reader
    return reading.row(period, electricity, fields, place, checks=counters.checks, service_key=service)
