"""Arrow schemas of the ledger files."""

import pyarrow as pa

from estimator.core.parquet_files import batch_schema_of, schema_of
from estimator.ledger.rows import Activity, Kind, Refused

ACTIVITY_SCHEMA = schema_of(Activity)
BATCH_SCHEMA = batch_schema_of(ACTIVITY_SCHEMA)  # of rows read, until they are written
REFUSED_SCHEMA = schema_of(Refused)
SCHEMAS: dict[Kind, pa.Schema] = {"activities": ACTIVITY_SCHEMA, "quarantine": REFUSED_SCHEMA}
HELD: dict[Kind, pa.Schema] = {"activities": BATCH_SCHEMA, "quarantine": REFUSED_SCHEMA}  # of many rows at once
SHARED = frozenset(field.name for field in BATCH_SCHEMA if pa.types.is_dictionary(field.type))
# By these a row has to do with others: they are asked of a few files, which then all have them.
_NAMES = frozenset({"row_id", "run_key", "run_id", "trace_id", "task_name"})


def stated(rows: pa.Table) -> pa.Table:
    """These activities as a part holds them: without the columns of this version in which none says anything. They are
    null where the part is read beside one that has them."""
    named = zip(rows.schema.names, rows.columns, strict=True)
    left = [name for name, column in named if column.null_count == len(rows) and name in ACTIVITY_SCHEMA.names]
    return rows.drop_columns([name for name in left if name not in _NAMES]) if len(rows) else rows
