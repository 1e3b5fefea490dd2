"""The ledger under fire, for a few seconds: nothing lost, doubled or torn, and the next command just works."""

import resource
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from estimator.builds.build import build
from estimator.ingestion.context import reading_context
from estimator.ingestion.importing import import_paths
from estimator.ledger import Ledger
from estimator.ledger.reconciliation import reconcile
from scripts.fire.__main__ import account
from scripts.fire.roles import row, shared, trace
from scripts.fire.trial import FireTrial, _lost, run
from tests.support import kept, sobria


@pytest.fixture(autouse=True)
def no_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that was tested before in this process stays its main module, and each role would run it first."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def test_a_few_seconds_of_fire(tmp_path: Path) -> None:
    outcome = run(FireTrial(seconds=4, writers=3, readers=1, kills=4), tmp_path / "trial")
    assert outcome.sound, account(outcome)
    assert outcome.killed.total() > 0
    found = outcome.standing
    states = (found.accepted, found.superseded, found.quarantined, found.duplicates)
    assert (found.read, found.missing, found.torn) == (sum(states), 0, 0)


def test_the_trial_sees_a_row_that_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(shared(1))
    ledger = Ledger(tmp_path / "home")
    import_paths(ledger, [path], reading_context(ledger.home))
    assert _lost(ledger, [path]) == 0
    part = next(ledger.activities.rglob("part-*.parquet"))
    rows = len(ledger.copies("activities", [str(part)]))
    part.unlink()
    assert _lost(ledger, [path]) == rows > 0 and reconcile(ledger).missing == rows


def limited(size: int) -> None:
    """No file of this process may grow beyond this size [bytes]: as a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", kept([0, 100, 15_000], 100))
def test_a_full_disk_is_said_and_nothing_is_harmed(tmp_path: Path, size: int) -> None:
    """The first import is there; the second finds no room, for its rows or for its record, and says so."""
    home, first, second = tmp_path / "home", tmp_path / "first.csv", tmp_path / "second.csv"
    first.write_text(shared(1))
    second.write_text(trace([row(f"run-{n}" * 30, 1, 0.5) for n in range(2000)]))
    sobria(home, "import", str(first))
    before, parts = reconcile(Ledger(home)), Ledger(home).parts()
    command = [sys.executable, "-m", "estimator.cli", "--home", str(home), "--lang", "fr", "import", str(second)]
    full = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=lambda: limited(size))
    assert full.returncode == 1 and "Traceback" not in full.stderr, full.stderr
    assert "Le disque est plein" in full.stderr
    assert not list((home / "ledger").rglob("*.tmp")), "no half file takes the room that is left"
    assert reconcile(Ledger(home)) == before and Ledger(home).parts() == parts
    sobria(home, "import", str(second))
    assert reconcile(Ledger(home)).accepted == before.accepted + 2000
    assert build(home).fresh
