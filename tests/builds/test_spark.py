"""A build whose rows Apache Spark reads: the figures of DuckDB's, rows that stay on its executors, a session elsewhere.

The suite opens one session, in this process; whole builds, of minutes, are left to the long proofs. With two workers,
512 MB and ten million rows:
./scripts/spark-local start; SPARK_CONF_DIR=… SPARK_MASTER=spark://127.0.0.1:17077 SPARK_ROWS=10000000
python -m scripts.proofs tests/builds/test_spark.py
"""

import math
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product, takewhile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from estimator.builds import row_status
from estimator.builds.build import How
from estimator.core.duckdb_engine import DuckDB, files_sql
from estimator.core.errors import LANGUAGES
from estimator.core.spark_workers import WAIT
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.ledger.rows import Activity
from estimator.results.file import results_path
from estimator.results.making import build
from scripts.bench.engines import write_rows
from scripts.bench.tokens import write_requests
from tests.skipped import NO_SPARK
from tests.support import activity, append, refuses

ROUNDING = 1e-12
TABLES = (
    "groups",
    "services",
    "service_months",
    "proved_runs",
    "servings",
    "run_checks",
    "unknown_energy",
    "merged_unknown",
    "refused",
)
# What factors are bound to in each slice, which is read again when a run is explained.
PLACED = "SELECT service_key, month, model, machine, device, serving, COUNT(*) AS n FROM slices GROUP BY ALL"
ROWS_READ = 50_000  # of a table together
ROWS = int(os.environ.get("SPARK_ROWS", "1000000"))
MASTER = os.environ.get("SPARK_MASTER", "local[2]")
PARIS = "--driver-memory 512m --conf spark.sql.session.timeZone=Europe/Paris"
QUICK = (
    "--conf spark.sql.shuffle.partitions=2 --conf spark.ui.enabled=false"
    " --driver-java-options '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'"  # half of a short build is compilation
)
ORACLE = Path(__file__).with_name("spark_totals.sql")


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """The module of the engine, with a session of little memory, its clock in Paris."""
    _asks_for_spark()
    told = f"{PARIS} {QUICK if MASTER.startswith('local') else ''} pyspark-shell"
    with patch.dict(os.environ, SPARK_LOCAL_IP="127.0.0.1", PYSPARK_SUBMIT_ARGS=told):
        from estimator.core import spark_engine

        assert spark_engine.session(MASTER).conf.get("spark.sql.session.timeZone") == "Europe/Paris"
        yield spark_engine


