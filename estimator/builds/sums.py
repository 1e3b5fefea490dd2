"""The sums of all rows over what decides their factors, without the columns that no row states."""

from collections.abc import Sequence, Set

from estimator.builds.row_status import sql_text
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger.withdrawn_rows import parquet

KEYS = (
    "month", "service_key", "model", "seat", "task", "network", "storage", "zone", "host", "machine", "device",
    "device_count", "precision", "cpu_mode", "gpu_mode", "ram_mode", "other_mode", "gap", "kind", "flight_class",
    "modelled", "telling", "resource_share", "answered",
)  # fmt: skip
AMOUNTS = (
    "flight_sum", "flight_weight", "items", "requests", "images", "audio_s", "cpu_read", "gpu_read", "ram_read",
    "other_read", "written", "read_anew", "read_again", "mean_read_again", "before", "device_held", "machine_held",
    "data_moved", "uses_stated", "active_days", "days_of_seats", "kept",
)  # fmt: skip
# Columns of `portions` of another name than the one of the rows without which they are null; None: they never are.
READ_FROM = {
    **{"seat": "product", "resource_share": None, "read_again": "context_tokens", "data_moved": "data_gb"},
    **{f"{part}_read": f"{part}_energy_kwh" for part in ("cpu", "gpu", "ram", "other")},
    **dict.fromkeys(("written", "mean_read_again", "before"), "output_tokens"),
    **dict.fromkeys(("flight_sum", "flight_weight"), "concurrency"),
    **{"device_held": "device_hours", "machine_held": "machine_hours", "uses_stated": "stated_uses"},
    **{"active_days": "active_seat_days", "days_of_seats": "seat_days", "kept": "stored_gb_years"},
}


# SQL: how a row is served, of what else is summed over: by reserved accelerators, by what kind of site, by which card.
SERVED = {
    "reserved": "modelled AND telling & 256 > 0",
    "site": "CASE WHEN reserved THEN 'reserved' WHEN host = 'class/desk' THEN 'desk' ELSE 'shared' END",
    "card": "CASE WHEN kind = 'sound' AND host = 'class/desk' THEN COALESCE(machine, 'machine/workstation')"
    " ELSE COALESCE(device, '') END",
}


def sum_rows(engine: DuckDB, unstated: Set[str], kept: Sequence[str] = ()) -> None:
    """Table `summed`, in one pass over `portions`, and the ways of serving that it holds, `servings`. kept: the files
    of sums of parts that are not read."""
    types = {row["column_name"]: row["column_type"] for row in engine.rows("DESCRIBE portions")}
    empty = {name for name in (*KEYS, *AMOUNTS) if READ_FROM.get(name, name) in unstated}
    null = {name: f"NULL::{types[name]} AS {name}" for name in empty}
    engine.run(
        sql_text("summed.sql").format(
            keys=", ".join(null.get(name, name) for name in KEYS),
            by=", ".join(name for name in KEYS if name not in empty),
            sums=", ".join(null.get(name, f"fsum({name}) AS {name}") for name in AMOUNTS),
            kept=f"UNION ALL BY NAME SELECT * FROM {parquet(kept)}" if kept else "",
            **SERVED,
        )
    )
