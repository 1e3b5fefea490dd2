"""The ledger: the import law, the account of rows, what counts among snapshots and tasks, files whole or absent."""

import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from estimator.core import atomic_files, parquet_files
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.readers import Trace, read_trace
from estimator.ledger import ACTIVITY_SCHEMA, Account, Ledger
from estimator.ledger.append import Append
from estimator.ledger.arrow_schemas import BATCH_SCHEMA
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.rows import Activity, Refused
from tests.support import activity, append, examples, kept, row_ids
from tests.traces_support import DEFAULTS, TRACES, context, counting, judged, read, read_file, text

Row = dict[str, Any]
APPROX = 1e-12


def bring(home: Path, *contents: str, name: str = "emissions.csv") -> Account:
    """Import these texts, one after the other, and return the account of the last."""
    for content in contents:
        path = home / name
        path.write_text(content)
        report = import_paths(Ledger(home), [path], context())
        path.unlink()
    return report.account


def snapshot(run: str, minute: int, duration: float, energy: float) -> Row:
    """A row written at a minute past ten, with all that its run has held since its start."""
    return {
        "run_id": run,
        "timestamp": f"2026-03-02T10:{minute:02d}:00",
        "duration": duration,
        "cpu_energy": energy,
        "ram_energy": 0,
    }


def kwh(home: Path) -> float:
    """IT energy of the rows that count [kWh]."""
    return sum(sum(parts[:4]) for parts in counting(Ledger(home)).values())


# The account


@pytest.mark.parametrize("first", (0, 1))
def test_two_imports_at_once_account_for_each_row_once(tmp_path: Path, first: int) -> None:
    """Rows a and b come twice, c and the refused row by the second alone: 3 accepted and 1 set aside in all."""
    rows = (snapshot("a", 1, 60, 1), snapshot("b", 2, 60, 2), {"cpu_energy": -1})
    files = (text(*rows), text(*rows, snapshot("c", 3, 60, 4)))
    ledger = Ledger(tmp_path)
    both = [Append(ledger) for _ in files]
    for appended, content in zip(both, files, strict=True):
        trace = Trace("emissions.csv", content.encode(), None)
        appended.take(trace, [read_trace(trace, context())])
        appended.flush()
    accounts = [both[place].account() for place in (first, 1 - first)]
    assert [a.read for a in accounts] == [[3, 4], [4, 3]][first]
    assert sum(a.accepted for a in accounts) == 3 and sum(a.quarantined for a in accounts) == 1
    assert sum(a.duplicates for a in accounts) == 3 and accounts[1].waiting == 1
    found = reconcile(ledger)
    assert (found.accepted, found.quarantined, found.duplicates, found.faults) == (3, 1, 3, ())


def test_read_is_the_sum_of_the_other_four() -> None:
    with pytest.raises(ValueError, match="does not balance"):
        Account(files=1, read=3, accepted=1, superseded=1, quarantined=0, duplicates=0)


def test_each_row_of_an_import_goes_to_one_place(tmp_path: Path) -> None:
    """Two snapshots of a run (the first superseded), a row alone, a negative one, then all again: duplicates."""
    content = text(snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2), snapshot("b", 1, 60, 1), {"cpu_energy": -1})
    assert bring(tmp_path, content).as_dict() == {
        "files": 1,
        "read": 4,
        "accepted": 2,
        "superseded": 1,
        "quarantined": 1,
        "duplicates": 0,
        "waiting": 0,
        "withdrawn": 0,
        "supersedes": 0,
        "again": 0,
    }
    assert bring(tmp_path, content, name="other.csv").as_dict() == {
        "files": 1,
        "read": 4,
        "accepted": 0,
        "superseded": 0,
        "quarantined": 0,
        "duplicates": 4,
        "waiting": 1,  # the negative one, still set aside
        "withdrawn": 0,
        "supersedes": 0,
        "again": 0,
    }


