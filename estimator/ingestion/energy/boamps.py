"""Reader of BoAmps reports (Boavizta): the energy of one computing task, by the first of its measures."""

from functools import partial
from typing import Any

from estimator.catalogue.resolver import PlaceRead
from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.power import JOULES_PER_KWH, check_power
from estimator.ingestion.parsing.row_builder import NOT_ESTIMABLE, FieldNames, RecordFields, RecordReader
from estimator.ingestion.reader import Reader, ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult

NAME = "boamps"
VERSION = 1
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


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """One row a report: its measures are of one task, by several tools; the first is used, the others quarantined.

    broken_json, bad_sidecar.
    """
    reading = RecordReader(trace, context, NAME, VERSION)
    rank = 0
    for _, report in reading.objects():
        reading.left_out(name for name in report if name not in ("header", "task", "measures"))
        for beside, measure in enumerate(json_text.lists_in(report, "measures")):
            rank += 1
            found = measure if isinstance(measure, dict) else {}
            reading.left_out(found.keys() - set(_MEASURE))
            said = RecordFields(_flat(report, found), FIELDS)
            reading.take(rank, said, partial(_fields, reading, bool(beside)), "reportId" in said.kept)
    return reading.result()


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
    energy, checks = _energy(said, seconds)
    place, looks = _place(reading, said)
    moment, dated = reading.dated(said, "measurementDateTime")
    start_us, basis = reading.local(moment, place["zone"])
    requests = said.number("nbRequest")
    once = requests in (None, 1)
    device, count = reading.context.places.resolve_device(said.text("gpu"))
    cards = said.cards("gpus") or count
    return {
        **reading.period(start_us, start_us + round(seconds * 1e6), basis),
        **energy,
        "requests": requests,
        "input_tokens": said.number("input") if once else None,
        "output_tokens": said.number("output") if once else None,
        "model": said.text("model") or None,
        "device": device,
        "device_as_read": said.text("gpu") or None,
        "device_count": int(cards) if cards else None,
        "device_hours": seconds / 3600 * cards if cards else None,
        "machine_hours": seconds / 3600,
        **place,
        "service_key": NAME,
        "tool_version": said.text("measurementMethod") or None,
        "checks": tuple(
            sorted((*checks, *looks, *dated, *(["unknown_device"] if said.text("gpu") and not device else [])))
        ),
    }


def _energy(said: RecordFields, seconds: float) -> tuple[dict[str, Any], list[str]]:
    """Energy of the task [kWh]: measured by a wattmeter; other tools add up parts, some of them
    modelled, without saying which in the report."""
    kwh = said.number("powerConsumption")
    if kwh is None:
        raise RowRefused("bad_amount", field="powerConsumption", value="")
    check_power(kwh * JOULES_PER_KWH, seconds)
    if kwh == 0:
        return {"other_mode": NOT_ESTIMABLE}, ["zero_energy"]
    if "wattmeter" in said.text("measurementMethod").lower():
        return {"other_energy_kwh": kwh, "other_mode": "mode/meter"}, []
    return {"other_energy_kwh": kwh, "other_mode": "mode/unknown"}, ["parts_not_told"]


def _place(reading: RecordReader, said: RecordFields) -> tuple[dict[str, Any], list[str]]:
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


READER = Reader(NAME, VERSION, sniff, read)
