"""A home of format 1, as version c2223fb made it, brought to format 2: the same rows, the same totals, nothing lost."""

import shutil
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from estimator.core import parquet_files
from estimator.core.home import FORMAT, FORMAT_FILE, home_file
from estimator.custody import migration, open_home
from estimator.custody.sender_marks import SenderMarks
from estimator.governance.register.register import Register, author
from estimator.ingestion.codecarbon import facts
from estimator.ingestion.codecarbon.methods import POWERS, UNKNOWN_MODE
from estimator.ingestion.context import reading_context
from estimator.ingestion.http.payloads import Payload, Receipt, post, read_body
from estimator.ingestion.http.tokens import Tokens
from estimator.ingestion.importing import import_paths
from estimator.ingestion.quarantine import retry, still_quarantined
from estimator.ingestion.readers import Trace, read_trace
from estimator.ledger import Ledger
from estimator.ledger.append import Append
from estimator.ledger.archive import export, restore
from estimator.ledger.compaction import compact
from estimator.ledger.reconciliation import reconcile
from estimator.ledger.withdrawals import Target, bring_back, withdraw
from estimator.results.making import build
from estimator.results.reading import open_current
from tests.support import refuses, sobria

ARCHIVE = Path(__file__).parents[1] / "fixtures" / "home_format_1.tar.gz"
KILLS = 8
DSI = author("DSI", "essai")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`home`, and what was given to it: `demo-sources`, `sources`, then `bodies`."""
    folder = tmp_path_factory.mktemp("format_1")
    with tarfile.open(ARCHIVE) as tar:
        tar.extractall(folder, filter="data")
    return folder


@pytest.fixture
def home(unpacked: Path, tmp_path: Path) -> Path:
    """A copy, which a test may change."""
    return Path(shutil.copytree(unpacked / "home", tmp_path / "home"))


@pytest.fixture(scope="module")
def migrated(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home, migrated; tests that write take a copy."""
    folder = Path(shutil.copytree(unpacked / "home", tmp_path_factory.mktemp("migrated") / "home"))
    return opened(folder)


def opened(home: Path) -> Path:
    return open_home(home, lambda key, facts: None)


def rows(home: Path) -> list[dict[str, Any]]:
    """Every row and copy of the ledger, in a fixed order."""
    ledger = Ledger(home)
    paths = [ledger.folder / name for name in ledger.parts()]
    found = [row for path in paths for row in parquet_files.read_part(path).to_pylist()]
    return sorted(found, key=lambda row: (row["file_sha"], row["line"], row["row_id"]))


def files(folder: Path) -> dict[str, bytes]:
    """Files that are not of a lock, by name."""
    every = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size)
    return {str(path.relative_to(folder)): path.read_bytes() for path in every}


def resent(unpacked: Path, home: Path) -> list[Receipt]:
    """Every body again, by the first token of its service."""
    receipts = []
    for path in sorted((unpacked / "bodies").iterdir()):
        service = path.stem.partition("-")[2]
        sender = min(sender for sender in Tokens(home).senders() if sender.service == service)
        payload = Payload(sender, path.suffix[1:], path.read_bytes())  # type: ignore[arg-type]
        receipts += post(Ledger(home), [read_body(payload, reading_context(home))])
    return receipts


