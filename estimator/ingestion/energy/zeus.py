"""Reader of the measurement log of Zeus: energy of the cards over windows of code, without double counting."""

import re
from functools import partial
from typing import Any

from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.row_builder import FIRST_US, NOT_ESTIMABLE, FieldNames, RecordFields, RecordReader
from estimator.ingestion.reader import Reader, ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult

NAME = "zeus"
VERSION = 1
JOULES_PER_KWH = 3.6e6
_MOST_W = 1e7
_CARD = re.compile(r"^gpu\d{1,3}_energy$")
_TIMES = ("start_time", "elapsed_time")


def sniff(name: str, head: str) -> bool:
    """Whether the first line has the columns of Zeus windows and of a card's energy."""
    first = next(delimited_text.records(name, head, ","), (0, []))[1]
    names = {cell.strip() for cell in first}
    return names >= {"window_name", *_TIMES} and any(map(_CARD.match, names))


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """One row a window. A window is written when it ends: one that overlaps a window already written is
    quarantined, and its energy outside the overlap is not counted. BrokenTable, BadSidecar."""
    reading = RecordReader(trace, context, NAME, VERSION)
    rows = delimited_text.records(trace.name, delimited_text.decode(trace.data), ",")
    names = [cell.strip() for cell in next(rows)[1]]
    cards = tuple(name for name in names if _CARD.match(name))
    fields = FieldNames(numbers=(*_TIMES, *cards), texts=(), secret=("window_name",))
    reading.left_out(name for name in names if name and name not in fields.names)
    windows: list[tuple[int, int]] = []
    for line, cells in rows:
        said = RecordFields(dict(zip(names, cells, strict=False)), fields)
        reading.take(line, said, partial(_fields, reading, cards, windows), False)
    return reading.result()


def _fields(
    reading: RecordReader, cards: tuple[str, ...], windows: list[tuple[int, int]], said: RecordFields
) -> dict[str, Any]:
    start_us, seconds = said.since_1970_us("start_time"), said.number("elapsed_time")
    if seconds is None:
        raise RowRefused("no_moment", field="elapsed_time")
    if start_us < FIRST_US:
        raise RowRefused("uptime_clock", value=said.kept["start_time"])
    end_us = start_us + round(seconds * 1e6)
    period = reading.period(start_us, end_us, "offset")
    joules = [energy for energy in map(said.number, cards) if energy is not None]
    if sum(joules) > _MOST_W * max(seconds, 1.0):
        raise RowRefused("impossible_power", value=f"{sum(joules) / max(seconds, 1.0) / 1000:.3g}")
    if any(start_us < end and begin < end_us for begin, end in windows):
        raise RowRefused("window_overlap")
    windows.append((start_us, end_us))
    place, looks = reading.place()
    energy: dict[str, Any] = {"gpu_energy_kwh": sum(joules) / JOULES_PER_KWH, "gpu_mode": "mode/nvml"}
    checks = [*looks, "cards_only"]
    if not any(joules):
        energy, checks = {"other_mode": NOT_ESTIMABLE}, [*checks, "zero_energy"]
    return {
        **period,
        **energy,
        "device_count": len(cards),
        "device_hours": seconds / 3600 * len(cards),
        **place,
        "service_key": NAME,
        "checks": tuple(sorted(checks)),
    }


READER = Reader(NAME, VERSION, sniff, read)
