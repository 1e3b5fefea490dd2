"""Large codecarbon files are read by blocks to the very rows that reading them by row gives."""

import csv
import gc
import io
import json
import weakref
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from estimator.core import digest_files, digest_set
from estimator.core.digest_set import Digests, of_bytes, of_column
from estimator.core.errors import SobriaError
from estimator.governance.register.register import author
from estimator.ingestion.codecarbon import blocks, reader
from estimator.ingestion.dry_run import check_paths
from estimator.ingestion.importing import import_paths
from estimator.ingestion.parsing import json_text, records, timestamps
from estimator.ingestion.reader import LargeTrace, Trace, open_trace
from estimator.ingestion.readers import read_trace, stream_trace
from estimator.ledger import Ledger
from estimator.ledger.files import as_models
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.rows import Activity, Refused
from estimator.ledger.withdrawals import Target, withdraw
from tests.ingestion.formats import FORMATS
from tests.support import at, examples
from tests.traces_support import COLUMNS, DEFAULTS, TRACES, context, read, text

Row = TypeVar("Row", Activity, Refused)


def by_row(path: Path) -> tuple[list[Activity], list[Refused]] | str:
    """Rows of a file, or the code of what was said of it."""
    try:
        result = read_trace(open_trace(path), context())
    except SobriaError as error:
        return error.code
    return in_order(result.rows), in_order(result.refused)


def by_blocks(path: Path) -> tuple[tuple[list[Activity], list[Refused]] | str, int]:
    """The same, and how many rows came in columns."""
    rows: list[Activity] = []
    refused: list[Refused] = []
    in_columns = 0
    try:
        for result in stream_trace(LargeTrace(path), context(), lambda read: None):
            rows += result.rows
            refused += result.refused
            if result.table is not None:
                rows += as_models("activities", result.table)
                in_columns += len(result.table)
    except SobriaError as error:
        return error.code, 0
    return (in_order(rows), in_order(refused)), in_columns


def in_order(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.line, row.row_id))


def same(path: Path) -> int:
    """Assert that both ways agree; how many rows came in columns."""
    found, in_columns = by_blocks(path)
    assert of_equal_rows(found) == of_equal_rows(by_row(path))
    return in_columns


def of_equal_rows(read: tuple[list[Activity], list[Refused]] | str) -> object:
    """Ids and lines of each set of rows that differ by nothing else, or the code: one set may share its ids freely."""
    if isinstance(read, str):
        return read
    sets: dict[str, tuple[list[str], list[int]]] = {}
    for row in [*read[0], *read[1]]:
        rest = repr(row.model_copy(update={"line": 0})).replace(row.row_id, "")
        ids, lines = sets.setdefault(rest, ([], []))
        ids.append(row.row_id)
        lines.append(row.line)
    return {rest: (sorted(ids), sorted(lines)) for rest, (ids, lines) in sets.items()}


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few lines, split one or two at a time, and no lines too few to be parted."""
    monkeypatch.setattr(reader, "BLOCK_BYTES", 700)
    monkeypatch.setattr(blocks, "_PIECE_BYTES", 300)
    monkeypatch.setattr(blocks, "_BY_ROW_BYTES", 1)


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "emissions.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_every_sample_reads_alike_by_row_and_by_block(small_blocks: None) -> None:
    assert sum(same(path) for path in TRACES.rglob("*.csv*") if not path.name.endswith(".json")) > 20


@pytest.mark.long
def test_every_real_file_reads_alike_by_row_and_by_block(shared_data: Path) -> None:
    assert sum(map(same, sorted((shared_data / "traces_wild").rglob("*.csv*")))) > 15_000


def test_every_sample_of_every_format_reads_alike_at_once_and_a_batch_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "BATCH", 2)
    monkeypatch.setattr(json_text, "LARGE_BYTES", 300)
    paths = sorted(path for path in FORMATS.iterdir() if path.is_file())
    for path in paths:
        same(path)
    assert sum(not isinstance(by_row(path), str) for path in paths) > 15, "read, and not refused alike"  # noqa: PLR2004


LINE = '{"request_id": "r-%d", "call_type": "acompletion", "model": "gpt-4o", "prompt_tokens": 10, "team_id": "équipe",'
LINE += ' "completion_tokens": 20, "startTime": "2026-04-01T10:00:00Z", "endTime": "2026-04-01T10:00:02Z"}'


@pytest.mark.parametrize(
    "lines",
    [
        [LINE % n for n in range(9)],
        ["", LINE % 1, "   ", LINE % 1, "", LINE % 2, "  "],
        [LINE % 1, LINE % 2, LINE[:40] + "   "],
        [LINE % 1, '"a text"', "12", "[1]", "null", LINE % 2],
        [LINE[:40], LINE % 1, LINE % 2],
        ["{", LINE.strip("{}") % 1, "}"],
        [LINE % 1],
        [json.dumps({"data": [json.loads(LINE % n)], "total": 5}) for n in range(3)],
    ],
)
@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "cp1252", "mixed", "crlf"])
def test_lines_of_json_read_alike_at_once_and_a_batch_at_a_time(
    lines: list[str], form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole, blank, cut, and other lines, pages, and one document; in any encoding, with any end of line."""
    monkeypatch.setattr(records, "BATCH", 2)
    monkeypatch.setattr(json_text, "LARGE_BYTES", 300)
    path = tmp_path / "spend.jsonl"
    told = ("\r\n" if form == "crlf" else "\n").join(lines) + ("" if form == "mixed" else "\n")
    rest = f"\n{LINE % 99}".encode("cp1252") if form == "mixed" else b""
    path.write_bytes(told.encode("utf-8" if form in ("crlf", "mixed") else form) + rest)
    same(path)


