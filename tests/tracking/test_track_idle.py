"""The machine at rest, before and after the work: metered, written beside the trace, shown, and subtracted nowhere."""

import json
import signal
import threading
from pathlib import Path

import pytest

from estimator.ingestion.reader import open_trace
from estimator.ingestion.sidecar import IdlePower, Sidecar, dump, idle_drift, sidecar_of_run
from estimator.reporting.publications.write import REPORTS
from estimator.tracking import child_process
from estimator.tracking.run_command import run_command
from estimator.tracking.tracker import Tracker
from tests.reporting.authority import facts, run, settle
from tests.support import built
from tests.traces_support import context, read_trace, text
from tests.tracking.shelf import Shelf, kept, options


def rest(watts: float, seconds: float = 10.0) -> IdlePower:
    return IdlePower(power_w=watts, duration_s=seconds)


@pytest.mark.parametrize(
    ("before", "after", "drifts"),
    [(100, 110, False), (100, 111, True), (111, 100, True), (20, 20, False), (0, 1, True)],
)
def test_a_rest_that_differs_by_more_than_a_tenth_is_none(before: float, after: float, drifts: bool) -> None:
    assert idle_drift(Sidecar(idle_before=rest(before), idle_after=rest(after))) is drifts


def test_a_rest_on_one_side_only_drifts_from_nothing() -> None:
    assert not idle_drift(Sidecar(idle_before=rest(1))) and not idle_drift(Sidecar(idle_after=rest(1)))


def test_the_rest_is_beside_the_run_and_not_in_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Two seconds of rest around a command that takes a moment: the run lasts that moment."""
    assert run_command(["true"], options(tmp_path, idle_s=1), Shelf()) == 0
    ((row, side),) = kept(tmp_path)
    assert float(row["duration"]) < 1 and float(row["energy_consumed"]) > 0
    assert side.idle_before and side.idle_after
    for found in (side.idle_before, side.idle_after):
        assert found.power_w > 0 and 1 <= found.duration_s < 3
    said = capfd.readouterr().err
    assert "at rest" in said and "not subtracted" in said


def test_a_signal_during_the_rest_before_stops_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "run", lambda *_: pytest.fail("the command was started"))
    me = threading.get_ident()
    threading.Timer(0.5, lambda: signal.pthread_kill(me, signal.SIGTERM)).start()
    assert run_command(["true"], options(tmp_path, idle_s=30), Shelf()) == 128 + signal.SIGTERM
    assert not kept(tmp_path) and not list((tmp_path / "spool").iterdir())


def test_a_signal_during_the_rest_after_keeps_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def wait(self: child_process.InterruptibleWait, seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) == 2

    monkeypatch.setattr(child_process.InterruptibleWait, "wait", wait)
    assert run_command(["sh", "-c", "exit 3"], options(tmp_path, idle_s=1), Shelf()) == 3
    ((_, side),) = kept(tmp_path)
    assert (waits, side.exit_code, side.idle_after) == ([1, 1], 3, None) and side.idle_before


def test_an_interrupted_rest_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Tracker(options(tmp_path, idle_s=1), Shelf()).start(interrupted)
    assert not list((tmp_path / "spool").iterdir())


# What a person sees, and what BoAmps asks


@pytest.mark.parametrize(
    ("facts_beside", "code"),
    [
        ({"idle_before": rest(100), "idle_after": rest(120)}, "idle_drift"),
        ({"scope": "machine", "allocated_by": "slurm", "resource_share": 0.25}, "shared_machine"),
        ({"scope": "machine", "allocated_by": "container"}, "share_unknown"),
    ],
)
def test_what_is_odd_is_a_check(tmp_path: Path, facts_beside: dict[str, object], code: str) -> None:
    trace = tmp_path / "a.csv"
    trace.write_text(text({}))
    (plain,) = read_trace(open_trace(trace), context()).rows
    dump(Sidecar(run_id="run-1", **facts_beside), sidecar_of_run(trace, "run-1"))
    (row,) = read_trace(open_trace(trace), context()).rows
    assert set(row.checks) - set(plain.checks) == {code}
    assert row.resource_share == facts_beside.get("resource_share", 1.0)


def test_boamps_reports_the_calibration(tmp_path: Path) -> None:
    """20 W for 10 s, then 22 W for 5 s: 200 + 110 J = 310 J / 3.6e6 J/kWh; two windows of one tracker share theirs."""
    home = settle(tmp_path / "home")
    built(home, *(run("courriers", 1, "2026-06", run_id=name) for name in ("w1", "w2")))
    bodies = [json.loads(body) for body in REPORTS["boamps"](facts(home)).files.values()]
    assert not any("durationCalibrationMeasurement" in body["measures"][0] for body in bodies)
    month = home / "traces" / "2026-06"
    month.mkdir(parents=True)
    rests = {"idle_before": rest(20, 10), "idle_after": rest(22, 5)}
    for rank, name in enumerate(("w1", "w2"), start=1):
        side = Sidecar(run_id=name, window=rank, window_of="w1", **rests)
        dump(side, month / f"{name}.sobria.json")
    (found,) = [
        body["measures"][0]
        for body in (json.loads(body) for body in REPORTS["boamps"](facts(home)).files.values())
        if "durationCalibrationMeasurement" in body["measures"][0]
    ]
    assert found["powerCalibrationMeasurement"] == pytest.approx(310 / 3.6e6)
    assert found["durationCalibrationMeasurement"] == pytest.approx(15)
    assert found["powerConsumption"] >= 2, "nothing is taken off"
