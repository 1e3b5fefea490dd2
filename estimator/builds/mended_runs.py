"""The runs with something that a person may mend, by service, those that weigh most first; and what they weigh."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from estimator.builds.mending import AWAY
from estimator.core.duckdb_engine import DuckDB

IMPOSSIBLE = (  # a power that no such machine draws, or that the row itself contradicts
    "beyond_sheet", "card_power", "declared_power", "machine_power", "memory_power", "power_and_time",
    "power_contradicted", "processor_power",
)  # fmt: skip

SENDER = "NULLIF(regexp_extract(file_name, '^collect-.*@([0-9a-f]{12})$', 1), '')"  # mark of who sent a row over HTTP
_AT_SOURCE = f"""SELECT COUNT(*) FILTER (sender IS NULL) AS files, COUNT(sender) AS sent,
 COUNT(*) FILTER (sender IS NULL AND run_id IS NULL) AS lines FROM (
 SELECT DISTINCT row_id, run_id, {SENDER} AS sender
 FROM run_checks JOIN runs USING (row_id) WHERE mended_by = 'file')"""
_TO_CHECK = "SELECT COUNT(DISTINCT row_id) AS runs FROM run_checks WHERE mended_by = 'check'"

PLACE = ("zone", "host")  # which change no total of a row without electricity
FED = "row_id IN (SELECT row_id FROM run_energy WHERE it_energy > 0)"
MENDABLE = f"""row_id IN (SELECT row_id FROM run_checks WHERE mended_by NOT IN {(*AWAY, *PLACE)})
 OR row_id IN (SELECT row_id FROM run_checks WHERE mended_by IN {PLACE}) AND {FED}"""
_READ = f"""
WITH found AS (
  SELECT row_id, service_key, LIST(DISTINCT mended_by) AS mends, LIST(DISTINCT part) AS parts,
    LIST(DISTINCT code) FILTER (mended_by IN {PLACE}) AS placed
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
  COUNT(*) FILTER (row_id IN (SELECT row_id FROM unknown_energy)) AS unknown,
  LIST_SORT(LIST_DISTINCT(FLATTEN(LIST(mends)))) AS mends,
  BOOL_AND(parts = ['made']) AS made,
  LIST_HISTOGRAM(FLATTEN(LIST(placed) FILTER (kwh IS NOT NULL))) AS placed
FROM (
  SELECT
    found.row_id, found.service_key, kwh, parts, placed,
    CASE WHEN kwh IS NULL THEN LIST_FILTER(mends, lambda mend: mend NOT IN {PLACE}) ELSE mends END AS mends
  FROM found LEFT JOIN (SELECT row_id, fsum(kwh) AS kwh FROM read GROUP BY row_id) AS read ON read.row_id = found.row_id
)
-- The rows of MENDABLE.
WHERE LEN(mends) > 0
GROUP BY service_key ORDER BY kwh DESC NULLS LAST, unknown DESC, runs DESC, service_key
"""


def weighed(mend: str | None, kwh: float | None) -> str | None:
    """What mends a check of a run of this IT electricity; None where it would change no total."""
    return None if mend in PLACE and not kwh else mend


def where_mended(mends: Collection[str | None]) -> Literal["here", "source"] | None:
    """Where a run is mended that has checks with these mends, each as `weighed`: as MENDABLE has it, else at its
    source."""
    if any(mend not in (None, *AWAY) for mend in mends):
        return "here"
    return "source" if "file" in mends else None


def parted(
    checks: Iterable[Mapping[str, Any]], here: Callable[[], Sequence[Mapping[str, Any]]]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, int]]]:
    """Each check, which has how many runs of it `by` service, with those that it mends of each; then, as a notice, with
    those of no electricity, of which it would change no total. here: what `by_service` tells, asked where a place
    mends one."""
    for check in checks:
        if check["mended_by"] not in PLACE:
            yield check, check["by"]
            continue
        fed = {e["service_key"]: (e["placed"] or {}).get(check["code"], 0) for e in here()}
        yield check, {key: fed[key] for key in check["by"] if fed.get(key)}
        left = {key: count - fed.get(key, 0) for key, count in check["by"].items()}
        yield {**check, "mended_by": None}, {key: count for key, count in left.items() if count}


class Mends(NamedTuple):
    """Runs to mend: `here`, by saying something of them; where they come from alone, their files or what sent them over
    HTTP. One may be to mend here and there. check: those to look at, of which maybe nothing is to be mended; lines:
    those of files without the id of a run, beside which a corrected file would count.
    """

    here: int = 0
    files: int = 0
    sent: int = 0
    check: int = 0
    lines: int = 0


def mends(engine: DuckDB, here: Sequence[Mapping[str, Any]]) -> Mends:
    """How many runs are to mend, and where. here: those of `by_service`."""
    by = {row["mended_by"] for row in engine.rows("SELECT DISTINCT mended_by FROM run_checks")}
    check = engine.rows(_TO_CHECK)[0]["runs"] if "check" in by else 0
    return Mends(sum(e["runs"] for e in here), check=check, **(engine.rows(_AT_SOURCE)[0] if "file" in by else {}))


def by_service(engine: DuckDB, row_id: str | None, in_file: bool = False) -> list[dict[str, Any]]:
    """{"service_key", "runs", "kwh", "unknown", "mends", "made", "placed"} of each service with something to mend by
    saying it, or in its file alone, the most electricity first; of one run, when given.

    runs: those with such a check; kwh: the IT electricity of what is doubted in them, a component or the whole [kWh],
    NULL where none is known; unknown: how many of them have an unknown part; made: whether all that is doubted is how
    much manufacture is theirs; placed: how many have each check that a place mends, by its code.
    """
    if not in_file and not engine.rows(f"SELECT 1 FROM run_checks WHERE mended_by NOT IN {AWAY} LIMIT 1"):
        return []  # the electricity of single runs takes long to read where they are many
    return engine.rows(_BY_SERVICE, [row_id and [row_id], None, in_file])


def impossible(engine: DuckDB, row_ids: Sequence[str] | None = None) -> dict[tuple[str, int], float]:
    """The IT electricity [kWh] of what was read and cannot be, by service and month [yyyymm]; of these rows, if given:
    it is counted as it was read."""
    if not engine.rows("SELECT 1 FROM run_checks WHERE LIST_CONTAINS($1, code) LIMIT 1", [list(IMPOSSIBLE)]):
        return {}
    sql = f"{_READ} SELECT service_key, month, fsum(kwh) AS kwh FROM read GROUP BY service_key, month"
    rows = engine.rows(sql, [row_ids, list(IMPOSSIBLE), None])
    return {(row["service_key"], row["month"]): row["kwh"] or 0.0 for row in rows}
