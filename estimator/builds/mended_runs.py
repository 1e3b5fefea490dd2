"""The runs with something that a person may mend, by service, those that weigh most first; and what they weigh."""

from collections.abc import Collection, Sequence
from typing import Any, Literal, NamedTuple

from estimator.builds.mending import AWAY
from estimator.core.duckdb_engine import DuckDB

IMPOSSIBLE = (  # a power that no such machine draws, or that the row itself contradicts
    "beyond_sheet", "card_power", "declared_power", "machine_power", "memory_power", "power_and_time",
    "power_contradicted", "processor_power",
)  # fmt: skip

SENDER = "NULLIF(regexp_extract(file_name, '^collect-.*@([0-9a-f]{12})$', 1), '')"  # mark of who sent a row over HTTP
_AT_SOURCE = f"""SELECT COUNT(*) FILTER (sender IS NULL) AS files, COUNT(sender) AS sent FROM (
 SELECT DISTINCT row_id, {SENDER} AS sender FROM run_checks JOIN runs USING (row_id) WHERE mended_by = 'file')"""
_TO_CHECK = "SELECT COUNT(DISTINCT row_id) AS runs FROM run_checks WHERE mended_by = 'check'"

PLACE = ("zone", "host")  # which change no total of a row without electricity
MENDABLE = f"""row_id IN (SELECT row_id FROM run_checks WHERE mended_by NOT IN {(*AWAY, *PLACE)})
 OR row_id IN (SELECT row_id FROM run_checks WHERE mended_by IN {PLACE})
 AND row_id IN (SELECT row_id FROM run_energy WHERE it_energy > 0)"""
_READ = f"""
WITH found AS (
  SELECT row_id, service_key, LIST(DISTINCT mended_by) AS mends, LIST(DISTINCT part) AS parts
  FROM run_checks WHERE mended_by IS NOT NULL AND ($1 IS NULL OR LIST_CONTAINS($1, row_id))
    AND ($2 IS NULL OR LIST_CONTAINS($2, code))
    AND ($3 IS NULL OR CASE WHEN $3 THEN mended_by = 'file' ELSE mended_by NOT IN {AWAY} END)
  GROUP BY row_id, service_key
), read AS (
  SELECT
    found.row_id, found.service_key, month,
    NULLIF(fsum(CASE WHEN LIST_CONTAINS(parts, 'whole') THEN it_energy ELSE
      CASE WHEN LIST_CONTAINS(parts, 'cpu') THEN cpu_kwh ELSE 0 END
      + CASE WHEN LIST_CONTAINS(parts, 'gpu') THEN gpu_kwh ELSE 0 END
      + CASE WHEN LIST_CONTAINS(parts, 'ram') THEN ram_kwh ELSE 0 END
    END), 0) AS kwh
  FROM run_energy JOIN found ON found.row_id = run_energy.row_id GROUP BY found.row_id, found.service_key, month
)
"""
_BY_SERVICE = f"""{_READ}
SELECT
  service_key, COUNT(*) AS runs, fsum(kwh) AS kwh,
  COUNT(*) FILTER (found.row_id IN (SELECT row_id FROM unknown_energy)) AS unknown,
  LIST_SORT(LIST_DISTINCT(FLATTEN(LIST(mends)))) AS mends,
  BOOL_AND(parts = ['made']) AS made
FROM found LEFT JOIN (SELECT row_id, fsum(kwh) AS kwh FROM read GROUP BY row_id) AS read ON read.row_id = found.row_id
-- The rows of MENDABLE.
WHERE kwh IS NOT NULL OR NOT LIST_HAS_ALL(['zone', 'host'], mends)
GROUP BY service_key ORDER BY kwh DESC NULLS LAST, unknown DESC, runs DESC, service_key
"""


def where_mended(mends: Collection[str | None], kwh: float | None) -> Literal["here", "source"] | None:
    """Where a run is mended that has checks with these mends: as MENDABLE has it, else at its source; kwh: its IT
    electricity."""
    if any(mend not in (None, *AWAY) and (kwh or mend not in PLACE) for mend in mends):
        return "here"
    return "source" if "file" in mends else None


class Mends(NamedTuple):
    """Runs to mend: `here`, by saying something of them; where they come from alone, their files or what sent them over
    HTTP. One may be to mend here and there. check: those to look at, of which maybe nothing is to be mended; kinds:
    what mends those that are here."""

    here: int = 0
    files: int = 0
    sent: int = 0
    check: int = 0
    kinds: frozenset[str] = frozenset()


def mends(engine: DuckDB) -> Mends:
    """How many runs are to mend, and where."""
    by = {row["mended_by"] for row in engine.rows("SELECT DISTINCT mended_by FROM run_checks")} - {None}
    services = by_service(engine, None) if by - {*AWAY} else []
    here, kinds = sum(entry["runs"] for entry in services), frozenset(m for e in services for m in e["mends"])
    check = engine.rows(_TO_CHECK)[0]["runs"] if "check" in by else 0
    return Mends(here, check=check, kinds=kinds - {*AWAY}, **(engine.rows(_AT_SOURCE)[0] if "file" in by else {}))


def by_service(engine: DuckDB, row_id: str | None, in_file: bool = False) -> list[dict[str, Any]]:
    """{"service_key", "runs", "kwh", "unknown", "mends", "made"} of each service with something to mend by saying it,
    or in its file alone, the most electricity first; of one run, when given.

    runs: those with such a check; kwh: the IT electricity of what is doubted in them, a component or the whole [kWh],
    NULL where none is known; unknown: how many of them have an unknown part; made: whether all that is doubted is how
    much manufacture is theirs.
    """
    return engine.rows(_BY_SERVICE, [row_id and [row_id], None, in_file])


def impossible(engine: DuckDB, row_ids: Sequence[str] | None = None) -> dict[tuple[str, int], float]:
    """The IT electricity [kWh] of what was read and cannot be, by service and month [yyyymm]; of these rows, if given:
    it is counted as it was read."""
    if not engine.rows("SELECT 1 FROM run_checks WHERE LIST_CONTAINS($1, code) LIMIT 1", [list(IMPOSSIBLE)]):
        return {}  # the electricity of single runs takes long to read where they are many
    sql = f"{_READ} SELECT service_key, month, fsum(kwh) AS kwh FROM read GROUP BY service_key, month"
    rows = engine.rows(sql, [row_ids, list(IMPOSSIBLE), None])
    return {(row["service_key"], row["month"]): row["kwh"] or 0.0 for row in rows}