def _asks_for_spark() -> None:
    pytest.importorskip("pyspark", reason=NO_SPARK)
    if shutil.which("java") is None:
        pytest.skip(NO_SPARK)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A home of every reader of the small traces, of requests, of rows told twice, and of runs over both changes of
    clock in Paris, in parts that count as large."""
    home = tmp_path_factory.mktemp("mixed")
    import_paths(Ledger(home), [*(root / "tests" / "traces" / "formats").rglob("*.*")], reading_context(home))
    traces = [path for path in (root / "tests" / "traces" / "good").rglob("*") if path.is_file()]
    import_paths(Ledger(home), traces, reading_context(home))
    write_requests(home, 3_000, 3)
    write_requests(home, 2_000, 2, file="again.json", first=1_500)  # some told twice
    append(Ledger(home), [_run(*at) for at in product(("03-29", "04-01", "10-25", "11-01"), range(5))])
    append(Ledger(home), [_asked(n, model) for n in range(1, 6) for model in ("modele-inconnu", "mistral-large-3")])
    return home


def _asked(day: int, model: str) -> Activity:
    """Calls of a model, by a card that nobody names; one model is in no table."""
    unread = dict.fromkeys(("cpu_energy_kwh", "gpu_energy_kwh", "ram_energy_kwh", "other_energy_kwh"))
    told = {"model": model, "requests": 4.0, "input_tokens": 80.0, "output_tokens": 200.0, "line": day, "machine": None}
    return activity(f"2026-05-{day:02}T10:00:00", 1.0, service_key=model, cpu_mode="mode/none", **unread, **told)


def _run(day: str, halves: int) -> Activity:
    """An hour of a computer about the first hour of a day, which others overlap."""
    before = datetime(2026, *map(int, day.split("-")), tzinfo=UTC) + timedelta(minutes=30 * halves - 60)
    return activity(f"{before:%Y-%m-%dT%H:%M:%S}", 1.0, machine_id="one", scope="machine", cpu_energy_kwh=0.1)


def _copy(home: Path, folder: Path) -> Path:
    """The same home, without builds."""
    shutil.copytree(home, folder, ignore=shutil.ignore_patterns("builds"), dirs_exist_ok=True)
    return folder


def _agree(one: pa.RecordBatchReader, other: pa.RecordBatchReader) -> int:
    """How many figures of two tables are the same, within rounding; all must be. Rows are paired by what is no measure
    in them, then in the order of their measures: by DuckDB, which holds on disk what memory does not."""
    measures = [field.name for field in one.schema if pa.types.is_floating(field.type)]
    names = [name for name in one.schema.names if name not in (*measures, "build", "group_id")]
    told = f"md5(CAST([{', '.join(f'CAST({name} AS VARCHAR)' for name in names)}] AS VARCHAR))"
    read = ", ".join([f"{told} AS told", *measures])
    placed = f"SELECT *, ROW_NUMBER() OVER ({', '.join(['PARTITION BY told ORDER BY 1', *measures])}) AS place"
    pairs = [(f"one.{name}", f"other.{name}") for name in measures]
    off = [
        f"NOT COALESCE(ABS({a} - {b}) <= {ROUNDING} * GREATEST(ABS({a}), ABS({b})), {a} IS NULL AND {b} IS NULL)"
        for a, b in pairs
    ]
    with (
        TemporaryDirectory() as folder,
        duckdb.connect(config={"memory_limit": "4GB", "temp_directory": folder}) as connection,
    ):
        connection.register("mine", one)
        connection.register("theirs", other)
        found = connection.execute(
            f"SELECT SUM({' + '.join(['0', *(f'({b} IS NOT NULL)::BIGINT' for _, b in pairs)])}),"
            f" COUNT(*) FILTER (one.place IS NULL OR other.place IS NULL OR {' OR '.join(['FALSE', *off])})"
            f" FROM ({placed} FROM (SELECT {read} FROM mine)) AS one"
            f" FULL JOIN ({placed} FROM (SELECT {read} FROM theirs)) AS other"
            " ON one.told = other.told AND one.place = other.place"
        ).fetchone()
    assert found is not None
    assert found[1] == 0, f"rows of one that are not the other's: {found[1]}"
    return int(found[0] or 0)


def _same(one: Path, other: Path) -> int:
    """How many figures of two builds agree: all results, and what else is made of rows."""
    count = _agree(*(pq.read_table(results_path(path)).to_reader() for path in (one, other)))
    engines = [DuckDB.read(path) for path in (one, other)]
    for table in (*(f"FROM {table}" for table in TABLES), PLACED):
        _agree(*(engine._connection.sql(table).to_arrow_reader(ROWS_READ) for engine in engines))
    for engine in engines:
        engine.close()
    return count


def test_a_difference_between_two_builds_is_seen() -> None:
    """Two rows of one name are paired by their order; a figure that is not known is no zero."""

    def table(names: str, *values: float | None) -> pa.RecordBatchReader:
        return pa.table({"name": list(names), "kwh": pa.array(values, pa.float64())}).to_reader()

    assert _agree(table("aab", 1, 2, None), table("aba", 2, None, 1 + 1e-14)) == 2  # noqa: PLR2004
    for other in (
        ("aab", 1, 2 + 1e-9, None),
        ("aab", 1, 2, 0),
        ("aa", 1, 2),
        ("aac", 1, 2, None),
        ("aabb", 1, 2, None, None),
    ):
        with pytest.raises(AssertionError):
            _agree(table("aab", 1, 2, None), table(*other))


class Watched:
    """What Spark does for a build: the most rows that it brings back together, and the plan of each of its tables, and
    of what it adds to one."""

    def __init__(self, spark: Any) -> None:
        self.brought, self.plans = 0, dict[str, str]()
        bring, make, bring_in = (getattr(spark.SparkEngine, name) for name in ("_bring", "_make", "_bring_in"))

        def brings(engine: Any, tree: Any) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = bring(engine, tree)
            self.brought = max(self.brought, len(found))
            return found

        def makes(engine: Any, name: str, query: Any) -> None:
            self.plans[name] = engine._frame(query)._jdf.queryExecution().executedPlan().toString()
            make(engine, name, query)

        def brings_in(engine: Any, name: str, tree: Any) -> None:
            plan = engine._frame(tree.expression)._jdf.queryExecution().executedPlan()
            self.plans[f"{name}, added"] = plan.toString()
            bring_in(engine, name, tree)

        self.patches = [patch.object(spark.SparkEngine, "_bring", brings)]
        self.patches += [patch.object(spark.SparkEngine, "_make", makes)]
        self.patches += [patch.object(spark.SparkEngine, "_bring_in", brings_in)]

    def sent(self) -> list[str]:
        """The tables whose plan brings rows of files to the driver, which sends them to each executor."""
        return [name for name, plan in self.plans.items() if any("FileScan" in part for part in _broadcast(plan))]

    def __enter__(self) -> "Watched":
        for one in self.patches:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.patches:
            one.stop()


def _broadcast(plan: str) -> Iterator[str]:
    """Each part of a plan that is joined by broadcast: the lines below that step, further right than it."""
    lines = plan.splitlines()
    for at, line in enumerate(lines):
        if "BroadcastExchange" in line:
            yield "\n".join(takewhile(partial(_below, line.index("BroadcastExchange")), lines[at + 1 :]))


def _below(depth: int, line: str) -> bool:
    return len(line) - len(line.lstrip(" :+-")) > depth


@pytest.mark.long
def test_the_build_is_that_of_duckdb(spark: Any, mixed: Path, tmp_path: Path) -> None:
    """Every figure of every row of results, in a session whose clock is in Paris, by a path that is also a pattern."""
    with patch.object(row_status, "LARGE", 10_000), Watched(spark) as seen:
        theirs = build(_copy(mixed, tmp_path / "l'été [2026]*"), how=How(spark=MASTER)).path
        mine = build(_copy(mixed, tmp_path / "duckdb")).path
    assert _same(mine, theirs) > 1_000  # noqa: PLR2004
    assert 0 < seen.brought < 200 and not seen.sent()  # noqa: PLR2004
    assert not [*theirs.with_suffix(".parts").glob("rows-*/runs")]


def test_equal_numbers_add_without_loss(spark: Any) -> None:
    """A plain sum of a million tenths is off by 1e-12 and more, one number after the other."""
    from estimator.core import spark_sql

    ((_, tree),) = spark_sql.statements("SELECT fsum(x) AS exact, SUM(x) AS plain FROM tenths")
    session = spark.session(MASTER)
    session.sql("SELECT CAST(0.1 AS DOUBLE) AS x FROM RANGE(0, 1000000, 1, 1)").createOrReplaceTempView("tenths")
    (row,) = session.sql(spark_sql.to_spark(tree, lambda _: [])).collect()
    whole = math.fsum([0.1] * 1_000_000)
    assert math.isclose(row.exact, whole, rel_tol=1e-15) and not math.isclose(row.plain, whole, rel_tol=ROUNDING)


def test_what_is_added_to_groups_is_summed_by_executors(spark: Any, tmp_path: Path) -> None:
    """1 + 2 of a file; then 3 + 4 of another and how many there were, which the file of the build does not read either.
    A view of a view is of the rows that are there when it is read, as is a table."""
    for name, values in (("one", [1.0, 2.0]), ("two", [3.0, 4.0])):
        pq.write_table(pa.table({"row_id": list("ab"), "x": values}), tmp_path / f"{name}.parquet")
    one, two = (f"read_parquet(['{tmp_path}/{name}.parquet'])" for name in ("one", "two"))
    with spark.created(tmp_path / "b.duckdb", tmp_path, MASTER) as engine, Watched(spark) as seen:
        engine.run(f"CREATE TABLE sums AS SELECT fsum(x) AS total FROM {one}")
        engine.run(f"INSERT INTO sums BY NAME SELECT (SELECT COUNT(*) FROM sums) + fsum(x) AS total FROM {two}")
        assert engine.rows("FROM sums ORDER BY total") == [{"total": 3.0}, {"total": 8.0}]
        assert engine.rows(f"SELECT MIN(x) + (SELECT SUM(total) FROM sums) AS x FROM {one}") == [{"x": 12.0}]
        assert "FileScan parquet" in seen.plans["sums, added"]
        for name, x in (("one", 1.0), ("two", 3.0), ("one", 1.0)):
            engine.run(f"CREATE OR REPLACE VIEW read AS SELECT * FROM read_parquet(['{tmp_path}/{name}.parquet'])")
            engine.run("CREATE OR REPLACE VIEW runs AS SELECT x FROM read")
            assert engine.rows("SELECT MIN(x) AS x FROM runs") == [{"x": x}]


def test_rows_are_joined_without_the_driver(spark: Any, tmp_path: Path) -> None:
    """1 × 10 + 2 × 20: small as they are, rows of two files meet on executors; a table of the build is sent to them."""
    for name, values in (("one", [1.0, 2.0]), ("two", [1.0, 1.0])):
        pq.write_table(pa.table({"row_id": list("ab"), "x": values}), tmp_path / f"{name}.parquet")
    one, two = (f"read_parquet(['{tmp_path}/{name}.parquet'])" for name in ("one", "two"))
    with spark.created(tmp_path / "b.duckdb", tmp_path, MASTER) as engine, Watched(spark) as seen:
        engine.run("CREATE TABLE factors AS SELECT UNNEST(['a', 'b']) AS row_id, UNNEST([10.0, 20.0]) AS factor")
        engine.run(
            f"CREATE TABLE sums AS SELECT fsum(a.x * b.x * factor) AS total FROM {one} AS a JOIN {two} AS b"
            " ON a.row_id = b.row_id JOIN factors ON factors.row_id = a.row_id"
        )
        assert engine.rows("FROM sums") == [{"total": 50.0}]
    assert len([*_broadcast(seen.plans["sums"])]) == 1 and not seen.sent()


def test_what_is_outside_is_not_read_inside(spark: Any, tmp_path: Path) -> None:
    """Two computers, and a third place that names none: the desk alone is a desk. The column of the rows and
    that of the desks have one name."""
    told = {"row_id": list("abc"), "machine": ["desk", "server", None]}
    pq.write_table(pa.table(told), tmp_path / "one.parquet")
    rows = f"read_parquet(['{tmp_path}/one.parquet'])"
    with spark.created(tmp_path / "b.duckdb", tmp_path, MASTER) as engine:
        engine.run("CREATE TABLE desks AS SELECT 'desk' AS machine")
        no_desk = "COALESCE(machine, 'server') NOT IN (SELECT machine FROM desks)"
        found = engine.rows(f"SELECT row_id, CASE WHEN {no_desk} THEN 'card' ELSE '' END AS device FROM {rows}")
    assert sorted((row["row_id"], row["device"]) for row in found) == [("a", ""), ("b", "card"), ("c", "card")]


def test_a_part_that_is_read_twice_is_made_once(spark: Any, tmp_path: Path) -> None:
    """1 + 2 = 3, of which 2 is the greatest: one reading of the file. What is inside is made first; of two parts of one
    name, each is read where it is named."""
    pq.write_table(pa.table({"row_id": list("ab"), "x": [1.0, 2.0]}), tmp_path / "one.parquet")
    twice = (
        f"WITH read AS (SELECT * FROM read_parquet(['{tmp_path}/one.parquet'])), most AS (SELECT MAX(x) AS x FROM read)"
        " SELECT fsum(read.x) AS total, MAX(most.x) AS most FROM read CROSS JOIN most"
    )
    with spark.created(tmp_path / "b.duckdb", tmp_path, MASTER) as engine, Watched(spark) as seen:
        engine.run(f"CREATE TABLE sums AS {twice}")
        assert engine.rows("FROM sums") == [{"total": 3.0, "most": 2.0}]
        assert seen.plans["sums"].count("InMemoryTableScan") == 2  # noqa: PLR2004
        inside = f"WITH read AS (SELECT total + 1 AS x FROM ({twice})) SELECT MAX(x) AS x FROM read"
        assert engine.rows(inside) == [{"x": 4.0}]
        assert not engine._shared


def test_what_spark_gives_up_is_told(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is published, and what was there stays; of a home told from the folder where the command runs, too."""
    append(Ledger(tmp_path), [activity()])
    there = build(tmp_path).path
    monkeypatch.chdir(tmp_path.parent)
    wrong = patch.object(spark.SparkEngine, "_make", lambda engine, _, query: engine._frame(query).select("nothing"))
    with wrong, refuses("spark_failed", "nothing"):
        build(Path(tmp_path.name), how=How(full=True, spark=MASTER))
    assert build(tmp_path) == replace(build(tmp_path), path=there)
    assert not [*there.with_suffix(".parts").glob("rows-*")]


