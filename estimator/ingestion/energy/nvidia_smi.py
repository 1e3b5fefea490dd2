"""Reader of power samples of `nvidia-smi`: energy by trapezoidal integration, gaps left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from estimator.core.errors import SobriaError
from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, energy
from estimator.ingestion.reader import RowRefused

LONGEST_PAUSE_S = 60.0  # with a longer interval than a minute, samples do not represent the power in between
PAUSES = 10  # an interval this many times the first one is a gap
MOST_W = 1e5  # upper bound of the power of one card [W]
_POWERS = ("power.draw [W]", "power.draw.average [W]", "power.draw.instant [W]", "power.draw")
_CARDS = ("uuid", "gpu_uuid", "pci.bus_id", "gpu_bus_id")
_NAMES = ("name", "gpu_name")
FIELDS = FieldNames(
    numbers=("index", "joules", "seconds", "power.draw"),
    texts=("name",),
    moments=("timestamp",),
    secret=("card",),
)
_SUBJECT = ("index", "name", "timestamp", "card")


@dataclass
class _Stretch:
    """Samples of one card without a gap: first line and time, card facts, joules and seconds so far."""

    line: int
    facts: dict[str, str]
    moment: datetime
    watts: float
    joules: float = 0.0
    seconds: float = 0.0

    def add(self, moment: datetime, watts: float) -> None:
        """Add a sample: power is interpolated linearly from one to the next."""
        pause = (moment - self.moment).total_seconds()
        self.joules += pause * (self.watts + watts) / 2
        self.seconds += pause
        self.moment, self.watts = moment, watts


@dataclass
class _Card:
    """The stretches of one card, and the interval between its first two samples [s]."""

    pause: float | None = None
    stretches: list[_Stretch] = field(default_factory=list)

    def goes_on(self, moment: datetime) -> bool:
        """Whether a sample at this time belongs to the last stretch."""
        if not self.stretches:
            return False
        pause = (moment - self.stretches[-1].moment).total_seconds()
        if self.pause is None and pause > 0:
            self.pause = pause
        return 0 <= pause <= min(LONGEST_PAUSE_S, PAUSES * (self.pause or LONGEST_PAUSE_S))


def sniff(name: str, head: str) -> bool:
    """Whether the first line has the power column of nvidia-smi."""
    return not set(_POWERS).isdisjoint(delimited_text.table(name, head, ",")[0])


def records(reading: RecordReader) -> Iterator[Record]:
    """One row for each stretch of samples of each card; samples without power or date are quarantined.
    power_without_time, broken_table."""
    trace = reading.trace
    names, rows = delimited_text.table(trace.name, delimited_text.decode(trace.data), ",")
    if "timestamp" not in names:
        raise SobriaError("power_without_time", file=trace.name)
    power = next(name for name in _POWERS if name in names)
    reading.left_out(name for name in names if name not in ("timestamp", "index", power, *_CARDS, *_NAMES))
    cards: dict[str, _Card] = {}
    for line, row in rows:
        facts = {
            "timestamp": row.get("timestamp", "").replace("/", "-"),
            "power.draw": row.get(power, "").removesuffix("W").strip(),
            "index": row.get("index", ""),
            "name": next((row[name] for name in _NAMES if row.get(name)), ""),
            "card": next((row[name] for name in _CARDS if row.get(name)), ""),
        }
        said = RecordFields(facts, FIELDS)
        try:
            moment, watts = said.moment("timestamp").replace(tzinfo=None), _watts(said)
        except RowRefused as refusal:
            reading.refuse(line, said, refusal)
            continue
        card = cards.setdefault(facts["card"] or facts["index"], _Card())
        if card.goes_on(moment):
            card.stretches[-1].add(moment, watts)
        else:
            del facts["power.draw"]
            card.stretches.append(_Stretch(line, facts, moment, watts))
    for stretch in _in_order(cards):
        said = RecordFields(stretch.facts | {"joules": stretch.joules, "seconds": stretch.seconds}, FIELDS)
        told = len(cards) > 1 or bool(stretch.facts["card"] or stretch.facts["index"])
        yield Record(stretch.line, said, partial(_fields, reading, told), Snapshot(_SUBJECT))


def _watts(said: RecordFields) -> float:
    watts = said.number("power.draw")
    if watts is None or watts > MOST_W:
        raise RowRefused("bad_amount", field="power.draw", value=said.kept.get("power.draw", ""))
    return watts


def _in_order(cards: dict[str, _Card]) -> Iterator[_Stretch]:
    yield from sorted((s for card in cards.values() for s in card.stretches), key=lambda stretch: stretch.line)


def _fields(reading: RecordReader, told: bool, said: RecordFields) -> dict[str, Any]:
    joules, seconds = said.number("joules") or 0.0, said.number("seconds") or 0.0
    if seconds == 0:
        raise RowRefused("sample_alone")
    place = reading.place()
    start_us, basis = reading.local(said.moment("timestamp"), place[0]["zone"])
    return reading.row(
        reading.device(said.text("name"), 1, seconds / 3600),
        reading.period(start_us, start_us + round(seconds * 1e6), basis),
        energy(gpu=(joules / JOULES_PER_KWH, "mode/nvml")),
        place,
        checks=["cards_only", *([] if told else ["card_not_told"])],
    )


READER = record_reader("nvidia_smi", 1, sniff, records)
