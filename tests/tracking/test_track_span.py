"""What a run is charged: the time of its workload, none of what the tracker takes to begin and to end.

Each test makes beginning or ending slow on purpose, by seconds: a busy machine changes nothing that is asked here.
"""

import csv
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from estimator.tracking import child_process, tracker
from estimator.tracking.run_command import run_command
from estimator.tracking.tracker import Tracker
from tests.tracking.shelf import Shelf, kept, options

SLOW_S = 3.0
# A child that says when it began and when it ended, on the clock that all processes of this machine share.
WORK = """
import sys, time
began = time.monotonic()
while time.monotonic() - began < float(sys.argv[2]):
    if sys.argv[3] == "asleep":
        time.sleep(0.01)
open(sys.argv[1], "w").write(f"{began} {time.monotonic()}")
"""


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first totals of codecarbon, and its end, each take seconds."""
    from codecarbon.emissions_tracker import BaseEmissionsTracker as Codecarbon

    first, last = Codecarbon._ensure_emissions_engine, Codecarbon.stop

    def begun(self: Any) -> None:
        if self._emissions is None:
            time.sleep(SLOW_S)
        first(self)

    def stopped(self: Any) -> Any:
        time.sleep(SLOW_S)
        return last(self)

    monkeypatch.setattr(Codecarbon, "_ensure_emissions_engine", begun)
    monkeypatch.setattr(Codecarbon, "stop", stopped)


def seconds(home: Path) -> float:
    """Of all runs of a home."""
    return sum(float(row["duration"]) for row, _ in kept(home))


class Charged(NamedTuple):
    """Of one command [s]: in the ledger; by its own clock; from its start to the news of its end, seen from outside."""

    found: float
    own: float
    outside: float


def charged(home: Path, length_s: float, how: str, **given: Any) -> Charged:
    """Track a command that takes so long."""
    said, outside = home.with_suffix(".said"), []
    argv = [sys.executable, "-S", "-E", "-c", WORK, str(said), str(length_s), how]
    run = child_process.run

    def timed(*arguments: Any) -> int:
        began = time.perf_counter()
        code = run(*arguments)
        outside.append(time.perf_counter() - began)
        return code

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child_process, "run", timed)
        assert run_command(argv, options(home, **given), Shelf()) == 0
    began, ended = map(float, said.read_text().split())
    return Charged(seconds(home), ended - began, outside[0])


LONG = pytest.param(3.0, "asleep", marks=[pytest.mark.proof, pytest.mark.long])


@pytest.mark.parametrize(("length_s", "how"), [(0.05, "asleep"), (1.0, "asleep"), LONG, (2.0, "busy")])
def test_a_command_is_charged_its_own_time(tmp_path: Path, slow: None, length_s: float, how: str) -> None:
    """Best of three: what this machine does beside is no fault of the tracker. The six seconds that beginning and
    ending take are no part of it."""
    over = []
    for turn in range(3):
        found, own, outside = charged(tmp_path / str(turn), length_s, how)
        assert found >= own, "not less than the command has taken"
        over.append((found - outside) / max(0.05 * outside, 0.1))
        if over[-1] < 1:
            break
    assert min(over) < 1


@pytest.mark.long
def test_windows_of_a_command_are_its_own_time(tmp_path: Path, slow: None) -> None:
    """Eight seconds of work in windows of two: together they are the command, once."""
    found, own, outside = charged(tmp_path, 8.0, "busy", sampling_s=0.5, window_s=2.0)
    assert own <= found < outside + SLOW_S / 2
    windows = {side.window: side for _, side in kept(tmp_path)}
    assert len(windows) >= 3
    assert (windows[1].overhead_s or 0) > SLOW_S, "what beginning takes is the tracker's own"


def test_code_is_charged_its_own_time(tmp_path: Path, slow: None) -> None:
    """With a rest before and after it, half a second is half a second; the means of power are those of its own row."""
    with Tracker(options(tmp_path, idle_s=1), Shelf()):
        time.sleep(0.5)
    ((row, side),) = kept(tmp_path)
    assert 0.5 <= float(row["duration"]) < 0.5 + SLOW_S / 2
    for rest in (side.idle_before, side.idle_after):
        assert rest and 1 <= rest.duration_s < 1 + SLOW_S / 2
    assert float(row["cpu_power"]) == pytest.approx(3.6e6 * float(row["cpu_energy"]) / float(row["duration"]))


def test_a_snapshot_holds_the_workload_alone(tmp_path: Path, slow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a tracker killed in this moment would leave."""
    monkeypatch.setattr(tracker, "SNAPSHOT_S", 0.2)
    run = Tracker(options(tmp_path, sampling_s=0.2), Shelf()).start()
    began = time.perf_counter()
    trace = tmp_path / "spool" / str(run.run_id) / f"{run.run_id}.csv"
    while not trace.exists():
        assert time.perf_counter() - began < 60, "waited in vain"
        time.sleep(0.02)
    passed = time.perf_counter() - began
    (row,) = csv.DictReader(trace.read_text("utf-8").splitlines())
    assert 0 < float(row["duration"]) < passed + SLOW_S / 2
    run.end()


def test_means_of_use_are_those_of_the_workload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """99 % while the meters are found, 3 % afterwards: the run was used at 3 %."""
    from codecarbon.emissions_tracker import BaseEmissionsTracker as Codecarbon

    start = Codecarbon.start

    def started(self: Any) -> None:
        monkeypatch.setattr(self, "_monitor_power", lambda: None)
        start(self)
        self._cpu_utilization_history.append(99.0)

    monkeypatch.setattr(Codecarbon, "start", started)
    run = Tracker(options(tmp_path), Shelf()).start()
    assert run._recorder is not None
    run._recorder.metering.tracker._cpu_utilization_history[:] += [3.0]
    run.stop()
    ((row, _),) = kept(tmp_path)
    assert float(row["cpu_utilization_percent"]) == pytest.approx(3.0, abs=1.0)
