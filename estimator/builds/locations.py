"""Where the rows of a ledger ran, decided once for all rows that say the same of it."""

from collections.abc import Iterator, Mapping, Set
from datetime import date
from functools import partial
from typing import Any

from estimator.builds.remarks import SENDER
from estimator.builds.said_of_parts import PLACED_BY
from estimator.builds.settled_parts import Settled
from estimator.builds.supplier_factors import day_us
from estimator.catalogue.default_subjects import CARD_MACHINE, THREAD_MACHINES, UNKNOWN_SITE
from estimator.core.duckdb_engine import DuckDB, texts_sql
from estimator.places.journal import PlaceEntry, PlaceRule
from estimator.places.placing import Basis, HomePlace, Knowledge, Placed, Seen, matches, placed

# Codes of what a trace does not tell, which no longer stand once the host, or the country, is known by other means.
OF_HOST = ("no_host", "host_not_told", "host_not_sent", "host_assumed", "unknown_region")
OF_ZONE = (
    "no_country", "unknown_country", "supposed_place", "place_elsewhere", "two_countries", "unknown_part",
    "zone_not_told", "zone_not_sent",
)  # fmt: skip
# Codes of a host as read, which the place that counts tells again where they still stand.
OF_READING = ("host_of_provider", "address_of_region", "address_private", "address_not_of_provider", "address_sent")
# How a row tells each: SQL over the columns of the ledger. Older rows hold the usual host of a provider, with a
# check; declarations named it in front of their method.
_TOLD = {
    "service": "service_key",
    "file": "file_name",
    "model": "model",
    "sender": SENDER,
    "served_at": "served_at",
    "provider": "COALESCE(provider, CASE WHEN reader = 'declared' THEN"
    " CASE WHEN list_contains(checks, 'host_assumed') THEN split_part(tool_version, ' ; ', 1) END END)",
    "host": "host",
    "zone": "zone",
    "inferred": "COALESCE(list_contains(checks, 'host_of_provider'), FALSE)",
    "unread": "CASE WHEN zone IS NULL AND zone_as_read IS NOT NULL"
    " THEN NOT COALESCE(list_contains(checks, 'supposed_place')"
    " OR list_has_all(checks, ['host_unread', 'no_country']), FALSE) ELSE FALSE END",
}
_BY_RULE = ("service", "file", "sender")  # looked at where a rule names one
_COLUMNS = {"device": "device", "cards": "device_count", "load": "concurrency"}
_TYPES = dict.fromkeys((*Seen._fields, *Placed._fields), "VARCHAR") | {"inferred": "BOOLEAN", "unread": "BOOLEAN"}
_TYPES |= {"cards": "INTEGER", "vcpus": "DOUBLE", "load": "DOUBLE"}
# A reading that covers a period holds as many cards over it as a rule says, as those of its own file; so does one of
# electricity whose file does not say how many.
_HELD = (
    "to_cards IS NOT NULL AND duration_s > 0 AND (list_contains(checks, 'counter_since_start')"
    " OR device_hours IS NULL AND COALESCE(cpu_energy_kwh, gpu_energy_kwh, other_energy_kwh) IS NOT NULL)"
)
# Threads are those of a virtual machine, of an unknown host where nothing says which; a whole machine has no part.
_THREADS = ", ".join(f"'{name}'" for name in THREAD_MACHINES)
_MACHINE = (
    f"CASE WHEN to_vcpus > 0 AND (machine IN ({_THREADS})) IS NOT TRUE THEN '{THREAD_MACHINES[0]}' ELSE machine END"
)
_CHOSEN = "CASE WHEN from_us IS NULL THEN {0} ELSE to_{0} END"
_FILLS = {  # columns, each as a place fills it
    **{name: _CHOSEN.format(name) for name in ("host", "zone")},
    **{column: f"COALESCE(to_{name}, {column})" for name, column in _COLUMNS.items()},
    "machine": f"COALESCE(to_machine, {_MACHINE})",
    "machine_units": "CASE WHEN to_vcpus > 0 THEN to_vcpus WHEN to_machine IS NULL THEN machine_units"
    f" WHEN to_machine = '{CARD_MACHINE}' THEN COALESCE(to_cards, device_count) END",
    "device_hours": f"CASE WHEN {_HELD} THEN to_cards * duration_s / 3600.0 ELSE device_hours END",
    "checks": f"CASE WHEN {_HELD} THEN list_filter(checks, lambda told: told <> 'waiting_not_counted') ELSE checks END",
}
_FILLED = {  # what a place says, and the columns that it then fills
    **{name: (column,) for name, column in _COLUMNS.items()},
    "cards": ("device_count", "device_hours", "checks"),
    **dict.fromkeys(("machine", "vcpus"), ("machine", "machine_units")),
}
_FROM = "CASE WHEN {0} IS NULL OR {0} = 'class/server-unknown' THEN 'unknown' ELSE 'trace' END"


