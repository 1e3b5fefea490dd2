"""What the tests of reader and ledger share: small traces written by hand, a context, the rows that count."""

import csv
import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from estimator.catalogue.resolver import Places
from estimator.core.duckdb_engine import connect
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import ReadingContext, Trace, read_trace
from estimator.ledger import Ledger
from estimator.ledger.current_rows import current_rows_sql
from estimator.ledger.rows import Activity, Refused

TRACES = Path(__file__).resolve().parent / "traces"
COLUMNS = (
    "timestamp,project_name,run_id,experiment_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,"
    "cpu_energy,gpu_energy,ram_energy,energy_consumed,country_name,country_iso_code,os,codecarbon_version,cpu_count,"
    "cpu_model,gpu_count,gpu_model,longitude,latitude,ram_total_size,tracking_mode,on_cloud,pue"
).split(",")
DEFAULTS = {
    "timestamp": "2026-03-02T10:00:00",
    "project_name": "essai",
    "run_id": "run-1",
    "duration": "60",
    "cpu_energy": "0.001",
    "gpu_energy": "0",
    "ram_energy": "0.0005",
    "country_iso_code": "FRA",
    "codecarbon_version": "3.3.2",
    "cpu_model": "AMD EPYC 7543",
    "ram_total_size": "64",
    "tracking_mode": "machine",
}


@cache
def context(option_timezone: str | None = None) -> ReadingContext:
    """A home in France."""
    return ReadingContext("Europe/Paris", option_timezone, Places.load())


def text(*rows: dict[str, Any], columns: Sequence[str] = COLUMNS, delimiter: str = ",") -> str:
    """A trace of these rows; what a row does not say is as in DEFAULTS."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(DEFAULTS | row for row in rows)
    return file.getvalue()


def read(content: str | bytes, name: str = "emissions.csv", **options: Any) -> tuple[list[Activity], list[Refused]]:
    """Rows of a trace that is in no folder."""
    data = content.encode() if isinstance(content, str) else content
    result = read_trace(Trace(name, data, None), context(**options))
    return result.rows, result.refused


def one(**row: Any) -> Activity:
    """The only row of a trace of one row."""
    rows, refused = read(text(row))
    assert refused == [] and len(rows) == 1
    return rows[0]


def read_file(path: Path) -> tuple[list[Activity], list[Refused]]:
    """Rows of a file, its sidecars beside it."""
    result = read_trace(open_trace(path), context())
    return result.rows, result.refused


def energy(row: Activity) -> float:
    """IT energy of a row [kWh]."""
    parts = (row.cpu_energy_kwh, row.gpu_energy_kwh, row.ram_energy_kwh, row.other_energy_kwh)
    return sum(part or 0.0 for part in parts)


def judged(ledger: Ledger) -> list[dict[str, Any]]:
    """Every row of the ledger that was not withdrawn, with its status."""
    with connect() as connection:
        connection.execute(f"CREATE TABLE activities AS {ledger.rows_sql('activities')}")
        cursor = connection.execute(current_rows_sql())
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def counting(ledger: Ledger) -> dict[str, tuple[float, ...]]:
    """What each row that counts adds to totals, by row_id, whatever file it came from."""
    fields = ("cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh", "other_energy_kwh", "machine_hours", "start_us")
    return {
        row["row_id"]: tuple(float(row[name] or 0) for name in (*fields, "start_month"))
        for row in judged(ledger)
        if row["status"] == "current"
    }
