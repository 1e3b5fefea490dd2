"""The account of all history: what it says of a sound ledger, and of one from which something went."""

import json
import shutil
from pathlib import Path

import pytest

from estimator.builds import row_status
from estimator.builds.build import build
from estimator.core import parquet_files
from estimator.ledger import ACTIVITY_SCHEMA, Ledger
from estimator.ledger.journal import Import
from estimator.ledger.reconciliation import Reconciliation, reconcile
from tests.ledger.test_ledger import bring, snapshot
from tests.support import activity, append, refuses, sobria
from tests.traces_support import read, text

CONTENT = text(snapshot("a", 1, 60, 1), snapshot("a", 2, 120, 2), snapshot("b", 1, 60, 1), {"cpu_energy": -1})
KEYS = ["files", "read", "accepted", "superseded", "quarantined", "duplicates", "withdrawn", "missing", "torn"]


def parts(home: Path) -> list[Path]:
    return sorted((home / "ledger").rglob("part-*.parquet"))


def balanced(found: Reconciliation) -> bool:
    """read = accepted + superseded + quarantined + duplicates + withdrawn + missing."""
    states = (found.accepted, found.superseded, found.quarantined, found.duplicates, found.withdrawn, found.missing)
    return found.read == sum(states) and all(count >= 0 for count in states)


def test_the_account_is_that_of_all_imports_as_they_stand(tmp_path: Path) -> None:
    """4 rows, then the same 4 and a later snapshot of run b: 9 read; a2 and b2 count, a1 and b1 no more, 4 known."""
    bring(tmp_path, CONTENT)
    more = text(
        snapshot("a", 1, 60, 1),
        snapshot("a", 2, 120, 2),
        snapshot("b", 1, 60, 1),
        {"cpu_energy": -1},
        snapshot("b", 2, 120, 3),
    )
    bring(tmp_path, more, name="copie.csv")
    found = reconcile(Ledger(tmp_path))
    assert found == Reconciliation(2, 9, 2, 2, 1, 4, 0, 0, 0)
    assert balanced(found)


def test_an_import_balances_when_what_it_read_and_took_back_was_known_or_written() -> None:
    """3 rows read and 2 that left the quarantine: 1 was known, 4 were written; one more or less is a fault."""
    for written, balances in ((3, False), (4, True), (5, False)):
        done = Import.model_construct(read=3, moved=2, duplicates=1, wrote={"a": 1, "b": written - 1})
        assert done.balances is balances


def test_an_import_relies_on_no_part_that_another_import_names(tmp_path: Path) -> None:
    bring(tmp_path, CONTENT)
    bring(tmp_path, CONTENT, name="copie.csv")
    first, second = sorted(Ledger(tmp_path).imports.read()[0], key=lambda done: bool(done.after))
    assert sum(first.wrote.values()) == 4 and (second.duplicates, second.wrote, second.relied) == (4, {}, {})


def test_an_empty_home_is_sound(tmp_path: Path) -> None:
    assert reconcile(Ledger(tmp_path)) == Reconciliation(0, 0, 0, 0, 0, 0, 0, 0, 0)


def test_the_command_says_it_in_json_and_in_words(tmp_path: Path) -> None:
    bring(tmp_path, CONTENT)
    body = json.loads(sobria(tmp_path, "ledger", "verify", "--json").stdout)
    assert list(body) == ["version", *KEYS, "merged", "merged_damaged", "counted_twice", "lost_merges", "stray_merges"]
    assert (body["read"], body["missing"], body["torn"]) == (4, 0, 0)
    assert "chaque ligne se retrouve" in sobria(tmp_path, "ledger", "verify").stdout
    lost = next(p for p in parts(tmp_path) if "month=" in str(p))
    lost.unlink()
    found = sobria(tmp_path, "ledger", "verify", "--json", code=1)
    assert json.loads(found.stdout)["missing"] == 3
    assert "Il manque activities/" in found.stderr and lost.name in found.stderr


@pytest.mark.parametrize("harm", ["cut", "a bit", "emptied", "gone"])
def test_each_harm_to_a_file_is_named(tmp_path: Path, harm: str) -> None:
    bring(tmp_path, CONTENT)
    victim = next(p for p in parts(tmp_path) if "month=" in str(p))
    data = victim.read_bytes()
    if harm == "gone":
        victim.unlink()
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        victim.write_bytes({"cut": data[:-9], "a bit": flipped, "emptied": b""}[harm])
    found = reconcile(Ledger(tmp_path))
    assert (found.missing, found.torn) == (3, 0 if harm == "gone" else 1)
    assert [fault.code for fault in found.faults] == ["missing" if harm == "gone" else "torn"]
    assert victim.name in found.faults[0].file and balanced(found)


