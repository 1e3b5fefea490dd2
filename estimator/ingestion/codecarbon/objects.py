"""Reader of codecarbon's JSON: what it posts, and the lines of its logger, as the equivalent emissions.csv."""

import csv
import io
from dataclasses import replace
from shlex import quote
from typing import Any

from estimator.core.errors import SobriaError
from estimator.ingestion.codecarbon.columns import KNOWN, PRIVATE
from estimator.ingestion.codecarbon.reader import read as read_table
from estimator.ingestion.codecarbon.rows import NAME, VERSION
from estimator.ingestion.parsing import json_text
from estimator.ingestion.reader import Reader, ReadingContext, Trace
from estimator.ledger.read_result import ReadResult

_SIGNS = frozenset({"run_id", "timestamp", "project_name", "duration", "energy_consumed"})


def sniff(name: str, head: str) -> bool:
    """Whether objects have the names of a run."""
    return json_text.outline(head) >= _SIGNS


def as_table(trace: Trace) -> tuple[bytes, set[str]]:
    """The objects of a trace as a table, with the names of other fields, such as the user name and the machine
    location. broken_json, long_number, deep_json, not_a_trace."""
    objects: list[dict[str, Any]] = []
    for line, found in json_text.objects(trace):
        if isinstance(found, str):
            raise json_text.fault(found, trace.name, line)
        objects.append(found)
    given = {name for found in objects for name in found}
    if not given & KNOWN:
        read = ", ".join(sorted(given))[:120]
        raise SobriaError("not_a_trace", file=trace.name, named=quote(trace.name), columns=read)
    columns = sorted(given & (KNOWN | PRIVATE))  # the reader compares coordinates, and stores none
    file = io.StringIO()
    table = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for found in objects:
        table.writerow({name: value for name, value in found.items() if isinstance(value, str | int | float)})
    return file.getvalue().encode("utf-8", "replace"), given - KNOWN


def read(trace: Trace, context: ReadingContext) -> ReadResult:
    """Every object as a row of a table: the last line of a run is that run. The errors of the table."""
    data, left = as_table(trace)
    result = read_table(replace(trace, data=data), context)
    told = {line: found for line, (_, found) in enumerate(json_text.objects(trace), 2) if isinstance(found, dict)}
    return replace(result, unused=tuple(sorted({*result.unused, *left})), told=told)


READER = Reader(NAME, VERSION, sniff, read)
