"""Apache Spark adapter, and the only module that imports it: a build whose statements that read rows run there.

A statement is the same whatever runs it. What reads rows of the ledger, by itself or through a view, runs on Spark; any
other in the build file, as does what is made of groups. A table that Spark makes is written by its executors beside the
build: one of rows stays there and is read where it lies; one of groups comes back into the build.
"""

import logging
import os
import re
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import broadcast

from estimator.core import spark_sql
from estimator.core.duckdb_engine import ENGINE_VERSION, ROWS, DuckDB, plain_path, texts_sql
from estimator.core.errors import SobriaError
from estimator.core.spark_master import check_master
from estimator.core.spark_sql import Query
from estimator.core.spark_workers import watched, workers_wait

_RULES = "org.apache.spark.sql.catalyst.optimizer"
SETTINGS = {
    "spark.sql.ansi.enabled": "false",  # a quotient by zero is not known
    # A condition on what many rules say of a row, moved below them, holds each of them as often as it is named.
    "spark.sql.optimizer.excludedRules": f"{_RULES}.PushDownPredicates",
    "spark.sql.constraintPropagation.enabled": "false",
    # A join by broadcast brings one side to the driver: only tables that come from there are joined so, by a hint.
    "spark.sql.autoBroadcastJoinThreshold": "-1",
}
WRITTEN = ("runs", "settled")  # views that many statements read: executors write them while the build is made
_NOT_WRITTEN = ("Mkdirs failed to create", "Permission denied", "Read-only file system")
OF_A_ROW = "row_id"  # a table with this column, or with hashes of values, is one of rows


class WrittenTable(NamedTuple):
    """A table of rows that executors wrote: its folder, its columns that a build hashes, and what was deleted."""

    folder: Path
    hashed: frozenset[str]
    gone: tuple[str, ...] = ()


@cache
def session(master: str) -> Any:
    """The session of this process, opened once. spark_failed, and the refusals of `check_master`."""
    check_master(master)
    logging.getLogger("py4j").setLevel(logging.CRITICAL)  # its errors are raised, and said once
    interrupting = signal.getsignal(signal.SIGINT)
    with _told():
        opening = SparkSession.builder.master(master).appName("sobria")
        opened: Any = opening.config("spark.ui.showConsoleProgress", "false").getOrCreate()
        opened.sparkContext.setLogLevel("ERROR")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, interrupting)  # that of Spark calls Java again in the middle of a call
    return opened


@contextmanager
def _told() -> Iterator[None]:
    """What Spark cannot do, as its first line. spark_failed, spark_stopped, spark_unwritable."""
    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        said = str(getattr(error, "java_exception", error)).strip()
        if isinstance(error, Py4JNetworkError | ConnectionError):
            raise SobriaError("spark_stopped") from error
        if any(word in said for word in _NOT_WRITTEN):
            raise SobriaError("spark_unwritable") from error
        raise SobriaError("spark_failed", told=said.partition("\n")[0][:300].rstrip(".")) from error


@contextmanager
def created(path: Path, beside: Path, master: str) -> Iterator["SparkEngine"]:
    """A new build file, whose rows Spark reads. beside: the folder of what a build reads where it lies.
    spark_no_worker."""
    engine = SparkEngine.create(path)
    whole = False
    try:
        opened = session(master)
        with _told():
            engine.use(opened, beside)
        alone = master.startswith("local")  # works in the process that leads
        with nullcontext() if alone else watched(opened.sparkContext, master, workers_wait()):
            yield engine
        engine.run("CHECKPOINT")
        engine.tidy()
        whole = True
    finally:
        if not whole:
            engine.forget()
        engine.close()


