"""Tables `remarks` and `worst` of a build: of settled parts, from sums of their runs; of other rows, from each."""

from collections.abc import Mapping, Sequence

from estimator.assessment.equation_system import sql
from estimator.builds.equation_selection import ledger_formulas
from estimator.builds.factor_tables import joined
from estimator.builds.remarks import OF_ROWS, OF_SUMS, worst
from estimator.builds.row_status import Rows
from estimator.builds.sums import placed
from estimator.core.duckdb_engine import DuckDB

_TABLE = """CREATE TABLE remarks (service_key VARCHAR, month INTEGER, model VARCHAR, place VARCHAR, codes VARCHAR[],
fed BOOLEAN, lost BOOLEAN, sent BOOLEAN, lined BOOLEAN, runs BIGINT, here_kwh DOUBLE, file_kwh DOUBLE,
impossible_kwh DOUBLE)"""


def sum_remarks(
    engine: DuckDB, found: Rows, rest: Sequence[str], attributes: Mapping[str, Sequence[str]], left: Sequence[str]
) -> None:
    """The table `remarks`, and in `worst` the faults of rows outside settled parts, from the tables `remarked` and
    `run_checks`, of these rows. rest: large parts that are not settled, read one at a time; left: codes that are said
    of no run, nor in `run_checks`."""
    engine.run(_TABLE)
    for code in left:
        engine.run("DELETE FROM run_checks WHERE code = $1", [code])
    if engine.rows("SELECT 1 FROM remarked LIMIT 1"):
        engine.run(placed("TABLE", "remarked_placed", "remarked"))
        estimated = sql(ledger_formulas(), f"({joined('remarked_placed', attributes)})")
        codes = f"LIST_FILTER(codes, lambda code: NOT LIST_CONTAINS({[*left]}::VARCHAR[], code))"
        engine.run(f"INSERT INTO remarks BY NAME {OF_SUMS.format(estimated=estimated, codes=codes)}")
        engine.run("DROP TABLE remarked_placed")
    engine.run("DROP TABLE remarked")
    if not engine.rows("SELECT 1 FROM run_checks LIMIT 1"):
        return
    engine.run(f"INSERT INTO worst BY NAME {worst('run_checks', 'service_key, code')}")
    for some in ([], *([file] for file in rest)):
        found.read(engine, some, alone=bool(some))
        engine.run(f"INSERT INTO remarks BY NAME {OF_ROWS.replace('{where}', 'TRUE')}")
    found.read(engine, rest)
