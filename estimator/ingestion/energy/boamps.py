"""Reader of BoAmps reports (Boavizta): the energy of one computing task, by the first of its measures."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from estimator.catalogue.resolver import PlaceRead
from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, record_reader
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, Part, check_power, energy
from estimator.ingestion.reader import RowRefused

FIELDS = FieldNames(
    numbers=("powerConsumption", "measurementDuration", "nbRequest", "input", "output", "gpus"),
    texts=("reportId", "measurementMethod", "model", "country", "cloudProvider", "gpu"),
    moments=("measurementDateTime",),
)
_MEASURE = ("powerConsumption", "measurementDuration", "measurementMethod", "measurementDateTime")
_SIGNS = frozenset({"task", "measures.powerConsumption", "measures.measurementMethod"})


def sniff(name: str, head: str) -> bool:
    """Whether there is a task, and measures with the fields that the BoAmps schema requires."""
    return json_text.outline(head) >= _SIGNS


def records(reading: RecordReader) -> Iterator[Record]:
    """One row a report: its measures are of one task, by several tools; the first is used, the others quarantined.
    broken_json."""
    rank = 0
    for _, report in reading.objects():
        reading.left_out(name for name in report if name not in ("header", "task", "measures"))
        for beside, measure in enumerate(json_text.lists_in(report, "measures")):
            rank += 1
            found = measure if isinstance(measure, dict) else {}
            reading.left_out(found.keys() - set(_MEASURE))
            said = RecordFields(_flat(report, found), FIELDS)
            yield Record(rank, said, partial(_fields, reading, bool(beside)), said.identified_by("reportId"))


def _flat(report: dict[str, Any], measure: dict[str, Any]) -> dict[str, Any]:
    task, place = json_text.object_in(report, "task"), json_text.object_in(report, "infrastructure")
    components = json_text.lists_in(place, "components")
    card = next((c for c in components if isinstance(c, dict) and c.get("componentType") == "gpu"), {})
    algorithm = next((a for a in json_text.lists_in(task, "algorithms") if isinstance(a, dict)), {})
    tokens = {
        data["dataUsage"]: data.get("dataQuantity")
        for data in json_text.lists_in(task, "dataset")
        if isinstance(data, dict) and data.get("dataType") == "token" and data.get("dataUsage") in ("input", "output")
    }
    return {
        **{name: measure.get(name) for name in _MEASURE},
        **tokens,
        "reportId": json_text.object_in(report, "header").get("reportId"),
        "nbRequest": task.get("nbRequest"),
        "model": algorithm.get("foundationModelName"),
        "country": json_text.object_in(report, "environment").get("country"),
        "cloudProvider": place.get("cloudProvider"),
        "gpu": card.get("componentName"),
        "gpus": card.get("nbComponent"),
    }


def _fields(reading: RecordReader, beside: bool, said: RecordFields) -> dict[str, Any]:
    if beside:
        raise RowRefused("measure_beside")
    seconds = said.number("measurementDuration")
    if seconds is None:
        raise RowRefused("no_moment", field="measurementDuration")
    electricity, place = _energy(said, seconds), _place(reading, said)
    moment, dated = reading.dated(said, "measurementDateTime")
    start_us, basis = reading.local(moment, place[0]["zone"])
    requests = said.number("nbRequest")
    once = requests in (None, 1)
    gpu, hours = said.text("gpu"), seconds / 3600
    return reading.row(
        reading.device(gpu, said.cards("gpus") or reading.context.places.resolve_device(gpu)[1], hours),
        reading.period(start_us, start_us + round(seconds * 1e6), basis),
        electricity,
        place,
        checks=dated,
        requests=requests,
        input_tokens=said.number("input") if once else None,
        output_tokens=said.number("output") if once else None,
        model=said.text("model") or None,
        machine_hours=hours,
        tool_version=said.text("measurementMethod") or None,
    )


def _energy(said: RecordFields, seconds: float) -> Part:
    """Energy of the task [kWh]: measured by a wattmeter; other tools add up parts, some of them
    modelled, without saying which in the report."""
    kwh = said.number("powerConsumption")
    if kwh is None:
        raise RowRefused("bad_amount", field="powerConsumption", value="")
    check_power(kwh * JOULES_PER_KWH, seconds)
    if "wattmeter" in said.text("measurementMethod").lower():
        return energy(other=(kwh, "mode/meter"))
    return energy("parts_not_told", other=(kwh, "mode/unknown"))


def _place(reading: RecordReader, said: RecordFields) -> Part:
    """Host and zone: from the sidecar, else from the report."""
    place, checks = reading.place()
    places = reading.context.places
    zone, _ = places.resolve_zone(PlaceRead("", said.text("country"), "", said.text("cloudProvider")))
    host = places.resolve_host(said.text("cloudProvider"), "")
    found = {"zone_not_told": zone, "host_not_told": host}
    checks = [check for check in checks if not found.get(check)]
    if zone and place["zone"] is None:
        place |= {"zone": zone, "zone_as_read": said.text("country") or None}
    if host and reading.sidecar.host is None:
        place["host"] = host
    return place, checks


READER = record_reader("boamps", 1, sniff, records)
