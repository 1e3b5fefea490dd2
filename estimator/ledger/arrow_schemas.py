"""Arrow schemas of the ledger files."""

from estimator.core.parquet_files import schema_of
from estimator.ledger.rows import Activity, Refused

ACTIVITY_SCHEMA = schema_of(Activity)


REFUSED_SCHEMA = schema_of(Refused)