@pytest.mark.parametrize("harm", ["gone", "cut"])
def test_a_lost_part_is_told_by_totals_and_build(tmp_path: Path, harm: str) -> None:
    """Two months of 3 rows and 1 row: without the part of 3, or with it cut after the build, 3 rows are told."""
    bring(tmp_path, CONTENT)
    bring(tmp_path, text(snapshot("c", 5, 60, 1)))
    assert "ledger verify" not in sobria(tmp_path, "totals").stdout and Ledger(tmp_path).lost_rows() == 0
    first = min((tmp_path / "ledger" / "imports").iterdir())
    name, rows = next(p for p in json.loads(first.read_text())["wrote"].items() if "month=" in p[0])
    victim = tmp_path / "ledger" / name
    if harm == "cut":
        victim.write_bytes(victim.read_bytes()[:-9])
    else:
        victim.unlink()
    for command in ("totals", "build"):
        told = sobria(tmp_path, command).stdout
        assert "Il manque 3 lignes importées" in told and "sobria ledger verify" in told
    assert json.loads(sobria(tmp_path, "totals", "--json").stdout)["lost_rows"] == rows == 3


def test_a_torn_file_stops_build_and_import_with_a_sentence(tmp_path: Path) -> None:
    bring(tmp_path, CONTENT)
    victim = next(p for p in parts(tmp_path) if "month=" in str(p))
    victim.write_bytes(victim.read_bytes()[:-9])
    for what in (lambda: build(tmp_path), lambda: bring(tmp_path, CONTENT)):
        with refuses("ledger_torn", match="sobria ledger verify"):
            what()


@pytest.mark.parametrize("large", [0, 10**9])
def test_a_part_in_the_place_of_another_gives_no_lower_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    """One of 3 rows and one of 1 row, under the name of the first, as whole as it: a build that is there counts all 4;
    without it, as on another machine, or of one row more, nothing is told."""
    monkeypatch.setattr(row_status, "LARGE", large)
    home, more = tmp_path, text(snapshot("c", 5, 60, 1))
    bring(home, CONTENT)
    bring(home, more)
    first, second = sorted((p for p in parts(home) if "month=" in str(p)), key=lambda p: p.stat().st_size, reverse=True)
    build(home)
    first.write_bytes(second.read_bytes())
    assert build(home).fresh is False
    append(Ledger(home), [activity(file_name="other.csv")])
    with refuses("ledger_torn", first.name):
        build(home)
    shutil.rmtree(home / "builds")
    for command in (["totals"], ["build"], ["build", "--full"]):
        said = sobria(home, *command, code=1)
        assert first.name in said.stderr and "abîmé" in said.stderr and not said.stdout


def test_a_lost_or_torn_record_is_said(tmp_path: Path) -> None:
    """The account of an import, which a backup gives back: its traces imported again make another one."""
    bring(tmp_path, CONTENT)
    bring(tmp_path, text(snapshot("c", 5, 60, 1)))
    first = min((tmp_path / "ledger" / "imports").iterdir())
    data = first.read_bytes()
    first.write_bytes(data[:40])
    found = reconcile(Ledger(tmp_path))
    assert found.torn == 1 and "import_torn" in [fault.code for fault in found.faults]
    first.unlink()
    for _ in range(2):
        (fault,) = reconcile(Ledger(tmp_path)).faults
        assert fault.code == "import_missing" and first.name.endswith(f"-{fault.file}.json")
        bring(tmp_path, CONTENT)
    first.write_bytes(data)
    assert reconcile(Ledger(tmp_path)).faults == ()


def test_rows_of_a_killed_import_are_read_once_and_again_when_it_is_retried(tmp_path: Path) -> None:
    """Parts that were written and never acknowledged: their 3 rows count, and the retry finds them known."""
    ledger = Ledger(tmp_path)
    rows, refused = read(CONTENT)
    ledger.prepare()
    ledger.write(parquet_files.table_of(rows, ACTIVITY_SCHEMA), [])
    assert reconcile(ledger) == Reconciliation(1, 3, 2, 1, 0, 0, 0, 0, 0)
    account = append(ledger, rows, refused)
    assert (account.duplicates, account.quarantined) == (3, 1)
    assert reconcile(ledger) == Reconciliation(2, 7, 2, 1, 1, 3, 0, 0, 0)
    next(p for p in parts(tmp_path) if "month=" in str(p)).unlink()
    assert reconcile(ledger).missing == 3, "the retry acknowledged rows that it had not written"


def test_an_import_that_did_not_end_acknowledges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from estimator.ledger.append import Append

    def killed(posting: Append) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Append, "_acknowledge", killed)
    with pytest.raises(KeyboardInterrupt):
        bring(tmp_path, CONTENT)
    monkeypatch.undo()
    (tmp_path / "emissions.csv").unlink()
    assert Ledger(tmp_path).imports.read() == ([], [])
    bring(tmp_path, CONTENT)
    assert reconcile(Ledger(tmp_path)).faults == ()