@pytest.mark.parametrize(
    ("before", "new", "changed"),
    [
        ([snapshot("a", 1, 60, 1), snapshot("b", 1, 60, 1)], [snapshot("a", 2, 120, 2)], (1, 0, 1, 0)),
        ([snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2)], [snapshot("a", 3, 180, 3)], (1, 0, 1, 0)),
        ([snapshot("a", 1, 60, 1)], [snapshot("a", 2, 120, 2), snapshot("a", 3, 180, 3)], (1, 1, 1, 0)),
        ([snapshot("a", 2, 120, 2)], [snapshot("a", 1, 60, 1)], (0, 1, 0, 0)),
        ([snapshot("a", 1, 60, 1), snapshot("a", 3, 180, 3)], [snapshot("a", 2, 30, 0.5)], (0, 1, 0, 1)),
        ([snapshot("a", 1, 60, 1)], [snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2)], (1, 0, 1, 0)),
        ([snapshot("", 1, 60, 1)], [snapshot("", 2, 120, 2)], (1, 0, 0, 0)),
        ([snapshot("a", 1, 60, 1) | {"project_name": "x"}], [snapshot("a", 2, 120, 2)], (1, 0, 0, 0)),
    ],
    ids=["later", "of two the one that counted", "two", "earlier", "restart", "a copy", "no run", "two projects"],
)
def test_the_account_counts_the_rows_of_before_that_it_takes_from_the_total_or_gives_back(
    tmp_path: Path, before: list[Row], new: list[Row], changed: tuple[int, ...]
) -> None:
    """Its own rows accepted and superseded, then those of before that no longer count, and that count again. What
    counts grows by the accepted ones, less the third, plus the last."""
    bring(tmp_path, text(*before))
    counted = len(counting(Ledger(tmp_path)))
    (tmp_path / "other.csv").write_text(text(*new))
    ahead = check_paths(tmp_path, [tmp_path / "other.csv"], context()).account
    account = bring(tmp_path, text(*new), name="other.csv")
    assert (account.accepted, account.superseded, account.supersedes, account.again) == changed
    assert ahead == account
    assert len(counting(Ledger(tmp_path))) == counted + account.accepted - account.supersedes + account.again


def test_tasks_that_outweigh_their_run_count_again(tmp_path: Path) -> None:
    """A run of 3 kWh holds its tasks of 1 and 1; a third one of 2 is told: 4 > 3, so that three tasks count, no run."""
    run = {"run_id": "r"}
    whole = activity(hours=3, **run, run_key="r", cumulative=True, cpu_energy_kwh=3.0)
    tasks = [activity(hours=1, **run, task_name=f"t{kwh}", cpu_energy_kwh=kwh) for kwh in (1.0, 1.0, 2.0)]
    assert append(Ledger(tmp_path), [whole, *tasks[:2]]).superseded == 2
    account = append(Ledger(tmp_path), tasks[2:])
    assert (account.accepted, account.superseded, account.supersedes, account.again) == (1, 0, 1, 2)
    assert kwh(tmp_path) == 4


def test_an_import_does_not_count_what_one_beside_it_superseded(tmp_path: Path) -> None:
    """Two runs stand; each of two imports at once tells one of them later: 1 and 1, and two rows count in the end."""
    ledger = Ledger(tmp_path)
    bring(tmp_path, text(snapshot("a", 1, 60, 1), snapshot("b", 1, 60, 1)))
    both = [Append(ledger), Append(ledger)]
    for appended, run in zip(both, "ab", strict=True):
        trace = Trace(f"{run}.csv", text(snapshot(run, 2, 120, 2)).encode(), None)
        appended.take(trace, [read_trace(trace, context())])
        appended.flush()
    accounts = [appended.account() for appended in both]
    assert [(a.accepted, a.supersedes, a.again) for a in accounts] == [(1, 1, 0), (1, 1, 0)]
    assert kwh(tmp_path) == 2 + 2


def test_a_ledger_takes_rows_without_files(tmp_path: Path) -> None:
    rows, refused = read_file(TRACES / "bad" / "wrong_width.csv")
    account = append(Ledger(tmp_path), rows, refused)
    assert (account.files, account.read, account.accepted, account.quarantined) == (1, 2, 1, 1)
    assert len(row_ids(Ledger(tmp_path))) == 2


# What counts


@pytest.mark.parametrize(
    ("rows", "counted"),
    [
        ([snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2), snapshot("a", 3, 180, 3)], 3),
        ([snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2), snapshot("a", 3, 30, 5)], 2 + 5),
        ([snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2), snapshot("a", 3, 180, 1.5)], 2 + 1.5),
        ([snapshot("a", 1, 60, 1), snapshot("b", 2, 120, 2)], 1 + 2),
        ([snapshot("a", 1, 60, 1), snapshot("a", 1, 60, 1)], 1),
        ([snapshot("", 1, 60, 1), snapshot("", 1, 60, 1)], 1 + 1),
        ([snapshot("a", 1, 60, 1) | {"project_name": "x"}, snapshot("a", 2, 120, 2)], 1 + 2),
    ],
    ids=["cumulative", "duration falls", "energy falls", "two runs", "written twice", "no run", "two projects"],
)
def test_the_last_snapshot_of_each_stretch_counts(tmp_path: Path, rows: list[Row], counted: float) -> None:
    bring(tmp_path, text(*rows))
    assert kwh(tmp_path) == pytest.approx(counted, rel=APPROX)