class SparkEngine(DuckDB):
    """A build file whose statements that read rows run on Spark."""

    def use(self, session: Any, beside: Path) -> None:
        """From now on, with this session; tables of rows are written in a folder of their own under `beside`."""
        self._shared: list[DataFrame] = []  # parts that the statement reads several times, on the disks of executors
        self._session = session.newSession()
        self.version = f"{ENGINE_VERSION}, spark {session.version}"
        for name, value in SETTINGS.items():
            self._session.conf.set(name, value)
        self._folder = beside / f"{ROWS}{uuid4().hex[:8]}"
        self._folder.mkdir(parents=True)
        self._held: dict[str, WrittenTable] = {}
        self._views: dict[str, Query] = {}
        self._numbers = count()
        self._changes = Counter[str]()  # of each table and view of the build
        self._shown: dict[str, int] = {}  # tables and views that Spark knows, each with its state then
        self._files: dict[str, str] = {}  # by files that it reads, the name by which it knows them

    def forget(self) -> None:
        """Delete what executors wrote."""
        if hasattr(self, "_folder"):
            with suppress(Exception):  # Spark may be what failed
                self._release()
            shutil.rmtree(self._folder, ignore_errors=True)
            with suppress(OSError):
                self._folder.parent.rmdir()

    def tidy(self) -> None:
        """Delete what executors wrote for the time of a build."""
        for name in {*WRITTEN} - self._held.keys():
            shutil.rmtree(self._folder / name, ignore_errors=True)

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Execute statements, each where it belongs. spark_failed."""
        if parameters:
            super().run(sql, parameters)
            return
        for text, tree in spark_sql.statements(sql):
            self._execute(text, tree)
            self._release()

    def stream(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[dict[str, Any]]:
        """The rows of a query, one by one. spark_failed."""
        (_, tree), *_ = spark_sql.statements(sql)
        if parameters or tree.key == "describe" or not self._reads_rows(tree):
            yield from super().stream(sql, parameters)
            return
        with _told():
            found = self._bring(tree)
        self._release()
        yield from found

    def repeats(self, sql: str) -> bool:
        """Whether two rows of the only column of a query, `name`, have the same."""
        return bool(self.rows(f"SELECT name FROM ({sql}) GROUP BY name HAVING COUNT(*) > 1 LIMIT 1"))

    def load(self, table: str, columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> None:
        """Create a table with these columns and SQL types."""
        self._changes[table] += 1
        super().load(table, columns, types)

    def _execute(self, text: str, tree: Query) -> None:
        name, query = spark_sql.target(tree), tree.args.get("expression")
        if tree.key == "create" and tree.kind == "TABLE" and query and self._reads_rows(query):
            with _told():
                self._make(name, query)
        elif tree.key == "insert" and name in self._held:
            with _told():
                self._add(name, tree)
        elif tree.key == "insert" and self._reads_rows(query):
            with _told():
                self._bring_in(name, tree)
        elif tree.key == "delete" and name in self._held:
            held, gone = self._held[name], tree.args["where"].this.sql("duckdb")
            self._hold(name, held._replace(gone=(*held.gone, gone)))
        elif tree.key == "drop" and name in self._held:
            super().run(f"DROP VIEW {name}")
            shutil.rmtree(self._held.pop(name).folder)
        else:
            super().run(text)
            if tree.key == "create" and tree.kind == "VIEW":
                self._views.pop(name, None)
                if self._reads_rows(query):
                    self._views[name] = query
        self._changes[name] += 1  # a statement may read what it changes, as it was

    def _reads_rows(self, query: Query) -> bool:
        return bool(spark_sql.relations(query) & {*self._views, *self._held} or spark_sql.reads_files(query))

    def _bring(self, query: Query) -> list[dict[str, Any]]:
        """What a query of rows finds, in this process: what they tell, each once, never rows."""
        found: list[dict[str, Any]] = self._frame(query).toArrow().to_pylist()
        return found

    def _make(self, name: str, query: Query) -> None:
        """A table of a query of rows, written by executors: kept there if it is of rows."""
        frame, folder, hashed = self._frame(query), self._folder / name, spark_sql.hashed(query)
        frame.write.mode("overwrite").parquet(_uri(folder, written=True))
        if OF_A_ROW in frame.columns or hashed:
            self._hold(name, WrittenTable(folder, frozenset(hashed)))
        else:
            super().run(f"CREATE TABLE {name} AS FROM {self._written(folder)}")
            shutil.rmtree(folder)

    def _hold(self, name: str, held: WrittenTable) -> None:
        self._held[name] = held
        hashed = ", ".join(f"HASH({column}) AS {column}" for column in sorted(held.hashed))
        told = f"* REPLACE ({hashed})" if hashed else "*"
        super().run(f"CREATE OR REPLACE VIEW {name} AS SELECT {told} FROM {self._written(held.folder)}{_but(held)}")

    def _bring_in(self, name: str, tree: Query) -> None:
        """Groups made of rows by executors, added to a table of the build."""
        folder = self._folder / f"{name}-{uuid4().hex[:8]}"
        self._frame(tree.args["expression"]).write.parquet(_uri(folder, written=True))
        how = "BY NAME " if tree.args.get("by_name") else ""
        super().run(f"INSERT INTO {name} {how}FROM {self._written(folder)}")
        shutil.rmtree(folder)

    def _add(self, name: str, tree: Query) -> None:
        """Rows added to a table of rows, by name or in the order of its columns."""
        held, query = self._held[name], tree.args["expression"]
        if self._reads_rows(query):
            frame = self._frame(query)
            if not tree.args.get("by_name"):
                frame = frame.toDF(*self._columns(name))
            frame.write.mode("append").parquet(_uri(held.folder, written=True))
        else:
            target = str(held.folder / f"part-{uuid4().hex}.parquet").replace("'", "''")
            super().run(f"COPY ({query.sql('duckdb')}) TO '{target}' (FORMAT parquet)")
        self._hold(name, held)

    def _columns(self, name: str) -> list[str]:
        return [row["column_name"] for row in super().stream(f"DESCRIBE {name}")]

    def _written(self, folder: Path) -> str:
        path = folder.relative_to(self._path.parent).as_posix().replace("'", "''")
        return f"read_parquet('{path}/*.parquet', union_by_name=true)"

    def _frame(self, query: Query) -> DataFrame:
        """What a query of rows finds, as Spark knows it."""
        query = spark_sql.with_files(query, self._of_files)
        for name in sorted(spark_sql.relations(query)):
            self._show(name)
        query = spark_sql.with_parts(query, self._part)
        frame: DataFrame = self._session.sql(spark_sql.to_spark(query, self._names))
        return frame

    def _part(self, query: Query, shared: bool) -> str:
        """The name of a part of a query; one that is read several times is made once, on the disks of executors."""
        frame = self._session.sql(spark_sql.to_spark(query, self._names))
        name = f"part_{next(self._numbers)}"
        if shared:
            self._shared.append(frame.persist(StorageLevel.DISK_ONLY))
        frame.createOrReplaceTempView(name)
        return name

    def _release(self) -> None:
        """Delete the parts that the statement read several times."""
        while self._shared:
            self._shared.pop().unpersist()

    def _names(self, part: Query) -> list[str]:
        names: list[str] = self._session.sql(spark_sql.to_spark(part, self._names)).columns
        return names

    def _show(self, name: str) -> None:
        """Spark knows a table or view of the build by its name, as it stands."""
        state = self._state(name)
        if self._shown.get(name) == state:
            return
        if name in self._held:
            held = self._held[name]
            frame = self._read(self._written(held.folder), [str(held.folder)])
            for gone in held.gone:
                frame = frame.where(f"({gone}) IS NOT TRUE")
        elif name in self._views:
            frame = self._frame(self._views[name])
            if name in WRITTEN:
                frame.write.mode("overwrite").parquet(_uri(self._folder / name, written=True))
                frame = self._session.read.schema(frame.schema).parquet(_uri(self._folder / name))
        elif self._is_there(name):
            table = self._connection.cursor().sql(f"FROM {name}").to_arrow_table()
            frame = broadcast(self._session.createDataFrame(table))
        else:
            return
        frame.createOrReplaceTempView(name)
        self._shown[name] = state

    def _state(self, name: str) -> int:
        """A number of what a table or view is made of: the same while nothing below it changes."""
        if name not in self._views:
            return hash((name, self._changes[name]))
        query = self._views[name]
        return hash((query.sql(), *map(self._state, sorted(spark_sql.relations(query)))))

    def _is_there(self, name: str) -> bool:
        found = super().stream("SELECT 1 FROM duckdb_tables() WHERE table_name = $1", [name])
        also = super().stream("SELECT 1 FROM duckdb_views() WHERE view_name = $1", [name])
        return any(True for _ in (*found, *also))

    def _of_files(self, paths: Sequence[str], told: bool) -> str:
        """The name by which Spark knows the rows of these files."""
        key = repr((paths, told))
        if key not in self._files:
            there = [str(self._path.parent / plain_path(path)) for path in paths]
            frame = self._read(f"read_parquet([{texts_sql(paths)}], union_by_name=true)", there)
            if told:
                frame = frame.selectExpr("*", "_metadata.file_name AS filename")
            self._files[key] = f"files_{len(self._files)}"
            frame.createOrReplaceTempView(self._files[key])
        return self._files[key]

    def _read(self, relation: str, paths: Sequence[str]) -> DataFrame:
        types = [(r["column_name"], r["column_type"]) for r in super().stream(f"DESCRIBE FROM {relation}")]
        schema = ", ".join(f"`{name}` {spark_sql.type_of(kind)}" for name, kind in types)
        frame: DataFrame = self._session.read.schema(schema).parquet(*map(_uri, map(Path, paths)))
        return frame


def _but(held: WrittenTable) -> str:
    return " WHERE " + " AND ".join(f"({gone}) IS NOT TRUE" for gone in held.gone) if held.gone else ""


def _uri(path: Path, written: bool = False) -> str:
    """A path on the disk that all share, for Spark, which takes one that it reads for a pattern, one that is written
    for itself."""
    there = os.path.abspath(path)
    return "file://" + (there if written else re.sub(r"([\[\]{}*?\\])", r"\\\1", there))
