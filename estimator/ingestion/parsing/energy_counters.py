"""Cumulative energy counters: the increase between the first reading and the last, resets left out."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from estimator.ingestion.parsing import delimited_text, prometheus, timestamps
from estimator.ingestion.parsing.power import JOULES_PER_KWH, check_power
from estimator.ingestion.parsing.prometheus import SeriesSample
from estimator.ingestion.parsing.row_builder import NOT_ESTIMABLE, FieldNames, RecordFields, RecordReader, Snapshot
from estimator.ingestion.reader import ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult

FIELDS = FieldNames(numbers=("joules", "readings"), texts=("subject",), moments=("since", "until"), secret=("source",))
_SUBJECT = ("subject", "since", "source")


@dataclass(frozen=True)
class Counters:
    """A counter format: its reader, joules per unit, classification of samples, and fields of their energy.

    `subject_of`: (service, source) of a counted sample, None for another; `energy`: fields of Activity for [kWh].
    """

    reader: str
    version: int
    joules: float
    subject_of: Callable[[SeriesSample], tuple[str, str] | None]
    energy: Callable[[float], Mapping[str, Any]]
    checks: tuple[str, ...]


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


def read_counters(trace: Trace, context: ReadingContext, counters: Counters) -> ReadResult:
    """One row a subject, from successive readings in one file, each dated by its samples or by a comment
    `# until DATE` above it. bad_sidecar, broken_metrics."""
    reading = RecordReader(trace, context, counters.reader, counters.version)
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
        reading.take(line, RecordFields({"subject": name, "source": source}, FIELDS), _refuse_undated, True)
    for (name, source), count in counts.items():
        facts = {"subject": name, "source": source, "since": count.since, "until": count.until}
        said = RecordFields(facts | {"joules": count.joules, "readings": len(count.moments)}, FIELDS)
        reading.take(count.line, said, partial(_fields, reading, counters), Snapshot(_SUBJECT))
    return reading.result()


def _refuse_undated(said: RecordFields) -> dict[str, Any]:
    raise RowRefused("counter_without_dates", lines="# until 2026-03-01T08:00:00Z")


def _fields(reading: RecordReader, counters: Counters, said: RecordFields) -> dict[str, Any]:
    joules, readings = said.number("joules") or 0.0, said.number("readings") or 0.0
    if readings < 2:
        raise RowRefused("reading_alone")
    place, looks = reading.place()
    (start_us, basis), (end_us, _) = (reading.local(said.moment(name), place["zone"]) for name in ("since", "until"))
    period = reading.period(start_us, end_us, basis)
    check_power(joules, period["duration_s"])
    energy, checks = dict(counters.energy(joules / JOULES_PER_KWH)), [*looks, *counters.checks]
    if joules == 0:
        energy, checks = {"other_mode": NOT_ESTIMABLE}, [*checks, "zero_energy"]
    return {
        **period,
        **energy,
        **place,
        "service_key": said.text("subject") or counters.reader,
        "checks": tuple(sorted(checks)),
    }
