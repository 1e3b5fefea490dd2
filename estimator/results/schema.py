"""The table of results: its columns, declared once as an Arrow schema that says its version."""

from collections.abc import Mapping

import pyarrow as pa

from estimator.results.file import VERSION as VERSION

LEVELS = ("total", "service", "month", "service_month", "proof", "cell")
USE_CASE = "use_case"
_TEXT, _NUMBER = pa.string(), pa.float64()
_FIELDS = (
    pa.field("level", _TEXT, nullable=False),
    pa.field("service", _TEXT),
    pa.field(USE_CASE, _TEXT),
    pa.field("month", pa.int32()),
    pa.field("model", _TEXT),
    pa.field("place", _TEXT),
    pa.field("proof", _TEXT),
    pa.field("impact", _TEXT, nullable=False),
    pa.field("low", _NUMBER),
    pa.field("central", _NUMBER),
    pa.field("high", _NUMBER),
    pa.field("at_factor_values", _NUMBER),
    pa.field("lowest", _NUMBER),
    pa.field("highest", _NUMBER),
    pa.field("unit", _TEXT, nullable=False),
    pa.field("missing", _TEXT),
    pa.field("coverage", _NUMBER),
    pa.field("made", _NUMBER),
    pa.field("made_partly", _NUMBER),
    pa.field("as_read_kwh", _NUMBER),
    pa.field("weight_kwh", _NUMBER, nullable=False),
    pa.field("build", _TEXT, nullable=False),
    pa.field("method_version", _TEXT, nullable=False),
)
SCHEMA = pa.schema(_FIELDS, {"sobria.results": VERSION})
# Use cases are joined when the table is opened: the register changes without a calculation.
FILE_SCHEMA = SCHEMA.remove(SCHEMA.get_field_index(USE_CASE))


def file_schema(facts: Mapping[str, str]) -> pa.Schema:
    """The schema of the file of a build, with the facts of the build in its metadata as `sobria.NAME`."""
    told = {f"sobria.{name}": value for name, value in facts.items()}
    return FILE_SCHEMA.with_metadata({**FILE_SCHEMA.metadata, **told})
