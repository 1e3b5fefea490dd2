"""Arrow schemas of the ledger files."""

import pyarrow as pa

from estimator.core.parquet_files import batch_schema_of, schema_of
from estimator.ledger.rows import Activity, Kind, Refused

ACTIVITY_SCHEMA = schema_of(Activity)
BATCH_SCHEMA = batch_schema_of(ACTIVITY_SCHEMA)  # of rows read, until they are written
REFUSED_SCHEMA = schema_of(Refused)
SCHEMAS: dict[Kind, pa.Schema] = {"activities": ACTIVITY_SCHEMA, "quarantine": REFUSED_SCHEMA}
