"""DuckDB adapter, and the only module that imports DuckDB."""

import errno
import glob
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import cache
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Self
from weakref import finalize

import duckdb

from estimator.core.errors import SobriaError
from estimator.core.locks import take

if TYPE_CHECKING:
    import numpy as np

Connection = duckdb.DuckDBPyConnection
EngineError = duckdb.Error
# Objects never change: what was read of one is not asked again. Of those larger than a block [bytes], only the columns
# that are wanted are read.
OBJECTS = """SET validate_external_file_cache = 'NO_VALIDATION'; SET parquet_metadata_cache = true;
SET external_file_cache_request_sizing = 'EXACT'; SET parquet_prefetch_column_gap = 4096;
SET external_file_cache_remote_max_block_size = 262144"""
ELSEWHERE = "ELSEWHERE"  # in the folder of parts of a build: which of them stay in a bucket, and where
ROWS = "rows-"  # there too: how the names of folders begin that executors wrote
WITHIN = "within"  # variable of SQL: the names of the parts that are read, all without it
_PARTS: ContextVar[Sequence[str] | None] = ContextVar(WITHIN, default=None)
FETCHED = 2_000  # rows fetched together
PACKED = 65_536  # rows of which texts are held once together
ENGINE_VERSION = f"duckdb {duckdb.__version__}"
_NUMBERS = count()
_OPENING = Lock()  # a file is opened and locked by one thread before another sees it open
UNREADABLE = (
    duckdb.OperationalError,
    duckdb.InvalidInputException,
    duckdb.CatalogException,
    duckdb.InternalException,
    duckdb.FatalException,  # of a checkpoint that could not be written
)


class FileDamaged(SobriaError):
    """A build, or a file that it reads, that was cut or overwritten."""


def texts_sql(texts: Iterable[str]) -> str:
    """Texts as SQL, one after the other: « 'un', 'l''autre' »."""
    return ", ".join("'" + text.replace("'", "''") + "'" for text in texts)


def files_sql(paths: Iterable[str]) -> str:
    """Paths as SQL, of which no sign makes a pattern: « '/x [[]2026]/un.parquet' ». DuckDB tells each as it is."""
    return texts_sql(map(glob.escape, paths))


def plain_path(read: str) -> str:
    """A path that `files_sql` wrote."""
    return re.sub(r"\[([*?[])\]", r"\1", read)


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
    _see_objects(connection)
    connection.execute(f"ATTACH ':memory:' AS {name}; USE {name}; SET TimeZone = 'UTC'")
    try:
        yield connection
    finally:
        connection.execute(f"USE memory; DETACH {name}")
        connection.close()


@contextmanager
def connect_alone() -> Iterator[Connection]:
    """Context of a database in memory with an engine of its own, gone with it, and one thread, its clock in UTC: a
    second thread would only keep as much memory as the first."""
    with duckdb.connect(config={"threads": 1}) as connection:
        _see_objects(connection)
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _see_objects(connection: Connection, needed: bool = False) -> None:
    """A connection reads the objects of buckets too, where this process does, or where it is needed."""
    from estimator.core.storage import s3_files

    if (needed or s3_files.is_open()) and not connection.filesystem_is_registered("s3"):
        connection.register_filesystem(s3_files.filesystem())
        connection.execute(OBJECTS)


def views_on_disk(path: Path) -> str:
    """The SQL of the views of a finished file as it is on disk, which may have replaced one that this process still has
    open under that name. FileDamaged."""
    with told(path), connect() as connection:
        name = f"looked_at_{next(_NUMBERS)}"
        connection.execute(f"ATTACH {texts_sql([str(path)])} AS {name} (READ_ONLY)")
        try:
            found = connection.execute("SELECT sql FROM duckdb_views() WHERE database_name = $1", [name]).fetchall()
        finally:
            connection.execute(f"DETACH {name}")
    return "\n".join(sql for (sql,) in found)


@cache
def _in_memory(process: int) -> Connection:
    """The engine of this process: its threads are not in a copy of it."""
    return duckdb.connect()


def arrow(connection: Connection, sql: str, schema: Any, parameters: Sequence[Any] = ()) -> Any:
    """The rows of a query as an Arrow table with this schema."""
    table: Any = connection.sql(sql, params=list(parameters) or None).to_arrow_table()
    return table.select(schema.names).cast(schema)


