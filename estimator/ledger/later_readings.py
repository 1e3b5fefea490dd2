"""Rows that do not count, for a later reading of the same record stands in their place."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from estimator.core import parquet_files
from estimator.core.digest_set import Digests, of_column
from estimator.core.duckdb_engine import Connection, DuckDB, arrow, connect, connect_alone
from estimator.ledger.arrow_schemas import SCHEMAS
from estimator.ledger.current_rows import current_rows_sql
from estimator.ledger.files import READ_ROWS, Ledger
from estimator.ledger.journal import RowsWithdrawal
from estimator.ledger.judged_rows import judged_sql
from estimator.ledger.repeated_runs import repeated_runs
from estimator.ledger.rows import Kind
from estimator.ledger.withdrawn_rows import not_withdrawn, parquet

JUDGED_BY = ("run_key", "run_id", "trace_id")  # what rows that may stand in the place of each other share
SUPERSEDED = """
SELECT old.file_name, old.line, ARG_MIN(standing.file_name, standing.file_sha), MIN(standing.file_sha)
FROM judged AS old JOIN judged AS standing USING (run_key)
WHERE old.mine AND old.status = 'superseded' AND standing.status = 'current'
GROUP BY old.row_id, old.file_name, old.line HAVING NOT BOOL_OR(standing.mine)
ORDER BY old.file_name, old.line
"""
CHANGED = """
WITH was AS (SELECT row_id, BOOL_OR(status = 'current') AS counted FROM ({was}) GROUP BY row_id),
  now AS (
    SELECT row_id, BOOL_OR(status = 'current') AS counts, BOOL_OR(status = 'superseded') AS superseded
    FROM ({now}) GROUP BY row_id
  )
SELECT COUNT_IF(superseded AND row_id IN (SELECT row_id FROM {mine})), COUNT_IF(counted AND NOT counts),
  COUNT_IF(counts AND NOT counted)
