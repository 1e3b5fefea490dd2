"""DuckDB adapter, and the only module that imports DuckDB."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    import numpy as np

Connection = duckdb.DuckDBPyConnection
FETCHED = 2_000  # rows fetched together
ENGINE_VERSION = f"duckdb {duckdb.__version__}"


def connect() -> Connection:
    """An in-memory database with its clock in UTC."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def arrow(connection: Connection, sql: str, schema: Any, parameters: Sequence[Any] = ()) -> Any:
    """The rows of a query as an Arrow table with this schema."""
    table: Any = connection.sql(sql, params=list(parameters) or None).to_arrow_table()
    return table.select(schema.names).cast(schema)


class DuckDB:
    """One database file. Each call opens its own cursor: a shared one mixes the results of threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def create(cls, path: Path) -> "DuckDB":
        """A new writable database file with its clock in UTC; names of files are found from its folder."""
        connection = duckdb.connect(path, config={"file_search_path": str(path.parent)})
        connection.execute("SET TimeZone = 'UTC'")
        return cls(connection)

    @classmethod
    def read(cls, path: Path, beside: Path | None = None) -> "DuckDB":
        """A finished file, read-only, without access to other files than those of a folder beside it."""
        connection = duckdb.connect(path, read_only=True, config={"file_search_path": str(path.parent)})
        if connection.execute("SELECT current_setting('lock_configuration')").fetchall() == [(True,)]:
            return cls(connection)  # this process has the file open already
        if beside is not None and beside.is_dir():
            names = ", ".join("'" + name.replace("'", "''") + "/'" for name in (str(beside), beside.name))
            connection.execute(f"SET allowed_directories = [{names}]")
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        return cls(connection)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute a statement, or several when there is no parameter."""
        self._connection.cursor().execute(sql, list(parameters) or None)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Result rows as dictionaries."""
        return list(self.stream(sql, parameters))

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """The same one by one, fetched by blocks."""
        cursor = self._connection.cursor().execute(sql, list(parameters) or None)
        names = [column[0] for column in cursor.description or ()]
        while block := cursor.fetchmany(FETCHED):
            yield from (dict(zip(names, values, strict=True)) for values in block)

    def batches(self, sql: str, size: int) -> Iterator[Any]:
        """Result rows as Arrow batches of at most this number of rows."""
        yield from self._connection.cursor().sql(sql).to_arrow_reader(size)

    def column(self, sql: str) -> "np.ndarray":
        """The only column of a result, without nulls."""
        found: dict[str, Any] = self._connection.cursor().execute(sql).fetchnumpy()
        (values,) = found.values()
        column: np.ndarray = values
        return column

    def load(self, table: str, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> None:
        """Create a table with these columns and SQL types."""
        cursor = self._connection.cursor()
        cursor.execute(f"CREATE TABLE {table} ({', '.join(f'{name} {kind}' for name, kind in types.items())})")
        values = ", ".join(f"unnest(${place}::{kind}[])" for place, kind in enumerate(types.values(), 1))
        cursor.execute(f"INSERT INTO {table} SELECT {values}", [list(columns[name]) for name in types])

    def close(self) -> None:
        """Flush and close the file."""
        self._connection.close()


@contextmanager
def created(path: Path) -> Iterator[DuckDB]:
    """A new database file, always closed at the end."""
    engine = DuckDB.create(path)
    try:
        yield engine
    finally:
        engine.close()