def test_a_folder_has_any_name(spark: Any, tmp_path: Path) -> None:
    """An apostrophe in the path, which is also the mark of a text in SQL, and the signs of patterns: 1 + 2 of the file
    there, and 4, then 8, added; what the pattern would name is not read. Nothing is written but there."""
    folder, other = tmp_path / "l'État [2026] y*z {a}", tmp_path / "l'État 2 yz a"
    for place, x in ((folder, 1.0), (other, 100.0)):
        place.mkdir()
        pq.write_table(pa.table({"row_id": list("ab"), "x": [x, 2 * x]}), place / "l'un.parquet")
    whole, named = files_sql([str(folder / "l'un.parquet")]), "'l''un.parquet'"
    with spark.created(folder / "b.duckdb", folder, MASTER) as engine:
        engine.run(f"CREATE TABLE held AS SELECT row_id, x FROM read_parquet([{whole}])")
        engine.run("INSERT INTO held SELECT 'c' AS row_id, 4::DOUBLE AS x")
        engine.run(
            f"INSERT INTO held BY NAME SELECT 'd' AS row_id, 8 * x AS x FROM read_parquet([{named}]) WHERE x = 1"
        )
        engine.run(f"CREATE VIEW runs AS SELECT row_id, x FROM read_parquet([{whole}, {named}])")
        engine.run(f"CREATE TABLE sums AS SELECT fsum(x) AS total FROM read_parquet([{named}])")
        engine.run("INSERT INTO sums BY NAME SELECT fsum(x) AS total FROM runs")
        assert engine.rows("SELECT fsum(x) AS total FROM held") == [{"total": 15.0}]
        assert engine.rows("FROM sums ORDER BY total") == [{"total": 3.0}, {"total": 6.0}]
    assert sorted(path.name for path in tmp_path.iterdir()) == [other.name, folder.name]
    assert [path.name for path in other.iterdir()] == ["l'un.parquet"]


