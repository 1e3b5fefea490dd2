"""Reader of `sacct` of Slurm: the energy of each job, which includes its steps."""

import re
from functools import partial
from typing import Any

from estimator.ingestion.parsing import delimited_text
from estimator.ingestion.parsing.power import JOULES_PER_KWH, check_power
from estimator.ingestion.parsing.row_builder import NOT_ESTIMABLE, FieldNames, RecordFields, RecordReader, Snapshot
from estimator.ingestion.reader import Reader, ReadingContext, RowRefused, Trace
from estimator.ledger.read_result import ReadResult

NAME = "sacct"
VERSION = 1
FIELDS = FieldNames(
    numbers=("ConsumedEnergyRaw", "ElapsedRaw", "NNodes", "AllocNodes"),
    texts=("JobID", "Cluster", "Account", "State", "AllocTRES"),
    moments=("Start", "End"),
)
_SUBJECT = ("JobID", "Cluster", "Start")
_DAY_DASH = re.compile(r"^(\d{4}-\d\d-\d\d)-(\d\d:\d\d:\d\d)$")
_GPUS = re.compile(r"(?:^|,)gres/gpu=(\d{1,6})(?:,|$)")


def sniff(name: str, head: str) -> bool:
    """Whether the first line has the columns of sacct between bars, energy among them."""
    first = next((line for line in head.splitlines() if line.strip()), "")
    return {"JobID", "ConsumedEnergyRaw"} <= {name.strip() for name in first.split("|")}


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """One row a job: the joules of its steps are included, not added. broken_table, bad_sidecar."""
    reading = RecordReader(trace, context, NAME, VERSION)
    rows = delimited_text.records(trace.name, delimited_text.decode(trace.data), "|")
    _, header = next(rows)
    names = [name.strip() for name in header]
    reading.left_out(name for name in names if name and name not in FIELDS.names)
    jobs: dict[str, tuple[int, dict[str, str]]] = {}
    steps: dict[str, tuple[int, dict[str, str]]] = {}
    for line, cells in rows:
        row = {name: _date(cell) for name, cell in zip(names, cells, strict=False) if name}
        job, dot, _ = row.get("JobID", "").partition(".")
        if dot:
            steps.setdefault(job, (line, row | {"JobID": job}))
        else:
            reading.take(line, RecordFields(row, FIELDS), partial(_fields, reading), Snapshot(_SUBJECT))
            jobs[job] = (line, row)
    for job, (line, row) in steps.items():
        if job not in jobs:
            reading.take(line, RecordFields(row, FIELDS), _orphan, True)
    return reading.result()


def _date(cell: str) -> str:
    """A cell; in a date with a dash before the hour, as some sites print it, the dash becomes T."""
    text = cell.strip()
    return _DAY_DASH.sub(r"\1T\2", text)


def _orphan(said: RecordFields) -> dict[str, Any]:
    raise RowRefused("step_without_job", job=said.text("JobID") or "?")


def _fields(reading: RecordReader, said: RecordFields) -> dict[str, Any]:
    joules, seconds = said.number("ConsumedEnergyRaw"), said.number("ElapsedRaw")
    if seconds is None:
        raise RowRefused("sacct_without", column="ElapsedRaw")
    if "Start" not in said.kept:
        raise RowRefused("sacct_without", column="Start")
    nodes = said.number("NNodes") or said.number("AllocNodes")
    energy, looks = _energy(joules, seconds, nodes or 1.0)
    place, where = reading.place()
    start_us, basis = reading.local(said.moment("Start"), place["zone"])
    cards = _GPUS.search(said.text("AllocTRES"))
    hours = seconds / 3600
    return {
        **reading.period(start_us, start_us + round(seconds * 1e6), basis),
        **energy,
        "machine_hours": None if nodes is None else hours * nodes,
        "device_count": int(cards[1]) if cards else None,
        "device_hours": hours * int(cards[1]) if cards else None,
        **place,
        "service_key": said.text("Account") or NAME,
        "scope": "node",
        "checks": tuple(sorted((*looks, *where))),
    }


def _energy(joules: float | None, seconds: float, nodes: float) -> tuple[dict[str, Any], list[str]]:
    """Energy of the nodes [kWh], its mode, checks for a person; zero over a run is unknown, not zero. RowRefused."""
    if joules is None:
        raise RowRefused("sacct_without", column="ConsumedEnergyRaw")
    check_power(joules, seconds, nodes)
    if joules == 0:
        return {"other_mode": NOT_ESTIMABLE}, ["zero_energy"]
    return {"other_energy_kwh": joules / JOULES_PER_KWH, "other_mode": "mode/node"}, ["sacct_unverified"]


READER = Reader(NAME, VERSION, sniff, read)
