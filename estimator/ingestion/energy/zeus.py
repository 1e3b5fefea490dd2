"""Reader of the measurement log of Zeus: energy of the cards over windows of code, without double counting."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from estimator.ingestion.parsing import delimited_text, timestamps
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import READ_AT, Record, RecordReader, record_reader
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, check_power, energy
from estimator.ingestion.reader import ReadingContext, RowRefused

_CARD = re.compile(r"^gpu\d{1,3}_energy$")
_TIMES = ("start_time", "elapsed_time")


def sniff(name: str, head: str) -> bool:
    """Whether the first line has the columns of Zeus windows and of a card's energy."""
    names = delimited_text.table(name, head, ",")[0]
    return {"window_name", *_TIMES} <= set(names) and any(map(_CARD.match, names))


def records(reading: RecordReader) -> Iterator[Record]:
    """One row a window. A window is written when it ends: one that overlaps a window already written is
    quarantined, and its energy outside the overlap is not counted. broken_table."""
    trace = reading.trace
    names, rows = delimited_text.table(trace.name, delimited_text.decode(trace.data), ",")
    cards = tuple(name for name in names if _CARD.match(name))
    fields = FieldNames(numbers=(*_TIMES, *cards), texts=(), secret=("window_name",))
    reading.left_out(name for name in names if name and name not in fields.names)
    windows = [(line, RecordFields(cells, fields)) for line, cells in rows]
    clock = _Clock(_uptime_shift_us(reading.context, (said for _, said in windows)))
    yield from (Record(line, said, partial(_fields, reading, cards, clock), False) for line, said in windows)


@dataclass
class _Clock:
    """Windows already written [us]; what turns a time since the machine started into a date [us], None if unknown."""

    shift_us: int | None
    windows: list[tuple[int, int]] = field(default_factory=list)


def _uptime_shift_us(context: ReadingContext, records: Iterable[RecordFields]) -> int | None:
    """The last window ended when the file was read, where a person said when."""
    if context.read_at is None:
        return None
    ends = [_uptime_end_s(said) for said in records]
    return timestamps.to_us(context.read_at, ZoneInfo("UTC")) - round(max(ends, default=0.0) * 1e6)


def _uptime_end_s(said: RecordFields) -> float:
    try:
        return (said.number("start_time") or 0.0) + (said.number("elapsed_time") or 0.0)
    except RowRefused:
        return 0.0


def _fields(reading: RecordReader, cards: tuple[str, ...], clock: _Clock, said: RecordFields) -> dict[str, Any]:
    start_us, seconds = said.since_1970_us("start_time"), said.number("elapsed_time")
    if seconds is None:
        raise RowRefused("no_moment", field="elapsed_time")
    dated = []
    if start_us < timestamps.FIRST_US:
        if clock.shift_us is None:
            raise RowRefused("uptime_clock", value=said.kept["start_time"])
        start_us, dated = start_us + clock.shift_us, [READ_AT]
    end_us = start_us + round(seconds * 1e6)
    period = reading.period(start_us, end_us, "offset")
    joules = [energy for energy in map(said.number, cards) if energy is not None]
    check_power(sum(joules), seconds)
    if any(start_us < end and begin < end_us for begin, end in clock.windows):
        raise RowRefused("window_overlap")
    clock.windows.append((start_us, end_us))
    return reading.row(
        {"device_count": len(cards), "device_hours": seconds / 3600 * len(cards)},
        period,
        energy(gpu=(sum(joules) / JOULES_PER_KWH, "mode/nvml")),
        reading.place(),
        checks=[*dated, "cards_only"],
    )


READER = record_reader("zeus", 1, sniff, records)