def locate(engine: DuckDB, known: Knowledge, settled: Settled | None = None) -> set[str]:
    """View `located`: the rows of `row_status` with the place that counts, where it comes from (`host_from`,
    `zone_from`), the ids of the rules that count and the code of what a person should look at (`place_code`). The
    columns that it fills."""
    told = seen_columns(known)
    says = {tuple(row.values()) for row in engine.rows(_distinct(told, "row_status"))}
    found = settled.told(partial(_distinct, told), "run" in told) if settled else {}
    of_parts = {key: [tuple(row.values()) for row in rows] for key, rows in found.items()}
    types = {f"seen_{n}": _TYPES[n] for n in told} | {"from_us": "BIGINT", "to_us": "BIGINT"}
    types |= {f"to_{n}": _TYPES[n] for n in Placed._fields}
    columns: dict[str, list[Any]] = {name: [] for name in types}
    lines: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for said in sorted(says.union(*of_parts.values()), key=repr):
        lines[said] = list(_lines(dict(zip(told, said, strict=True)), known))
        for values in lines[said]:
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value)
    if settled:
        settled.lines = {
            key: [dict(zip(types, values, strict=True)) for said in told_of for values in lines[said]]
            for key, told_of in of_parts.items()
        }
    engine.load("locations", columns, types)
    said_of = {name for name in _FILLED if any(value is not None for value in columns[f"to_{name}"])}
    fills = {"host", "zone"} if columns["from_us"] else set[str]()
    fills |= {column for name in said_of for column in _FILLED[name]}
    unlike = [name for name, values in zip(told, zip(*lines, strict=True), strict=False) if len({*values}) > 1]
    by = {name: told[name] for name in unlike or list(told)[-1:]}  # what all rows say alike tells none apart
    engine.run(f"CREATE VIEW located AS {_located(by, fills) if fills else _as_they_are()}")
    return fills


def say_places(engine: DuckDB, known: Knowledge) -> None:
    """Table `place_said`: what people said of places that is in force, oldest first, and the default of the home."""
    lines = [(e.id, e.at[:10], e.who, e.said.told) for e in known.said()]
    lines += [(told, "", "settings.toml", told) for told in known.home.told]
    types = dict.fromkeys(("id", "said_on", "who", "told"), "VARCHAR") | {"rank": "INTEGER"}
    rows = [(*line, rank) for rank, line in enumerate(lines)]
    engine.load("place_said", {name: [row[i] for row in rows] for i, name in enumerate(types)}, types)


def runs_about(engine: DuckDB, rule: PlaceEntry[PlaceRule]) -> tuple[int, int]:
    """Runs that a rule is about, and those that it would be about, had they not started before its first day."""
    told = seen_columns(Knowledge([rule], (), HomePlace(None, None)))
    listed = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
    since, until = (day_us(day) if day else None for day in (rule.said.since, rule.said.until))
    sql = (
        f"SELECT {listed}, start_us < COALESCE($1, start_us) AS before, COUNT(*) AS n FROM runs"
        " WHERE start_us < COALESCE($2, start_us + 1) GROUP BY ALL"
    )
    found = {True: 0, False: 0}
    for row in engine.rows(sql, [since, until]):
        found[row["before"]] += row["n"] if matches(rule.said, seen_of(row), rule.said.since or date.min) else 0
    return found[False], found[True]