def numbers(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number of a nested answer, by place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from numbers(inner, f"{path}/{name}")
    elif isinstance(value, list):
        for rank, inner in enumerate(value):
            yield from numbers(inner, f"{path}/{rank}")
    elif isinstance(value, int | float):
        yield path, value


def totals(home: Path) -> dict[str, float]:
    build(home)
    current = open_current(home)
    assert current is not None
    found = current.totals().model_dump()
    return dict(numbers({name: value for name, value in found.items() if name not in ("build", "sample")}))


def test_totals_are_those_of_the_sources_imported_anew(
    unpacked: Path, migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of before keep what was said of them: methods of codecarbon unknown, which it now tells by its version."""
    monkeypatch.setattr(facts, "modes_of", lambda component, read: dict.fromkeys(POWERS, UNKNOWN_MODE))
    new = tmp_path / "new"
    shutil.copytree(unpacked / "home" / "collect", new / "collect")
    for folder in ("demo-sources", "sources"):
        import_paths(Ledger(new), [unpacked / folder], reading_context(new))
    resent(unpacked, new)
    mark = next(sender.mark for sender in Tokens(new).senders() if sender.service == "courrier")
    withdraw(Ledger(new), Target("file", "erreur-fictive.jsonl"), DSI)
    withdraw(Ledger(new), Target("run", f"run-2@{mark}"), DSI)
    old, anew = totals(migrated), totals(new)
    assert len(anew) > 100 and old == pytest.approx(anew, rel=1e-9, abs=0)
    counts = {"files": 0, "duplicates": 0}
    assert reconcile(Ledger(migrated)).as_dict() | counts == reconcile(Ledger(new)).as_dict() | counts


def test_every_row_read_is_there_and_no_column_is_missing(unpacked: Path, migrated: Path) -> None:
    assert reconcile(Ledger(migrated)).as_dict() == {
        "files": 18, "read": 416, "accepted": 333, "superseded": 73, "quarantined": 6, "duplicates": 0,
        "withdrawn": 4, "missing": 0, "torn": 0,
    }  # fmt: skip
    assert (migrated / FORMAT_FILE).read_text("utf-8") == f"format = {FORMAT}\n"
    assert not list(migrated.glob(".ledger-*"))
    found = [row for row in rows(migrated) if "served_at" in row]
    assert len(found) == 416 - 6 and {row["served_at"] for row in found} == {None}
    for folder in ("register", "commitments", "collect", "scenarios"):
        assert files(migrated / folder) == files(unpacked / "home" / folder)
    assert files(unpacked / "home" / "ledger" / "imports") == files(migrated / "ledger" / "imports")
    attached = {attachment.service_key for attachment in Register(migrated).attachments()}
    assert attached & {row["service_key"] for row in found}


def test_it_is_said_once_in_one_sentence(home: Path) -> None:
    told = sobria(home, "ledger", "verify").stderr
    assert told.count("\n") == 1 and "passé au format 2" in told and "416" in told
    assert sobria(home, "ledger", "verify").stderr == ""


@pytest.mark.long
def test_killed_at_any_moment_nothing_is_lost(unpacked: Path, migrated: Path, tmp_path: Path) -> None:
    """Eight copies, each killed by `kill -9` at another change of a file, from the first to the last of the migration.
    Some were killed before the swap and some after; each goes on from there to the same rows and the same account."""
    small = tmp_path / "small"
    for folder in ("ledger", "collect"):
        shutil.copytree(unpacked / "home" / folder, small / folder)
    (tmp_path / "killed").mkdir()
    line = [sys.executable, "-m", "tests.custody.killed_migrations", str(small), str(tmp_path / "killed"), str(KILLS)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=600, check=True)
    ends = [tuple(map(int, said.split()[1:])) for said in done.stdout.splitlines()]
    assert ends[0][0] == 0 and ends[0][1] > 100
    assert ends[1:] == [(signal.SIGKILL, 0)] * KILLS
    expected, account = rows(migrated), reconcile(Ledger(migrated))
    stages = set()
    for copy in sorted((tmp_path / "killed").iterdir()):
        stages.add((home_file(copy).format, home_file(copy).migrating))
        opened(copy)
        assert rows(copy) == expected and reconcile(Ledger(copy)) == account, copy.name
        assert home_file(copy) == home_file(migrated) and not list(copy.glob(".ledger-*"))
    assert stages == {(1, False), (2, True), (2, False)}


def test_what_a_program_writes_meanwhile_is_carried(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two programs began an import before: one ends it once the new ledger is verified, the other while there is no
    ledger at its place. Both are kept. None waits for who reads, as this one thread would for itself."""
    before, rename, moves = len(rows(home)), migration.os.rename, []
    appends = [Append(Ledger(home)) for _ in range(2)]

    def renaming(old: Path, new: Path) -> None:
        moves.append(new)
        if len(moves) <= len(appends):
            text = f"service,start,end,zone,requests\nlate,2026-03-01,2026-04-01,FRA,{len(moves)}\n"
            trace = Trace(f"{len(moves)}.csv", text.encode(), None)
            append = appends[len(moves) - 1]
            append.take(trace, [read_trace(trace, reading_context(home))])
            append.acknowledge()
        rename(old, new)

    monkeypatch.setattr(migration.os, "rename", renaming)
    opened(home)
    monkeypatch.undo()
    assert len(moves) == 5 and len(rows(home)) == before + 2
    assert {"1.csv", "2.csv"} <= {row["file_name"] for row in rows(home)}
    found = reconcile(Ledger(home))
    assert found.faults == () and found.read == 418 and found.accepted == 335


def test_a_migration_that_would_lose_a_row_changes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(home / "ledger")
    monkeypatch.setattr(SenderMarks, "marked", lambda self, kind, table: table[1:])
    with refuses("migration_failed") as refused:
        opened(home)
    assert "333" in refused.value.message("fr") and "333" in refused.value.message("en")
    monkeypatch.undo()
    seeds = parquet_files.SEED
    after = {name: data for name, data in files(home / "ledger").items() if not name.endswith(seeds)}
    assert after == {name: data for name, data in before.items() if not name.endswith(seeds)}
    assert home_file(home).format == 1 and not list(home.glob(".ledger-*"))
    assert reconcile(Ledger(opened(home))).read == 416


def test_a_ledger_that_is_read_is_not_replaced(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migration, "WAIT_S", 0.0)
    with Ledger(home).reading(), refuses("home_busy") as refused:
        opened(home)
    assert "sobria serve" in refused.value.message("fr") and home_file(home).format == 1
    assert reconcile(Ledger(opened(home))).read == 416


def test_two_commands_at_once_migrate_once(home: Path) -> None:
    line = [sys.executable, "-m", "estimator.cli", "--home", str(home), "ledger", "verify"]
    running = [subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], told
    assert sorted("format 2" in said for said in told) == [False, True]


def test_a_torn_part_stays_a_fault_and_the_old_ledger_stays(home: Path) -> None:
    part = max((home / "ledger" / "activities").rglob("part-*"))
    part.write_bytes(part.read_bytes()[:-1] + b"?")
    before = reconcile(Ledger(home))
    assert [fault.code for fault in before.faults] == ["torn"] and before.missing
    told = sobria(home, "ledger", "verify", code=1).stderr
    assert ".ledger-old" in told and part.name in told
    assert reconcile(Ledger(home)) == before
    assert (home / ".ledger-old" / "0" / "ledger" / part.relative_to(home / "ledger")).exists()


def test_rows_of_a_sender_are_as_if_received_today(unpacked: Path, migrated: Path, tmp_path: Path) -> None:
    """Sent again, they are known; so are the two that wait in quarantine. Of a service with two tokens it was not kept
    which of them sent: its row stays as it was, and sent again counts twice, which a check says."""
    home = Path(shutil.copytree(migrated, tmp_path / "home"))
    mark = next(sender.mark for sender in Tokens(home).senders() if sender.service == "courrier")
    names = {row["file_name"] for row in rows(home) if row["file_name"].startswith("collect-")}
    assert names == {f"collect-courrier@{mark}", "collect-guichet"}
    keys = {row["run_key"] for row in rows(home) if "courrier" in row["file_name"] and row.get("cumulative")}
    assert keys and all(key.endswith(f"@{mark}") for key in keys)
    accepted = {
        path.name: receipt.accepted
        for path, receipt in zip(sorted((unpacked / "bodies").iterdir()), resent(unpacked, home), strict=True)
        if receipt.accepted
    }
    withdrawn, of_two_tokens = "2-courrier.codecarbon", "6-guichet.codecarbon"
    assert accepted == {withdrawn: 1, of_two_tokens: 1}  # a withdrawn body comes back as another file would


def test_what_was_withdrawn_stays_so_and_can_be_brought_back(unpacked: Path, migrated: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(migrated, tmp_path / "home"))
    again = import_paths(Ledger(home), [unpacked / "sources"], reading_context(home)).account
    assert (again.accepted, again.duplicates) == (0, 16)
    compact(Ledger(home))
    before = reconcile(Ledger(home))
    targets = {entry.target: entry.event for entry in Ledger(home).in_force()}
    assert targets.keys() == {"file:erreur-fictive.jsonl", "run:run-2"}
    for event in targets.values():
        bring_back(Ledger(home), event, DSI)
    after = reconcile(Ledger(home))
    assert (before.withdrawn, after.withdrawn, after.accepted - before.accepted) == (4, 0, 4)


def test_what_waits_in_quarantine_is_read_again_under_its_sender(
    unpacked: Path, migrated: Path, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(migrated, tmp_path / "home"))
    assert len(still_quarantined(Ledger(home))) == 6
    found = retry(Ledger(home), reading_context(home), [unpacked / "bodies", unpacked / "sources"])
    assert (found.waiting, found.accepted, found.refused + found.file_needed) == (6, 0, 6)


def test_a_home_whose_format_file_was_deleted_is_migrated_again_to_the_same(migrated: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(migrated, tmp_path / "home"))
    (home / FORMAT_FILE).unlink()
    assert rows(opened(home)) == rows(migrated) and reconcile(Ledger(home)) == reconcile(Ledger(migrated))


def test_an_archive_says_its_format(unpacked: Path, migrated: Path, tmp_path: Path) -> None:
    """One of format 2 is restored as such; one of format 1, which has no format file, is migrated when it is opened."""
    for name, home in (("old", unpacked / "home"), ("new", migrated)):
        held = Path(shutil.copytree(home, tmp_path / name))
        export(Ledger(held), tmp_path / f"{name}.tar")
        restore(tmp_path / f"{name}.tar", tmp_path / f"{name}-again")
    assert [home_file(tmp_path / f"{name}-again").format for name in ("old", "new")] == [1, 2]
    assert len(rows(opened(tmp_path / "old-again"))) == len(rows(migrated))
