"""What stands is kept from one import to the next, and is what the ledger says when it is all read again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from estimator.core import parquet_files
from estimator.governance.register.register import author
from estimator.ledger import ACTIVITY_SCHEMA, Ledger, standing
from estimator.ledger.compaction import compact
from estimator.ledger.files import KINDS
from estimator.ledger.standing import Standing
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from tests.ledger.test_ledger import bring, snapshot
from tests.traces_support import read, text

DSI = author("DSI", "essai")
ROWS = [snapshot("ab"[n % 2], n, 60 * n, 0.1 * n) for n in range(1, 6)]


def known(home: Path) -> dict[str, Any]:
    """All that an import would know before it writes."""
    found = Standing(Ledger(home))
    found.follow()
    rows = {kind: ids[""].digests().tolist() for kind, ids in found._ids.items()}
    withdrawn = {kind: (dict(found._gone[kind]), found._dead[kind]) for kind in KINDS}
    return {"rows": rows, "withdrawn": withdrawn, "loose": found.loose, "names": found.versions} | {
        name: getattr(found, name) for name in ("heads", "read_files", "_named", "_entries", "_parts")
    }


def kept(home: Path) -> Path:
    return home / "builds" / standing.KEPT


def test_what_is_kept_is_what_the_ledger_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each step an import, which keeps what stands, as it now does each time."""
    monkeypatch.setattr(standing, "OFTEN", 1)
    ledger = Ledger(tmp_path)
    orphan = parquet_files.table_of(read(text(snapshot("orphan", 55, 60, 1)))[0], ACTIVITY_SCHEMA)
    steps: list[Callable[[], object]] = [
        lambda: bring(tmp_path, text(*ROWS[:3], {"cpu_energy": -1})),
        lambda: bring(tmp_path, text(*ROWS, {"cpu_energy": -1})),
        lambda: bring(tmp_path, text(*ROWS[:2]), name="wrong.csv"),
        lambda: ledger.write(orphan, []),
        lambda: (compact(Ledger(tmp_path)), withdraw(ledger, Target("file", "wrong.csv"), DSI)),
        lambda: withdraw(ledger, Target("run", "a"), DSI),
        lambda: compact(Ledger(tmp_path)),
        lambda: bring_back(ledger, ledger.in_force()[-1].event, DSI),
        lambda: bring(tmp_path, text(*ROWS)),
        lambda: compact(Ledger(tmp_path)),
    ]
    for n, step in enumerate(steps):
        step()
        for _ in range(2):  # what is kept is of before the step, then of after it
            recalled = known(tmp_path)
            was = kept(tmp_path).rename(tmp_path / "was") if kept(tmp_path).exists() else None
            assert recalled == known(tmp_path)
            if was:
                was.rename(kept(tmp_path))
            bring(tmp_path, text(snapshot(f"new{n}", n, 60, 1)), name=f"new{n}.csv")
        assert kept(tmp_path).exists()


def test_what_is_damaged_or_of_another_ledger_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut anywhere, a byte changed anywhere, or a part taken away by a person, whose rows are then new again."""
    monkeypatch.setattr(standing, "OFTEN", 1)
    for n in range(3):
        bring(tmp_path, text(ROWS[n]), name=f"{n}.csv")
    sound, content = known(tmp_path), kept(tmp_path).read_bytes()
    for place in range(0, len(content), 97):
        kept(tmp_path).write_bytes(content[:place])
        assert known(tmp_path) == sound
        kept(tmp_path).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert known(tmp_path) == sound
    kept(tmp_path).write_bytes(content)
    (tmp_path / "ledger" / next(iter(Ledger(tmp_path).imports.read()[0][0].wrote))).unlink()
    again = [bring(tmp_path, text(ROWS[n]), name=f"{n}.csv") for n in range(3)]
    assert sum(account.duplicates for account in again) == 2


def test_files_of_ids_are_kept_and_those_of_before_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 2 ids on they lie in a file: after each import, one at most is there, all that stands is recalled from it,
    and it is read again from the ledger when the file is damaged or gone."""
    monkeypatch.setattr(standing, "OFTEN", 1)
    monkeypatch.setattr("estimator.core.digest_set.HELD", 2)
    for n in range(5):
        bring(tmp_path, text(ROWS[n]), name=f"{n}.csv")
    files = list((tmp_path / "builds").glob(f"{standing._FILED}*"))
    sound, (file,) = known(tmp_path), files
    assert len(sound["rows"]["activities"]) == 5
    content = file.read_bytes()
    for harm in (content[:-16], b"", bytes([content[0] ^ 1]) + content[1:]):
        file.write_bytes(harm)
        assert known(tmp_path) == sound
    file.unlink()
    assert known(tmp_path) == sound
    assert bring(tmp_path, text(*ROWS), name="again.csv").duplicates == 5