def seen_of(row: Mapping[str, Any]) -> Seen:
    """What rows say, where only what some rule looks at was read."""
    told = {name: row[name] for name in Seen._fields if name in row}
    return Seen(**({"run": None, "service": "", "model": None, "sender": None, "file": None} | told))


def seen_columns(known: Knowledge) -> dict[str, str]:
    """What tells rows apart, as SQL: only what some rule looks at, and what tells where they ran."""
    named = sorted({entry.said.run for entry in known.rules if entry.said.run})
    cases = (f"WHEN {name} IN ({texts_sql(named)}) THEN {name}" for name in ("row_id", "run_key", "run_id"))
    run = {"run": f"CASE {' '.join(cases)} END"} if named else {}
    asked = {name for name in _BY_RULE if any(getattr(entry.said, name) is not None for entry in known.rules)}
    return run | {name: sql for name, sql in _TOLD.items() if name not in _BY_RULE or name in asked}


def _distinct(told: Mapping[str, str], of: str, by: str = "") -> str:
    """What the rows of a relation tell, each once: what they are read from is told apart by its hash, twice as fast as
    by its texts. by: what tells apart the parts of it."""
    named = {name: sql for name, sql in told.items() if name not in _TOLD or name in _BY_RULE}
    read = dict(zip(PLACED_BY, PLACED_BY, strict=True)) | named
    rows = ", ".join(f"{sql} AS {name}" for name, sql in read.items())
    once = ", ".join(f"ANY_VALUE({name}) AS {name}" for name in read)
    listed = ", ".join(f"{name if name in named else sql} AS {name}" for name, sql in told.items())
    return (
        f"SELECT DISTINCT {by}{listed} FROM (SELECT {by}{once} FROM (SELECT {by}{rows} FROM {of}"
        f" WHERE status = 'current') GROUP BY {by}HASH({', '.join(read)})) ORDER BY ALL"
    )


def _lines(row: Mapping[str, Any], known: Knowledge) -> Iterator[tuple[Any, ...]]:
    """The places of rows that say this, from one moment to another [us], where they are not as the rows say."""
    seen = seen_of(row)
    moments = [date.min, *known.days(), date.max]
    for since, until in zip(moments, moments[1:], strict=False):
        found = placed(seen, known, since)
        if found[:6] != (seen.host, seen.zone, *map(_basis_as_read, (seen.host, seen.zone)), "", None):
            yield *row.values(), day_us(since), day_us(until), *found


def _basis_as_read(name: str | None) -> Basis:
    """What `_FROM` says of a place, where nothing but the row tells it."""
    return "unknown" if name in (None, UNKNOWN_SITE) else "trace"


def _as_they_are() -> str:
    froms = ", ".join(f"{_FROM.format(name)} AS {name}_from" for name in ("host", "zone"))
    return f"SELECT *, {froms}, '' AS rules, NULL::VARCHAR AS place_code FROM row_status"


def _located(told: Mapping[str, str], fills: Set[str]) -> str:
    same = " AND ".join(f"seen_{name} IS NOT DISTINCT FROM ({sql})" for name, sql in told.items())
    replaced = [f"{sql} AS {column}" for column, sql in _FILLS.items() if column in fills]
    froms = ", ".join(
        f"COALESCE(to_{name}_from, {_FROM.format(f'rows.{name}')}) AS {name}_from" for name in ("host", "zone")
    )
    return (
        f"SELECT rows.* REPLACE ({', '.join(replaced)}), {froms}, COALESCE(to_rules, '') AS rules,"
        " to_code AS place_code FROM row_status AS rows LEFT JOIN locations"
        f" ON {same} AND start_us >= from_us AND start_us < to_us"
    )