@pytest.mark.parametrize(
    ("kind", "read", "code"),
    [
        ("Py4JNetworkError", "Answer from Java side is empty", "spark_stopped"),
        ("PySparkException", "Job aborted: java.io.IOException: Mkdirs failed to create file:/x", "spark_unwritable"),
        ("PySparkException", "Job aborted: something else\nat java", "spark_failed"),
    ],
)
def test_what_java_says_is_said_in_words(spark: Any, kind: str, read: str, code: str) -> None:
    """An interrupt is that of the command, which says it, and no call of Java in the middle of another."""
    with refuses(code, "othing is published"), spark._told():
        raise getattr(spark, kind)(read)
    spark.session(MASTER)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_master_without_workers_is_not_waited_for(tmp_path: Path, root: Path, lang: str) -> None:
    """The real one: a sentence after 20 s; what was published stays, and nothing is left half written beside it."""
    _asks_for_spark()
    append(Ledger(tmp_path / "home"), [activity()])
    there = build(tmp_path / "home").path
    before = sorted(path.name for path in there.parent.iterdir())
    append(Ledger(tmp_path / "home"), [activity()])
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    run = {"SPARK_RUN": str(tmp_path / "spark"), "PORT": str(port), "WORKERS": "0", "PYTHON": sys.executable}
    environment = {**os.environ, **run, "SPARK_CONF_DIR": str(tmp_path / "spark" / "conf"), WAIT: "20"}
    script = str(root / "scripts" / "spark-local")
    subprocess.run([script, "start"], env=environment, check=True)
    try:
        master = f"spark://127.0.0.1:{port}"
        line = ["--home", str(tmp_path / "home"), "--lang", lang, "build", "--engine", "spark", "--master", master]
        asked = [sys.executable, "-m", "estimator.cli", *line]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=500, check=False)
    finally:
        subprocess.run([script, "stop"], env=environment, check=True)
    assert done.returncode == 1 and master in done.stderr
    assert "Traceback" not in done.stderr and "at org.apache" not in done.stderr
    assert {"fr": "n'a rien pris de ce calcul en 20 s", "en": "took any of this build in 20 s"}[lang] in done.stderr
    assert sorted(path.name for path in there.parent.iterdir()) == before


