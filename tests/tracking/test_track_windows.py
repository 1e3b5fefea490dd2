"""A tracker cut into windows: together they hold all that was metered, once, and each is a run of its own."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.tracking import recorder, tracker
from estimator.tracking.tracker import Tracker, TrackOptions
from estimator.tracking.windows import power_w, stretch, synchronise
from tests.traces_support import read
from tests.tracking.shelf import Shelf, kept, options

SUMS = ("duration", "emissions", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "water_consumed")
NOW = "2026-03-02T10:00:00.250000+01:00"


def totals(seconds: float, kwh: float = 0.0) -> dict[str, Any]:
    """A row of codecarbon, of all since the start."""
    energies = {f"{part}_energy": kwh / 4 for part in ("cpu", "gpu")} | {"ram_energy": kwh / 2}
    power = {f"{part}_power": 1.0 for part in ("cpu", "gpu", "ram")}
    more = {"emissions": kwh / 10, "emissions_rate": 1.0, "water_consumed": 0.0, "run_id": "a", "timestamp": NOW}
    return {"duration": seconds, "energy_consumed": kwh, **energies, **power, **more}


def test_a_window_by_hand() -> None:
    """From 10 s and 0.001 kWh to 20 s and 0.003 kWh: 0.002 kWh × 3.6e6 J/kWh / 10 s = 720 W, a quarter of it each."""
    row = stretch(totals(20, 0.003), totals(10, 0.001), "b")
    assert (row["run_id"], row["timestamp"]) == ("b", NOW)
    assert (row["duration"], row["energy_consumed"]) == (10, pytest.approx(0.002))
    assert power_w(row) == pytest.approx(720)
    assert [row[f"{part}_power"] for part in ("cpu", "gpu", "ram")] == pytest.approx([180, 180, 360])
    assert row["emissions_rate"] == pytest.approx(0.0002 / 10)
    assert power_w(stretch(totals(10), totals(10), "c")) == 0.0


@given(st.lists(st.tuples(st.floats(0.001, 1e5), st.floats(0, 10)), min_size=1, max_size=20))
def test_windows_add_up_to_the_whole(steps: list[tuple[float, float]]) -> None:
    reached = [totals(0)]
    for seconds, kwh in steps:
        reached.append(totals(reached[-1]["duration"] + seconds, reached[-1]["energy_consumed"] + kwh))
    rows = [stretch(after, before, "w") for before, after in zip(reached, reached[1:], strict=False)]
    for name in SUMS:
        assert sum(row[name] for row in rows) == pytest.approx(reached[-1][name])


def test_the_hour_that_occurs_twice_is_two_hours() -> None:
    """02:30 before the clocks go back and 02:30 after it: one hour apart, since the offset is written."""
    moments = [f"2026-10-25T02:30:00.5{offset}" for offset in ("+02:00", "+01:00")]
    rows = [stretch(totals(60) | {"timestamp": moment}, totals(0), "w") for moment in moments]
    header = "timestamp,project_name,run_id,duration,cpu_energy,energy_consumed,country_iso_code\n"
    cells = "".join(f"{row['timestamp']},tri,run-{n},60,0.001,0.001,FRA\n" for n, row in enumerate(rows))
    first, second = read(header + cells)[0]
    assert (second.end_us - first.end_us, first.time_basis) == (3600 * 1_000_000, "offset")


def test_batches_in_code_are_windows(tmp_path: Path) -> None:
    """Five batches, two a window: three runs, of 2, 2 and 1, that follow one another without a gap."""
    shelf = Shelf()
    began = time.perf_counter()
    with Tracker(options(tmp_path, project="lots"), shelf) as run:
        ready = time.perf_counter()
        for batch in run.windows("abcde", every=2):
            run.count(items=len(batch), output_tokens=10)
            time.sleep(0.06)
        passed = time.perf_counter() - ready
    runs = sorted(kept(tmp_path), key=lambda found: found[1].window or 0)
    assert [(side.window, side.items, side.output_tokens) for _, side in runs] == [(1, 2, 20), (2, 2, 20), (3, 1, 10)]
    assert {side.window_of for _, side in runs} == {runs[0][1].run_id} and runs[2][1].run_id == run.run_id
    assert [side.exit_code for _, side in runs] == [None, None, 0]
    durations = [float(row["duration"]) for row, _ in runs]
    assert passed - 0.05 < sum(durations) < time.perf_counter() - began
    moments = [datetime.fromisoformat(row["timestamp"]) for row, _ in runs]
    assert all(moment.utcoffset() is not None and moment.microsecond for moment in moments)
    ends = [moment.timestamp() for moment in moments]
    for before, end, duration in zip(ends, ends[1:], durations[1:], strict=False):
        assert end - duration == pytest.approx(before, abs=0.02)
    assert len(shelf.given) == 3


def test_a_service_enters_the_ledger_window_by_window(tmp_path: Path) -> None:
    """What was counted before is counted from zero in the next window: known to be zero, not unknown."""
    shelf = Shelf()
    run = Tracker(options(tmp_path, window_s=1.0, sampling_s=0.2), shelf).start()
    run.count(requests=3)
    wait(lambda: len(shelf.given) >= 2)
    assert len(kept(tmp_path)) >= 2, "delivered while the service still runs"
    run.stop()
    runs = sorted(kept(tmp_path), key=lambda found: found[1].window or 0)
    assert [side.requests for _, side in runs] == [3.0] + [0.0] * (len(runs) - 1)
    assert all(1.0 <= float(row["duration"]) < 3.0 for row, _ in runs[:-1])


def test_what_was_counted_is_on_disk_with_each_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill in the next moment would lose what came since the last snapshot, and no more."""
    monkeypatch.setattr(tracker, "SNAPSHOT_S", 0.2)
    run = Tracker(options(tmp_path, sampling_s=0.2), Shelf()).start()
    run.count(requests=5)
    sidecar = tmp_path / "spool" / str(run.run_id) / f"{run.run_id}.sobria.json"
    wait(lambda: json.loads(sidecar.read_text("utf-8")).get("requests") == 5)
    assert sidecar.with_name(f"{run.run_id}.csv").exists()
    run.stop()