def test_rows_of_an_import_that_left_nothing_are_new_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An import saw and kept the rows of another that still ran, and that then could not end: its parts are gone."""
    monkeypatch.setattr(standing, "OFTEN", 1)
    bring(tmp_path, text(ROWS[0]), name="first.csv")
    ledger, wrote = Ledger(tmp_path), dict[str, int]()
    ledger.write(parquet_files.table_of(read(text(ROWS[1]), name="other.csv")[0], ACTIVITY_SCHEMA), [], wrote)
    bring(tmp_path, text(ROWS[2]), name="second.csv")
    ledger.forget(wrote)
    account = bring(tmp_path, text(ROWS[1]), name="other.csv")
    assert (account.accepted, account.duplicates) == (1, 0)


def test_parts_that_no_import_recorded_are_relied_on_by_their_rows(tmp_path: Path) -> None:
    """Three such parts, of 1, 2 and 1 rows; of the 3 rows that are read again, one is in two of them and none in the
    last: the first of both, and no other part for it."""
    bring(tmp_path, text(ROWS[0]), name="first.csv")
    ledger, wrote = Ledger(tmp_path), list[dict[str, int]]()
    for rows in ([ROWS[1]], [ROWS[1], ROWS[2]], [ROWS[4]]):
        wrote.append({})
        ledger.write(parquet_files.table_of(read(text(*rows), name="other.csv")[0], ACTIVITY_SCHEMA), [], wrote[-1])
    found = Standing(ledger)
    found.follow()
    assert found.loose == {part: rows for one in wrote for part, rows in one.items()}
    ids, one = found.few(), read(text(ROWS[1]), name="other.csv")[0][0].row_id
    ids.add_one(one)
    (first,) = [part for part in found.loose if part in {*wrote[0], *wrote[1]}][:1]
    assert found.unrecorded(ids) == {first: found.loose[first]}
    assert bring(tmp_path, text(*ROWS[1:3]), name="other.csv").duplicates == 2
    relied = [done.relied for done in ledger.imports.read()[0] if done.relied]
    assert relied and set().union(*relied) <= {*wrote[0], *wrote[1]} and [*wrote[1]][0] in relied[0]


def test_a_withdrawal_is_followed_without_reading_all_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows in two files, a third in one, withdrawn, then the other: one is gone, then all. Brought back, all is
    read."""
    for name, count in (("right.csv", 2), ("wrong.csv", 3)):
        bring(tmp_path, text(*ROWS[:count]), name=name)
    ledger, read_again = Ledger(tmp_path), list[str]()
    found = Standing(ledger)
    found.follow()
    monkeypatch.setattr(found, "_read", lambda kind, parts: read_again.extend(parts))
    for name, dead in (("wrong.csv", 1), ("right.csv", 3)):
        withdraw(ledger, Target("file", name), DSI)
        found.follow()
        assert (len(found._dead["activities"]), read_again) == (dead, [])
    bring_back(ledger, ledger.in_force()[-1].event, DSI)
    found.follow()
    assert read_again
