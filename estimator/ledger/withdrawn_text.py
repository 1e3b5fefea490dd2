"""What is said of a ledger of which all rows are withdrawn."""

from estimator.core.duckdb_engine import connect
from estimator.core.errors import say
from estimator.core.typography import some_of
from estimator.ledger.files import Ledger
from estimator.ledger.withdrawn_rows import parquet

NAMED = 5  # withdrawals in one sentence


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