def test_a_window_that_cannot_begin_leaves_the_one_before_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: Any) -> None:
        raise OSError("no room")

    with Tracker(options(tmp_path), Shelf()) as run:
        run.count(items=1)
        with monkeypatch.context() as patch:
            patch.setattr(recorder, "SpooledRun", full)
            run.next_window()
        run.count(items=1)
    ((_, side),) = kept(tmp_path)
    assert (side.items, run.problem) == (2, None)
    assert "no room" in capfd.readouterr().err


def test_a_sensor_that_fails_in_the_course_of_a_run_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from codecarbon.emissions_tracker import BaseEmissionsTracker

    def lost(self: Any) -> None:
        raise OSError("the card has left")

    run = Tracker(options(tmp_path, sampling_s=0.1), Shelf()).start()
    with monkeypatch.context() as patch:
        patch.setattr(BaseEmissionsTracker, "_do_measurements", lost)
        time.sleep(0.4)
    run.stop()
    said = capfd.readouterr().err
    assert said.count("the card has left") == 1 and "Traceback" not in said
    assert float(kept(tmp_path)[0][0]["energy_consumed"]) > 0


def test_items_told_beforehand_are_not_those_of_a_window(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="told apart by window"):
        TrackOptions(home=tmp_path, items=3, window_s=60)


# Cards


class Cuda:
    """Stands for torch.cuda with two cards."""

    def __init__(self, begun: bool = True, fails: bool = False) -> None:
        self.waited: list[int] = []
        self.begun, self.fails = begun, fails

    def is_initialized(self) -> bool:
        return self.begun

    def device_count(self) -> int:
        return 2

    def synchronize(self, card: int) -> None:
        if self.fails:
            raise RuntimeError("an illegal memory access was encountered")
        self.waited.append(card)


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Cuda], Cuda]]:
    def loaded(cuda: Cuda) -> Cuda:
        monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
        return cuda

    yield loaded


def test_cards_finish_at_the_edges_of_windows(tmp_path: Path, torch: Callable[[Cuda], Cuda]) -> None:
    cuda = torch(Cuda())
    with Tracker(options(tmp_path), Shelf()) as run:
        begun = len(cuda.waited)
        run.next_window()
        assert (begun, len(cuda.waited)) == (2, 4)
    assert cuda.waited == [0, 1] * 3


def test_cards_that_the_program_does_not_use_are_left_alone(
    torch: Callable[[Cuda], Cuda], monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, broken = torch(Cuda(begun=False)), Cuda(fails=True)
    synchronise()
    torch(broken)
    synchronise()
    assert (idle.waited, broken.waited) == ([], [])
    monkeypatch.delitem(sys.modules, "torch")
    synchronise()
    assert "torch" not in sys.modules


def wait(until: Callable[[], bool], seconds: float = 20) -> None:
    end = time.perf_counter() + seconds
    while not until():
        assert time.perf_counter() < end, "waited in vain"
        time.sleep(0.02)