def packed(connection: Connection, sql: str, schema: Any, parameters: Sequence[Any] = ()) -> Any:
    """The same some rows at a time, of a schema that holds once a text that many rows share."""
    import pyarrow as pa

    found = connection.sql(sql, params=list(parameters) or None).to_arrow_reader(PACKED)
    tables = (pa.Table.from_batches([batch]).select(schema.names).cast(schema) for batch in found)
    return pa.concat_tables([schema.empty_table(), *tables]).unify_dictionaries()


class DuckDB:
    """One database file. Each call opens its own cursor: a shared one mixes the results of threads."""

    version = ENGINE_VERSION

    def __init__(self, connection: Connection, path: Path, lock: int | None = None) -> None:
        """lock: descriptor of what is held while it is open."""
        self._connection = connection
        self._path = path
        self._release_lock = finalize(self, os.close, lock) if lock is not None else lambda: None

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new writable database file with its clock in UTC; names of files are found from its folder. What the end of
        one tells is kept as long as it is not written again."""
        with told(path):
            connection = duckdb.connect(path, config={"file_search_path": str(path.parent)})
        _see_objects(connection)
        connection.execute("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")
        return cls(connection, path)

    @classmethod
    def read(cls, path: Path) -> "DuckDB":
        """A finished file, read-only, without access to other files than what lies beside it under its name: a table
        `.parquet`, a folder `.parts`, and the objects that this folder names. While it is open, this folder is locked:
        nothing is deleted there. FileDamaged."""
        table, parts = (path.with_suffix(end) for end in (".parquet", ".parts"))
        tables = ", ".join(dict.fromkeys((texts_sql([str(table)]), files_sql([str(table)]))))
        told_of = parts / ELSEWHERE
        away = json.loads(told_of.read_bytes())["roots"] if told_of.exists() else []
        inside = texts_sql((f"{parts}/", f"{parts.name}/", *away))
        with ExitStack() as held, _OPENING:
            lock = take(parts, shared=True) if parts.is_dir() else None  # before the file, which may be replaced
            if lock is not None:
                held.callback(os.close, lock)
            with told(path):
                connection = duckdb.connect(path, read_only=True, config={"file_search_path": str(path.parent)})
            if connection.execute("SELECT current_setting('lock_configuration')").fetchall() != [(True,)]:
                _see_objects(connection, bool(away))
                connection.execute(
                    f"SET allowed_paths = [{tables}]; SET allowed_directories = [{inside}];"
                    " SET enable_external_access = false; SET lock_configuration = true"
                )  # else this process has the file open already
            held.pop_all()  # from now on, until it is closed
        return cls(connection, path, lock)

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
            cursor = self._connection.cursor()
            if (parts := _PARTS.get()) is not None:
                cursor.execute(f"SET VARIABLE {WITHIN} = {list(parts)!r}::VARCHAR[]")
            cursor.execute(sql, list(parameters) or None)
            names = [column[0] for column in cursor.description or ()]
            while block := cursor.fetchmany(FETCHED):
                yield from (dict(zip(names, values, strict=True)) for values in block)

    @staticmethod
    @contextmanager
    def within(parts: Sequence[str]) -> Iterator[None]:
        """Context in which, of the parts that a build reads elsewhere, only these are read by `rows`."""
        token = _PARTS.set(parts)
        try:
            yield
        finally:
            _PARTS.reset(token)

    def column(self, sql: str) -> "np.ndarray":
        """The only column of a result, without nulls."""
        (column,) = self.columns(sql)
        return column

    def columns(self, sql: str) -> list["np.ndarray"]:
        """The columns of a result; one with nulls is masked."""
        with told(self._path):
            found: dict[str, Any] = self._connection.cursor().execute(sql).fetchnumpy()
        return [*found.values()]

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
        self._release_lock()


@contextmanager
def created(path: Path) -> Iterator[DuckDB]:
    """A new database file, always closed at the end; written in full before, as closing hides a full disk."""
    engine = DuckDB.create(path)
    try:
        yield engine
        engine.run("CHECKPOINT")
    finally:
        engine.close()
