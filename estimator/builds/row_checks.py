"""What a person should look at in each row that counts, as SQL: the checks of its file that still stand, its faults."""

from collections.abc import Mapping, Set
from typing import Any

from estimator.builds.locations import OF_HOST, OF_READING, OF_ZONE
from estimator.builds.rollups import OF_UNKNOWN_MODEL
from estimator.builds.row_faults import Says, faulted, faulty_sums
from estimator.builds.row_status import sql_text
from estimator.catalogue.fault_rules import RULES
from estimator.catalogue.tables import Catalogue
from estimator.core.duckdb_engine import DuckDB, texts_sql

# SQL: where a check of a file no longer stands, by its code. What was not told of a place, once it is known by other
# means; the faults, which are judged anew.
GONE = (
    (OF_HOST, "host_from NOT IN ('trace', 'unknown')"),
    (("host_unread",), "host_from IN ('run', 'rule')"),
    (OF_ZONE, "(over_sites OR zone_from NOT IN ('trace', 'unknown'))"),
    (("unknown_device",), "device IS NOT NULL"),
    (("vm_size_unknown",), "machine_units IS NOT NULL"),
    ((*OF_READING, *(rule.code for rule in RULES)), "TRUE"),
)
_STANDS = " AND ".join(f"NOT ({where} AND code IN ({texts_sql(codes)}))" for codes, where in GONE)
_NOTED = f"CASE WHEN LEN(checks) > 0 THEN LIST_FILTER(checks, lambda code: {_STANDS}) ELSE checks END"
_MAY_BE = (
    "faulty OR {noted} OR place_code IS NOT NULL OR home OR over_sites OR shared OR unnamed OR class OR uncounted"
    " OR unheard"
)


def coded(engine: DuckDB, catalogue: Catalogue, filled: Set[str], unstated: Set[str], says: Says | None = None) -> str:
    """SQL of the rows that are read with something to look at, each with the `codes` of that. unstated: columns that
    none of them states; filled: those that have another value than rows state; says: what they may say, where that is
    known."""
    classed = engine.rows("SELECT DISTINCT subject FROM sets WHERE quantity = 'device_gwp' AND rung > 0")
    unknown = engine.rows("SELECT 1 FROM sets WHERE missing = 'unknown_model' LIMIT 1")
    told = {"noted": _NOTED, "classed": f"{[row['subject'] for row in classed]}", "unknown_model": "FALSE"}
    if unknown:  # else not sought
        told["unknown_model"] = f"row_id IN (SELECT row_id FROM slices WHERE {OF_UNKNOWN_MODEL})"
    rows = _noted(faulted(engine, catalogue, unstated - filled, says), told)
    return sql_text("coded.sql").format(noted=rows, looked=_MAY_BE.format(noted="LEN(noted) > 0"))


def looked(
    engine: DuckDB, catalogue: Catalogue, unstated: Set[str], says: Says, summed: bool
) -> tuple[str, Mapping[str, str] | None]:
    """SQL of the rows that are read, with whether each may have something to look at (`looked`), whatever factors it
    meets. A list of each row is long to go through: each code that some say is sought where it stands. summed: whether
    sums of rows that are alike may stand for them; then what has to be told of these, by column, if they do."""
    stand = {c: [f"NOT ({where})" for codes, where in GONE if c in codes] or ["TRUE"] for c in says.checks}
    noted = [
        f"CASE WHEN {' AND '.join(stand[c])} THEN LIST_CONTAINS(checks, {texts_sql([c])}) END" for c in sorted(stand)
    ]
    still = " OR ".join(["FALSE", *noted])
    told = {"noted": "NULL", "classed": "[]", "unknown_model": "FALSE"}
    sums = faulty_sums(engine, catalogue, unstated, says) if summed else None
    faulty, also = sums or (faulted(engine, catalogue, unstated, says, listed=False), None)
    return f"SELECT *, ({_MAY_BE.format(noted=f'({still})')}) AS looked FROM ({_noted(faulty, told)})", also


def _noted(faulty: str, told: Mapping[str, Any]) -> str:
    return sql_text("noted.sql").format(faulted=faulty, **told)
