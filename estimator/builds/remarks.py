"""Remarks summed: how many runs have each set of them, of which service, month and model, and what they doubt [kWh]."""

from estimator.builds.mending import AWAY

IMPOSSIBLE = (  # a power that no such machine draws, or that the row itself contradicts
    "beyond_sheet", "card_power", "declared_power", "machine_power", "memory_power", "power_and_time",
    "power_contradicted", "processor_power",
)  # fmt: skip
SENDER = "NULLIF(regexp_extract(file_name, '^collect-.*@([0-9a-f]{12})$', 1), '')"  # mark of who sent a row over HTTP
NAMED_PLACES = ("unknown_country", "unknown_part", "unknown_region", "host_unread")  # they name the place as read
_WITH_NAMES = ("unknown_model", *NAMED_PLACES)
# SQL: what else is told of a run that has these `codes`.
RUN_TOLD = (
    f"codes, CASE WHEN LIST_HAS_ANY(codes, {[*NAMED_PLACES]}) THEN zone_as_read END AS place,"
    f" {SENDER} IS NOT NULL AS sent, {SENDER} IS NULL AND run_id IS NULL AS lined"
)
HERE, IN_FILE = f"mended_by NOT IN {AWAY}", "mended_by = 'file'"
_CODES = "(SELECT LIST(code) FROM mending WHERE {})"
_DOUBTS = {"here_kwh": HERE, "file_kwh": IN_FILE, "impossible_kwh": f"code IN {IMPOSSIBLE}"}


def _doubted(which: str) -> str:
    """SQL of the IT electricity that the checks of this condition doubt: of a part, or of the whole [kWh]."""
    parts = " + ".join(
        f"CASE WHEN LIST_HAS_ANY(codes, {_CODES.format(f'part = {part!r} AND {which}')}) THEN {part}_kwh ELSE 0 END"
        for part in ("cpu", "gpu", "ram")
    )
    whole = _CODES.format(f"part = 'whole' AND {which}")
    return f"NULLIF(CASE WHEN LIST_HAS_ANY(codes, {whole}) THEN it_energy ELSE {parts} END, 0)"


DOUBTED = ", ".join(f"{_doubted(which)} AS {name}" for name, which in _DOUBTS.items())
_SUMMED = ", ".join(f"NULLIF(fsum({name}), 0) AS {name}" for name in _DOUBTS)
_BY = "service_key, month, model, place, codes, fed, lost, sent, lined"
# Of rows that are read, by the condition `where` of their checks. fed: whether a run has electricity; lost: whether it
# is unknown, in all or in a month; runs: each counts in its first month.
OF_ROWS = f"""
WITH found AS (
  SELECT row_id, service_key, LIST_SORT(LIST(DISTINCT code)) AS codes FROM run_checks WHERE {{where}} GROUP BY ALL
), energy AS (
  SELECT found.row_id, found.service_key, codes, month, it_energy, {DOUBTED}
  FROM run_energy JOIN found ON found.row_id = run_energy.row_id
), by_month AS (
  SELECT row_id, service_key, codes, month, fsum(it_energy) AS it_energy, {_SUMMED} FROM energy GROUP BY ALL
), told AS (
  SELECT *, COALESCE(SUM(it_energy) OVER (PARTITION BY row_id) > 0, FALSE) AS fed,
    month = MIN(month) OVER (PARTITION BY row_id) AS first
  FROM by_month
)
SELECT {_BY}, CAST(COUNT(*) FILTER (first) AS BIGINT) AS runs, {_SUMMED}
FROM (
  SELECT told.* EXCLUDE (codes), COALESCE(runs.model, '') AS model, {RUN_TOLD},
    told.row_id IN (SELECT row_id FROM unknown_energy) AS lost
  FROM told JOIN (SELECT row_id, model, zone_as_read, file_name, run_id FROM runs) AS runs ON runs.row_id = told.row_id
)
GROUP BY ALL
"""
# Of a relation of sums with their estimates.
OF_SUMS = f"""
SELECT {_BY}, CAST(SUM(runs) AS BIGINT) AS runs, {_SUMMED}
FROM (
  SELECT *, COALESCE(it_energy > 0, FALSE) AS fed, COALESCE(it_energy, site_energy) IS NULL AS lost, {DOUBTED}
  FROM (
    SELECT * REPLACE (LIST_SORT(LIST_DISTINCT({{codes}})) AS codes), cpu_energy * cpu_reading_ratio AS cpu_kwh,
      gpu_energy * gpu_reading_ratio AS gpu_kwh, ram_energy * ram_reading_ratio AS ram_kwh
    FROM ({{estimated}})
  )
  WHERE LEN(codes) > 0
)
GROUP BY ALL
"""
# The checks of rows, and of all runs or those of a service, from sums. What a check names of its runs: the model or the
# place.
CHECKS_OF_ROWS = """SELECT code, mended_by, HISTOGRAM(service_key) AS by, MAX_BY(read_value, excess) AS read_value,
MAX_BY(low, excess) AS low, MAX_BY(high, excess) AS high FROM run_checks WHERE {where} GROUP BY code, mended_by"""
NAMED = f"""SELECT code, LIST_SORT(LIST(DISTINCT IF(code = 'unknown_model', model, zone_as_read)))[:12] AS names
FROM runs JOIN run_checks USING (row_id, service_key)
WHERE code IN {_WITH_NAMES} AND ({{where}})
GROUP BY 1"""
CHECKS_OF_ALL = """WITH counted AS (
  SELECT code, service_key, CAST(SUM(runs) AS BIGINT) AS runs
  FROM (SELECT UNNEST(codes) AS code, service_key, runs FROM remarks WHERE ({where}) AND runs > 0) GROUP BY ALL
), found AS (
  SELECT code, MAP_FROM_ENTRIES(LIST((service_key, runs) ORDER BY service_key)) AS by
  FROM counted GROUP BY code
), faults AS (
  SELECT code, MAX_BY(read_value, excess) AS read_value, MAX_BY(low, excess) AS low, MAX_BY(high, excess) AS high
  FROM worst WHERE {where} GROUP BY code
)
SELECT code, mended_by, found.by, read_value, low, high
FROM found LEFT JOIN mending USING (code) LEFT JOIN faults USING (code)"""
NAMED_OF_ALL = f"""SELECT code, LIST_SORT(LIST(DISTINCT IF(code = 'unknown_model', model, place)))[:12] AS names
FROM (SELECT UNNEST(codes) AS code, NULLIF(model, '') AS model, place FROM remarks WHERE {{where}})
WHERE code IN {_WITH_NAMES}
GROUP BY 1"""
# Columns of the table `worst`: of a service, the fault of each code that is furthest beyond what is possible.
WORST = dict.fromkeys(("service_key", "code"), "VARCHAR")
WORST |= dict.fromkeys(("read_value", "low", "high", "excess"), "DOUBLE")


def worst(faults: str, by: str) -> str:
    """SQL of the worst of these faults by columns."""
    read = ", ".join(f"MAX_BY({name}, excess) AS {name}" for name in ("read_value", "low", "high"))
    return f"SELECT {by}, {read}, MAX(excess) AS excess FROM {faults} WHERE excess IS NOT NULL GROUP BY {by}"
