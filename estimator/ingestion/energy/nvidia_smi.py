"""Reader of power samples of `nvidia-smi`: energy by trapezoidal integration, gaps left out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from estimator.core.errors import SobriaError
from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.power import JOULES_PER_KWH
from estimator.ingestion.parsing.row_builder import NOT_ESTIMABLE, FieldNames, RecordFields, RecordReader, Snapshot
from estimator.ingestion.reader import Reader, ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult

NAME = "nvidia_smi"
VERSION = 1
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
    first = next(delimited_text.records(name, head, ","), (0, []))[1]
    return bool({cell.strip() for cell in first} & set(_POWERS))


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """One row for each stretch of samples of each card; samples without power or date are quarantined.

    power_without_time, broken_table, bad_sidecar.
    """
    reading = RecordReader(trace, context, NAME, VERSION)
    rows = delimited_text.records(trace.name, delimited_text.decode(trace.data), ",")
    names = [cell.strip() for cell in next(rows)[1]]
    if "timestamp" not in names:
        raise SobriaError("power_without_time", file=trace.name)
    power = next(name for name in _POWERS if name in names)
    reading.left_out(name for name in names if name not in ("timestamp", "index", power, *_CARDS, *_NAMES))
    cards: dict[str, _Card] = {}
    for line, cells in rows:
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False)}
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
        reading.take(stretch.line, said, partial(_fields, reading, told), Snapshot(_SUBJECT))
    return reading.result()


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
    place, looks = reading.place()
    start_us, basis = reading.local(said.moment("timestamp"), place["zone"])
    energy: dict[str, Any] = {"gpu_energy_kwh": joules / JOULES_PER_KWH, "gpu_mode": "mode/nvml"}
    checks = [*looks, "cards_only", *([] if told else ["card_not_told"])]
    if joules == 0:
        energy, checks = {"other_mode": NOT_ESTIMABLE}, [*checks, "zero_energy"]
    name = said.text("name")
    device = reading.context.places.resolve_device(name)[0]
    return {
        **reading.period(start_us, start_us + round(seconds * 1e6), basis),
        **energy,
        "device": device,
        "device_as_read": name or None,
        "device_count": 1,
        "device_hours": seconds / 3600,
        **place,
        "service_key": NAME,
        "checks": tuple(sorted((*checks, *(["unknown_device"] if name and device is None else [])))),
    }


READER = Reader(NAME, VERSION, sniff, read)
