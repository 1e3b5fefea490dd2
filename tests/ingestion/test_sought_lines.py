"""What a row in quarantine costs the next imports of a large file of its name: work for it, not for the file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator.ingestion import sought_lines
from estimator.ingestion.importing import ImportReport, import_paths
from estimator.ingestion.parsing.records import RecordReader
from estimator.ingestion.quarantine import still_quarantined
from estimator.ingestion.reader import LargeTrace
from estimator.ledger import Ledger
from tests.ingestion.test_reader_columns import line
from tests.ledger.test_ledger import snapshot
from tests.traces_support import context, text

N, MORE, AT = 300, 10, 150
CUT = '{"request_id": "r-cut'


def calls(count: int) -> list[str]:
    times = [f"2026-04-01T10:{n // 60:02}:{n % 60:02}" for n in range(count)]
    return [line(request_id=f"r-{n}", startTime=f"{at}Z", endTime=f"{at}.5Z") for n, at in enumerate(times)]


def with_one(row: str) -> Callable[[int], str]:
    """A log of so many calls, with this line in place of one; empty for one line less."""
    return lambda count: "\n".join(filter(None, [*calls(count)[:AT], row, *calls(count)[AT + 1 :], ""])) + "\n"


def runs(kept: bool, **cells: object) -> Callable[[int], str]:
    """A table of so many runs, one of which says this."""
    rows = [snapshot(f"r{n}", 1, 60 + n, n + 1) | {"project_name": f"p{n}"} for n in range(N + MORE)]
    rows[AT] |= cells
    return lambda count: text(*(row for n, row in enumerate(rows[:count]) if kept or n != AT))


BAD = line(request_id=f"r-{AT}", startTime="2026-04-31T10:00:00Z")
BAD_RUN = {"timestamp": "1998-03-01T10:00:00"}
PLAIN, LATER = with_one(calls(N)[AT]), with_one(line(request_id="another", prompt_tokens=7))
# The first version and the second one, longer, and how many rows it takes out of quarantine.
CASES = {
    "still cut": (with_one(CUT), with_one(CUT), 0),
    "cut twice": (with_one(f"{CUT}\n{CUT}"), with_one(f"{CUT}\n{CUT}"), 0),
    "cut, mended": (with_one(CUT), PLAIN, 0),
    "cut, gone": (with_one(CUT), with_one(""), 0),
    "cut at the end": (lambda count: PLAIN(N)[:-30] if count == N else PLAIN(count), PLAIN, 1),
    "still bad": (with_one(BAD), with_one(BAD), 0),
    "bad, mended": (with_one(BAD), PLAIN, 1),
    "bad, gone": (with_one(BAD), with_one(""), 0),
    "bad, another in its place": (with_one(BAD), LATER, 1),
    "bad, mended elsewhere": (with_one(BAD), lambda n: with_one("")(n) + calls(N)[AT] + "\n", 1),
    "a run still bad": (runs(True, **BAD_RUN), runs(True, **BAD_RUN), 0),
    "a run mended": (runs(True, **BAD_RUN), runs(True), 1),
    "a run gone": (runs(True, **BAD_RUN), runs(False), 0),
}


def imported_twice(folder: Path, name: str) -> tuple[ImportReport, Ledger]:
    first, second, _ = CASES[name]
    folder.mkdir()
    path = folder / ("emissions.csv" if "run" in name else "spend.ndjson")
    ledger = Ledger(folder / "home")
    for body in (first(N), second(N + MORE)):
        path.write_text(body, "utf-8")
        report = import_paths(ledger, [path], context())
    return report, ledger


@pytest.mark.parametrize("name", CASES)
def test_a_large_file_settles_the_rows_that_a_small_one_does(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 300 rows one is set aside; then the file comes again, with ten more."""
    small, of_small = imported_twice(tmp_path / "small", name)
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    large, of_large = imported_twice(tmp_path / "large", name)
    assert not large.errors and large.lifted == small.lifted == CASES[name][2]
    assert (large.account, large.faults, large.remarks) == (small.account, small.faults, small.remarks)
    left = [{row.row_id for row in still_quarantined(ledger)} for ledger in (of_small, of_large)]
    assert left[0] == left[1]


@pytest.mark.parametrize("name", [name for name in CASES if "run" not in name])
def test_a_row_aside_has_few_lines_read_one_at_a_time(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 310 lines, that which is bad or cut (twice: two), one for each kind of line, and those that may correct it: at
    most 6 in each import, 12 in both. The file is never held whole."""
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    taken, take = list[int](), RecordReader.take

    def counted(reading: RecordReader, number: int, *rest: object) -> None:
        taken.append(number)
        take(reading, number, *rest)

    monkeypatch.setattr(RecordReader, "take", counted)
    monkeypatch.setattr(LargeTrace, "data", property(lambda trace: pytest.fail("the file is held whole")))
    imported_twice(tmp_path / "home", name)
    assert len(taken) <= 12


@pytest.mark.parametrize("texts", [64, 0], ids=["found by its id", "sought in each new line"])
def test_a_line_is_found_however_its_id_is_written(texts: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id of the call mended has its r as \\u0072, in a file of 310 calls of which none was read before."""
    monkeypatch.setattr("estimator.ingestion.readers.LARGE_BYTES", 1)
    monkeypatch.setattr(sought_lines, "_MOST_TEXTS", texts)
    path, ledger = tmp_path / "spend.ndjson", Ledger(tmp_path / "home")
    mended = calls(N)[AT].replace(json.dumps(f"r-{AT}"), f'"\\u0072-{AT}"')
    others = [line(request_id=f"o-{n}") for n in range(N)]
    for body in (BAD, "\n".join([*others, mended, *others[:MORE]])):
        path.write_text(f"{body}\n", "utf-8")
        report = import_paths(ledger, [path], context())
    assert report.lifted == 1 and not still_quarantined(ledger)
