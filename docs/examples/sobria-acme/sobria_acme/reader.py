"""Reader of the log of Acme's metered plugs: a JSON object a line, the joules of a machine between two times."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.records import FieldNames, Record, RecordFields, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, check_power, energy

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
    joules = said.number("joules") or 0.0
    period = reading.period(start_us, end_us, basis)
    check_power(joules, period["duration_s"])
    return reading.row(
        {"service_key": said.text("service") or "acme", "requests": said.number("answers")},
        period,
        energy(other=(joules / JOULES_PER_KWH, "mode/meter")),
        place,
        machine_hours=period["duration_s"] / 3600,
    )


ACME = {
    "contract": 1,
    "label": {"fr": "relevés de prises Acme", "en": "log of Acme plugs"},
    "reader": record_reader("acme", 1, sniff, records),
}
