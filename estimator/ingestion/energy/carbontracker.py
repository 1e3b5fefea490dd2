"""Reader of the log of carbontracker: mean power of cards and processors over each epoch, before any PUE."""

import re
from functools import partial
from typing import Any, NamedTuple

from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.power import check_power
from estimator.ingestion.parsing.row_builder import NOT_ESTIMABLE, FieldNames, RecordFields, RecordReader, Snapshot
from estimator.ingestion.reader import Reader, ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult

NAME = "carbontracker"
VERSION = 1
_LINE = re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:,\d+)? - (.*)$")
_EPOCH = re.compile(r"^Epoch (\d{1,9}):$")
_DURATION = re.compile(r"^Duration: (?:(\d{1,5}) days?, )?(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)$")
_POWER = re.compile(r"^Average power usage \(W\) for (gpu|cpu): \[?([^\]]*)\]?$")
_CARDS = re.compile(r"GPU with device\(s\) (.+?)\.(?: |$)")
FIELDS = FieldNames(
    numbers=("epoch", "seconds", "gpu_w", "cpu_w", "cards"),
    texts=("gpu",),
    moments=("end",),
)
_SUBJECT = ("end", "epoch")


class _Epoch(NamedTuple):
    """One epoch of the log: its first line, and the values of its lines."""

    line: int
    facts: dict[str, Any]


def sniff(name: str, head: str) -> bool:
    """Whether dated lines give the mean power of a component in the format of carbontracker."""
    return any(_POWER.match(text) for _, _, text in _lines(head)) if "Average power usage" in head else False


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """One row an epoch, from its duration and its powers; predictions and values with a PUE are ignored.

    bad_sidecar.
    """
    reading = RecordReader(trace, context, NAME, VERSION)
    for epoch in _epochs(delimited_text.decode(trace.data)):
        reading.take(epoch.line, RecordFields(epoch.facts, FIELDS), partial(_fields, reading), Snapshot(_SUBJECT))
    return reading.result()


def _lines(text: str) -> list[tuple[int, str, str]]:
    """(line, date, message) of each dated line."""
    found = ((line, _LINE.match(content.strip())) for line, content in enumerate(text.splitlines(), 1))
    return [(line, match[1], match[2].strip()) for line, match in found if match]


def _epochs(text: str) -> list[_Epoch]:
    epochs: list[_Epoch] = []
    gpu = None
    for line, date, said in _lines(text):
        if found := _CARDS.search(said):
            gpu = found[1]
        if found := _EPOCH.match(said):
            epochs.append(_Epoch(line, {"epoch": found[1], "end": date, "gpu": gpu}))
        elif epochs and (found := _DURATION.match(said)):
            days, hours, minutes = (int(part or 0) for part in found.groups()[:3])
            seconds = ((days * 24 + hours) * 60 + minutes) * 60 + float(found[4])
            epochs[-1].facts.update(end=date, seconds=seconds)
        elif epochs and (found := _POWER.match(said)):
            powers = [power.strip() for power in found[2].split(",")]
            if powers not in (["None"], [""]):
                epochs[-1].facts[f"{found[1]}_w"] = _total(powers)
                if found[1] == "gpu":
                    epochs[-1].facts["cards"] = len(powers)
    return epochs


def _total(powers: list[str]) -> float | str:
    try:
        return sum(map(float, powers))
    except ValueError:
        return "?"


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    seconds = said.number("seconds")
    if not seconds:
        raise RowRefused("epoch_without", what="Duration")
    watts = {part: said.number(f"{part}_w") for part in ("gpu", "cpu")}
    known = {part: value for part, value in watts.items() if value is not None}
    if not known:
        raise RowRefused("epoch_without", what="Average power usage")
    check_power(sum(known.values()) * max(seconds, 1.0), seconds)
    place, looks = reading.place()
    end_us, basis = reading.local(said.moment("end"), place["zone"])
    hours = seconds / 3600
    modes = {"gpu": "mode/nvml", "cpu": "mode/unknown"}
    energy: dict[str, Any] = {f"{part}_energy_kwh": value * hours / 1000 for part, value in known.items()}
    energy |= {f"{part}_mode": modes[part] for part in known}
    checks = [*looks, "memory_not_read"]
    if not any(known.values()):
        energy, checks = {"other_mode": NOT_ESTIMABLE}, [*checks, "zero_energy"]
    device, cards = reading.context.places.resolve_device(said.text("gpu"))[0], said.cards("cards")
    return {
        **reading.period(end_us - round(seconds * 1e6), end_us, basis),
        **energy,
        "device": device,
        "device_as_read": said.text("gpu") or None,
        "device_count": int(cards) if cards else None,
        "device_hours": hours * cards if cards else None,
        "machine_hours": hours,
        **place,
        "service_key": NAME,
        "checks": tuple(sorted((*checks, *(["unknown_device"] if said.text("gpu") and not device else [])))),
    }


READER = Reader(NAME, VERSION, sniff, read)
