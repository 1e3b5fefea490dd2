"""DuckDB adapter, and the only module that imports DuckDB."""

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

import duckdb

from estimator.core.errors import SobriaError

if TYPE_CHECKING:
    import numpy as np

Connection = duckdb.DuckDBPyConnection
EngineError = duckdb.Error
FETCHED = 2_000  # rows fetched together
ENGINE_VERSION = f"duckdb {duckdb.__version__}"
_NUMBERS = count()
_OPENING = Lock()  # a file is opened and locked by one thread before another sees it open
UNREADABLE = (duckdb.OperationalError, duckdb.InvalidInputException, duckdb.CatalogException, duckdb.InternalException)


class FileDamaged(SobriaError):
    """A build, or a file that it reads, that was cut or overwritten."""


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What DuckDB cannot read or write, as the error of the disk that its text names, else as a damaged file; our own
    mistakes stay as they are. OSError, FileDamaged."""
    try:
        yield
    except duckdb.Error as error:
        if type(error) is not duckdb.Error and not isinstance(error, UNREADABLE):
            raise
        for number in errno.errorcode:
            if os.strerror(number) in str(error):
                raise OSError(number, os.strerror(number), str(path)) from error
        raise FileDamaged(file=path.name) from error


@contextmanager
def connect() -> Iterator[Connection]:
    """Context of a database of its own in memory, with its clock in UTC; all are in one engine, which is long to
    start."""
    name = f"apart_{next(_NUMBERS)}"
    connection = _in_memory(os.getpid()).cursor()
    connection.execute(f"ATTACH ':memory:' AS {name}; USE {name}; SET TimeZone = 'UTC'")
    try:
        yield connection
    finally:
        connection.execute(f"USE memory; DETACH {name}")
        connection.close()


@cache
def _in_memory(process: int) -> Connection:
    """The engine of this process: its threads are not in a copy of it."""
    return duckdb.connect()


def arrow(connection: Connection, sql: str, schema: Any, parameters: Sequence[Any] = ()) -> Any:
    """The rows of a query as an Arrow table with this schema."""
    table: Any = connection.sql(sql, params=list(parameters) or None).to_arrow_table()
    return table.select(schema.names).cast(schema)


class DuckDB:
    """One database file. Each call opens its own cursor: a shared one mixes the results of threads."""

    version = ENGINE_VERSION

    def __init__(self, connection: Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new writable database file with its clock in UTC; names of files are found from its folder."""
        with told(path):
            connection = duckdb.connect(path, config={"file_search_path": str(path.parent)})
        connection.execute("SET TimeZone = 'UTC'")
        return cls(connection, path)

    @classmethod
    def read(cls, path: Path) -> "DuckDB":
        """A finished file, read-only, without access to other files than what lies beside it under its name: a table
        `.parquet`, a folder `.parts`. FileDamaged."""
        table, parts = (str(path.with_suffix(end)).replace("'", "''") for end in (".parquet", ".parts"))
        with _OPENING:
            with told(path):
                connection = duckdb.connect(path, read_only=True, config={"file_search_path": str(path.parent)})
            if connection.execute("SELECT current_setting('lock_configuration')").fetchall() != [(True,)]:
                connection.execute(
                    f"SET allowed_paths = ['{table}']; SET allowed_directories = ['{parts}/', '{Path(parts).name}/'];"
                    " SET enable_external_access = false; SET lock_configuration = true"
                )  # else this process has the file open already
        return cls(connection, path)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute a statement, or several when there is no parameter."""
        with told(self._path):
            self._connection.cursor().execute(sql, list(parameters) or None)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Result rows as dictionaries."""
        return list(self.stream(sql, parameters))

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """The same one by one, fetched by blocks."""
        with told(self._path):
            cursor = self._connection.cursor().execute(sql, list(parameters) or None)
            names = [column[0] for column in cursor.description or ()]
            while block := cursor.fetchmany(FETCHED):
                yield from (dict(zip(names, values, strict=True)) for values in block)

    def column(self, sql: str) -> "np.ndarray":
        """The only column of a result, without nulls."""
        with told(self._path):
            found: dict[str, Any] = self._connection.cursor().execute(sql).fetchnumpy()
        (values,) = found.values()
        column: np.ndarray = values
        return column

    def repeats(self, sql: str) -> bool:
        """Whether two rows of the only column of a query, `name`, of hashes, have the same: sorted in an array they are
        8 bytes a row, and sooner than a table."""
        import numpy as np

        hashes = np.sort(self.column(sql))
        return bool(np.any(hashes[1:] == hashes[:-1]))

    def load(self, table: str, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> None:
        """Create a table with these columns and SQL types."""
        values = ", ".join(f"unnest(${place}::{types[name]}[]) AS {name}" for place, name in enumerate(types, 1))
        self.run(f"CREATE TABLE {table} AS SELECT {values}", [list(columns[name]) for name in types])

    def close(self) -> None:
        """Flush and close the file."""
        self._connection.close()


@contextmanager
def created(path: Path) -> Iterator[DuckDB]:
    """A new database file, always closed at the end; written in full before, as closing hides a full disk."""
    engine = DuckDB.create(path)
    try:
        yield engine
        engine.run("CHECKPOINT")
    finally:
        engine.close()
