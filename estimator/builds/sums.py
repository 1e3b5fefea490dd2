"""The sums of all rows over what decides their factors, without the columns that no row states."""

from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import NamedTuple, Self

from estimator.builds.remarks import RUN_TOLD
from estimator.builds.row_status import Alike, Rows, sql_text
from estimator.builds.stated_columns import constants, shared
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger.withdrawn_rows import parquet

KEYS = (
    "month", "service_key", "model", "seat", "task", "network", "storage", "zone", "host", "machine", "device",
    "device_count", "precision", "cpu_mode", "gpu_mode", "ram_mode", "other_mode", "gap", "kind", "flight_class",
    "modelled", "telling", "resource_share", "answered",
)  # fmt: skip
AMOUNTS = (
    "items", "requests", "images", "audio_s", "cpu_read", "gpu_read", "ram_read",
    "other_read", "site_read", "written", "read_anew", "read_again", "mean_read_again", "before", "device_held",
    "machine_held", "data_moved", "uses_stated", "active_days", "days_of_seats", "kept",
)  # fmt: skip
# What else sums of runs with something to look at are told apart by: the codes of that, the place as read that these
# name, whether they were sent, or have neither sender nor id of a run, and which amounts are more than nothing.
REMARKED = ("codes", "place", "sent", "lined", "amounts_read")
# Columns of `portions` of another name than the one of the rows without which they are null; None: they never are.
READ_FROM = {
    **{"seat": "product", "resource_share": None, "read_again": "context_tokens", "data_moved": "data_gb"},
    **{f"{part}_read": f"{part}_energy_kwh" for part in ("cpu", "gpu", "ram", "other", "site")},
    **dict.fromkeys(("written", "mean_read_again", "before"), "output_tokens"),
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


# SQL: the electricity of a run, less what others that overlap it share [kWh].
KWH = (
    "(COALESCE(cpu_energy_kwh, 0) + COALESCE(gpu_energy_kwh, 0) + COALESCE(ram_energy_kwh, 0)"
    " + COALESCE(other_energy_kwh, 0) + COALESCE(site_energy_kwh, 0)) * charge_share"
)
# Keys made of several columns, those that are one where no row states any of these; the others are a column, of a row
# within one month as all those of large parts, `other_mode` but for rows of unknown electricity.
_MADE = ("kind", "flight_class", "modelled", "telling", "answered")
_ONE_WITHOUT = {
    "kind": {"stored_gb_years", "phase", "product", "input_tokens", "output_tokens", "audio_s", "images"},
    "flight_class": {"concurrency"},
}
_OF_A_ROW = {"month": "start_month", "seat": "product"}
_FIRST = "CREATE TABLE summed AS SELECT ROW_NUMBER() OVER () AS sum_id, * FROM ({})"
# A file of sums may hold some of a part that were made anew since.
_KEPT = """SELECT * EXCLUDE ({without}) FROM {rows} AS sums
SEMI JOIN kept_sums ON kept_sums.part = sums.held_in AND kept_sums.file = PARSE_FILENAME(sums.filename)
WHERE codes IS {of}"""
_OF_PARTS = "SELECT held_in, BOOL_OR(looked) AS looked, fsum(kwh) AS kwh FROM of_parts GROUP BY held_in"
_REMARKED = """CREATE TABLE remarked AS SELECT *, NULL::VARCHAR[] AS codes, NULL::VARCHAR AS place,
NULL::BOOLEAN AS sent, NULL::BOOLEAN AS lined, NULL::BIGINT AS amounts_read FROM summed LIMIT 0"""
_MORE = "INSERT INTO summed BY NAME SELECT (SELECT COUNT(*) FROM summed) + ROW_NUMBER() OVER () AS sum_id, * FROM ({})"


def sum_copied(engine: DuckDB, rows: Rows, filled: Set[str]) -> None:
    """Table `summed`, of the rows that are copied. filled: columns of which rows have another value than they state."""
    rows.read(engine, [])
    engine.run(_FIRST.format(_sums(_types(engine), rows.unstated - filled)))


class JudgedPortions(NamedTuple):
    """SQL of portions, with whether each is `looked` at and its electricity [kwh]; what is told of sums of rows that
    are alike, by column, where these stand for them."""

    portions: str
    also: Mapping[str, str] | None

    @classmethod
    def of(cls, portions: Callable[..., str], runs: str, also: Mapping[str, str] | None) -> Self:
        """Those of a relation of runs that tells whether each is looked at; of large parts, each is of one month."""
        told = f", looked, {KWH} * part AS kwh{'' if also is None else ', alike'}"
        return cls(portions(runs=f"({runs})", also=told, across=""), also)


def sum_parts(
    engine: DuckDB, rows: Rows, same: Mapping[str, Alike], filled: Set[str], judged: JudgedPortions | None = None
) -> dict[str, tuple[bool, float]]:
    """Add to `summed` the rows of large parts, in one pass over `portions`. same: these parts, each with what all of
    its rows state alike; judged: these portions, where they are judged: then, by the name of a part, whether one is
    looked at, and their electricity."""
    found, types = dict[str, tuple[bool, float]](), _types(engine)
    for told in (True, False):
        for some in rows.together(file for file, alike in same.items() if bool(alike) is told):
            rows.read(engine, some, alone=True, also=judged.also if judged else None)
            one, names = shared(same[file] for file in some), set[str].intersection(*({*same[file]} for file in some))
            alike = {name: one.get(name) for name in names - filled}
            sums = _sums(types, rows.empty - filled, alike, judged)
            if judged:
                engine.run(f"CREATE TABLE of_parts AS {sums}")
                found |= {row["held_in"]: (row["looked"], row["kwh"]) for row in engine.rows(_OF_PARTS)}
                engine.run(f"{_MORE.format('SELECT * EXCLUDE (looked, kwh) FROM of_parts')}; DROP TABLE of_parts")
            else:
                engine.run(_MORE.format(sums))
    return found


def sum_kept(engine: DuckDB, kept: Mapping[str, str]) -> None:
    """Add to `summed` what is kept of these parts, by name, each in a file; `servings`: the ways of serving that it
    then holds; `remarked`: sums of their runs with something to look at."""
    engine.run(_REMARKED)
    if kept:
        told = {"part": [*kept], "file": [Path(file).name for file in kept.values()]}
        engine.load("kept_sums", told, dict.fromkeys(told, "VARCHAR"))
        rows = parquet(sorted({*kept.values()}), "filename=true")
        without = ", ".join(("filename", *REMARKED))
        engine.run(_MORE.format(_KEPT.format(rows=rows, without=without, of="NULL")))
        remarked = _KEPT.format(rows=rows, without="filename", of="NOT NULL")
        engine.run(f"INSERT INTO remarked BY NAME {remarked}; DROP TABLE kept_sums")
    engine.run(sql_text("servings.sql").format(**SERVED))


def sum_remarked(engine: DuckDB, portions: Callable[..., str], unstated: Set[str], coded: str) -> None:
    """Add to `remarked` the rows of large parts that are read with something to look at. coded: SQL of these with their
    `codes`; unstated: columns of which none of them has a value."""
    types = _types(engine)
    empty = {name for name in (*KEYS, *AMOUNTS) if READ_FROM.get(name, name) in unstated}
    shown = {name: f"{value} AS {name}" for name, value in constants(types, empty, {}).items()}
    there = [f"{name} > 0" for name in AMOUNTS if name not in empty]
    there += [f"{name} IS NOT NULL" for name in AMOUNTS if name.endswith("_read") and name not in empty]
    read = " + ".join(["0", *(f"CASE WHEN {is_so} THEN {2**place} ELSE 0 END" for place, is_so in enumerate(there))])
    rows = portions(runs=f"({coded})", also=f", {RUN_TOLD}", across="")
    sums = sql_text("summed.sql").format(
        keys=", ".join((*(shown.get(name, name) for name in KEYS), *REMARKED)),
        by=", ".join((*(name for name in KEYS if name not in shown), *REMARKED)),
        sums=", ".join(shown.get(name, f"fsum({name}) AS {name}") for name in AMOUNTS),
        portions=f"(SELECT *, {read} AS amounts_read FROM ({rows}))",
        count="COUNT(*)",
    )
    engine.run(f"INSERT INTO remarked BY NAME {sums}")


def placed(form: str, name: str, relation: str) -> str:
    """SQL of a table or view of a relation, where its rows ran."""
    return f"CREATE {form} {name} AS {sql_text('placed.sql').format(relation=relation, **SERVED)}"


def _types(engine: DuckDB) -> dict[str, str]:
    return {row["column_name"]: row["column_type"] for row in engine.rows("DESCRIBE portions")}


def _sums(
    types: Mapping[str, str], unstated: Set[str], same: Alike | None = None, judged: JudgedPortions | None = None
) -> str:
    """SQL of the sums of `portions`, whose columns are of these types. same: columns that tell apart no two rows of a
    part, with what all rows state, where it is one; judged: as in `sum_parts`."""
    empty = {name for name in (*KEYS, *AMOUNTS) if READ_FROM.get(name, name) in unstated}
    of_rows = {name: _OF_A_ROW.get(name, name) for name in KEYS if name not in (*_MADE, *empty)}
    alike = [name for name, column in of_rows.items() if column in (same or {})]
    alike += [name for name, columns in _ONE_WITHOUT.items() if columns <= unstated]
    shown = {name: f"ANY_VALUE({name})" for name in alike}
    told = {name: value for name, column in of_rows.items() if (value := (same or {}).get(column)) is not None}
    told.pop("other_mode", None)
    shown |= constants(types, empty, told)
    shown = {name: f"{sql} AS {name}" for name, sql in shown.items()}
    sums = ", ".join(shown.get(name, f"fsum({name}) AS {name}") for name in AMOUNTS)
    return sql_text("summed.sql").format(
        keys=", ".join(shown.get(name, name) for name in KEYS),
        by=", ".join(name for name in KEYS if name not in shown),
        sums=f"{sums}, BOOL_OR(looked) AS looked, fsum(kwh) AS kwh" if judged else sums,
        portions=f"({judged.portions})" if judged else "portions",
        count="SUM(alike)" if judged and judged.also is not None else "COUNT(*)",
    )