def test_of_two_snapshots_of_one_moment_the_one_with_more_energy_is_the_last(tmp_path: Path) -> None:
    """1 kWh of other parts, then 2 kWh of the processor, at 11 h after an hour; then the run starts again: 2 + 0.5."""
    run = {"run_key": "r", "cumulative": True}
    first = activity("2026-03-01T10:00:00", 1, **run, cpu_energy_kwh=0.0, other_energy_kwh=1.0)
    second = activity("2026-03-01T10:00:00", 1, **run, cpu_energy_kwh=2.0, other_energy_kwh=0.0)
    again = activity("2026-03-01T10:45:00", 0.5, **run, cpu_energy_kwh=0.5, other_energy_kwh=0.0)
    append(Ledger(tmp_path), [first, second, again])
    status = {row["row_id"]: row["status"] for row in judged(Ledger(tmp_path))}
    assert [status[row.row_id] for row in (first, second, again)] == ["superseded", "current", "current"]


def test_where_no_energy_is_read_a_count_that_falls_begins_another_stretch(tmp_path: Path) -> None:
    """1,000 tokens, 1,500 of the same run later, then 200: it started again, and 1,500 + 200 count."""
    run = {"run_key": "r", "cumulative": True, "cpu_energy_kwh": None, "cpu_mode": "mode/none"}
    made = ((1, 1000.0), (2, 1500.0), (3, 200.0))
    append(Ledger(tmp_path), [activity("2026-03-01T10:00:00", hours, **run, output_tokens=n) for hours, n in made])
    counted = [row["output_tokens"] for row in judged(Ledger(tmp_path)) if row["status"] == "current"]
    assert sorted(counted) == [200, 1500]


@pytest.mark.parametrize(
    ("run_starts", "task_starts"), [("02-28T23:00", "03-01T00:30"), ("03-01T00:30", "02-28T23:00")]
)
def test_a_run_that_takes_the_hours_of_its_tasks_starts_with_the_first_of_them(
    tmp_path: Path, run_starts: str, task_starts: str
) -> None:
    """A run of 2 h and its task of 3 h, over the end of February: whichever came first, 3 h from February on."""
    known = {"run_id": "r", "cpu_energy_kwh": 1.0}
    run = activity(f"2026-{run_starts}:00", 2, **known, run_key="r", cumulative=True)
    task = activity(f"2026-{task_starts}:00", 3, **known, run_key="t", cumulative=False, task_name="task")
    append(Ledger(tmp_path), [run, task])
    (row,) = (row for row in judged(Ledger(tmp_path)) if row["status"] == "current")
    assert (row["row_id"], row["duration_s"], row["hours_from"]) == (run.row_id, 3 * 3600, "tasks")
    assert (row["start_us"], row["start_month"]) == (min(run.start_us, task.start_us), 202602)


def test_a_run_and_its_tasks_count_once_with_the_hours_of_the_tasks(tmp_path: Path) -> None:
    """The run holds 16.25 Wh at PUE 1.25, so 13 Wh; its tasks lasted 10 + 18 s, its row says 0.001 s."""
    account = import_paths(Ledger(tmp_path), [TRACES / "good" / "task_mode"], context()).account
    assert (account.accepted, account.superseded) == (1, 2)
    assert kwh(tmp_path) == pytest.approx((0.0025 + 0.0125 + 0.00125) / 1.25, rel=APPROX)
    row = next(row for row in judged(Ledger(tmp_path)) if row["status"] == "current")
    assert (row["task_name"], row["hours_from"]) == (None, "tasks")
    assert row["machine_hours"] == pytest.approx(28 / 3600, rel=APPROX)
    assert row["device_hours"] == pytest.approx(2 * 28 / 3600, rel=APPROX)
    assert row["end_us"] - row["start_us"] == 30_000_000, "from the start of the first task to the end of the last"


