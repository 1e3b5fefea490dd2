"""A tracked command stops at its electricity budget: when, how, and what its row and its exit status say."""

import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from estimator.cli.track import kwh_of
from estimator.core.errors import SobriaError
from estimator.ingestion.reader import open_trace
from estimator.ingestion.readers import read_trace
from estimator.tracking import energy_budget as room
from estimator.tracking.energy_budget import REACHED, Consumed, EnergyBudget
from estimator.tracking.run_command import run_command
from tests.core.test_numbers import spaced
from tests.support import sobria
from tests.traces_support import context
from tests.tracking.shelf import Shelf, kept, options

POWER_KW = 0.36  # 1e-4 kWh a second


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


class Load:
    """A steady load read every `sampling` seconds of a clock that the test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sampling: float) -> None:
        self.now, self.sampling, self.asked = 0.0, sampling, 0
        self.sent: list[tuple[float, signal.Signals]] = []
        monkeypatch.setattr(room, "perf_counter", lambda: self.now)
        monkeypatch.setattr(room, "_signal", lambda _, number: self.sent.append((self.now, number)))

    def consumed(self, now: bool) -> Consumed:
        self.asked += now
        read = self.now if now else self.now // self.sampling * self.sampling
        return Consumed(POWER_KW * read / 3600, read)


def test_a_steady_load_is_stopped_when_its_budget_is_spent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """0.36 kW spends 0.01 kWh in 0.01 / 0.36 × 3600 = 100 s, 90 % of it in 90 s; readings come every 15 s only, the
    last at 90 s. The program does not stop: it is killed 30 s later."""
    load = Load(monkeypatch, sampling=15)
    budget = EnergyBudget(0.01, load.consumed, "fr")
    warned = []
    for tick in range(1, 2700):
        load.now = tick * 0.05
        budget.watch(1)
        if "90 % du budget de 10 Wh" in spaced(capsys.readouterr().err):
            warned.append(load.now)
    assert warned == [pytest.approx(90, abs=0.06)]
    terminated, killed = load.sent[0], load.sent[1]
    assert terminated == (pytest.approx(100, abs=0.06), signal.SIGTERM)
    assert killed == (pytest.approx(130, abs=0.11), signal.SIGKILL)
    assert budget.reached and load.asked <= 3


def test_a_load_that_falls_is_not_stopped_on_a_supposition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing runs after 92 s, 0.0092 kWh; the readings of 75 and 90 s would have 0.01 kWh spent at 100 s."""
    load = Load(monkeypatch, sampling=15)

    def consumed(now: bool) -> Consumed:
        found = load.consumed(now)
        return found._replace(kwh=min(found.kwh, POWER_KW * 92 / 3600))

    budget = EnergyBudget(0.01, consumed, "fr")
    for tick in range(1, 4000):
        load.now = tick * 0.05
        budget.watch(1)
    assert not budget.reached and not load.sent


def test_an_unmeasured_command_goes_on_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    load = Load(monkeypatch, sampling=1)
    budget = EnergyBudget(0.01, lambda _: None, "en")
    for _ in range(3):
        load.now += 1000
        budget.watch(1)
    assert not load.sent
    assert capsys.readouterr().err.count("is not watched") == 1


def test_a_command_stopped_at_its_budget_says_so(
    tmp_path: Path, shelf: Shelf, capfd: pytest.CaptureFixture[str]
) -> None:
    """A shell and the program that it waits for are both asked to stop; the shell, asked first, does not start what
    follows, and the program has the time to save its work, measured."""
    saved = tmp_path / "saved"
    busy = f"""import pathlib, signal, time
def save(*_):
    time.sleep(0.3)
    pathlib.Path("{saved}").touch()
    exit(4)
signal.signal(signal.SIGTERM, save)
while True: time.sleep(0.01)"""
    command = ["sh", "-c", f"{sys.executable} -c '{busy}'; touch {tmp_path}/next"]
    began = time.monotonic()
    assert run_command(command, options(tmp_path, sampling_s=0.2), shelf, stop_at_kwh=5e-6) == REACHED
    assert time.monotonic() - began < room.GRACE_S
    ((row, side),) = kept(tmp_path)
    assert side.stopped_by == "budget" and side.exit_code == 128 + signal.SIGTERM
    assert saved.exists() and not (tmp_path / "next").exists()
    assert 5e-6 <= float(row["energy_consumed"]) < 5e-5  # some 22 W for 2 s at most, on a machine that is busy
    assert "priée de s'arrêter" in (err := capfd.readouterr().err) or "is asked to stop" in err
    (trace,) = (tmp_path / "traces").rglob("*.csv")
    (read,) = read_trace(open_trace(trace), context()).rows
    assert "budget_reached" in read.checks and "failed_run" not in read.checks


def test_a_program_that_does_not_stop_is_killed(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It ignores what it is asked, and its shell has ended before it."""
    monkeypatch.setattr(room, "GRACE_S", 0.5)
    deaf = f"""import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path("{tmp_path}/pid").write_text(str(os.getpid()))
while True: time.sleep(0.01)"""
    command = ["sh", "-c", f"{sys.executable} -c '{deaf}'; true"]
    assert run_command(command, options(tmp_path, sampling_s=0.2), shelf, stop_at_kwh=5e-6) == REACHED
    pid = int((tmp_path / "pid").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    capfd.readouterr()


def test_a_command_that_ends_before_its_budget_is_not_stopped(tmp_path: Path, shelf: Shelf) -> None:
    assert run_command(["sh", "-c", "exit 3"], options(tmp_path), shelf, stop_at_kwh=1.0) == 3
    ((_, side),) = kept(tmp_path)
    assert side.stopped_by is None


@pytest.mark.parametrize(("text", "kwh"), [("500Wh", 0.5), ("2kWh", 2.0), ("1,5 MWh", 1500.0), ("0.25 kwh", 0.25)])
def test_a_budget_is_read(text: str, kwh: float) -> None:
    assert kwh_of(text) == kwh


@pytest.mark.parametrize("text", ["2", "2kW", "-1kWh", "0kWh", "2k", "kWh", "", "1mWh", "1mwh"])
def test_an_unreadable_budget_is_refused(text: str) -> None:
    with pytest.raises(SobriaError) as refused:
        kwh_of(text)
    assert f"« {text} »" in refused.value.message("fr") and "500Wh" in refused.value.message("en")


def test_a_budget_that_a_script_left_empty_is_no_budget_without_end(tmp_path: Path) -> None:
    """`--stop-at "$BUDGET"` without a value: nothing runs."""
    done = tmp_path / "done"
    said = sobria(tmp_path / "home", "track", "--stop-at", "", "--", "touch", str(done), code=1).stderr
    assert "--stop-at" in said and not done.exists()
