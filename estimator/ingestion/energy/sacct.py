"""Reader of `sacct` of Slurm: the energy of each job, which includes its steps."""

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.record_fields import FieldNames, RecordFields
from estimator.ingestion.parsing.records import Record, RecordReader, Snapshot, record_reader
from estimator.ingestion.parsing.row_parts import JOULES_PER_KWH, check_power, energy
from estimator.ingestion.reader import RowRefused

FIELDS = FieldNames(
    numbers=("ConsumedEnergyRaw", "ElapsedRaw", "NNodes", "AllocNodes"),
    texts=("JobID", "Cluster", "Account", "State", "AllocTRES"),
    moments=("Start", "End"),
)
_SUBJECT = ("JobID", "Cluster", "Start")
_DAY_DASH = re.compile(r"^(\d{4}-\d\d-\d\d)-(\d\d:\d\d:\d\d)$")  # as some sites print T
_GPUS = re.compile(r"(?:^|,)gres/gpu=(\d{1,6})(?:,|$)")


def sniff(name: str, head: str) -> bool:
    """Whether the first line has the columns of sacct between bars, energy among them."""
    first = next((line for line in head.splitlines() if line.strip()), "")
    return {"JobID", "ConsumedEnergyRaw"} <= set(map(str.strip, first.split("|")))


def records(reading: RecordReader) -> Iterator[Record]:
    """One row a job: the joules of its steps are included, not added. broken_table."""
    trace = reading.trace
    names, rows = delimited_text.table(trace.name, delimited_text.decode(trace.data), "|")
    reading.left_out(name for name in names if name and name not in FIELDS.names)
    jobs: dict[str, tuple[int, dict[str, str]]] = {}
    steps: dict[str, tuple[int, dict[str, str]]] = {}
    for line, cells in rows:
        row = {name: _DAY_DASH.sub(r"\1T\2", cell) for name, cell in cells.items()}
        job, dot, _ = row.get("JobID", "").partition(".")
        if dot:
            steps.setdefault(job, (line, row | {"JobID": job}))
        else:
            yield Record(line, RecordFields(row, FIELDS), partial(_fields, reading), Snapshot(_SUBJECT))
            jobs[job] = (line, row)
    for job, (line, row) in steps.items():
        if job not in jobs:
            yield Record(line, RecordFields(row, FIELDS), _orphan, True)


def _orphan(said: RecordFields) -> dict[str, Any]:
    raise RowRefused("step_without_job", job=said.text("JobID") or "?")


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    joules, seconds = said.number("ConsumedEnergyRaw"), said.number("ElapsedRaw")
    if seconds is None:
        raise RowRefused("sacct_without", column="ElapsedRaw")
    if "Start" not in said.kept:
        raise RowRefused("sacct_without", column="Start")
    nodes = said.number("NNodes") or said.number("AllocNodes")
    if joules is None:
        raise RowRefused("sacct_without", column="ConsumedEnergyRaw")
    check_power(joules, seconds, nodes or 1.0)
    place, cards, hours = reading.place(), _GPUS.search(said.text("AllocTRES")), seconds / 3600
    start_us, basis = reading.local(said.moment("Start"), place[0]["zone"])
    return reading.row(
        {"device_count": int(cards[1]), "device_hours": hours * int(cards[1])} if cards else {},
        reading.period(start_us, start_us + round(seconds * 1e6), basis),
        energy("sacct_unverified", other=(joules / JOULES_PER_KWH, "mode/node")),
        place,
        machine_hours=None if nodes is None else hours * nodes,
        service_key=said.text("Account") or reading.reader,
        scope="node",
    )


READER = record_reader("sacct", 1, sniff, records)
