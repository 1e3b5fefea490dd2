"""Reader of the log of carbontracker: mean power of cards and processors over each epoch, before any PUE."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import check_power, energy
from estimator.ingestion.reader import RowRefused

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
_MODES = {"gpu": "mode/nvml", "cpu": "mode/unknown"}
_SUBJECT = ("end", "epoch")


class _Epoch(NamedTuple):
    """One epoch of the log: its first line, and the values of its lines."""

    line: int
    facts: dict[str, Any]


def sniff(name: str, head: str) -> bool:
    """Whether dated lines give the mean power of a component in the format of carbontracker."""
    return any(_POWER.match(text) for _, _, text in _lines(head)) if "Average power usage" in head else False


def records(reading: RecordReader) -> Iterator[Record]:
    """One row an epoch, from its duration and its powers; predictions and values with a PUE are ignored."""
    for epoch in _epochs(delimited_text.decode(reading.trace.data)):
        yield Record(epoch.line, RecordFields(epoch.facts, FIELDS), partial(_fields, reading), Snapshot(_SUBJECT))


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
    watts = {part: said.number(f"{part}_w") for part in _MODES}
    known = {part: value for part, value in watts.items() if value is not None}
    if not known:
        raise RowRefused("epoch_without", what="Average power usage")
    check_power(sum(known.values()) * max(seconds, 1.0), seconds)
    place, hours = reading.place(), seconds / 3600
    end_us, basis = reading.local(said.moment("end"), place[0]["zone"])
    return reading.row(
        reading.device(said.text("gpu"), said.cards("cards"), hours),
        reading.period(end_us - round(seconds * 1e6), end_us, basis),
        energy(**{part: (value * hours / 1000, _MODES[part]) for part, value in known.items()}),
        place,
        checks=["memory_not_read"],
        machine_hours=hours,
    )


READER = record_reader("carbontracker", 1, sniff, records)