def tasks_text(*energies: float) -> str:
    """A task file of one run."""
    rows = [snapshot("a", 1 + n, 60, energy) | {"task_name": f"t{n}"} for n, energy in enumerate(energies)]
    return text(*rows, columns=["task_name", *DEFAULTS])


@pytest.mark.parametrize(
    ("run", "tasks", "counted", "accepted"),
    [
        (None, (1, 2), 3, 2),
        (3, (1, 2), 3, 1),
        (4, (1, 2), 4, 1),
        (2.99, (1, 2), 2.99, 1),
        (1, (1, 2), 3, 2),
    ],
    ids=["no run row", "the same", "energy between tasks", "within one hundredth", "run row written too early"],
)
def test_nothing_is_counted_twice_and_nothing_lost(
    tmp_path: Path, run: float | None, tasks: tuple[float, ...], counted: float, accepted: int
) -> None:
    run_text = text(snapshot("a", 9, 540, run)) if run else text()
    for order in ((run_text, tasks_text(*tasks)), (tasks_text(*tasks), run_text)):
        with tempfile.TemporaryDirectory(dir=tmp_path) as home:
            bring(Path(home), *order)
            assert kwh(Path(home)) == pytest.approx(counted, rel=APPROX)
            assert len(counting(Ledger(Path(home)))) == accepted


def total(row: Activity) -> float:
    """IT energy of a row [kWh], its components added in one order."""
    parts = (row.cpu_energy_kwh, row.gpu_energy_kwh, row.ram_energy_kwh, row.other_energy_kwh)
    return sum(part or 0 for part in parts)


def last_snapshots(rows: list[Activity]) -> list[Activity]:
    """Of each run, the rows after which duration or energy falls, and the last; other rows as they are."""
    runs: dict[str, list[Activity]] = defaultdict(list)
    kept = [row for row in rows if not row.cumulative]
    for row in rows:
        if row.cumulative:
            runs[row.run_key].append(row)
    for snapshots in runs.values():
        snapshots.sort(key=lambda row: (row.end_us, row.duration_s, total(row), row.row_id))
        for row, after in zip(snapshots, [*snapshots[1:], None], strict=True):
            if after is None or after.duration_s < row.duration_s or total(after) < total(row):
                kept.append(row)
    return kept


def current_by_hand(rows: list[Activity]) -> dict[str, float]:
    """row_id -> hours of what counts, written again in plain Python from the words of the rule."""
    kept = last_snapshots(list({row.row_id: row for row in rows}.values()))
    hours = {row.row_id: row.duration_s / 3600 for row in kept}
    for run_id, service in {(row.run_id, row.service_key) for row in kept if row.task_name and row.run_id}:
        mine = [row for row in kept if (row.run_id, row.service_key) == (run_id, service)]
        tasks, whole = [row for row in mine if row.task_name], [row for row in mine if row.cumulative]
        if not whole:
            continue
        written = [sum(total(row) * (row.reported_pue or 1) for row in part) for part in (whole, tasks)]
        run_counts = written[0] >= 0.99 * written[1]
        for row in tasks if run_counts else whole:
            del hours[row.row_id]
        if run_counts:
            last = max(whole, key=lambda row: (row.end_us, row.duration_s))
            missing = sum(row.duration_s for row in tasks) - sum(row.duration_s for row in whole)
            hours[last.row_id] += max(0.0, missing) / 3600
    return hours


SNAPSHOTS = st.builds(
    snapshot,
    run=st.sampled_from(["a", "b", ""]),
    minute=st.integers(0, 59),
    duration=st.sampled_from([10.0, 60.0, 125.5, 600.0]),
    energy=st.sampled_from([0.5, 1.0, 2.0, 4.0]),
)