def test_a_file_of_lines_is_let_go_once_it_is_read() -> None:
    """An import collects no garbage: a cycle would hold the bytes of each of its files until its end."""
    trace = Trace("spend.jsonl", "".join(f"{LINE % n}\n" for n in range(2)).encode(), None)
    held, on = weakref.ref(trace), gc.isenabled()
    gc.disable()
    try:
        assert len(read_trace(trace, context()).rows) == 2
        del trace
        assert held() is None
    finally:
        gc.enable() if on else None


@pytest.mark.long
def test_lines_of_json_take_the_memory_of_a_batch(tmp_path: Path) -> None:
    """Of 40,000 requests (10 MB), the rows in hand at once are a thousand where each is read, a row taking about 7 kB;
    read by column, those of 4 MiB."""
    path = tmp_path / "spend.jsonl"
    path.write_text("".join(f"{LINE % n}\n" for n in range(40_000)), "utf-8")
    each = replace(context(), line_by_line=True)
    results = list(map(len, (result.rows for result in stream_trace(LargeTrace(path), each, lambda read: None))))
    assert results == [1000] * 40 + [0]
    tables = [result.table for result in stream_trace(LargeTrace(path), context(), lambda read: None) if result.table]
    assert sum(map(len, tables)) == 40_000 and max(map(len, tables)) < 20_000


