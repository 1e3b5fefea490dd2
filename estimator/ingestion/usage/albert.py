"""Reader of requests of Albert API and other OpenGateLLM gateways: tokens, and electricity by their model."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from estimator.ingestion.parsing import json_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import OtherObject, Record, RecordReader, record_reader
from estimator.ingestion.parsing.row_parts import NOT_ESTIMABLE, counts_only
from estimator.ingestion.usage.unseen_tokens import TokensTold, unseen

_MODE = "mode/supplier_other"  # EcoLogits, version not given in the answers
FIELDS = FieldNames(
    numbers=(
        *("created", "prompt_tokens", "completion_tokens", "total_tokens", "latency"),
        *("kWh", "kWh.min", "kWh.max", "kgCO2eq", "kgCO2eq.min", "kgCO2eq.max"),
    ),
    texts=("id", "object", "model", "endpoint"),
    secret=("key",),
    ids=("id",),
)
_WRITES_NOTHING = ("/embeddings", "/rerank")  # ends of the endpoints whose answers are no tokens
_OUTER = frozenset({"id", "object", "model", "endpoint", "key", "created", "usage"})
_INNER = frozenset({"prompt_tokens", "completion_tokens", "total_tokens", "carbon", "impacts", "metrics"})
_SIGNS = frozenset({"usage.carbon.kWh", "usage.impacts.kWh", "data.usage.carbon.kWh", "data.usage.impacts.kWh"})


def sniff(name: str, head: str) -> bool:
    """Whether answers or a list of usages give electricity with tokens, or have the names of this gateway."""
    found = json_text.outline(head)
    listed = {"data.object", "data.usage.total_tokens", "data.created"} <= found and '"me.usage"' in head
    return listed or bool(_SIGNS & found)


def records(reading: RecordReader) -> Iterator[Record | OtherObject]:
    """Each answer or usage, of a document, of a list or of one a line. broken_json."""
    rank = 0
    for line, holder in reading.objects():
        if "data" not in holder and not json_text.object_in(holder, "usage"):
            yield OtherObject(line, holder)
        listed = [item for item in json_text.lists_in(holder, "data") if "usage" not in holder]
        for answer in listed or [holder]:
            usage = json_text.object_in(answer, "usage")
            if usage:
                rank += 1
                reading.left_out((answer.keys() - _OUTER) | (usage.keys() - _INNER))
                said = RecordFields(_flat(answer, usage), FIELDS)
                yield Record(rank, said, partial(_fields, reading), said.identified_by("id"))


def _flat(answer: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    found = {name: answer.get(name) for name in ("id", "object", "model", "endpoint", "key", "created")}
    found |= {name: usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    found["latency"] = json_text.object_in(usage, "metrics").get("latency")
    impacts = json_text.object_in(usage, "impacts") or json_text.object_in(usage, "carbon")
    for name in ("kWh", "kgCO2eq"):
        value = impacts.get(name)
        ends = value if isinstance(value, dict) else {}
        found |= {f"{name}.min": ends.get("min"), f"{name}.max": ends.get("max"), name: None if ends else value}
    return found


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    prompt, output, total = (said.number(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens"))
    counts = {"input_tokens": total if prompt is None and output is None else prompt, "output_tokens": output}
    hidden = unseen(TokensTold(prompt, output, None if said.text("endpoint").endswith(_WRITES_NOTHING) else total))
    counted, checks = counts_only(said.text("model"), hidden.with_them(counts))
    electricity, looks = _energy(said)
    place = reading.place(reading.reader)
    latency, moment = said.number("latency"), said.since_1970_us("created")
    return reading.row(
        (counted, [*hidden.checks, *([] if looks else checks)]),
        (electricity, looks),
        place,
        reading.period(moment, moment, "offset"),
        requests=1.0,
        latency_s=None if latency is None else latency / 1000,
        reported_gwp_kg=_middle(said, "kgCO2eq")[0],
    )


def _energy(said: RecordFields) -> tuple[dict[str, Any], list[str]]:
    """Electricity [kWh] and its mode, with checks for a person; nothing when absent. Zero for non-zero work
    is unknown: the gateway writes it for models that it does not know."""
    kwh, is_range = _middle(said, "kWh")
    if kwh is None:
        return {}, []
    if kwh == 0:
        return {"other_mode": NOT_ESTIMABLE}, ["declared_zero"]
    looks = ["unknown_model_of_supplier", "supplier_pue_kept", *(["supplier_range"] if is_range else [])]
    return {"other_energy_kwh": kwh, "other_mode": _MODE}, looks


def _middle(said: RecordFields, name: str) -> tuple[float | None, bool]:
    """The value, or the middle of its range, and whether it was a range."""
    low, high = said.number(f"{name}.min"), said.number(f"{name}.max")
    if low is not None and high is not None:
        return (low + high) / 2, low != high
    return said.number(name), False


READER = record_reader("albert", 3, sniff, records)
