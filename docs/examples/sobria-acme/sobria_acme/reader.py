"""Reader of the log of Acme's metered plugs: a JSON object a line, the joules of a machine between two times."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from estimator.catalogue.default_subjects import NOT_DECLARED
from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.records import FieldNames, Record, RecordFields, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, Part, check_power, energy

FIELDS = FieldNames(numbers=("joules", "answers"), texts=("plug", "service"), moments=("from", "to"))


def sniff(name: str, head: str) -> bool:
    """Whether the first characters hold the fields of a plug."""
    return {"plug", "joules", "from", "to"} <= json_text.outline(head)


def records(reading: RecordReader) -> Iterator[Record]:
    """One row a line; a later line of the same plug and start replaces it."""
    for line, found in reading.objects():
        reading.left_out(found.keys() - FIELDS.names)
        yield Record(line, RecordFields(found, FIELDS), partial(_fields, reading), Snapshot(("plug", "from")))


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    place = reading.place()
    start_us, _ = reading.local(said.moment("from"), place[0]["zone"])
    end_us, basis = reading.local(said.moment("to"), place[0]["zone"])
    joules = said.number("joules")
    period = reading.period(start_us, end_us, basis)
    if joules is None:  # unknown, which is not zero: the row stays, and its electricity cannot be estimated
        read: Part = {"other_mode": NOT_DECLARED}, ("energy_not_declared",)
    else:
        check_power(joules, period["duration_s"])
        read = energy(other=(joules / JOULES_PER_KWH, "mode/meter"))
    return reading.row(
        {"service_key": said.text("service") or "acme", "requests": said.number("answers")},
        period,
        read,
        place,
        machine_hours=period["duration_s"] / 3600,
    )


ACME = {
    "contract": 1,
    "label": {"fr": "relevés de prises Acme", "en": "log of Acme plugs"},
    "reader": record_reader("acme", 1, sniff, records),
}