CELLS = {
    "timestamp": ["2026-03-02T10:00:00", "2026-03-29T02:30:00", "2026-10-25 02:30:00", "2026-03-02T10:00:00.5"]
    + [
        "2026-03-02T10:00:00+01:00",
        "2026-02-30T10:00:00",
        "1999-01-01T00:00:00",
        "timestamp",
        "",
        " 2026-03-02T10:00:00",
    ],
    "project_name": ["essai", "épreuve", "a,b", 'dit "b"', "", "deux\nlignes"],
    "run_id": ["run-1", "run-2", "", "12", "1e3", "nan", "_1_"],
    "duration": ["60", "0", "0.5", "1e1", "-1", "", "x", "inf", " 60", "+60", "4e8", "6_0"],
    "emissions": ["", "0.1", "1e-05", "0.00001", "x"],
    "emissions_rate": ["", "0.1", "1.6666666666666667"],
    "cpu_power": ["42.5", "63.75", "10", ""],
    "cpu_count": ["", "8", "112"],
    "ram_power": ["", "23.985", "24"],
    "ram_total_size": ["", "63.96", "187,5"],
    "cpu_energy": ["0.001", "0", "", "1e-3", "-0.1", "9e9", "١", "0.0010", "+-2"],
    "gpu_energy": ["0", "0.002", "", "0.0"],
    "ram_energy": ["0.0005", "0", ""],
    "energy_consumed": ["", "0.0015", "0", "0.01"],
    "country_iso_code": ["FRA", "CAN", "XXX", ""],
    "region": ["", "quebec"],
    "cpu_model": ["AMD EPYC 7543", "Apple M1", ""],
    "gpu_model": ["", "1 x NVIDIA A100", "2 x inconnu"],
    "longitude": ["", "6.18", "-71.2", " -71.20"],
    "latitude": ["", "46.8"],
    "pue": ["", "1", "1.5", "0", "x"],
    "on_cloud": ["N", "", " N"],
}
EXTRA = ("water_consumed", "wue", "region")


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file whose rows repeat, are odd, short or long, among blank lines and headers, with any end of line."""
    columns = [*COLUMNS, *EXTRA][:: draw(st.sampled_from([1, -1]))]
    for gone in draw(st.sets(st.sampled_from(["cpu_energy", "gpu_energy", "energy_consumed", "run_id", "on_cloud"]))):
        columns.remove(gone)
    if draw(st.booleans()):
        columns.append(draw(st.sampled_from(["task_name", "secret", "team_id"])))
    plain = st.fixed_dictionaries({}, optional={name: st.sampled_from(cells) for name, cells in CELLS.items()})
    kinds = st.one_of(plain, plain, plain, st.sampled_from(["blank", "commas", "header", "other", "short", "long"]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for kind in draw(st.lists(kinds, max_size=30)):
        given = kind if isinstance(kind, dict) else {}
        row = [(DEFAULTS | given).get(name, "") for name in columns]
        if kind == "blank":
            out.write("\n")
        elif kind == "commas":
            writer.writerow([""] * len(columns))
        elif kind == "header":
            writer.writerow(columns)
        elif kind == "other":
            columns = columns[::-1]
            writer.writerow(columns)
        else:
            writer.writerow(row[:-1] if kind == "short" else [*row, "x"] if kind == "long" else row)
    end = draw(st.sampled_from(["\n", "\r\n", "\r\r\n"]))
    return out.getvalue().replace("\n", end).encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


SPACED_TWIN = text({"duration": " 60"}, {"duration": "60"}).encode()


@given(content=files())
@example(content=SPACED_TWIN)
@examples(60, 1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_reads_alike_by_row_and_by_block(
    small_blocks: None, tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    same(written(tmp_path_factory.mktemp("any"), content))


def test_regular_rows_come_in_columns_whatever_stands_beside_them(small_blocks: None, tmp_path: Path) -> None:
    """Thirty rows, one of which says « +63 » and one of which is short: these two and a neighbour at most by row."""
    rows = text(*({"run_id": f"run-{n}", "duration": str(60 + n)} for n in range(30))).splitlines()
    rows[4] = rows[4].replace(",63,", ",+63,")
    rows[9] = rows[9].rpartition(",")[0]
    assert same(written(tmp_path, "\n".join(rows))) >= 27


@pytest.mark.parametrize("piece", [60, 400, 1000])
def test_lines_are_split_a_piece_at_a_time_as_they_are_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    """Whether a line is longer than a piece or not, and where a cell spans two lines."""
    rows = [{"run_id": f"run-{n}", "project_name": f"service-{n % 3}", "duration": str(60 + n)} for n in range(30)]
    rows[20]["cpu_model"] = "x" * 700
    monkeypatch.setattr(blocks, "_PIECE_BYTES", piece)
    assert same(written(tmp_path, text(*rows))) == 30
    rows[7]["project_name"] = "deux\nlignes"
    same(written(tmp_path, text(*rows)))


def test_what_began_before_2015_is_refused_as_an_estimate_would(small_blocks: None, tmp_path: Path) -> None:
    """A minute that ends on 2 February 2013, and a run of two years that ends in 2016; 2015 is taken."""
    early = {"timestamp": "2013-02-02T10:00:00", "run_id": "a"}, {"timestamp": "2016-01-05T10:00:00", "run_id": "b"}
    late = {"timestamp": "2015-01-03T10:00:00", "run_id": "c"}
    path = written(tmp_path, text(early[0], early[1] | {"duration": 2 * 365 * 86_400}, late))
    same(path)
    rows, refused = read(path.read_bytes())
    assert ([row.run_id for row in rows], [row.code for row in refused]) == (["c"], ["before_first"] * 2)


def test_what_has_not_begun_is_refused_and_a_year_that_cannot_be_is_said(small_blocks: None, tmp_path: Path) -> None:
    """As in a declaration: what begins in 2060 has not happened. A clock may be an hour ahead; 9999 is a date."""
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    dates = ("2026-03-02T10:00:00", soon, "2060-06-01T00:00:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00")
    path = written(tmp_path, text(*({"timestamp": moment, "run_id": moment} for moment in dates)))
    same(path)
    rows, refused = read(path.read_bytes())
    assert [row.line for row in rows] == [2, 3]
    assert [row.code for row in refused] == ["declared_future", "year_beyond", "year_beyond"] and refused[2].facts[
        "year"
    ] == "0001"
    assert refused[0].facts == {"start": "2060-05-31"}, "a minute before midnight in Paris"


def test_a_run_that_began_and_will_end_in_ten_months_is_refused(small_blocks: None, tmp_path: Path) -> None:
    """A year that ends 300 days after today: 365 × 86,400 s."""
    path = written(
        tmp_path,
        text(*({"run_id": f"r{n}", "timestamp": at(days=n)[:-1], "duration": 365 * 86_400} for n in (-9, 300))),
    )
    same(path)
    rows, refused = read(path.read_bytes())
    assert [row.line for row in rows] == [2] and [(row.line, row.code) for row in refused] == [(3, "declared_future")]


def test_places_that_only_coordinates_tell_apart_are_told_apart(small_blocks: None, tmp_path: Path) -> None:
    """Canada, quebec: every other row where codecarbon supposes it, the others in Montreal."""
    quebec = {"country_iso_code": "CAN", "country_name": "Canada", "region": "quebec"}
    towns = [{"longitude": "-71.2", "latitude": "46.8"}, {"longitude": "-73.5863", "latitude": "45.5312"}]
    rows = [quebec | towns[n % 2] | {"run_id": f"run-{n}"} for n in range(40)]
    trace = written(tmp_path, text(*rows, columns=[*COLUMNS, "region"]).encode())
    assert same(trace) == 40
    assert [row.zone for row in by_row(trace)[0]] == [None, "CAN-QC"] * 20  # type: ignore[union-attr]


def test_a_run_with_a_sidecar_is_read_with_it(small_blocks: None, tmp_path: Path) -> None:
    path = written(tmp_path, text(*({"run_id": f"run-{n}"} for n in range(20))))
    (tmp_path / "run-7.sobria.json").write_text('{"schema": 1, "run_id": "run-7", "modes": {"cpu": "mode/rapl"}}')
    assert same(path) == 19
    found = by_blocks(path)[0]
    assert not isinstance(found, str)
    assert [row.cpu_mode for row in found[0]].count("mode/rapl") == 1


@pytest.mark.parametrize("end", ["", "\n"])
def test_blocks_are_whole_lines_and_all_of_the_file(tmp_path: Path, end: str) -> None:
    data = (f"a\nbb\n\n{'c' * 50}\nd{end}").encode()
    (tmp_path / "lines").write_bytes(data)
    for size in range(1, len(data) + 2):
        trace = LargeTrace(tmp_path / "lines")
        blocks = list(trace.blocks(size))
        assert b"".join(blocks) == data and trace.taken == len(data)
        assert all(block.endswith(b"\n") and len(block) <= size + 51 for block in blocks[:-1])


@pytest.mark.parametrize("cell", [" 1.5", '"1.5"', "15e-1", "1.5 ", "1.50", "nan", "+1.5", '"1,5"', "one", "1_5"])
def test_a_number_written_otherwise_in_a_block_is_that_of_its_row(
    small_blocks: None, tmp_path: Path, cell: str
) -> None:
    rows = [{"run_id": f"run-{n}", "emissions": "CELL" if n == 20 else "0.5"} for n in range(40)]
    assert same(written(tmp_path, text(*rows).replace("CELL", cell))) >= 39


def test_rows_that_say_the_same_in_several_blocks_are_several(small_blocks: None, tmp_path: Path) -> None:
    path = written(tmp_path, text(*({"run_id": ""} for _ in range(25))))
    assert same(path) == 25
    found = by_blocks(path)[0]
    assert not isinstance(found, str)
    assert len({row.row_id for row in found[0]}) == 25


@pytest.mark.parametrize("cell", ["60", "60 ", "60.0"])
@pytest.mark.parametrize("again", [0, 19, 39])
def test_a_row_is_told_from_its_equal_however_far_above(
    small_blocks: None, tmp_path: Path, cell: str, again: int
) -> None:
    """Forty rows, each later than the last, then one of them again, twice, also where a space has it read by row."""
    times = [f"2026-03-02T10:{minute:02}:00" for minute in [*range(40), again, 41, again]]
    rows = [{"timestamp": time, "run_id": "", "duration": cell if n == 40 else "60"} for n, time in enumerate(times)]
    path = written(tmp_path, text(*rows))
    assert same(path) >= 42
    found = by_blocks(path)[0]
    assert not isinstance(found, str) and len({row.row_id for row in found[0]}) == 43


UUID = "5b0fa12a-3dd8-45bb-9766-cc326314d9f1"


@pytest.mark.parametrize(
    "odd", ["1" * 36, "1e-1" + "0" * 32, UUID[:-1] + " ", " " + UUID[1:], UUID[:-2] + "é", UUID[:-1] + "\x7f", "a" * 36]
)
def test_a_run_id_as_long_as_a_uuid_is_read_for_what_it_is(small_blocks: None, tmp_path: Path, odd: str) -> None:
    rows = [{"run_id": odd if n == 9 else UUID[:-2] + f"{n:02}", "duration": str(60 + n)} for n in range(30)]
    assert same(written(tmp_path, text(*rows))) == 30 - (odd != "a" * 36)


def test_an_import_knows_rows_that_are_repeated_from_its_files_too(
    small_blocks: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row of every three says the same: ids in files, from 4 of them on, are those that memory gives."""
    rows = ({"run_id": "", "emissions": "0.25" if n % 3 == 0 else str(n)} for n in range(60))
    path = written(tmp_path, text(*rows))
    expected = by_blocks(path)[0]
    filed, in_file = list[Path](), digest_files.filed
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    monkeypatch.setattr(digest_set, "HELD", 4)
    monkeypatch.setattr(digest_set, "filed", lambda levels, folder: filed.append(folder) or in_file(levels, folder))
    ledger = Ledger(tmp_path / "home")
    import_paths(ledger, [path], context())
    with_rows = replace(context(), scratch=tmp_path / "scratch")
    found = [
        row
        for one in stream_trace(LargeTrace(path), with_rows, lambda _: None)
        if one.table
        for row in one.table["row_id"].to_pylist()
    ]
    assert not isinstance(expected, str) and sorted(found) == sorted(row.row_id for row in expected[0])
    assert len(set(found)) == 60 and {tmp_path / "scratch", ledger.home / "builds"} <= {*filed}
    assert reconcile(ledger).accepted == 60


