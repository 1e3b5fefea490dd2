"""What became of a row that no longer counts, whose id a link or a document still has: what counts in its place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from estimator.builds.parts_elsewhere import within_parts_of
from estimator.core.duckdb_engine import DuckDB
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity
from estimator.ledger.withdrawals import REPLACED

_STATED = f"{REPLACED}: "  # begins why a row was withdrawn that a file states otherwise; the file follows


class GoneRow(NamedTuple):
    """A row that does not count. why: another record of the same run counts, or holds it (superseded); a file imported
    since states it otherwise (restated); someone withdrew it (withdrawn: `who`, `reason`). file: that file, "" unknown.
    by: the ids of the rows that count in its place, none where nothing tells them."""

    why: Literal["superseded", "restated", "withdrawn"]
    by: Sequence[str] = ()
    file: str = ""
    who: str = ""
    reason: str = ""


def gone_row(engine: DuckDB, path: Path, ledger: Ledger, row_id: str) -> GoneRow | None:
    """What became of a row; None of an id that the ledger does not hold, or that counts. engine, path: of the build.
    ledger_torn."""
    with within_parts_of(engine, path, row_id):
        held = engine.rows("SELECT status, run_key FROM row_status WHERE row_id = $1 ORDER BY status", [row_id])
        if held:
            now = engine.rows("SELECT row_id FROM runs WHERE run_key = $1 ORDER BY end_us DESC", [held[0]["run_key"]])
            counts = any(row["status"] == "current" for row in held)
            return None if counts else GoneRow("superseded", [row["row_id"] for row in now])
    import pyarrow.compute as pc

    for withdrawal in reversed(ledger.in_force()):
        files = ledger.withdrawn_files("activities", [withdrawal])
        if found := ledger.copies("activities", files, pc.field("row_id") == row_id):
            if withdrawal.target == REPLACED:
                return _restated(engine, withdrawal.why.removeprefix(_STATED).removeprefix("sha256_"), found[0])
            return GoneRow("withdrawn", who=withdrawal.who, reason=withdrawal.why)
    return None


def _restated(engine: DuckDB, sha: str, row: Activity) -> GoneRow:
    """The row of that file with the same run of its tool, else of the same service at the same time: one alone."""
    names = engine.rows("SELECT DISTINCT file_name FROM runs WHERE file_sha = $1", [sha])
    told = ("run_id",) if row.run_id else ("service_key", "start_us", "end_us")
    same = " AND ".join(f"{name} = ?" for name in told)
    values = [sha, *(getattr(row, name) for name in told)]
    now = engine.rows(f"SELECT row_id FROM runs WHERE file_sha = ? AND {same}", values)
    one = [row["row_id"] for row in now] if len(now) == 1 else []
    return GoneRow("restated", one, names[0]["file_name"] if len(names) == 1 else "")
