"""The results of a build, read by DuckDB: the greenhouse gases of each service, and why one is missing.

`sobria export results.parquet` writes the file. Bounds and central values do not add up from one row to another.
"""

import sys

import duckdb

QUERY = """
    SELECT service, low, central, high, unit, missing FROM read_parquet(?)
    WHERE level = 'service' AND impact = 'gwp' ORDER BY central DESC NULLS LAST
"""
for service, low, central, high, unit, missing in duckdb.execute(QUERY, [sys.argv[1]]).fetchall():
    amount = f"{low:.3g} to {high:.3g} {unit} (central value: {central:.3g})" if central is not None else missing
    print(f"{service}: {amount}")
