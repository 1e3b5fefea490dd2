"""The runs with something that a person may mend, by service, those that weigh most first; and what they weigh."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from estimator.builds.mending import AWAY
from estimator.builds.remarks import HERE, IMPOSSIBLE, IN_FILE, OF_ROWS
from estimator.core.duckdb_engine import DuckDB

PLACE = ("zone", "host")  # which change no total of a row without electricity
FED = "row_id IN (SELECT row_id FROM run_energy WHERE it_energy > 0)"
MENDABLE = f"""row_id IN (SELECT row_id FROM run_checks WHERE mended_by NOT IN {(*AWAY, *PLACE)})
 OR row_id IN (SELECT row_id FROM run_checks WHERE mended_by IN {PLACE}) AND {FED}"""
# What is to mend of remarks, all or those of a run, by service: `which` mends; `place`: those of electricity alone.
_BY_SERVICE = """
WITH mine AS (SELECT * FROM mending WHERE {which}),
remarked AS ({remarks}),
found AS (
  SELECT service_key, fed, lost, runs, {kwh} AS kwh,
    LIST_INTERSECT(codes, CASE WHEN fed THEN (SELECT LIST(code) FROM mine)
      ELSE (SELECT LIST(code) FROM mine WHERE mended_by NOT IN {place}) END) AS mended,
    NOT LIST_HAS_ANY(codes, COALESCE((SELECT LIST(code) FROM mine WHERE part <> 'made'), [])) AS made
  FROM remarked
  -- The rows of MENDABLE.
  WHERE LEN(mended) > 0
), codes AS (SELECT service_key, fed, UNNEST(mended) AS code, runs FROM found),
mends AS (
  SELECT service_key, LIST_SORT(LIST(DISTINCT mended_by)) AS mends
  FROM codes JOIN mine USING (code) GROUP BY service_key
), places AS (
  SELECT service_key, MAP_FROM_ENTRIES(LIST((code, runs))) AS placed FROM (
    SELECT service_key, code, CAST(SUM(runs) AS BIGINT) AS runs FROM codes JOIN mine USING (code)
    WHERE mended_by IN {place} GROUP BY service_key, code
  ) GROUP BY service_key
), services AS (
  SELECT service_key, CAST(SUM(runs) AS BIGINT) AS runs, fsum(kwh) AS kwh,
    CAST(COALESCE(SUM(runs) FILTER (lost), 0) AS BIGINT) AS unknown, BOOL_AND(made) AS made
  FROM found GROUP BY service_key
)
SELECT service_key, runs, kwh, unknown, mends, made, placed
FROM services JOIN mends USING (service_key) LEFT JOIN places USING (service_key)
ORDER BY kwh DESC NULLS LAST, unknown DESC, runs DESC, service_key
"""
_MENDS = """
SELECT {sums}
FROM (
  SELECT runs, sent, LIST_HAS_ANY(codes, (SELECT LIST(code) FROM mending WHERE mended_by = 'check')) AS checked,
    LIST_HAS_ANY(codes, (SELECT LIST(code) FROM mending WHERE mended_by = 'file')) AS in_file, lined
  FROM remarks
)
"""
_COUNTS = {
    "files": "in_file AND NOT sent",
    "sent": "in_file AND sent",
    "lines": "in_file AND lined",
    "check": "checked",
}
_ALL, _OF_RUNS = "FROM remarks", OF_ROWS.replace("{where}", "LIST_CONTAINS($1, row_id)")


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
    sums = (f'CAST(COALESCE(SUM(runs) FILTER ({where}), 0) AS BIGINT) AS "{name}"' for name, where in _COUNTS.items())
    return Mends(sum(e["runs"] for e in here), **engine.rows(_MENDS.format(sums=", ".join(sums)))[0])


def by_service(engine: DuckDB, row_id: str | None, in_file: bool = False) -> list[dict[str, Any]]:
    """{"service_key", "runs", "kwh", "unknown", "mends", "made", "placed"} of each service with something to mend by
    saying it, or in its file alone, the most electricity first; of one run, when given.

    runs: those with such a check; kwh: the IT electricity of what is doubted in them, a component or the whole [kWh],
    NULL where none is known; unknown: how many of them have an unknown part; made: whether all that is doubted is how
    much manufacture is theirs; placed: how many have each check that a place mends, by its code.
    """
    which, kwh = (IN_FILE, "file_kwh") if in_file else (HERE, "here_kwh")
    told = {"which": which, "kwh": kwh, "place": PLACE, "remarks": _ALL if row_id is None else _OF_RUNS}
    return engine.rows(_BY_SERVICE.format(**told), [] if row_id is None else [[row_id]])


def impossible(engine: DuckDB, row_ids: Sequence[str] | None = None) -> dict[tuple[str, int], float]:
    """The IT electricity [kWh] of what was read and cannot be, by service and month [yyyymm]; of these rows, if given:
    it is counted as it was read."""
    remarks, given = (_ALL, []) if row_ids is None else (_OF_RUNS, [row_ids])
    rows = engine.rows(
        f"SELECT service_key, month, fsum(impossible_kwh) AS kwh FROM ({remarks})"
        f" WHERE LIST_HAS_ANY(codes, {[*IMPOSSIBLE]}) GROUP BY service_key, month",
        given,
    )
    return {(row["service_key"], row["month"]): row["kwh"] or 0.0 for row in rows}
