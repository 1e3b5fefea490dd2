"""SQL of what the rows of the ledger are: which count, and which are to be modelled."""

from collections.abc import Iterable
from importlib import resources

from estimator.core.duckdb_engine import texts_sql


def current_rows_sql() -> str:
    """SQL of each row of a view `activities` with its status, `current` for those that count."""
    return (resources.files(__package__) / "sql" / "current_rows.sql").read_text("utf-8")


def modelled_sql(embeds: str = "FALSE") -> str:
    """SQL: whether a row of activities is to be modelled. embeds: SQL, whether its model makes vectors of what it
    reads."""
    return (resources.files(__package__) / "sql" / "modelled.sql").read_text("utf-8").format(embeds=embeds)


def named_sql(names: Iterable[str]) -> str:
    """SQL: whether the model of a row is one of these."""
    quoted = texts_sql(names)
    return f"COALESCE(model IN ({quoted}), FALSE)" if quoted else "FALSE"