@pytest.mark.long
def test_rows_stay_where_they_are(spark: Any, tmp_path: Path) -> None:
    """A driver of 512 MB: rows are read, joined and summed by executors, and the totals of their requests are those of
    SQL written by hand."""
    home = tmp_path / "spark"
    for first in range(0, ROWS, 500_000):
        write_requests(home, min(500_000, ROWS - first), 4, first=first)
    with Watched(spark) as seen:
        theirs = build(home, how=How(spark=MASTER)).path
    assert seen.brought < 200  # noqa: PLR2004
    assert not seen.sent()
    for step in ("FileScan parquet", "Join", "HashAggregate", "Exchange"):
        assert step in seen.plans["summed, added"], step
    files = [f"file://{path}" for path in Ledger(home).files("activities")]
    session = spark.session(MASTER).newSession()
    session.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")  # or it is brought to the driver, to be sent
    session.read.parquet(*files).createOrReplaceTempView("rows_of_the_ledger")
    wanted = {
        (row.service_key, row.model, row.month): row.asDict()
        for row in session.sql(ORACLE.read_text("utf-8")).collect()
    }
    engine = DuckDB.read(theirs)
    summed = "requests, output_tokens, input_tokens, context_tokens"
    sums = ", ".join(f"SUM({name}) AS {name}" for name in summed.split(", "))
    for row in engine.rows(f"SELECT service_key, model, month, {sums} FROM groups GROUP BY ALL"):
        told = wanted.pop((row["service_key"], row["model"], row["month"]))
        assert [row[name] for name in summed.split(", ")] == pytest.approx(
            [told[name] for name in summed.split(", ")], rel=ROUNDING
        )
    engine.close()
    assert not wanted
    assert _same(build(_copy(home, tmp_path / "duckdb")).path, theirs) > 100  # noqa: PLR2004


@pytest.mark.long
@pytest.mark.parametrize("kind", ["spread", "real"])
def test_other_rows_are_those_of_duckdb(spark: Any, tmp_path: Path, kind: str) -> None:
    """Requests of forty services over both changes of clock in Paris; real traces, time and again."""
    home = tmp_path / "spark"
    write_rows(home, kind, ROWS)
    with Watched(spark) as seen:
        theirs = build(home, how=How(spark=MASTER)).path
    assert not seen.sent()
    assert _same(build(_copy(home, tmp_path / "duckdb")).path, theirs) > 1_000  # noqa: PLR2004
