"""What is said of withdrawn rows once they are: how many count all the same, and that no row is left."""

import pyarrow as pa

from estimator.core.duckdb_engine import connect
from estimator.core.errors import say
from estimator.core.typography import some_of
from estimator.ledger.files import Ledger
from estimator.ledger.later_readings import JUDGED_BY, counting_near
from estimator.ledger.withdrawn_rows import not_withdrawn, parquet

NAMED = 5  # withdrawals in one sentence


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


def withdrawn_text(ledger: Ledger, lang: str) -> str:
    """Of a ledger of which no row counts: that they are withdrawn, how many, by which withdrawals, and how to undo
    each; empty where none is. ledger_torn."""
    held = [one for one in ledger.in_force() if one.rows]
    if not held:
        return ""
    with ledger.reading(), connect() as connection:
        rows = parquet(ledger.withdrawn_files("activities", held))
        found = connection.execute(f"SELECT COUNT(DISTINCT row_id) FROM {rows}").fetchone()
    told = [say("ledger_cli", "all_withdrawn_by", lang, **one.model_dump()) for one in held]
    return say("ledger_cli", "all_withdrawn", lang, count=found[0] if found else 0, list=some_of(told, NAMED))