FROM now LEFT JOIN was USING (row_id)
"""


class Changes(NamedTuple):
    """What an import does to what counts. superseded: rows of its own that do not; supersedes: rows of before that no
    longer do; again: rows of before that did not, and now do."""

    superseded: int = 0
    supersedes: int = 0
    again: int = 0


class KeptOut(NamedTuple):
    """A row that is stated again and does not count: its file and line, and the file of what stands in its place."""

    file: str
    line: int
    by: str
    by_sha: str


def changes(
    ledger: Ledger, parts: Collection[str], shas: Collection[str], before: Sequence[RowsWithdrawal] | None = None
) -> Changes:
    """Counts of rows that an import changes in the current ledger. parts, shas: those that it wrote, and the hashes of
    its input files; before: the withdrawals in force before it, where some came since: their rows are in none of the
    counts. ledger_torn."""
    with ledger.reading(), connect_alone() as connection:
        rows, mine, others = ledger.brought(connection, parts, shas)
        if not (files := _of_repeated(ledger, connection, rows, [*mine, *others])):
            return Changes()
        gone = ledger.withdrawn_files("activities")
        gone_before = gone if before is None else ledger.withdrawn_files("activities", before)
        apart = f"row_id NOT IN (SELECT row_id FROM {rows})" if mine == others else "TRUE"
        was = _judged([ledger.seed("activities"), *others], gone_before, ledger, apart)
        sql = CHANGED.format(mine=rows, was=was, now=_judged(files, gone, ledger))
        found = connection.execute(sql).fetchone()
    return Changes(*found or ())


def superseded(ledger: Ledger, parts: Collection[str], shas: Collection[str]) -> pa.Table:
    """The rows of an import that do not count, for another reading of their run does. parts, shas: as in `changes`.
    ledger_torn."""
    wrote = [ledger.address(part) for part in parts if part.startswith("activities/")]
    with ledger.reading(), connect_alone() as connection:
        rows, mine, others = ledger.brought(connection, parts, shas)
        files = _of_repeated(ledger, connection, rows, [*mine, *others]) if wrote else []
        if not files:
            return SCHEMAS["activities"].empty_table()
        now = _judged(files, ledger.withdrawn_files("activities"), ledger)
        kept_out = f"SELECT row_id FROM ({now}) WHERE status = 'superseded'"
        written = parquet([ledger.seed("activities"), *wrote])
        sql = f"SELECT DISTINCT ON (row_id) * FROM {written} WHERE row_id IN ({kept_out})"
        return arrow(connection, sql, SCHEMAS["activities"])


def _of_repeated(ledger: Ledger, connection: Connection, rows: str, files: Sequence[str]) -> list[str]:
    """These files, each once, with the runs of several rows as the view `looked`; none where there is no such run.
    rows: SQL of those that an import brought."""
    if not connection.execute(f"SELECT 1 FROM {rows} WHERE run_id IS NOT NULL LIMIT 1").fetchall():
        return []
    found = [*dict.fromkeys(files)]
    repeated = repeated_runs(connection, found, ledger.home / "builds")
    _register(connection, repeated)
    return found if len(repeated) else []


def _judged(files: Sequence[str], gone: Sequence[str], ledger: Ledger, which: str = "TRUE") -> str:
    """SQL of the rows of these files, of the runs of the view `looked`, with their status. gone: files of withdrawn
    copies; which: SQL, whether a row is one of them."""
    rows = f"(SELECT * FROM {parquet(files)} WHERE hash(run_id) IN (SELECT run FROM looked) AND {which})"
    return f"WITH activities AS ({not_withdrawn(rows, gone, ledger.opened)}) SELECT * FROM ({current_rows_sql()})"


def later_readings(ledger: Ledger, again: Digests, months: Collection[int], wrote: Collection[str]) -> list[KeptOut]:
    """The rows of an import that the ledger had, and that readings of the same run by other imports keep out of the
    totals. again: ids of the rows that it had; months: of their start; wrote: the parts of this import.

    Only the parts of these months are read, and the runs alone of most of them: of a record that a correction moved to
    another month, nothing is said. ledger_torn.
    """
    if not len(again):
        return []
    starts = tuple(f"activities/month={month}/" for month in months)
    with ledger.still() as held, connect() as connection:
        named = [part for part in held.parts() if part.startswith(starts)]
        others = [held.seed("activities"), *(held.address(part) for part in named if part not in wrote)]
        mine = [held.seed("activities"), *(held.address(part) for part in named if part in wrote)]
        runs = _of_others(connection, others, repeated_runs(connection, [*others, *mine], held.home / "builds"), again)
        if not len(runs):
            return []
        _register(connection, runs)
        rows = _judged([*others, *mine], held.withdrawn_files("activities"), held)
        columns = (
            f"row_id, run_key, status, file_name, file_sha, line, row_id IN (SELECT row_id FROM {parquet(mine)}) AS new"
        )
        judged = connection.sql(f"SELECT {columns} FROM ({rows}) WHERE cumulative").to_arrow_table()
        known = again.holds(of_column(judged["row_id"]))
        connection.register("judged", judged.append_column("mine", pc.or_(judged["new"], pa.array(known))))
        return [KeptOut(*row) for row in connection.execute(SUPERSEDED).fetchall()]


def counting_without(ledger: Ledger, rows: pa.Table, staying: Collection[str], back: pa.Table) -> tuple[set[str], ...]:
    """Ids of the activities of the ledger that count, of those of the run or of the trace of these and of the withdrawn
    ones of `back`: now, and once these go, but for those of the ids `staying`, and those of `back` stand.
    ledger_torn."""
    if not len(rows) + len(back):
        return set(), set()
    alone, near = _near(ledger, rows, back)
    going = {*rows["row_id"].to_pylist()}.difference(staying)
    left = near.filter(pc.invert(pc.is_in(near["row_id"], pa.array(sorted(going), pa.string()))))
    stand = parquet_files.conform(back, SCHEMAS["activities"])
    return alone | _counting(near), alone - going | _counting(pa.concat_tables([left, stand]))


def counting_near(ledger: Ledger, rows: pa.Table) -> set[str]:
    """Ids of the activities of the ledger that count, of those of the run or of the trace of these. ledger_torn."""
    if not len(rows):
        return set()
    alone, near = _near(ledger, rows, rows[:0])
    return alone | _counting(near)


def still_counting(ledger: Ledger) -> dict[str, int]:
    """How many rows of each withdrawal in force count, for another file states them too; those of none are left out.
    ledger_torn."""
    with ledger.still() as held, connect() as connection:
        files = {one.event: held.withdrawn_files("activities", [one]) for one in held.in_force() if one.rows}
        if not files:
            return {}
        gone = held.withdrawn_files("activities")
        rows, ids = parquet(held.files("activities")), f"SELECT row_id FROM {parquet(gone)}"
        alike = f"(SELECT * FROM {rows} WHERE row_id IN ({ids}))"
        standing = f"SELECT DISTINCT row_id, {', '.join(JUDGED_BY)} FROM ({not_withdrawn(alike, gone, held.opened)})"
        counting = counting_near(held, connection.sql(standing).to_arrow_table())
        connection.register("standing", pa.table({"row_id": pa.array(sorted(counting), pa.string())}))
        counts = {
            event: connection.execute(
                f"SELECT COUNT(DISTINCT row_id) FROM {parquet(mine)} SEMI JOIN standing USING (row_id)"
            ).fetchone()
            for event, mine in files.items()
        }
    return {event: found[0] for event, found in counts.items() if found and found[0]}


def still_withdrawn(ledger: Ledger, tables: Mapping[Kind, pa.Table]) -> dict[str, set[str]]:
    """Ids of these rows, by each withdrawal in force that holds these very copies. ledger_torn."""
    found: dict[str, set[str]] = {}
    with ledger.still() as held, connect() as connection:

        def withdrawn(kind: Kind, by: Sequence[RowsWithdrawal]) -> set[str]:
            left = not_withdrawn("mine", held.withdrawn_files(kind, by), held.opened)
            sql = f"SELECT row_id FROM mine EXCEPT SELECT row_id FROM ({left})"
            return {row_id for (row_id,) in connection.execute(sql).fetchall()}

        for kind, table in tables.items():
            connection.register("mine", table)
            every = [one for one in held.in_force() if any(part.startswith(f"{kind}/") for part in one.parts)]
            for one in every if len(table) and withdrawn(kind, every) else ():
                found[one.event] = found.get(one.event, set()) | withdrawn(kind, [one])
    return {event: ids for event, ids in found.items() if ids}


def _near(ledger: Ledger, rows: pa.Table, back: pa.Table) -> tuple[set[str], pa.Table]:
    """The activities of the ledger that are of the run or of the trace of one of these: ids of those that share it with
    no other, nor with the withdrawn ones of `back`, and thus count; and the others, whole. ledger_torn."""
    with ledger.still() as held, connect_alone() as connection:
        engine = DuckDB(connection, held.home)
        for name, table in (
            ("mine", pa.concat_tables([rows.select(JUDGED_BY), back.select(JUDGED_BY)])),
            ("back", back),
        ):
            connection.register("given", table)
            connection.execute(f"CREATE TABLE {name} AS FROM given")  # that the cursors of the engine see too
        alike = " OR ".join(f"{name} IN (SELECT {name} FROM mine)" for name in JUDGED_BY)
        near = f"SELECT * FROM ({held.rows_sql('activities')}) WHERE ({alike})"
        engine.run(f"CREATE VIEW stored AS {near} UNION ALL BY NAME SELECT * FROM back")
        judged = judged_sql(engine, [])
        alone = connection.execute(f"SELECT row_id FROM ({near}) WHERE NOT ({judged})").fetchall()
        return {row_id for (row_id,) in alone}, arrow(connection, f"{near} AND ({judged})", SCHEMAS["activities"])


def _counting(rows: pa.Table) -> set[str]:
    """Ids of those of these activities that count, were they alone."""
    with connect() as connection:
        connection.register("activities", rows)
        found = connection.execute(f"SELECT row_id FROM ({current_rows_sql()}) WHERE status = 'current'").fetchall()
    return {row_id for (row_id,) in found}


def stated_by_others(
    held: Ledger, connection: Connection, ids: pa.ChunkedArray, here: str, value: Any
) -> dict[str, list[str]]:
    """Names of the other files that state these rows, by row. here: SQL: whether a copy is one of what is withdrawn."""
    connection.register("asked", pa.table([ids], names=["row_id"]))
    others = f"({held.rows_sql('activities')}) SEMI JOIN asked USING (row_id) WHERE NOT ({here})"
    same = f"SELECT row_id, LIST(DISTINCT file_name) AS names FROM {others} GROUP BY row_id"
    return dict(connection.execute(same, [value]).fetchall()) if len(ids) else {}


def _of_others(connection: Connection, files: Sequence[str], runs: np.ndarray, again: Digests) -> np.ndarray:
    """Those of these runs, by their hash, of which these files hold a row that is not among the ids `again`."""
    found = [np.empty(0, np.uint64)]
    if len(runs):
        _register(connection, runs)
        sql = f"SELECT row_id, hash(run_id) AS run FROM {parquet(files)} SEMI JOIN looked ON hash(run_id) = looked.run"
        for batch in connection.sql(sql).to_arrow_reader(READ_ROWS):
            here = again.holds(of_column(pa.chunked_array([batch["row_id"]])))
            found.append(np.unique(batch["run"].to_numpy()[~here]))
    return np.unique(np.concatenate(found))


def _register(connection: Connection, runs: np.ndarray) -> None:
    """Hashes of runs as the view `looked`."""
    connection.register("looked", pa.table([pa.array(runs)], names=["run"]))