def test_an_import_by_blocks_and_one_by_row_know_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file brought in by row, then by blocks with five more rows: all of the first are duplicates."""
    rows = [{"run_id": f"run-{n // 2}", "timestamp": f"2026-03-02T10:{n:02}:00", "duration": str(n)} for n in range(45)]
    ledger = Ledger(tmp_path / "home")
    first = import_paths(ledger, [written(tmp_path, text(*rows[:40]))], context()).account
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    seen: list[tuple[int, int]] = []
    path = written(tmp_path, text(*rows))
    again = import_paths(ledger, [path], context(), lambda done, total: seen.append((done, total))).account
    assert (first.accepted, first.superseded) == (20, 20)  # of two rows of one run, the later holds the earlier
    assert (again.read, again.duplicates, again.accepted + again.superseded) == (45, 40, 5)
    assert again.superseded == 2  # 40 and 42, replaced by 41 and 43
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_files_of_one_import_know_each_other_by_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_blocks: None
) -> None:
    """Ten rows; four of them with six more under another name; then all sixteen: twenty of the rows read are known."""
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    rows = [{"run_id": f"run-{n}"} for n in range(16)]
    paths = [tmp_path / name for name in ("a.csv", "b.csv", "c.csv")]
    for path, some in zip(paths, (rows[:10], rows[6:], rows), strict=True):
        path.write_text(text(*some))
    account = import_paths(Ledger(tmp_path / "home"), paths, context()).account
    assert (account.read, account.accepted, account.duplicates) == (36, 16, 20)
    assert reconcile(Ledger(tmp_path / "home")).accepted == 16


def test_columns_whose_texts_become_many_read_alike(small_blocks: None, tmp_path: Path) -> None:
    """Texts that all rows share at first, then differ, are empty, or look like numbers, here and there."""
    told = ("essai", "", "1.0", " 1", "nan", "été")
    rows = [
        {name: "essai" if n < 30 else told[n * step % 6] for step, name in ((1, "experiment_id"), (5, "project_name"))}
        | {"run_id": "un" if n < 15 else f"run-{n}" if n % 4 else "", "on_cloud": "N" if n < 60 else str(n)}
        for n in range(90)
    ]
    assert same(written(tmp_path, text(*rows))) > 30


def test_what_is_wrong_in_the_middle_is_said_and_what_came_before_is_accounted_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_blocks: None
) -> None:
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    path = written(tmp_path, text(*({"run_id": f"run-{n}"} for n in range(20))))
    (tmp_path / "run-15.sobria.json").write_text("{")
    report = import_paths(Ledger(tmp_path / "home"), [path], context())
    assert [error.code for error in report.errors] == ["bad_sidecar"]
    assert 0 < report.account.read == report.account.accepted == report.files[0].read < 20


def test_a_check_by_blocks_says_what_a_check_by_row_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_blocks: None
) -> None:
    """Proofs, checks, reasons, columns left out and account, over every sample, and over rows of which two in three
    have a card that was not metered: there, nothing is measured."""
    rows = [{"run_id": f"r{n}", "gpu_model": "1 x NVIDIA L4", "gpu_energy": "0" if n % 3 else "0.1"} for n in range(9)]
    path = written(tmp_path, text(*rows))
    modes = '{"schema": 1, "modes": {"cpu": "mode/cpu_load", "ram": "mode/constant", "gpu": "mode/nvml"}}'
    (tmp_path / "emissions.csv.sobria.json").write_text(modes)
    paths = [TRACES, path]
    by_row = check_paths(tmp_path / "home", paths, context()).as_dict()
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    assert check_paths(tmp_path / "home", paths, context()).as_dict() == by_row
    assert by_row["files"][-1]["proofs"] == {"estimated": 9, "measured": 3}


def test_what_was_withdrawn_stays_so_when_it_comes_back_by_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_blocks: None
) -> None:
    """Ten rows withdrawn; the same file by blocks brings none back; corrected (another time zone), all ten count."""
    path = written(tmp_path, text(*({"run_id": f"run-{n}"} for n in range(10))))
    ledger = Ledger(tmp_path / "home")
    import_paths(ledger, [path], context())
    withdraw(ledger, Target("file", path.name), author("DSI", "mauvais fuseau"))
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    assert import_paths(ledger, [path], context()).account.duplicates == 10
    for accepted in (10, 0):
        account = import_paths(ledger, [path], context(option_timezone="America/New_York")).account
        assert (account.accepted, account.duplicates) == (accepted, 10 - accepted)
    assert reconcile(ledger).accepted == 10


@given(
    st.lists(st.binary(min_size=16, max_size=16), max_size=60),
    st.lists(st.binary(min_size=16, max_size=16), max_size=60),
)
def test_digests_are_a_set(first: list[bytes], second: list[bytes]) -> None:
    twins = [*second, *(digest[:8] + bytes(8) for digest in first)]  # half of what is there is not what is there
    digests = Digests(of_bytes(b"".join(first[::2])))
    for digest in first[1::2]:
        digests.add_one(digest.hex())
    expected = [digest in first for digest in twins]
    assert [digests.holds_one(digest.hex()) for digest in twins] == expected
    assert digests.holds(of_bytes(b"".join(twins))).tolist() == expected
    assert [digests.holds_one(digest.hex()) for digest in twins] == expected


def test_digests_are_read_from_any_part_of_a_column() -> None:
    texts = [bytes(range(n, n + 16)).hex() for n in range(40)]
    column = pa.chunked_array([pa.array(["f" * 32, *texts])[1:20], pa.array(texts[19:])])
    expected = of_bytes(b"".join(map(bytes.fromhex, texts)))
    assert (of_column(column) == expected).all()


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
def test_many_clocks_are_one_clock(zone: str) -> None:
    """Every seven minutes of two years, through changes of clock of an hour and of half an hour."""
    walls = np.arange(0, 2 * 366 * 86_400, 420, dtype=np.int64) * 1_000_000 + 1_735_689_600_000_000
    expected = [
        timestamps.to_us(datetime(1970, 1, 1) + timedelta(microseconds=wall), ZoneInfo(zone)) for wall in walls.tolist()
    ]
    found = timestamps.Walls(ZoneInfo(zone)).to_us(walls)
    assert found.tolist() == expected
    months = timestamps.Months()
    assert timestamps.months_of(found).tolist() == [months.of(moment) for moment in expected]


@pytest.mark.parametrize(
    ("cpu_model", "watts", "beyond"),
    [
        ("AMD EPYC 7543 32-Core Processor", 1_790, False),
        ("AMD EPYC 7543 32-Core Processor", 2_000, True),
        ("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 55, False),
        ("Intel(R) Core(TM) i5-8250U CPU @ 1.60GHz", 200, True),
        ("11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz", 112, True),
        ("AMD EPYC of another world", 2_000, False),
    ],
)
def test_a_processor_beyond_its_sheet_is_said(tmp_path: Path, cpu_model: str, watts: float, beyond: bool) -> None:
    """By hand: eight of 225 W in a server, 1,800 W; 3.7 × 15 W, 55.5 W, and 3.7 × 28 W, 103.6 W, in a laptop. By row
    and by block; an hour, PUE of 1.2 removed."""
    energy = {"cpu_energy": watts / 1000 * 1.2, "ram_energy": 0, "pue": 1.2, "cpu_count": 64}
    cells = text({"cpu_model": cpu_model, "duration": 3600, **energy})
    (tmp_path / "emissions.csv").write_text(cells)
    ((row,), _), in_columns = by_blocks(tmp_path / "emissions.csv")
    assert in_columns == 1 and set(row.checks) == set(read(cells)[0][0].checks)
    assert ("beyond_sheet" in row.checks) is beyond


@pytest.mark.parametrize(
    ("tool", "threads", "power", "beyond"),
    [
        (("3.2.2", "Windows-11-10.0.26200-SP0"), 8, 60, True),
        (("3.0.0", "Windows-10-10.0.19045-SP0"), 4, 30, True),  # under 55.5 W, which it could draw
        (("3.2.3", "Windows-11-10.0.26200-SP0"), 8, 60, False),
        (("3.2.2", "Linux-6.8.0-53-generic-x86_64-with-glibc2.39"), 8, 60, False),
        (("2.8.4", "Windows-11-10.0.26200-SP0"), 8, 60, False),
        (("3.2.2", "Windows-11-10.0.26200-SP0"), 8, 7.5, False),
    ],
)
def test_a_processor_counted_by_thread_is_counted_once(
    tmp_path: Path, tool: tuple[str, str], threads: int, power: float, beyond: bool
) -> None:
    """An i5-8350U, 15 W by its sheet: half of it a thread, 60 W of 8 and 30 W of 4; of one processor, 7.5 W. An hour
    with 10 W of memory, PUE of 1.2 in the power and the energy, at 0.5 kg/kWh: 60 + 10 W are 84 Wh and 42 g; 7.5 + 10 W
    are 21 Wh and 10.5 g. By row and by block."""
    kwh = 1.2 * power / 1000, 1.2 * 10 / 1000
    energy = {"duration": 3600, "cpu_energy": kwh[0], "cpu_power": power * 1.2, "pue": 1.2, "ram_energy": kwh[1]}
    energy |= {"energy_consumed": sum(kwh), "emissions": 0.5 * sum(kwh)}
    told = {"cpu_model": "Intel(R) Core(TM) i5-8350U CPU @ 1.70GHz", "cpu_count": threads, "os": tool[1]}
    cells = text({"codecarbon_version": tool[0], **told, **energy})
    (tmp_path / "emissions.csv").write_text(cells)
    ((row,), _), in_columns = by_blocks(tmp_path / "emissions.csv")
    (alone,) = read(cells)[0]
    assert in_columns == 1 and set(row.checks) == set(alone.checks)
    assert ("cpu_by_thread" in row.checks) is beyond and "sum_mismatch" not in row.checks
    drawn = 7.5 if beyond else power
    for one in (row, alone):
        assert one.cpu_energy_kwh == pytest.approx(drawn / 1000) and one.ram_energy_kwh == pytest.approx(0.01)
        assert one.reported_gwp_kg == pytest.approx(0.5 * 1.2 * (drawn + 10) / 1000)
        assert one.cpu_mode == "mode/constant"


CARD = {"gpu_model": "1 x NVIDIA A100", "gpu_count": "1"}
WHOLE = {"cpu_energy": "0.05", "gpu_energy": "0.11", "ram_energy": "0.01", "duration": "3600", **CARD}


@pytest.mark.parametrize(
    ("cells", "unread", "absent", "rest"),
    [
        ({"gpu_energy": "", "energy_consumed": "0.06"}, {"gpu"}, set(), 0),  # 50 + 10 Wh
        ({"gpu_energy": "", "energy_consumed": "0.17"}, set(), {"gpu"}, 0.11),  # 170 - 60 Wh
        ({"cpu_energy": "", "energy_consumed": "0.12"}, {"cpu"}, set(), 0),  # 110 + 10 Wh
        ({"ram_energy": "", "energy_consumed": "0.16"}, {"ram"}, set(), 0),  # 50 + 110 Wh
        ({"gpu_energy": "", "duration": "0.5", "energy_consumed": "0.06"}, {"gpu"}, set(), 0),
        ({"gpu_energy": "0", "duration": "0.5", "energy_consumed": "0.06"}, set(), set(), 0),  # too short to be read
        ({"gpu_energy": "", "gpu_model": "", "gpu_count": "", "energy_consumed": "0.06"}, set(), {"gpu"}, 0),
        ({"gpu_energy": "", "gpu_model": "Apple M1", "energy_consumed": "0.06"}, set(), {"gpu"}, 0),
        (
            {"cpu_energy": "", "gpu_energy": "", "ram_energy": "", "energy_consumed": "0.17"},
            set(),
            {"cpu", "gpu", "ram"},
            0.17,
        ),
        ({"gpu_energy": "without a column", "energy_consumed": "0.06"}, set(), {"gpu"}, 0),
    ],
)
def test_an_empty_cell_of_what_the_row_describes_was_not_read(
    tmp_path: Path, cells: dict[str, str], unread: set[str], absent: set[str], rest: float
) -> None:
    """A row of an hour that describes its processor, a card and its memory: 50, 110 and 10 Wh. An empty cell that the
    total does not hold is unknown, with its check; what the total holds beyond the others is counted without detail."""
    gone = "gpu_energy" if cells.get("gpu_energy") == "without a column" else None
    content = text(WHOLE | cells, columns=[name for name in COLUMNS if name != gone])
    (tmp_path / "emissions.csv").write_text(content)
    ((row,), _), in_columns = by_blocks(tmp_path / "emissions.csv")
    assert in_columns == 1
    for one in (row, read(content)[0][0]):
        assert {check for check in one.checks if check.endswith("_not_metered")} == {f"{n}_not_metered" for n in unread}
        for name in ("cpu", "gpu", "ram"):
            assert (getattr(one, f"{name}_energy_kwh") is None) == (name in absent | unread)
            assert (getattr(one, f"{name}_mode") == "mode/none") == (name in absent)
        assert (one.other_energy_kwh or 0) == pytest.approx(rest)


@pytest.mark.parametrize(
    ("cells", "machine"),
    [
        ({}, "machine/ai-server"),
        ({"gpu_energy": "0"}, "machine/rack-server"),
        ({"gpu_model": "1 x Unheard Of 9000"}, "machine/rack-server"),
        ({"cpu_model": "AMD Ryzen 7 5800X 8-Core Processor"}, "machine/desktop"),
        ({"cpu_model": ""}, None),
    ],
)
def test_a_card_that_only_its_energy_shows_is_in_a_server_of_cards(
    tmp_path: Path, cells: dict[str, str], machine: str | None
) -> None:
    """An EPYC says a rack server; 110 Wh of a card that nothing names say that it is one with cards."""
    content = text(WHOLE | {"gpu_model": "", "gpu_count": ""} | cells)
    (tmp_path / "emissions.csv").write_text(content)
    ((row,), _), in_columns = by_blocks(tmp_path / "emissions.csv")
    assert in_columns == 1 and (row.machine, read(content)[0][0].machine) == (machine, machine)