@examples(8, 100)
@given(st.lists(SNAPSHOTS, max_size=12), st.lists(st.sampled_from([0.5, 1.0, 3.0]), max_size=4))
def test_the_sql_says_what_the_rule_says(rows: list[Row], tasks: list[float]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        contents = [text(*rows), tasks_text(*tasks)]
        account = [bring(Path(folder), content) for content in contents]
        expected = current_by_hand([row for content in contents for row in read(content)[0]])
        found = {
            row["row_id"]: row["machine_hours"] for row in judged(Ledger(Path(folder))) if row["status"] == "current"
        }
        assert found == pytest.approx(expected, rel=APPROX)
        assert sum(part.read for part in account) == len(rows) + len(tasks)


# The import law


def prefixes(content: str) -> list[str]:
    """The header with the first row, with the first two, and so on."""
    lines = content.splitlines(keepends=True)
    return ["".join(lines[:end]) for end in range(1, len(lines) + 1)]


@examples(4, 60)
@given(rows=st.lists(SNAPSHOTS, min_size=1, max_size=6), seed=st.integers(0, 2**32))
def test_prefixes_in_any_order_twice_under_two_names_are_the_whole_once(rows: list[Row], seed: int) -> None:
    content = text(*rows, {"cpu_energy": -1})
    parts = 2 * prefixes(content)
    random.Random(seed).shuffle(parts)
    with tempfile.TemporaryDirectory() as folder:
        whole, bits = Path(folder, "whole"), Path(folder, "bits")
        whole.mkdir(), bits.mkdir()
        bring(whole, content)
        for number, part in enumerate(parts):
            bring(bits, part, name=("emissions.csv", "copie.csv")[number % 2])
        assert counting(Ledger(bits)) == counting(Ledger(whole))
        assert row_ids(Ledger(bits)) == row_ids(Ledger(whole))


WORKER = """
import sys
from pathlib import Path
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from tests.traces_support import context
for path in sys.argv[2:]:
    import_paths(Ledger(Path(sys.argv[1])), [path], context())
"""


@pytest.mark.parametrize("seed", kept([1, 2], 2))
def test_two_processes_at_once_are_the_whole_once(tmp_path: Path, root: Path, seed: int) -> None:
    drawn = random.Random(seed)
    rows = [snapshot(drawn.choice("abc"), minute, drawn.choice([30, 60, 90]), minute + 1) for minute in range(12)]
    content = text(*rows)
    whole, both = tmp_path / "whole", tmp_path / "both"
    whole.mkdir()
    bring(whole, content)
    commands = []
    for process in ("left", "right"):
        (tmp_path / process).mkdir()
        parts = prefixes(content)
        drawn.shuffle(parts)
        paths = [tmp_path / process / f"{number}.csv" for number in range(len(parts))]
        for path, part in zip(paths, parts, strict=True):
            path.write_text(part)
        commands.append([sys.executable, "-c", WORKER, str(both), *map(str, paths)])
    running = [subprocess.Popen(command, cwd=root) for command in commands]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert counting(Ledger(both)) == counting(Ledger(whole))


def test_a_row_written_by_two_processes_counts_once(tmp_path: Path) -> None:
    """Neither knows of the other's row: both files hold it, and one of them is the duplicate."""
    rows, _ = read(text(snapshot("a", 1, 60, 1)))
    other, _ = read(text(snapshot("a", 1, 60, 1)), name="copie.csv")
    ledger = Ledger(tmp_path)
    ledger.prepare()
    ledger.write(parquet_files.table_of(rows, ACTIVITY_SCHEMA), [])
    ledger.write(parquet_files.table_of(other, ACTIVITY_SCHEMA), [])
    assert sorted((row["file_name"], row["status"]) for row in judged(ledger)) == [
        ("copie.csv", "current"),
        ("emissions.csv", "duplicate"),
    ]


# The files


def test_columns_are_those_of_activity(tmp_path: Path) -> None:
    assert ACTIVITY_SCHEMA.names == list(Activity.model_fields)
    types = {field.name: str(field.type) for field in ACTIVITY_SCHEMA}
    assert {types["cpu_energy_kwh"], types["duration_s"], types["items"]} == {"double"}
    assert {types["start_us"], types["start_month"], types["line"]} == {"int64"}
    assert (types["cumulative"], types["checks"], types["gap"]) == ("bool", "list<item: string>", "string")
    bring(tmp_path, text({}))
    assert set(judged(Ledger(tmp_path))[0]) == {*Activity.model_fields, "status", "hours_from"}


def test_a_part_holds_the_same_texts_however_its_rows_were_held() -> None:
    rows, _ = read(text(snapshot("a", 1, 60, 1), snapshot("b", 1, 60, 1), snapshot("a", 2, 90, 2)))
    held = parquet_files.table_of(rows, BATCH_SCHEMA)
    assert str(held.schema.field("service_key").type).startswith("dictionary")
    stored = pq.ParquetFile(io.BytesIO(parquet_files.bytes_of(held))).read()
    assert (stored.schema.names, stored.schema.types) == (ACTIVITY_SCHEMA.names, ACTIVITY_SCHEMA.types)
    assert [field.name for field in stored.schema if not field.nullable] == [
        column for column in ACTIVITY_SCHEMA.names if not stored[column].null_count
    ]
    assert stored.to_pylist() == parquet_files.table_of(rows, ACTIVITY_SCHEMA).to_pylist()


def test_lists_that_are_all_empty_are_not_compressed() -> None:
    """Compressing nothing takes as long as compressing little; what is read of them is the same."""
    for checks, codec in (((), "UNCOMPRESSED"), (("zone_not_told",), "ZSTD")):
        rows = [activity(), *(activity(checks=checks) for _ in range(parquet_files.BARE))]
        file = pq.ParquetFile(io.BytesIO(parquet_files.bytes_of(parquet_files.table_of(rows, BATCH_SCHEMA))))
        group = file.metadata.row_group(0)
        codecs = {group.column(n).path_in_schema: group.column(n).compression for n in range(group.num_columns)}
        assert (codecs["checks.list.element"], codecs["service_key"]) == (codec, "ZSTD")
        assert file.read()["checks"].to_pylist() == [list(row.checks) for row in rows]


def test_a_share_of_a_machine_is_one_at_most() -> None:
    assert activity(resource_share=1.0).resource_share == 1.0
    with pytest.raises(ValidationError, match="resource_share"):
        activity(resource_share=1.01)


def test_what_is_written_is_what_was_read(tmp_path: Path) -> None:
    rows, refused = read_file(TRACES / "bad" / "repeated_header.csv")
    ledger = Ledger(tmp_path)
    append(ledger, rows, refused)
    stored = [row for path in ledger.files("activities") for row in pq.ParquetFile(path).read().to_pylist()]
    assert sorted((Activity.model_validate(row) for row in stored), key=lambda row: row.line) == rows
    kept = [row for path in ledger.files("quarantine") for row in pq.ParquetFile(path).read().to_pylist()]
    assert [Refused.model_validate(row | {"facts": json.loads(row["facts"])}) for row in kept] == refused


def test_files_stand_by_month_of_start_under_the_hash_of_their_content(tmp_path: Path) -> None:
    """A run that ends at 01:30 on 1 March in Paris and lasts two hours starts in February, in UTC."""
    row = snapshot("a", 1, 7200, 1) | {"timestamp": "2026-03-01T01:30:00"}
    bring(tmp_path, text(row, snapshot("b", 1, 60, 1)))
    first = Ledger(tmp_path).names()
    assert [name.rpartition("-")[0] for name in first] == [
        "activities/month=202602/part",
        "activities/month=202603/part",
    ]
    with tempfile.TemporaryDirectory() as again:
        bring(Path(again), text(row, snapshot("b", 1, 60, 1)))
        assert Ledger(Path(again)).names() == first


def test_an_empty_ledger_can_be_read(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert (ledger.names(), judged(ledger), row_ids(ledger)) == ([], [], set())
    assert [Path(path).name for path in ledger.files("activities") + ledger.files("quarantine")] == ["seed.parquet"] * 2


def test_leftovers_of_killed_writers_go_after_an_hour(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.prepare()
    old, fresh = ledger.quarantine / ".part-a.parquet.1.tmp", ledger.quarantine / ".part-b.parquet.2.tmp"
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 3700, time.time() - 3700))
    Ledger(tmp_path).prepare()
    assert (old.exists(), fresh.exists()) == (False, True)
    assert bring(tmp_path, text({})).accepted == 1


def test_a_writer_that_fails_leaves_no_file_with_a_final_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    ledger = Ledger(tmp_path)
    ledger.prepare()
    monkeypatch.setattr(atomic_files.os, "replace", full)
    rows, _ = read(text({}))
    with pytest.raises(OSError):
        append(ledger, rows)
    monkeypatch.undo()
    assert ledger.names() == []
    assert append(ledger, rows).accepted == 1


def test_batches_do_not_change_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("estimator.ledger.append.BATCH_ROWS", 1)
    for number, row in enumerate([snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2), snapshot("b", 1, 60, 1)]):
        (tmp_path / f"{number}.csv").write_text(text(row))
    seen: list[tuple[int, int]] = []
    report = import_paths(
        Ledger(tmp_path / "home"), [tmp_path], context(), lambda done, total: seen.append((done, total))
    )
    assert (report.account.accepted, report.account.superseded) == (2, 1)
    sizes = [(tmp_path / f"{number}.csv").stat().st_size for number in range(3)]
    assert seen == [(sum(sizes[:done]), sum(sizes)) for done in (1, 2, 3)]
